//! From an experiment to variables and plans.

use minibatch_graph::{DType, control};
use minibatch_nn::{Clip, Loss, Model, NnError, Outline, Samples, names};

use super::backend::{Backend, Lost, Plan};
use super::best;
use super::data::Data;
use super::snapshots::{self, Snapshots};
use crate::{Experiment, ExperimentError, OptimizerKind, Training};

/// Rows of the ring of batch losses: the most steps a submit may have.
pub const LOSS_ROWS: usize = 512;
/// Rows of the ring of evaluations: the most evaluations a submit may have.
pub const EVALUATION_ROWS: usize = 32;

/// How often the way to the first regular point of the curve is halved.
const EARLY: u32 = 3;

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

impl BuildError {
    /// The device is gone, and with it all that was on it.
    pub fn lost(&self) -> bool {
        matches!(self, Self::Backend(lost) if lost.is_device())
    }
}

/// Everything about a run that does not change while it trains.
pub struct Programs {
    /// The model.
    pub model: Model,
    /// The samples, for those who look at them.
    pub data: Data,
    /// How many samples of each.
    pub samples: Samples,
    /// The batch size in force.
    pub batch: usize,
    /// Batches an epoch, rounded up.
    pub steps_per_epoch: u32,
    /// Steps between points of the curve.
    pub evaluate_every: u32,
    /// The parameters at step 0, and the variables beside them.
    pub start: Start,
    /// Variables that a snapshot holds.
    pub kept: Vec<String>,
    /// The variance of the test targets, for R2; none in classification.
    pub test_variance: Option<f32>,
    /// One training step.
    pub train: Plan,
    /// One evaluation.
    pub evaluate: Plan,
    /// How large all is that training changes.
    pub squares: Plan,
}

/// What a run begins with.
#[derive(Clone)]
pub struct Start {
    /// All parameters.
    pub parameters: Vec<f32>,
    /// The variables that are no parameters: name, values, and whether training changes them.
    pub buffers: Vec<(String, Vec<f32>, bool)>,
}

impl Programs {
    /// Builds an experiment: fills the variables and compiles its plans.
    pub async fn build(
        backend: &mut Backend,
        experiment: &Experiment,
        (model, data, start): (Model, Data, Start),
    ) -> Result<Self, BuildError> {
        let samples = data.samples;
        let training = &experiment.training;
        let batch = (training.batch_size as usize).min(samples.train);
        let rule = training.optimizer.rule();
        let clip = Clip { norm: training.clip_norm, value: training.clip_value };
        let seen = seen(&model, &data)?;
        backend.set_f32(names::INPUTS, &data.inputs)?;
        if model.loss.takes_classes() {
            backend.set_u32(names::TARGETS, &data.classes())?;
        } else {
            backend.set_f32(names::TARGETS, &data.targets)?;
        }
        backend.set_f32(names::DECAY, &model.layout.decay())?;
        backend.set_f32(names::LOSSES, &vec![0.0; 1 + LOSS_ROWS])?;
        backend.set_f32(names::EVALUATIONS, &vec![0.0; 1 + EVALUATION_ROWS * model.evaluation_width()])?;
        let mut kept = vec![names::PARAMETERS.to_owned(), control::NAME.to_owned()];
        kept.extend(names::STATE[..rule.state_count()].iter().map(|&name| name.to_owned()));
        kept.extend(start.buffers.iter().filter(|b| b.2).map(|b| b.0.clone()));
        start.write(backend, experiment, &kept)?;
        let sizes: Vec<(&str, usize, DType)> = kept.iter().map(|name| start.size(name)).collect();
        best::prepare(backend, &sizes)?;
        let train = backend.compile(&model.train(samples, batch, rule, clip, LOSS_ROWS)?).await?;
        let evaluate = backend.compile(&model.evaluate(samples, seen, EVALUATION_ROWS, &sizes)?).await?;
        let squares = backend.compile(&snapshots::squares(&sizes).map_err(NnError::from)?).await?;
        let steps_per_epoch = samples.train.div_ceil(batch) as u32;
        // Evaluating never costs more than a fraction of the training: small epochs are bundled, and a model's long ones
        // divided, where its curve would have to wait too long for the next point. A step of few samples costs about that
        // of four.
        let whole = |least: u32| least.div_ceil(steps_per_epoch) * steps_per_epoch;
        let evaluate_every = match (4 * (seen.train + seen.test) / batch.max(4)).max(10) as u32 {
            _ if data.points.is_some() => whole(10),
            least if least < steps_per_epoch => least,
            least => whole(least),
        };
        let squared = matches!(model.loss, Loss::Mse | Loss::HalfMse);
        let test_variance = (model.classes.is_none() && squared).then(|| data.test_variance(seen.test));
        Ok(Self {
            model,
            data,
            samples,
            batch,
            steps_per_epoch,
            evaluate_every,
            start,
            kept,
            test_variance,
            train,
            evaluate,
            squares,
        })
    }

    /// Whether the curve has a point at this step: every so many steps, and at halves of the first of them, so that there is
    /// a curve to be seen early.
    pub fn has_point(&self, step: u32) -> bool {
        let every = self.evaluate_every;
        step.is_multiple_of(every) || (1..=EARLY).any(|halves| step == every >> halves)
    }

    /// The step of the next point after `step`.
    pub fn next_point(&self, step: u32) -> u32 {
        let every = self.evaluate_every;
        let early = (1..=EARLY).rev().map(|halves| every >> halves).find(|at| *at > step);
        early.unwrap_or_else(|| step - step % every + every)
    }

    /// The step at which the next epoch after `step` is complete: its last sample has been taken.
    pub fn next_epoch(&self, step: u32) -> u32 {
        let (n, batch) = (self.samples.train as u64, self.batch as u64);
        let epochs = u64::from(step) * batch / n + 1;
        u32::try_from((epochs * n).div_ceil(batch)).unwrap_or(u32::MAX)
    }

    /// Puts everything that training changes back to step 0. The best checkpoint stays.
    pub fn rewind(&self, backend: &mut Backend, experiment: &Experiment) -> Result<(), Lost> {
        self.start.write(backend, experiment, &self.kept)?;
        self.clear_rings(backend)
    }

    /// Bytes that the host holds for it, roughly: the samples, and what the run starts with.
    pub fn bytes(&self) -> usize {
        let buffers = self.start.buffers.iter().map(|b| b.1.len()).sum::<usize>();
        let data = &self.data;
        4 * (data.inputs.len() + data.targets.len() + self.start.parameters.len() + buffers)
    }

    /// The copies of a run that starts here: none yet.
    pub fn no_copies(&self) -> Snapshots {
        Snapshots::new(&self.start.parameters)
    }

    /// Begins the rings anew.
    pub fn clear_rings(&self, backend: &mut Backend) -> Result<(), Lost> {
        backend.write_f32(names::LOSSES, 0, &[0.0])?;
        backend.write_f32(names::EVALUATIONS, 0, &[0.0])
    }
}

impl Start {
    /// As the experiment's seed draws it.
    pub fn draw(model: &Model, seed: u32) -> Self {
        Self { parameters: model.layout.draw(seed), buffers: model.layout.variables() }
    }

    /// The length and type of a variable that training changes.
    fn size<'a>(&self, name: &'a str) -> (&'a str, usize, DType) {
        match self.buffers.iter().find(|b| b.0 == name) {
            Some(buffer) => (name, buffer.1.len(), DType::F32),
            None if name == control::NAME => (name, control::LEN, DType::U32),
            None => (name, self.parameters.len(), DType::F32),
        }
    }

    fn write(&self, backend: &mut Backend, experiment: &Experiment, kept: &[String]) -> Result<(), Lost> {
        backend.set_f32(names::PARAMETERS, &self.parameters)?;
        for (name, values, _) in &self.buffers {
            backend.set_f32(name, values)?;
        }
        for name in kept.iter().filter(|n| names::STATE.contains(&n.as_str())) {
            backend.set_f32(name, &vec![0.0; self.parameters.len()])?;
        }
        backend.set_u32(control::NAME, &control_block(experiment))
    }
}

/// The samples an evaluation looks at: all points of the plane; of other models at most 512 training and 512 test
/// samples, and fewer of large models, see [`rows_at_once`].
fn seen(model: &Model, data: &Data) -> Result<Samples, BuildError> {
    if data.points.is_some() {
        return Ok(data.samples);
    }
    let most = rows_at_once(model)?.clamp(1, 512);
    Ok(Samples { train: data.samples.train.min(most), test: data.samples.test.min(most) })
}

/// How many samples may go through a model at once: their values together take at most 96 MiB, so that none is larger
/// than the 128 MiB a GPU lets a kernel see.
pub fn rows_at_once(model: &Model) -> Result<usize, BuildError> {
    let bytes = Outline::of(&model.input, &model.blocks)?.activation_bytes.max(1);
    Ok(((96 << 20) / bytes).clamp(1, 4096) as usize)
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
    if matches!(training.optimizer.kind, OptimizerKind::Adam | OptimizerKind::AdamW | OptimizerKind::Muon) {
        words[control::BETA1] = training.optimizer.beta1.to_bits();
        words[control::BETA2] = training.optimizer.beta2.to_bits();
    }
    words.split_off(control::SETTINGS)
}
