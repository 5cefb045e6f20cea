//! The three files of an export, ready to be written.

use minibatch_session::{DataSet, Experiment, NamedTensor};
use safetensors::tensor::{Metadata, TensorInfo};

use crate::data::arrays;
use crate::names::hides;
use crate::{ExportError, Names, Tensor, mark, script, weights};

/// A script, what it reads beside it, and how the files are called.
#[derive(Clone, PartialEq, Debug)]
pub struct Files {
    /// Their names.
    pub names: Names,
    /// Python.
    pub script: String,
    /// A safetensors file: see [`data`](crate::data()).
    pub data: Vec<u8>,
    /// A safetensors file: see [`weights()`].
    pub weights: Vec<u8>,
}

/// The files for an experiment called `title` and a script of the file name `script`, neither with a folder. The weights are
/// the experiment's own by its seed where none are handed in, and so are the samples.
///
/// # Errors
/// When the experiment is wrong, weights or samples do not fit, or the script is named like a module that it imports.
pub fn files(
    experiment: &Experiment,
    title: &str,
    script: &str,
    given: Option<&[NamedTensor]>,
    set: Option<&DataSet>,
) -> Result<Files, ExportError> {
    if let Some(module) = hides(script) {
        return Err(ExportError::Module { module });
    }
    let names = Names::beside(title, script);
    let set = DataSet::fitted(experiment, set)?;
    let script = mark::script(&script::script(experiment, &names, &set)?);
    Ok(Files {
        script,
        data: bytes(&arrays(experiment, set)?)?,
        weights: bytes(&weights(experiment, given)?)?,
        names,
    })
}

/// The arrays as a safetensors file, with the note `format: pt` that PyTorch's tools look for, and our own mark. It is put
/// together in place: there is room for the arrays and the file, not for copies on the way.
fn bytes(tensors: &[Tensor]) -> Result<Vec<u8>, ExportError> {
    // As safetensors puts them: what needs the larger alignment first, then by name.
    let mut tensors: Vec<&Tensor> = tensors.iter().collect();
    tensors.sort_by_key(|tensor| (std::cmp::Reverse(tensor.dtype()), tensor.name()));
    let mut infos = vec![];
    let mut end = 0;
    for tensor in &tensors {
        let (begin, shape) = (end, tensor.shape());
        end += tensor.len() * tensor.dtype().bitsize() / 8;
        let info = TensorInfo { dtype: tensor.dtype(), shape, data_offsets: (begin, end) };
        infos.push((tensor.name().to_owned(), info));
    }
    let fault = |error: String| ExportError::File(error);
    let whole = Metadata::new(None, infos).map_err(|error| fault(error.to_string()))?;
    let head = serde_json::to_string(&whole).map_err(|error| fault(error.to_string()))?;
    let sum = mark::note(&tensors);
    let notes = format!(r#"{{"__metadata__":{{"format":"pt","{}":"{sum}"}}"#, mark::NOTE);
    let rest = head.strip_prefix('{').unwrap_or(&head);
    let mut head = notes + if rest == "}" { "" } else { "," } + rest;
    // So that the numbers begin at a multiple of eight bytes.
    let wanted = head.len().next_multiple_of(8);
    head.extend(std::iter::repeat_n(' ', wanted - head.len()));
    let mut file = Vec::with_capacity(8 + head.len() + end);
    file.extend((head.len() as u64).to_le_bytes());
    file.extend(head.as_bytes());
    tensors.iter().for_each(|tensor| tensor.parts(&mut |part| file.extend(part)));
    Ok(file)
}
