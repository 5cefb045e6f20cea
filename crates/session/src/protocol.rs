//! What the page and the worker say to each other. Each message is JSON plus float arrays, which travel as transferred
//! buffers: [`Message`] on the way out carries them beside the event, in the order its doc gives.

use serde::{Deserialize, Serialize};

use minibatch_data::{TableFile, Taken};
use minibatch_nn::Probe;

use crate::{Cause, Choice, CurvePoint, Experiment, Metrics, SampleSource, Training, Why};

/// What the page asks of the session.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Command {
    /// Begins; always the first.
    Start {
        /// Where to train, if anywhere special.
        choice: Choice,
    },
    /// Chooses anew where to train. A run goes over with everything that training has changed, paused at the same step; one
    /// that has diverged stays where it is until the next load.
    Choose {
        /// Where.
        choice: Choice,
    },
    /// Builds this experiment anew, paused at step 0.
    Load {
        /// The experiment.
        experiment: Box<Experiment>,
        /// Comes back in [`Event::Loaded`], so that late messages of the run before can be told apart.
        generation: u32,
    },
    /// Trains on.
    Play,
    /// Stops training after what is under way.
    Pause,
    /// Trains this many batches, then answers [`Event::Done`] with `id`.
    Step {
        /// How many batches.
        n: u32,
        /// The answer's id.
        id: u32,
    },
    /// Trains to the end of the epoch, then answers [`Event::Done`].
    Epoch {
        /// The answer's id.
        id: u32,
    },
    /// Back to the same initial weights.
    Reset,
    /// Back to the best step so far, see [`Metrics::best`], paused; then answers [`Event::Done`]. Weights, the optimizer's
    /// state and the place in the data are those of that step; what [`Command::Tune`] sets stays.
    Best {
        /// The answer's id.
        id: u32,
    },
    /// Changes what can change while training: learning rate, schedule, L1, L2. The rest of `training` is ignored.
    Tune {
        /// The new values.
        training: Box<Training>,
    },
    /// Batches a second; none for as fast as the device goes.
    Speed {
        /// The limit.
        steps_per_second: Option<f32>,
    },
    /// Sets one weight or bias by its number among all parameters, in every plan at once.
    SetParameter {
        /// Its number; see [`crate::LayerSummary`].
        index: usize,
        /// Its new value.
        value: f32,
    },
    /// Asks for one [`Event::Frame`]. The page asks again when it has drawn it.
    Look(Look),
    /// Chooses the sample that [`Look::inside`] shows; the first one until then.
    Show(Shown),
    /// Asks for samples as they are; answers [`Event::Samples`].
    Samples {
        /// The answer's id.
        id: u32,
        /// The first one; test samples come after those to train on.
        first: u32,
        /// How many, at most 4096.
        n: u32,
    },
    /// Asks for a model's answers to inputs of the learner's; answers [`Event::Asked`].
    Ask {
        /// The answer's id.
        id: u32,
        /// (rows, input shape).
        inputs: Vec<f32>,
    },
    /// Asks for the network's output at these points; answers [`Event::Predicted`].
    Predict {
        /// The answer's id.
        id: u32,
        /// (x, y) each.
        points: Vec<[f32; 2]>,
    },
    /// After [`Event::Diverged`]: goes on from the last good weights, still paused.
    Recover {
        /// The learning rate from now on.
        learning_rate: f32,
    },
    /// Asks for [`Event::Memory`], for tests that nothing grows.
    Weigh,
    /// Asks whether anybody listens: answered by [`Event::Pong`] before anything else is done.
    Ping,
    /// Loses the device on purpose, for tests of what happens then.
    LoseDevice,
    /// Fails on purpose, for tests of what happens then.
    Panic,
}

/// What a frame shall show.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Look {
    /// Pixels along each side of the output's picture; 0 for none. 1 to 200.
    pub boundary: u32,
    /// Pixels along each side of every unit's picture; 0 for none. 1 to 64.
    pub units: u32,
    /// All parameters as well.
    pub parameters: bool,
    /// All that the model makes of the sample shown, see [`Facts::probes`].
    pub inside: bool,
    /// The gradients.
    pub gradients: bool,
    /// The answers to many test samples.
    pub examine: bool,
    /// How far the last step moved each parameter; those come too. Left out of the answer as long as no step was taken while
    /// this was asked for.
    pub update: bool,
}

/// A sample to look at.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shown {
    /// One of the data: training samples first, then test samples.
    Row(u32),
    /// The learner's own, (input shape).
    Own(Vec<f32>),
}

/// What a model and its data look like, for whoever draws them.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Facts {
    /// One input's shape.
    pub input: Vec<usize>,
    /// Inputs are token numbers below this.
    pub tokens: Option<usize>,
    /// One target's shape; empty for one class.
    pub target: Vec<usize>,
    /// One output's shape.
    pub output: Vec<usize>,
    /// Samples to train on.
    pub train: usize,
    /// Samples held back; they come after.
    pub test: usize,
    /// Whether an answer's numbers are shares, behind a sigmoid or softmax; else they are numbers to predict.
    pub shares: bool,
    /// What each token is called.
    pub vocabulary: Vec<String>,
    /// What each class is called.
    pub class_names: Vec<String>,
    /// What a look inside gives, in order.
    pub probes: Vec<Probe>,
    /// How many steps the gradient over time has; 0 where there are no steps.
    pub gradient_steps: usize,
    /// The samples an examination looks at: the first, and how many.
    pub examined: (usize, usize),
    /// How many numbers of the last hidden layer an examination gives for each sample; 0 where they are too many.
    pub features: usize,
}

/// What the session tells the page.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Event {
    /// The worker runs and listens; sent once, before anything is asked.
    Listening,
    /// It listens still, between two things that it does.
    Pong,
    /// It begins to build the experiment of this generation.
    Building {
        /// From the command.
        generation: u32,
    },
    /// The engine has fallen by a fault of its own, and its worker is of no use any more.
    Fell {
        /// What failed.
        message: String,
    },
    /// After files that were refused: the engine's memory has grown to so many bytes, and does not shrink.
    Swollen {
        /// Bytes.
        heap: u64,
    },
    /// The backend is chosen, by the first load or by what was asked for; said again when it changes, or the reason.
    Ready {
        /// "webgpu" or "cpu" ("gpu" natively).
        backend: String,
        /// The adapter's name, as far as the browser tells; empty on the CPU.
        adapter: String,
        /// The adapter is the browser's own software.
        software: bool,
        /// Why there.
        why: Why,
    },
    /// An experiment is built. Arrays: training points and test points, (n, 3) of x, y, label.
    Loaded {
        /// From the command.
        generation: u32,
        /// Batches an epoch, rounded up.
        steps_per_epoch: u32,
        /// The batch size in force.
        batch_size: u32,
        /// Of the model and its data.
        facts: Box<Facts>,
    },
    /// An experiment cannot be built.
    Refused {
        /// From the command.
        generation: u32,
        /// Why, and the mend.
        message: String,
        /// The build that goes on in its place; none where there is none.
        kept: Option<u32>,
        /// That one trains.
        playing: bool,
    },
    /// Where the run stands, and the curve's points since the last such event.
    Metrics {
        /// Which build it belongs to.
        generation: u32,
        /// Now.
        now: Box<Metrics>,
        /// New points of the curve.
        curve: Vec<CurvePoint>,
        /// What came after this step is void (after a reset or a recovery): drop it before adding `curve`.
        cut: Option<u32>,
    },
    /// Whether it trains.
    Playing {
        /// It does.
        playing: bool,
    },
    /// Pictures. Arrays, those asked for, in this order: the output at each pixel, (boundary, boundary, outputs); for each
    /// layer, the output last, every unit at each pixel, (units, units, layer units); all parameters; what is inside, by
    /// [`Facts::probes`]; gradients: all parameters', then the norm at each step; the examination: answers (samples,
    /// output shape), then the last hidden layer (samples, [`Facts::features`]); what the last step added to all parameters.
    /// Row 0 is the top.
    /// Outputs are shown as the learner reads them: a probability between 0 and 1 behind sigmoid or softmax.
    Frame {
        /// Which build it belongs to.
        generation: u32,
        /// The step at which it was taken.
        step: u32,
        /// What was asked for.
        look: Look,
        /// How many outputs.
        outputs: u32,
    },
    /// [`Command::Step`], [`Command::Epoch`] or [`Command::Best`] is through.
    Done {
        /// From the command.
        id: u32,
    },
    /// What [`Command::Step`] or [`Command::Epoch`] asked for ends before it is through: a pause, a reset or a way back came in
    /// between. [`Event::Done`] follows.
    BrokenOff {
        /// From the command.
        id: u32,
        /// Batches trained by then.
        step: u32,
    },
    /// Arrays: one, (n, outputs), as [`Event::Frame`] shows outputs.
    Predicted {
        /// From the command.
        id: u32,
        /// How many outputs.
        outputs: u32,
    },
    /// Arrays: inputs (n, input shape) and targets (n, target shape).
    Samples {
        /// From the command.
        id: u32,
        /// The first one.
        first: u32,
    },
    /// Arrays: one, (rows, output shape), as the learner reads outputs.
    Asked {
        /// From the command.
        id: u32,
    },
    /// Files were read: samples are there to be trained on.
    Brought {
        /// What to write into the experiment.
        source: SampleSource,
        /// What each class is called.
        class_names: Vec<String>,
        /// How they were read.
        taken: Box<Taken>,
    },
    /// Files were read: they are tables of measurements, which the page makes points of.
    Tables {
        /// The tables, unpacked.
        files: Vec<TableFile>,
        /// Files that were left out.
        taken: Taken,
    },
    /// The device's buffers (zeros on the CPU) and the engine's memory.
    Memory {
        /// How many there are.
        buffers: u32,
        /// Their bytes together.
        bytes: u64,
        /// Bytes of the engine's own memory, in WebAssembly; 0 elsewhere.
        heap: u64,
    },
    /// The loss left the numbers: training has stopped, and the weights are those of the last good step. [`Command::Recover`],
    /// or a [`Command::Tune`] that changes something, goes on from there; so do [`Command::Best`] and [`Command::Reset`].
    Diverged {
        /// At which step.
        step: u32,
        /// The learning rate at which it happened.
        learning_rate: f32,
        /// The step of the last good weights.
        good_step: u32,
        /// What drove it out.
        cause: Cause,
    },
    /// Something failed.
    Failed {
        /// What, and what to do.
        message: String,
        /// The session cannot go on (the device is lost); start anew.
        fatal: bool,
    },
}

/// An event and its arrays.
#[derive(Clone, PartialEq, Debug)]
pub struct Message {
    /// What happened.
    pub event: Event,
    /// The arrays its doc names, in order.
    pub arrays: Vec<Vec<f32>>,
}

impl From<Event> for Message {
    fn from(event: Event) -> Self {
        Self { event, arrays: vec![] }
    }
}
