//! Both files on disk.

use std::fs;
use std::path::Path;

use minibatch_session::{Experiment, NamedTensor};
use safetensors::tensor::{Dtype, TensorView, serialize};

use crate::{ExportError, Names, Tensor, data, pytorch};

/// Writes the script to `path`, its data and the weights it begins with beside it; gives the names. The weights are the
/// experiment's own by its seed where none are handed in. Each file is written whole or not at all.
///
/// # Errors
/// When the experiment is wrong, when weights do not fit, or when a file cannot be written.
pub fn write(
    experiment: &Experiment,
    title: &str,
    path: &Path,
    weights: Option<&[NamedTensor]>,
) -> Result<Names, ExportError> {
    let fault = |path: &Path, reason: String| ExportError::Write { path: path.display().to_string(), reason };
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned());
    let name = name.ok_or_else(|| fault(path, "this is no file's name; give one such as model.py".into()))?;
    let names = Names::beside(title, &name);
    let script = pytorch(experiment, &names)?;
    let data = bytes(&data(experiment)?).map_err(|error| fault(path, error))?;
    let weights = bytes(&crate::weights(experiment, weights)?).map_err(|error| fault(path, error))?;
    let beside = |name: &str| path.with_file_name(name);
    let files = [
        (beside(&names.data), &data[..]),
        (beside(&names.weights), &weights[..]),
        (path.to_path_buf(), script.as_bytes()),
    ];
    for (path, bytes) in files {
        let mut half = path.clone().into_os_string();
        half.push(".part");
        let written = fs::write(&half, bytes).and_then(|()| fs::rename(&half, &path));
        written.map_err(|error| {
            // What could not be renamed is of no use; that it may not be there is no fault.
            let _ = fs::remove_file(&half);
            fault(&path, error.to_string())
        })?;
    }
    Ok(names)
}

/// The arrays as a safetensors file.
fn bytes(tensors: &[Tensor]) -> Result<Vec<u8>, String> {
    let raw: Vec<(String, Dtype, Vec<usize>, Vec<u8>)> = tensors
        .iter()
        .map(|tensor| match tensor {
            Tensor::Floats(t) => {
                let bytes = t.values.iter().flat_map(|v| v.to_le_bytes()).collect();
                (t.name.clone(), Dtype::F32, t.shape.clone(), bytes)
            }
            Tensor::Integers { name, values } => {
                let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
                (name.clone(), Dtype::I64, vec![values.len()], bytes)
            }
        })
        .collect();
    let mut views = vec![];
    for (name, dtype, shape, bytes) in &raw {
        let view =
            TensorView::new(*dtype, shape.clone(), bytes).map_err(|error| format!("{name}: {error}"))?;
        views.push((name.as_str(), view));
    }
    serialize(views, None).map_err(|error| error.to_string())
}
