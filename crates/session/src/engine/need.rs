//! How much memory training on the CPU takes, reckoned from its graphs before any of it is taken.

use std::collections::BTreeMap;

use minibatch_cpu::Need;
use minibatch_nn::{Clip, Model, Samples, names};

use super::evaluation;
use super::keep::Keep;
use super::programs::{BuildError, LOSS_ROWS};
use super::snapshots::SLOTS;
use crate::{Experiment, SampleSource};

/// Bytes of a number.
const NUMBER: u64 = 4;

impl Experiment {
    /// Bytes that training takes on the CPU at its most, by the plans of memory of its graphs: weights, gradients, what the
    /// optimizer keeps, the values of a batch, those of an evaluation's piece, the samples, and what is kept beside.
    /// `supplied` says how many samples come from outside, where they do.
    ///
    /// # Errors
    /// When the experiment is wrong.
    pub fn memory(&self, supplied: Option<Samples>, keep: Keep) -> Result<u64, BuildError> {
        let model = self.model()?;
        let samples = supplied.unwrap_or_else(|| self.counts());
        need(self, &model, samples, keep)
    }

    /// How many samples it says there are.
    pub(super) fn counts(&self) -> Samples {
        match self.model.as_ref().map(|model| &model.samples) {
            Some(SampleSource::Random { train, test } | SampleSource::Own { train, test, .. }) => {
                Samples { train: *train as usize, test: *test as usize }
            }
            Some(SampleSource::Task(task)) => {
                Samples { train: task.train as usize, test: task.test as usize }
            }
            Some(SampleSource::Table { inputs, .. }) => Samples { train: inputs.len(), test: 0 },
            // Points of the plane are few, however they are parted.
            None => {
                Samples { train: (self.data.samples as usize).max(self.data.points.len()).max(1), test: 0 }
            }
        }
    }
}

/// The same for a model that is there.
pub fn need(experiment: &Experiment, model: &Model, samples: Samples, keep: Keep) -> Result<u64, BuildError> {
    let training = &experiment.training;
    let batch = (training.batch_size as usize).min(samples.train).max(1);
    let (rule, clip) =
        (training.optimizer.rule(), Clip { norm: training.clip_norm, value: training.clip_value });
    let evaluation = evaluation::Plan::new(model, samples, batch, experiment.model.is_none())?;
    let graphs = [
        model.train(samples, batch, rule, clip, LOSS_ROWS)?,
        model.piece(samples, evaluation.rows)?,
        model.conclude(1, true, &[])?,
    ];
    let (mut variables, mut own, mut scratch) = (BTreeMap::new(), 0, 0);
    for graph in &graphs {
        let need = Need::of(graph).map_err(super::backend::Lost::from)?;
        own += need.own as u64;
        scratch = scratch.max(need.scratch as u64);
        variables.extend(need.variables);
    }
    let of = |name: &str| variables.get(name).copied().unwrap_or(0) as u64;
    let parameters = model.parameters() as u64;
    let state = names::STATE.iter().map(|name| of(name)).sum::<u64>();
    let changes = parameters + state;
    let copies = [
        (keep.snapshots, SLOTS as u64 * changes),
        (keep.best, if keep.best_state { changes } else { parameters }),
        (keep.start, parameters),
        // While they are handed over, or longer.
        (keep.samples || parameters < of(names::INPUTS), of(names::INPUTS) + of(names::TARGETS)),
    ];
    let copies: u64 = copies.iter().filter(|copy| copy.0).map(|copy| copy.1).sum();
    Ok(NUMBER * (variables.values().map(|&len| len as u64).sum::<u64>() + own + scratch + copies))
}
