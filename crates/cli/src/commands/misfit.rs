//! What the session finds wrong, told with the file it came from.

use std::path::Path;

use minibatch_session::{BuildError, ExperimentError};

use crate::error::Error;
use crate::experiment::wrong;
use crate::memory;
use crate::place;
use crate::tensors::{DATA_KEYS, INPUT_KEY};

/// The files that were handed in with an experiment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Origin<'a> {
    /// The experiment's file or preset.
    pub experiment: &'a str,
    /// Weights.
    pub weights: Option<&'a Path>,
    /// Samples to train on.
    pub data: Option<&'a Path>,
    /// Inputs to answer.
    pub inputs: Option<&'a Path>,
    /// What takes memory: "training this".
    pub doing: &'static str,
}

impl Origin<'_> {
    /// The error with the name of the file that holds the array it speaks of.
    pub fn explain(&self, error: BuildError) -> Error {
        match error {
            BuildError::Experiment(ExperimentError::Supply { name, message }) => {
                let file =
                    self.file(&name).map_or(self.experiment.to_owned(), |path| path.display().to_string());
                Error::Misfit {
                    files: file,
                    message: format!("{name}: {message} (experiment {})", self.experiment),
                }
            }
            BuildError::Experiment(ExperimentError::NotOnGpu { why }) => {
                Error::NoGpu(place::words(why).unwrap_or_default())
            }
            BuildError::Memory { need, room } => memory::too_much(self.doing.into(), need, room),
            BuildError::Experiment(error) => {
                let file = match &error {
                    ExperimentError::Value { tensor, .. } => self.samples_file(tensor),
                    _ => None,
                };
                match file {
                    Some(file) => Error::Misfit {
                        files: file.display().to_string(),
                        message: format!("{error} (experiment {})", self.experiment),
                    },
                    None => wrong(self.experiment, error),
                }
            }
            error => Error::Session(error.to_string()),
        }
    }

    /// Where samples came from; none where they are the experiment's own.
    fn samples_file(&self, array: &str) -> Option<&Path> {
        match array {
            INPUT_KEY => self.inputs,
            name if DATA_KEYS.contains(&name) => self.data,
            _ => None,
        }
    }

    /// Where an array came from.
    fn file(&self, array: &str) -> Option<&Path> {
        match array {
            INPUT_KEY if self.inputs.is_some() => self.inputs,
            name if DATA_KEYS.contains(&name) => self.data,
            // What arrays of weights are called; all else is the experiment's: its table, its task, files it was made of.
            name if name.starts_with("layers.") => self.weights,
            _ => None,
        }
    }
}
