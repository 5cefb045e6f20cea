//! Tensors to bytes.

use std::path::Path;

use minibatch_session::NamedTensor;
use safetensors::Dtype;
use safetensors::tensor::{TensorView, serialize};

use super::read::place;
use crate::error::{Error, Result};

/// A safetensors file of f32 numbers, with the note `format: pt` that PyTorch's tools look for.
///
/// # Errors
/// When a number is not finite, since such a file would not be read again: `mend` says what to do. When a tensor's shape is
/// not that of its values, or two have one name. `path` is named then.
pub fn to_bytes(path: &Path, tensors: &[NamedTensor], mend: &'static str) -> Result<Vec<u8>> {
    for t in tensors {
        if let Some(at) = t.values.iter().position(|v| !v.is_finite()) {
            let (place, value) = (format!("{}{}", t.name, place(&t.shape, at)), t.values[at].to_string());
            return Err(Error::NotFinite { path: path.into(), place, value, mend });
        }
    }
    let fault = |error: safetensors::SafeTensorError| Error::Write {
        path: path.into(),
        source: std::io::Error::other(error.to_string()),
    };
    let bytes: Vec<Vec<u8>> =
        tensors.iter().map(|t| t.values.iter().flat_map(|v| v.to_le_bytes()).collect()).collect();
    let view = |(tensor, bytes)| {
        let tensor: &NamedTensor = tensor;
        let bytes: &Vec<u8> = bytes;
        TensorView::new(Dtype::F32, tensor.shape.clone(), bytes).map(|view| (tensor.name.as_str(), view))
    };
    let views: Vec<_> =
        tensors.iter().zip(&bytes).map(view).collect::<std::result::Result<_, _>>().map_err(fault)?;
    let note = [("format".to_owned(), "pt".to_owned())];
    serialize(views, Some(note.into_iter().collect())).map_err(fault)
}
