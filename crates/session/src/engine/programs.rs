//! From an experiment to variables and plans.

use minibatch_graph::{DType, control};
use minibatch_nn::{Clip, Model, NnError, Outline, Samples, names};

use super::backend::{Backend, Lost, Plan};
use super::best;
use super::data::Data;
use super::evaluation::{self, Points};
use super::keep::Keep;
use super::snapshots::{self, Snapshots};
use crate::{Experiment, ExperimentError, OptimizerKind, Scale, Training};

/// Rows of the ring of batch losses: the most steps a submit may have.
pub const LOSS_ROWS: usize = 512;
/// Rows of the ring of evaluations, where those are short.
const EVALUATION_ROWS: usize = 32;
/// Numbers of the ring of evaluations, where those are long.
const EVALUATION_NUMBERS: usize = 1 << 16;

/// Why an experiment could not be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The experiment is wrong.
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    /// The model is wrong.
    #[error(transparent)]
    Model(#[from] NnError),
    /// There is not enough memory for it on the CPU.
    #[error("training this takes {} of memory, and {} are left: make the model, the batch or the data smaller", size(*.need), size(*.room))]
    Memory {
        /// Bytes it takes.
        need: u64,
        /// Bytes there are.
        room: u64,
    },
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

/// Bytes for people: "1.2 GB".
fn size(bytes: u64) -> String {
    match bytes {
        b if b >= 1_000_000_000 => format!("{:.1} GB", b as f64 / 1e9),
        b => format!("{} MB", b.div_ceil(1_000_000)),
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
    /// The curve's points.
    pub points: Points,
    /// Pieces of one evaluation.
    pub pieces: u32,
    /// Rows of the ring of evaluations: the most evaluations a submit may have.
    pub evaluation_rows: usize,
    /// The parameters at step 0, and the variables beside them, where they are kept.
    pub start: Option<Start>,
    /// Variables that training changes.
    pub kept: Vec<String>,
    /// Those of them of which the best is kept.
    pub best: Vec<String>,
    /// What is kept beside the run.
    pub keep: Keep,
    /// How large the samples are, for the cause of a divergence.
    pub scale: Scale,
    /// How far the test targets lie from their means, for R2: of each column the sum of squares; none in classification.
    pub spread: Vec<f64>,
    /// One training step.
    pub train: Plan,
    /// The next piece of an evaluation.
    pub piece: Plan,
    /// The end of an evaluation.
    pub conclude: Plan,
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
        (model, mut data, start): (Model, Data, Start),
        keep: Keep,
    ) -> Result<Self, BuildError> {
        let samples = data.samples;
        let training = &experiment.training;
        let batch = (training.batch_size as usize).min(samples.train);
        let rule = training.optimizer.rule();
        let clip = Clip { norm: training.clip_norm, value: training.clip_value };
        let evaluation::Plan { rows, pieces, points } =
            evaluation::Plan::new(&model, samples, batch, data.points.is_some())?;
        let mut kept = vec![names::PARAMETERS.to_owned(), control::NAME.to_owned()];
        kept.extend(names::STATE[..rule.state_count()].iter().map(|&name| name.to_owned()));
        kept.extend(start.buffers.iter().filter(|b| b.2).map(|b| b.0.clone()));
        let sizes: Vec<(&str, usize, DType)> =
            kept.iter().map(|name| start.size(name, model.parameters())).collect();
        start.write(backend, experiment, &kept)?;
        // Room for one copy fewer, where nobody comes back to them.
        let start = keep.start.then_some(start);
        let width = model.evaluation_width();
        let evaluation_rows = (EVALUATION_NUMBERS / width).clamp(1, EVALUATION_ROWS);
        backend.set_f32(names::INPUTS, &data.inputs)?;
        if model.loss.takes_classes() {
            backend.set_u32(names::TARGETS, &data.classes())?;
        } else {
            backend.set_f32(names::TARGETS, &data.targets)?;
        }
        backend.set_f32(names::DECAY, &model.layout.decay())?;
        backend.set_f32(names::LOSSES, &vec![0.0; 1 + LOSS_ROWS])?;
        backend.set_f32(names::EVALUATIONS, &vec![0.0; 1 + evaluation_rows * width])?;
        backend.set_u32(names::CURSOR, &[0])?;
        for (name, len) in model.sums() {
            backend.set_f32(name, &vec![0.0; len])?;
        }
        let of_best = |name: &str| keep.best && (keep.best_state || !names::STATE.contains(&name));
        let best: Vec<_> = sizes.iter().copied().filter(|size| of_best(size.0)).collect();
        best::prepare(backend, &best)?;
        let by_test = data.tested(&model);
        let (spread, scale) = (data.spread(model.columns()), data.scale(&model));
        // The backend has them now: room for the plans, where nobody else looks at them.
        if !keep.samples {
            (data.inputs, data.targets) = (vec![], vec![]);
        }
        let train = backend.compile(&model.train(samples, batch, rule, clip, LOSS_ROWS)?).await?;
        let piece = backend.compile(&model.piece(samples, rows)?).await?;
        let conclude = backend.compile(&model.conclude(evaluation_rows, by_test, &best)?).await?;
        let squares = backend.compile(&snapshots::squares(&sizes).map_err(NnError::from)?).await?;
        let steps_per_epoch = samples.train.div_ceil(batch) as u32;
        let best = best.iter().map(|size| size.0.to_owned()).collect();
        Ok(Self {
            model,
            data,
            samples,
            batch,
            steps_per_epoch,
            points,
            pieces,
            evaluation_rows,
            start,
            kept,
            best,
            keep,
            scale,
            spread,
            train,
            piece,
            conclude,
            squares,
        })
    }

    /// The step at which the next epoch after `step` is complete: its last sample has been taken.
    pub fn next_epoch(&self, step: u32) -> u32 {
        let (n, batch) = (self.samples.train as u64, self.batch as u64);
        let epochs = u64::from(step) * batch / n + 1;
        u32::try_from((epochs * n).div_ceil(batch)).unwrap_or(u32::MAX)
    }

    /// Puts everything that training changes back to step 0. The best checkpoint stays.
    pub fn rewind(&self, backend: &mut Backend, experiment: &Experiment) -> Result<(), Lost> {
        match &self.start {
            Some(start) => start.write(backend, experiment, &self.kept)?,
            None => Start::draw(&self.model, experiment.seed).write(backend, experiment, &self.kept)?,
        }
        self.clear_rings(backend)
    }

    /// Bytes that the host holds for it, roughly: the samples, and what the run starts with.
    pub fn bytes(&self) -> usize {
        let start =
            |start: &Start| start.parameters.len() + start.buffers.iter().map(|b| b.1.len()).sum::<usize>();
        let data = &self.data;
        4 * (data.inputs.len() + data.targets.len() + self.start.as_ref().map_or(0, start))
    }

    /// The copies of a run that starts here: none yet.
    pub fn no_copies(&self) -> Snapshots {
        Snapshots::new(self.start.as_ref().map_or(&[], |start| &start.parameters))
    }

    /// Begins the rings anew, and the next evaluation.
    pub fn clear_rings(&self, backend: &mut Backend) -> Result<(), Lost> {
        backend.write_u32(names::CURSOR, 0, &[0])?;
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
    fn size<'a>(&self, name: &'a str, parameters: usize) -> (&'a str, usize, DType) {
        match self.buffers.iter().find(|b| b.0 == name) {
            Some(buffer) => (name, buffer.1.len(), DType::F32),
            None if name == control::NAME => (name, control::LEN, DType::U32),
            None => (name, parameters, DType::F32),
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
