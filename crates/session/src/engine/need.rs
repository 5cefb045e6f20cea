//! How much memory training on the CPU takes, reckoned from its graphs before any of it is taken.

use std::collections::BTreeMap;

use minibatch_cpu::Need;
use minibatch_graph::DType;
use minibatch_nn::{Clip, Model, NnError, Samples, names};

use super::evaluation;
use super::keep::Keep;
use super::programs::{BuildError, LOSS_ROWS};
use super::snapshots::{self, SLOTS};
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

    /// Bytes of the samples and of the weights, as they are written to files, and while the weights are drawn more than these.
    /// `supplied` as above.
    ///
    /// # Errors
    /// When the experiment is wrong.
    pub fn file_sizes(&self, supplied: Option<Samples>) -> Result<[u64; 3], BuildError> {
        let model = self.model()?;
        let all = drawing(&model, supplied.unwrap_or_else(|| self.counts()));
        let [weights, more] = [NUMBER * model.parameters() as u64, model.layout.drawing()];
        Ok([all - weights - more, weights, more])
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
        snapshots::squares(&[(names::PARAMETERS, model.parameters(), DType::F32)]).map_err(NnError::from)?,
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
    let data = of(names::INPUTS) + of(names::TARGETS);
    let start = if keep.start { parameters } else { 0 };
    let best = match keep.best {
        true if keep.best_state => changes,
        true => parameters,
        false => 0,
    };
    let copies = [(keep.snapshots, SLOTS as u64 * changes), (keep.samples, data)];
    let copies: u64 = copies.iter().filter(|copy| copy.0).map(|copy| copy.1).sum();
    let all = variables.values().map(|&len| len as u64).sum::<u64>();
    // While it is drawn; while that goes to the backend, first the weights, then the samples and a mark for each weight, each
    // with a copy on its way; while it trains.
    let drawn = NUMBER * (parameters + data) + model.layout.drawing();
    let begun = NUMBER * (2 * parameters + data + state + if state > 0 { parameters } else { 0 });
    let filled = NUMBER * (2 * data + start + changes + parameters.max(of(names::TARGETS)) + parameters);
    let trained = NUMBER * (all + own + scratch + copies + start + best);
    Ok(drawn.max(begun).max(filled).max(trained))
}

/// Bytes that are taken while an experiment's weights and samples are drawn, wherever it trains.
pub fn drawing(model: &Model, samples: Samples) -> u64 {
    let row = model.input.shape.iter().chain(&[1]).product::<usize>();
    let target = model.target().iter().product::<usize>();
    let numbers =
        (samples.train + samples.test).saturating_mul(row + target).saturating_add(model.parameters());
    (NUMBER * numbers as u64).saturating_add(model.layout.drawing())
}
