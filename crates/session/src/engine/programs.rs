//! From an experiment to variables and plans.

use minibatch_data::{Split, features_of, generate};
use minibatch_graph::control;
use minibatch_nn::{Dense, LossKind, Mlp, NnError, Samples, names};

use super::backend::{Backend, Lost, Plan};
use super::snapshots::{SLOTS, Snapshots};
use crate::{Experiment, ExperimentError, OptimizerKind, Summary, Training};

/// Rows of the ring of batch losses: the most steps a submit may have.
pub const LOSS_ROWS: usize = 512;
/// Rows of the ring of evaluations: the most evaluations a submit may have.
pub const EVALUATION_ROWS: usize = 32;

/// Why an experiment could not be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The experiment is wrong.
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    /// The model is wrong.
    #[error(transparent)]
    Model(#[from] NnError),
    /// The backend failed.
    #[error(transparent)]
    Backend(#[from] Lost),
}

/// Everything about a run that does not change while it trains.
pub struct Programs {
    /// The model.
    pub mlp: Mlp,
    /// The points.
    pub split: Split,
    /// How many of each.
    pub samples: Samples,
    /// The batch size in force.
    pub batch: usize,
    /// Batches an epoch, rounded up.
    pub steps_per_epoch: u32,
    /// Steps between points of the curve.
    pub evaluate_every: u32,
    /// The parameters at step 0.
    pub initial: Vec<f32>,
    /// Variables that a snapshot holds.
    pub kept: Vec<&'static str>,
    /// The variance of the test targets, for R2; none in classification.
    pub test_variance: Option<f32>,
    /// One training step.
    pub train: Plan,
    /// One evaluation.
    pub evaluate: Plan,
}

impl Programs {
    /// Builds an experiment: fills the variables and compiles its plans.
    pub async fn build(backend: &mut Backend, experiment: &Experiment) -> Result<Self, BuildError> {
        let summary = experiment.summary()?;
        let split = generate(&experiment.data, experiment.seed).map_err(ExperimentError::from)?;
        let samples = Samples { train: split.train.len(), test: split.test.len() };
        let mlp = model(experiment, &summary);
        let initial = initial_parameters(experiment, &mlp);
        let batch = (experiment.training.batch_size as usize).min(samples.train);
        let rule = experiment.training.optimizer.rule();
        fill_data(backend, experiment, &mlp, &split)?;
        backend.set_f32(names::DECAY, &mlp.decay())?;
        backend.set_f32(names::LOSSES, &vec![0.0; 1 + LOSS_ROWS])?;
        backend.set_f32(names::EVALUATIONS, &vec![0.0; 1 + EVALUATION_ROWS * mlp.evaluation_width()])?;
        backend.set_f32(names::PARAMETERS, &initial)?;
        let mut kept = vec![names::PARAMETERS, control::NAME];
        kept.extend(&names::STATE[..rule.state_count()]);
        for name in &names::STATE[..rule.state_count()] {
            backend.set_f32(name, &vec![0.0; mlp.parameters])?;
        }
        backend.set_u32(control::NAME, &control_block(experiment))?;
        // Copies must have the sizes of this model before the first submit makes one.
        for slot in 0..SLOTS {
            for name in &kept {
                let copy = Snapshots::name(slot, name);
                match *name {
                    control::NAME => backend.set_u32(&copy, &[0; control::LEN])?,
                    _ => backend.set_f32(&copy, &vec![0.0; mlp.parameters])?,
                }
            }
        }
        let train = backend.compile(&mlp.train(samples, batch, rule, LOSS_ROWS)?).await?;
        let evaluate = backend.compile(&mlp.evaluate(samples, EVALUATION_ROWS)?).await?;
        let steps_per_epoch = samples.train.div_ceil(batch) as u32;
        // Small epochs are bundled, so that evaluating never costs more than a fraction of the training.
        let evaluate_every = 10u32.div_ceil(steps_per_epoch) * steps_per_epoch;
        let test_variance = mlp.classes.is_none().then(|| variance(&split));
        Ok(Self {
            mlp,
            split,
            samples,
            batch,
            steps_per_epoch,
            evaluate_every,
            initial,
            kept,
            test_variance,
            train,
            evaluate,
        })
    }

    /// The step at which the next epoch after `step` is complete: its last sample has been taken.
    pub fn next_epoch(&self, step: u32) -> u32 {
        let (n, batch) = (self.samples.train as u64, self.batch as u64);
        let epochs = u64::from(step) * batch / n + 1;
        u32::try_from((epochs * n).div_ceil(batch)).unwrap_or(u32::MAX)
    }

    /// Puts everything that training changes back to step 0.
    pub fn rewind(&self, backend: &mut Backend, experiment: &Experiment) -> Result<(), Lost> {
        backend.set_f32(names::PARAMETERS, &self.initial)?;
        for name in self.kept.iter().filter(|n| names::STATE.contains(n)) {
            backend.set_f32(name, &vec![0.0; self.mlp.parameters])?;
        }
        backend.set_u32(control::NAME, &control_block(experiment))?;
        self.clear_rings(backend)
    }

    /// Begins the rings anew.
    pub fn clear_rings(&self, backend: &mut Backend) -> Result<(), Lost> {
        backend.write_f32(names::LOSSES, 0, &[0.0])?;
        backend.write_f32(names::EVALUATIONS, 0, &[0.0])
    }
}

/// The model an experiment describes.
fn model(experiment: &Experiment, summary: &Summary) -> Mlp {
    let dropout = |i: usize| experiment.hidden.get(i).map_or(0.0, |l| l.dropout);
    let layers = summary.layers.iter().enumerate().map(|(i, l)| Dense {
        inputs: l.inputs,
        units: l.units,
        activation: l.activation,
        dropout: dropout(i),
        weight_offset: l.weight_offset,
        bias_offset: l.bias_offset,
    });
    Mlp {
        layers: layers.collect(),
        parameters: summary.parameters,
        loss: summary.loss,
        classes: summary.classes.map(|c| c as usize),
    }
}

fn initial_parameters(experiment: &Experiment, mlp: &Mlp) -> Vec<f32> {
    let init = |i: usize| experiment.hidden.get(i).map_or(experiment.output_init, |l| l.init);
    let of = |(i, l): (usize, &Dense)| init(i).draw(l.inputs, l.units, experiment.seed, i as u32);
    mlp.layers.iter().enumerate().flat_map(of).collect()
}

fn fill_data(backend: &mut Backend, experiment: &Experiment, mlp: &Mlp, split: &Split) -> Result<(), Lost> {
    let points = [&split.train[..], &split.test[..]].concat();
    backend.set_f32(names::INPUTS, &features_of(&points, &experiment.features))?;
    if mlp.loss.takes_classes() {
        let classes: Vec<u32> = points.iter().map(|p| p.label as u32).collect();
        return backend.set_u32(names::TARGETS, &classes);
    }
    let classes = mlp.classes.map(|c| c as u32);
    let targets: Vec<f32> =
        points.iter().map(|p| LossKind::float_target(mlp.loss, classes, p.label)).collect();
    backend.set_f32(names::TARGETS, &targets)
}

fn control_block(experiment: &Experiment) -> Vec<u32> {
    let mut words = vec![0; control::LEN];
    words[control::SEED] = experiment.seed;
    words[control::SETTINGS..].copy_from_slice(&live_settings(&experiment.training));
    words
}

/// The control block from [`control::SETTINGS`] on: what may change while training.
pub fn live_settings(training: &Training) -> Vec<u32> {
    let mut words = vec![0; control::LEN];
    words[control::BASE_LR] = training.learning_rate.to_bits();
    words[control::SCHEDULE..=control::WARMUP].copy_from_slice(&training.schedule.words());
    words[control::L1] = training.l1.to_bits();
    words[control::L2] = training.l2.to_bits();
    if matches!(training.optimizer.kind, OptimizerKind::Adam | OptimizerKind::AdamW) {
        words[control::BETA1] = training.optimizer.beta1.to_bits();
        words[control::BETA2] = training.optimizer.beta2.to_bits();
    }
    words.split_off(control::SETTINGS)
}

/// In f64, so that equal targets give exactly 0.
fn variance(split: &Split) -> f32 {
    let n = split.test.len() as f64;
    let mean = split.test.iter().map(|p| f64::from(p.label)).sum::<f64>() / n;
    (split.test.iter().map(|p| (f64::from(p.label) - mean).powi(2)).sum::<f64>() / n) as f32
}
