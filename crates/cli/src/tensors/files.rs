//! The three kinds of files: weights, samples to train on, inputs to answer.

use std::path::Path;

use minibatch_session::{DataSet, NamedTensor, did_you_mean};

use super::decode::Accept;
use super::read::read;
use crate::error::{Error, Result};

/// The tensors of a data file; the last two are left out together when no samples are held back.
pub const DATA_KEYS: [&str; 4] = ["train_inputs", "train_targets", "test_inputs", "test_targets"];
/// What `minibatch export` writes beside them for its script; the samples do not depend on it.
const SCRIPT_KEYS: [&str; 2] = ["order", "dropout"];
/// The tensor of a file with inputs.
pub const INPUT_KEY: &str = "inputs";

/// All weights of a file.
///
/// # Errors
/// As [`read`], and when there is none.
pub fn weights(path: &Path) -> Result<Vec<NamedTensor>> {
    let found = read(path, Accept::Weights, &[])?;
    if found.is_empty() {
        return Err(Error::NotTensors { path: path.into(), why: "at least none with tensors in it".into() });
    }
    Ok(found)
}

/// What is to be said of the scale of samples, if anything: pixels are often kept as whole numbers from 0 to 255.
pub fn scale(path: &Path, data: &DataSet) -> Option<String> {
    let values = &data.train_inputs.values;
    let pixels = values.iter().all(|v| v.fract() == 0.0 && (0.0..=255.0).contains(v));
    let highest = values.iter().copied().fold(0.0, f32::max);
    (pixels && highest > 100.0).then(|| {
        format!(
            "note: {}: train_inputs are whole numbers up to {highest}, as pixels are kept; networks learn better from numbers \
             about 0 to 1: divide the inputs by 255, and those of predict too",
            path.display()
        )
    })
}

/// The samples of a file.
///
/// # Errors
/// As [`read`], and when a tensor is missing or one too many.
pub fn data_set(path: &Path) -> Result<DataSet> {
    let mut found = read(path, Accept::Samples, &SCRIPT_KEYS)?;
    only(path, &found, &DATA_KEYS)?;
    let mut take = |key: &str| found.iter().position(|t| t.name == key).map(|at| found.swap_remove(at));
    let [train_inputs, train_targets, test_inputs, test_targets] = DATA_KEYS.map(&mut take);
    let missing =
        |key: &str, mend: &str| Error::MissingKey { path: path.into(), key: key.into(), mend: mend.into() };
    let needed = "a data file holds train_inputs and train_targets";
    let together = "test_inputs and test_targets go together; add it, or leave out the other";
    match (&test_inputs, &test_targets) {
        (Some(_), None) => return Err(missing("test_targets", together)),
        (None, Some(_)) => return Err(missing("test_inputs", together)),
        _ => {}
    }
    Ok(DataSet {
        train_inputs: train_inputs.ok_or_else(|| missing("train_inputs", needed))?,
        train_targets: train_targets.ok_or_else(|| missing("train_targets", needed))?,
        test_inputs,
        test_targets,
    })
}

/// The inputs of a file.
///
/// # Errors
/// As [`read`], and when there is anything but `inputs`.
pub fn inputs(path: &Path) -> Result<NamedTensor> {
    let mut found = read(path, Accept::Samples, &[])?;
    only(path, &found, &[INPUT_KEY])?;
    found.pop().ok_or_else(|| Error::MissingKey {
        path: path.into(),
        key: INPUT_KEY.into(),
        mend: "a file with inputs holds this one tensor".into(),
    })
}

/// Nothing stands in the file that is not asked for.
fn only(path: &Path, found: &[NamedTensor], known: &[&str]) -> Result<()> {
    let Some(extra) = found.iter().find(|t| !known.contains(&t.name.as_str())) else { return Ok(()) };
    Err(Error::ExtraKey {
        path: path.into(),
        key: extra.name.clone(),
        nearby: did_you_mean(&extra.name, known.iter().copied()),
        mend: format!("this file may hold {}", known.join(", ")),
    })
}
