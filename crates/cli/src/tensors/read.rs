//! A safetensors file, checked to the last byte and number. Layout: the header's length (8 bytes, little-endian), the header
//! (JSON: dtype, shape and place of every tensor), the numbers.

use std::io::ErrorKind;
use std::path::Path;

use minibatch_session::NamedTensor;
use safetensors::SafeTensors;
use safetensors::tensor::Metadata;

use super::decode::{Accept, decode, whole};
use crate::error::{Error, Result};
use crate::{input, kinds};

/// The longest header that the format allows.
const LONGEST_HEADER: u64 = 100_000_000;
/// Whole numbers up to here are exact in f32.
const EXACT: f64 = 16_777_216.0;

/// All tensors of a file, by name, but for those `passed_over`: they are not looked at.
///
/// # Errors
/// When the file is missing, is of another kind, ends too early or too late, or holds a number that cannot be used.
pub fn read(path: &Path, accept: Accept, passed_over: &[&str]) -> Result<Vec<NamedTensor>> {
    let bytes = input::read(path).map_err(|source| match source.kind() {
        ErrorKind::NotFound => Error::NoFile(path.into()),
        _ => Error::Read { path: path.into(), source },
    })?;
    check(path, &bytes)?;
    let other = |why: String| Error::NotTensors { path: path.into(), why };
    let file =
        SafeTensors::deserialize(&bytes).map_err(|error| other(format!("its header is wrong: {error}")))?;
    let mut found = vec![];
    for (name, view) in file.iter().filter(|(name, _)| !counts_batches(name) && !passed_over.contains(name)) {
        let Some(values) = decode(view.dtype(), view.data(), accept) else {
            let (key, found) = (name.into(), format!("{:?}", view.dtype()));
            return Err(Error::Dtype { path: path.into(), key, found, wanted: accept.wanted() });
        };
        let shape = view.shape().to_vec();
        let is_whole = whole(view.dtype());
        if let Some(at) = values.iter().position(|&v| !usable(v, is_whole)) {
            let mend = if is_whole {
                "whole numbers are exact up to 16,777,216 alone"
            } else {
                "replace or leave out what is no finite f32"
            };
            let place = format!("{name}{}", place(&shape, at));
            return Err(Error::Value { path: path.into(), place, value: values[at].to_string(), mend });
        }
        let values = values.into_iter().map(|v| v as f32).collect();
        found.push(NamedTensor { name: name.into(), shape, values });
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// PyTorch's batch norm counts its batches; nothing here depends on it.
fn counts_batches(name: &str) -> bool {
    name == "num_batches_tracked" || name.ends_with(".num_batches_tracked")
}

fn usable(value: f64, whole: bool) -> bool {
    if whole { value.abs() <= EXACT } else { (value as f32).is_finite() }
}

/// The indices of the element `at` of an array, as `[2, 0, 5]`.
pub(super) fn place(shape: &[usize], at: usize) -> String {
    let mut rest = at;
    let mut indices: Vec<String> = shape
        .iter()
        .rev()
        .map(|&extent| {
            let index = rest % extent.max(1);
            rest /= extent.max(1);
            index.to_string()
        })
        .collect();
    indices.reverse();
    if indices.is_empty() { String::new() } else { format!("[{}]", indices.join(", ")) }
}

/// Whether the file is a whole safetensors file: says what it is instead, or how much of it is missing.
fn check(path: &Path, bytes: &[u8]) -> Result<()> {
    let other = |why: &str| Error::NotTensors { path: path.into(), why: why.into() };
    let found = bytes.len() as u64;
    if bytes.is_empty() {
        return Err(other("it is empty"));
    }
    let Some(length) = bytes.first_chunk::<8>().map(|b| u64::from_le_bytes(*b)) else {
        return Err(Error::Length { path: path.into(), found, wanted: 8 });
    };
    if length > LONGEST_HEADER || bytes.get(8).is_some_and(|&first| first != b'{') {
        let told = kinds::what(bytes).map(|words| format!("it is {words}"));
        return Err(other(&told.unwrap_or("it does not begin with a header's length and a header".into())));
    }
    let Some(header) = bytes[8..].get(..length as usize) else {
        return Err(Error::Length { path: path.into(), found, wanted: 8 + length });
    };
    let metadata: Metadata =
        serde_json::from_slice(header).map_err(|error| other(&format!("its header is wrong: {error}")))?;
    let wanted = 8 + length + metadata.data_len() as u64;
    if found == wanted { Ok(()) } else { Err(Error::Length { path: path.into(), found, wanted }) }
}
