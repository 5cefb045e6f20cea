//! A safetensors file, checked to the last byte and number. Layout: the header's length (8 bytes, little-endian), the header
//! (JSON: dtype, shape and place of every tensor), the numbers.

use std::io::{self, ErrorKind, Read};
use std::path::Path;

use minibatch_session::NamedTensor;
use safetensors::tensor::{Metadata, TensorInfo};

use super::decode::{Accept, decode, whole};
use crate::error::{Error, Result};
use crate::input::{self, Input};
use crate::{kinds, memory};

/// The longest header that the format allows.
const LONGEST_HEADER: u64 = 100_000_000;
/// Whole numbers up to here are exact in f32.
const EXACT: f64 = 16_777_216.0;

/// Bytes that are read at once; whole numbers of every kind.
const AT_ONCE: usize = 1 << 20;

/// All tensors of a file, by name, but for those `passed_over`: they are not looked at. Numbers become f32 as they come, so that
/// no more is taken than what they need then; what that is, the header says before any are read.
///
/// # Errors
/// When the file is missing, is of another kind, ends too early or too late, or holds a number that cannot be used; when there
/// is not enough memory for its numbers.
pub fn read(path: &Path, accept: Accept, passed_over: &[&str]) -> Result<Vec<NamedTensor>> {
    let refused = |source: io::Error| match source.kind() {
        ErrorKind::NotFound => Error::NoFile(path.into()),
        _ => Error::Read { path: path.into(), source },
    };
    let mut input = input::open(path).map_err(refused)?;
    let header = header(path, &mut input)?;
    let skips = |name: &str| counts_batches(name) || passed_over.contains(&name);
    let infos = header.offset_keys().into_iter().filter_map(|name| Some((header.info(&name)?.clone(), name)));
    let infos: Vec<(TensorInfo, String)> = infos.collect();
    let numbers = |info: &TensorInfo| info.shape.iter().product::<usize>();
    let wanted = infos.iter().filter(|(_, name)| !skips(name));
    let need = 4 * wanted.map(|(info, _)| numbers(info) as u64).sum::<u64>();
    let what = || format!("reading {}", path.display());
    memory::check(what, need)?;
    let mut found = vec![];
    for (info, name) in infos {
        let mut left = info.data_offsets.1 - info.data_offsets.0;
        if skips(&name) {
            io::copy(&mut input.source.by_ref().take(left as u64), &mut io::sink()).map_err(refused)?;
            continue;
        }
        let mut values: Vec<f32> = vec![];
        values.try_reserve_exact(numbers(&info)).map_err(|_| {
            let room = memory::left().map_or(0, |left| left.bytes);
            memory::too_much(what(), need, room)
        })?;
        let is_whole = whole(info.dtype);
        let mut wrong = None;
        let mut buffer = vec![0; left.min(AT_ONCE)];
        loop {
            let part = &mut buffer[..left.min(AT_ONCE)];
            input.source.read_exact(part).map_err(refused)?;
            let taken = decode(info.dtype, part, accept, |value| {
                wrong = Some(value).filter(|v| !usable(*v, is_whole));
                if wrong.is_none() {
                    values.push(value as f32);
                }
                wrong.is_none()
            });
            if taken.is_none() {
                let found = format!("{:?}", info.dtype);
                return Err(Error::Dtype { path: path.into(), key: name, found, wanted: accept.wanted() });
            }
            if let Some(value) = wrong {
                let mend = if is_whole {
                    "whole numbers are exact up to 16,777,216 alone"
                } else {
                    "replace or leave out what is no finite f32"
                };
                let place = format!("{name}{}", place(&info.shape, values.len()));
                return Err(Error::Value { path: path.into(), place, value: value.to_string(), mend });
            }
            left -= part.len();
            if left == 0 {
                break;
            }
        }
        found.push(NamedTensor { name, shape: info.shape, values });
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

/// The header of a whole safetensors file: else says what it is instead, or how much of it is missing.
fn header(path: &Path, input: &mut Input) -> Result<Metadata> {
    let other = |why: &str| Error::NotTensors { path: path.into(), why: why.into() };
    let refused = |source: io::Error| Error::Read { path: path.into(), source };
    let found = input.length;
    let mut start = vec![];
    input.source.by_ref().take(9).read_to_end(&mut start).map_err(refused)?;
    if start.is_empty() {
        return Err(other("it is empty"));
    }
    let Some(length) = start.first_chunk::<8>().map(|b| u64::from_le_bytes(*b)) else {
        return Err(Error::Length { path: path.into(), found, wanted: 8 });
    };
    if length > LONGEST_HEADER || start.get(8).is_some_and(|&first| first != b'{') {
        input.rest(&mut start).map_err(refused)?;
        let told = kinds::what(&start).map(|words| format!("it is {words}"));
        return Err(other(&told.unwrap_or("it does not begin with a header's length and a header".into())));
    }
    if found < 8 + length {
        return Err(Error::Length { path: path.into(), found, wanted: 8 + length });
    }
    let mut header = start.split_off(8);
    input.source.by_ref().take(length.saturating_sub(1)).read_to_end(&mut header).map_err(refused)?;
    header.truncate(length as usize);
    let metadata: Metadata =
        serde_json::from_slice(&header).map_err(|error| other(&format!("its header is wrong: {error}")))?;
    let wanted = 8 + length + metadata.data_len() as u64;
    if found == wanted { Ok(metadata) } else { Err(Error::Length { path: path.into(), found, wanted }) }
}
