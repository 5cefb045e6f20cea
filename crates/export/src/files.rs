//! The three files of an export, ready to be written.

use minibatch_session::{Experiment, NamedTensor};
use safetensors::tensor::{Dtype, TensorView, serialize};

use crate::names::hides;
use crate::{ExportError, Names, Tensor, data, mark, pytorch, weights};

/// A script, what it reads beside it, and how the files are called.
#[derive(Clone, PartialEq, Debug)]
pub struct Files {
    /// Their names.
    pub names: Names,
    /// Python.
    pub script: String,
    /// A safetensors file: see [`data`].
    pub data: Vec<u8>,
    /// A safetensors file: see [`weights()`].
    pub weights: Vec<u8>,
}

/// The files for an experiment called `title` and a script of the file name `script`, neither with a folder. The weights are
/// the experiment's own by its seed where none are handed in.
///
/// # Errors
/// When the experiment is wrong, weights do not fit, or the script is named like a module that it imports.
pub fn files(
    experiment: &Experiment,
    title: &str,
    script: &str,
    given: Option<&[NamedTensor]>,
) -> Result<Files, ExportError> {
    if let Some(module) = hides(script) {
        return Err(ExportError::Module { module });
    }
    let names = Names::beside(title, script);
    let script = mark::script(&pytorch(experiment, &names)?);
    Ok(Files {
        script,
        data: bytes(&data(experiment)?)?,
        weights: bytes(&weights(experiment, given)?)?,
        names,
    })
}

/// Where notes stand in a file, at the latest: they come first in its head.
const LONGEST_HEAD: usize = 4096;

/// The arrays as a safetensors file, with the note `format: pt` that PyTorch's tools look for, and our own mark.
fn bytes(tensors: &[Tensor]) -> Result<Vec<u8>, ExportError> {
    let raw = tensors.iter().map(|tensor| match tensor {
        Tensor::Floats(t) => {
            let bytes: Vec<u8> = t.values.iter().flat_map(|v| v.to_le_bytes()).collect();
            (t.name.as_str(), Dtype::F32, t.shape.clone(), bytes)
        }
        Tensor::Integers { name, values } => {
            let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
            (name.as_str(), Dtype::I64, vec![values.len()], bytes)
        }
    });
    let raw: Vec<_> = raw.collect();
    let views = raw.iter().map(|(name, dtype, shape, bytes)| {
        let view = TensorView::new(*dtype, shape.clone(), bytes)?;
        Ok((*name, view))
    });
    let views = views.collect::<Result<Vec<_>, safetensors::SafeTensorError>>();
    let sum =
        mark::note(raw.iter().map(|(name, dtype, shape, bytes)| (*name, *dtype, &shape[..], &bytes[..])));
    let head = |pairs: [[&str; 2]; 2]| pairs.map(|[key, value]| format!("\"{key}\":\"{value}\"")).join(",");
    let notes = [["format", "pt"], [mark::NOTE, &sum]];
    let note = notes.map(|[key, value]| (key.to_owned(), value.to_owned())).into_iter().collect();
    let file = views.and_then(|views| serialize(views, Some(note)));
    let mut file = file.map_err(|error| ExportError::File(error.to_string()))?;
    // The notes come in the order of a hash table, which is drawn anew each time; the same experiment shall give the same file.
    let (wanted, turned) = (head(notes), head([notes[1], notes[0]]));
    if let Some(at) = file.windows(turned.len()).take(LONGEST_HEAD).position(|part| part == turned.as_bytes())
    {
        file[at..at + wanted.len()].copy_from_slice(wanted.as_bytes());
    }
    Ok(file)
}
