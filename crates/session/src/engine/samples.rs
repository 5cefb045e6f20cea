//! The samples an experiment trains on, for those who want them without a run.

use minibatch_nn::{NamedTensor, Samples};

use super::data::{Data, DataSet};
use crate::{Experiment, ExperimentError};

impl DataSet {
    /// Those of an experiment: drawn by its seed, or written out in it.
    ///
    /// # Errors
    /// When the experiment is wrong.
    pub fn of(experiment: &Experiment) -> Result<Self, ExperimentError> {
        Self::fitted(experiment, None)
    }

    /// Those of an experiment, or those that are handed in with it: as its model is trained on them, so that targets of one
    /// number a sample have the output's shape, and classes of a squared error are -1 and 1.
    ///
    /// # Errors
    /// When the experiment is wrong, or what is handed in does not fit it.
    pub fn fitted(experiment: &Experiment, supply: Option<&Self>) -> Result<Self, ExperimentError> {
        experiment.validate()?;
        let model = experiment.model()?;
        let data = Data::new(experiment, &model, supply)?;
        model.takes_batch((experiment.training.batch_size as usize).min(data.samples.train))?;
        let (train, test) = (data.samples.train, data.samples.test);
        let inputs = |name, first, rows| part(name, &data.inputs, &model.input.shape, first, rows);
        let target = model.target();
        let targets = |name, first, rows| part(name, &data.targets, &target, first, rows);
        Ok(Self {
            train_inputs: inputs("train_inputs", 0, train),
            train_targets: targets("train_targets", 0, train),
            test_inputs: (test > 0).then(|| inputs("test_inputs", train, test)),
            test_targets: (test > 0).then(|| targets("test_targets", train, test)),
        })
    }
}

impl DataSet {
    /// How many samples these are, by their first extents.
    pub fn counts(&self) -> Samples {
        let rows = |x: &NamedTensor| x.shape.first().copied().unwrap_or(0);
        Samples { train: rows(&self.train_inputs).max(1), test: self.test_inputs.as_ref().map_or(0, rows) }
    }
}

/// `rows` rows of this shape, from `first` on.
fn part(name: &str, values: &[f32], shape: &[usize], first: usize, rows: usize) -> NamedTensor {
    let row: usize = shape.iter().product();
    let values = values[first * row..][..rows * row].to_vec();
    NamedTensor { name: name.into(), shape: [&[rows], shape].concat(), values }
}
