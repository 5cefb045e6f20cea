//! Everything the page knows, in one place that every component reads from the context.
//!
//! Small things are signals. What arrives many times a second (curve, frame) is kept outside the reactive graph, with
//! a version number that changes once for each arrival, so that a component redraws once and compares nothing.

use std::sync::Arc;

use leptos::prelude::*;
use minibatch_session::data::Point;
use minibatch_session::{
    Cause, Choice, Command, CurvePoint, Experiment, ExperimentError, Facts, Look, Metrics, Shown as Sample,
    Summary, Why,
};

use crate::engine::Engine;
use crate::state::tables::Asking;
use crate::state::{Aside, Errands, History, Imported, PastRun, Watched};

/// What the engine said about itself, and what it is doing.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Status {
    /// "webgpu" or "cpu"; empty until it is known.
    pub backend: String,
    /// The adapter's name, where the browser tells.
    pub adapter: String,
    /// The adapter is the browser's own software.
    pub software: bool,
    /// Why it runs there.
    pub why: Option<Why>,
    /// It trains.
    pub playing: bool,
    /// Built and ready to train.
    pub loaded: bool,
    /// Batches in an epoch, rounded up.
    pub steps_per_epoch: u32,
}

/// Something the learner should know, shown until it is dismissed or mended.
#[derive(Clone, PartialEq, Debug)]
pub enum Notice {
    /// A mistake in what was typed, dropped or opened; nothing was lost.
    Mistake(String),
    /// Good to know.
    Hint(String),
    /// The loss left the numbers.
    Diverged {
        /// At which step.
        step: u32,
        /// With which learning rate.
        learning_rate: f32,
        /// The step of the last good weights.
        good_step: u32,
        /// What drove it out.
        cause: Cause,
    },
    /// The engine cannot go on; the page offers to start it again.
    Fatal(String),
}

/// What takes long, and for how many seconds already.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Busy {
    /// The network is being built.
    Building(u32),
    /// A step, or whatever else was asked.
    Working(u32),
}

/// The newest pictures from the engine. All arrays are row-major; row 0 is the top.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Frame {
    /// The step they were taken at.
    pub step: u32,
    /// What was asked for, and so which arrays there are.
    pub look: Look,
    /// How many outputs.
    pub outputs: usize,
    /// (boundary, boundary, outputs).
    pub boundary: Vec<f32>,
    /// For each layer, the output last: (units, units, layer units).
    pub layers: Vec<Vec<f32>>,
    /// All parameters; see `LayerSummary` for where each layer's are.
    pub parameters: Vec<f32>,
    /// What the model makes of the sample shown; see `Facts::probes`.
    pub inside: Vec<f32>,
    /// All parameters' gradients, then the norm at each step.
    pub gradients: Vec<f32>,
    /// Answers to many test samples, then what the last layer sees of each.
    pub examined: Vec<f32>,
    /// What the last step added to all parameters.
    pub update: Vec<f32>,
}

/// An experiment in the making that does not fit together yet.
#[derive(Clone, PartialEq, Debug)]
pub struct Draft {
    /// As it is written.
    pub experiment: Experiment,
    /// What is wrong with it.
    pub mistake: ExperimentError,
}

/// A unit of the network, pointed at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// A feature, by its place among the chosen ones.
    Input(usize),
    /// A unit of a layer, the output last.
    Layer(usize, usize),
}

/// What part of the page is shown: all of it, or one view of it within a slide.
#[derive(Clone, PartialEq, Debug)]
pub struct Shown {
    /// Without the page's chrome, in a frame of somebody's slide.
    pub embedded: bool,
    /// "full", "boundary", "network" or "loss".
    pub view: String,
    /// Names of the controls that stay when embedded.
    pub controls: Vec<String>,
}

/// How the learner likes to see things; kept apart from the experiment.
#[derive(Clone, Copy)]
pub struct Taste {
    /// "light", "dark" or "auto".
    pub theme: RwSignal<String>,
    /// The dark colours are in force, "auto" resolved. Whoever draws with the theme's colours tracks this.
    pub dark: RwSignal<bool>,
    /// Draw the test points too.
    pub show_test: RwSignal<bool>,
    /// Draw classes, not shades.
    pub discretise: RwSignal<bool>,
    /// Logarithmic loss axis.
    pub log_loss: RwSignal<bool>,
}

/// A file that was dropped or chosen.
#[derive(Clone)]
pub struct Brought {
    /// Its name, with the folders it stood in.
    pub path: String,
    /// The file.
    pub file: web_sys::File,
}

/// Everything the page knows.
#[derive(Clone, Copy)]
pub struct Page {
    /// What the controls show.
    pub experiment: RwSignal<Experiment>,
    /// Layers in the making; the experiment is the last that fitted together.
    pub draft: RwSignal<Option<Draft>>,
    /// What was edited, to take it back.
    pub history: StoredValue<History>,
    /// Whether there is something to undo, and to redo.
    pub reach: RwSignal<(bool, bool)>,
    /// Shapes and counts of a network over the plane, or what is wrong with it.
    pub summary: Memo<Result<Summary, ExperimentError>>,
    /// The engine's state.
    pub status: RwSignal<Status>,
    /// Where the run stands.
    pub metrics: RwSignal<Metrics>,
    /// Messages for the learner: mistakes and hints.
    pub notice: RwSignal<Option<Notice>>,
    /// What must be answered before anything trains: a divergence, or an engine that has stopped. It stays whatever else is
    /// said, until it is answered or mended.
    pub trouble: RwSignal<Option<Notice>>,
    /// What the engine has been at for longer than one likes to wait.
    pub busy: RwSignal<Option<Busy>>,
    /// One quiet line at the foot of the page: what was just done, or what to try.
    pub hint: RwSignal<String>,
    /// A table that is not taken yet, with what is to be mended or chosen first.
    pub asking: RwSignal<Option<Asking>>,
    /// What was brought from files last, and how it was taken.
    pub imported: RwSignal<Option<Imported>>,
    /// The files of it, to be read again.
    pub files: StoredValue<Vec<Brought>, LocalStorage>,
    /// The loss curve, with its version.
    pub curve: StoredValue<Vec<CurvePoint>>,
    /// Changes with the curve.
    pub curve_version: RwSignal<u32>,
    /// The last runs that were left, to be compared with.
    pub runs: StoredValue<Vec<PastRun>>,
    /// Changes with them.
    pub runs_version: RwSignal<u32>,
    /// What the model and its data look like; none until it is built.
    pub facts: RwSignal<Option<Arc<Facts>>>,
    /// The sample looked at.
    pub sample: RwSignal<Sample>,
    /// Who looks at what inside a model.
    pub watched: StoredValue<Watched>,
    /// The newest pictures.
    pub frame: StoredValue<Frame>,
    /// Changes with the frame.
    pub frame_version: RwSignal<u32>,
    /// Training points and test points in force.
    pub points: StoredValue<(Vec<Point>, Vec<Point>)>,
    /// Changes with the points.
    pub points_version: RwSignal<u32>,
    /// The unit pointed at, enlarged in the output view.
    pub hover: RwSignal<Option<Unit>>,
    /// The class a click in the output view adds a point of; none while not drawing.
    pub brush: RwSignal<Option<Brush>>,
    /// Batches a second; none for as fast as the device goes.
    pub speed: RwSignal<Option<f32>>,
    /// Where the learner, or the address, wants it to train.
    pub choice: RwSignal<Choice>,
    /// How the learner likes to see things.
    pub taste: Taste,
    /// What part of the page is shown.
    pub shown: StoredValue<Shown>,
    /// The worker.
    pub engine: StoredValue<Engine, LocalStorage>,
    /// Runs that were left for another area.
    pub asides: StoredValue<Vec<Aside>, LocalStorage>,
    /// Their experiments and the steps at which they stand.
    pub aside: RwSignal<Vec<(Experiment, u32)>>,
    /// What is under way between page and worker.
    pub errands: StoredValue<Errands, LocalStorage>,
}

/// What the pointer does in the output view.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Brush {
    /// Adds points of this class, or with this target.
    Add(f32),
    /// Removes the points near it.
    Erase,
}

impl Page {
    /// The page, from the context.
    pub fn get() -> Self {
        expect_context()
    }

    /// Whether the experiment is a network over points in the plane.
    pub fn plane(&self) -> Memo<bool> {
        let experiment = self.experiment;
        Memo::new(move |_| experiment.with(|e| e.model.is_none()))
    }

    /// Whether the model looks at images, which come as (channels, rows, columns); all else is drawn over its steps.
    pub fn image(&self) -> Memo<bool> {
        let experiment = self.experiment;
        let image = |e: &Experiment| {
            e.model.as_ref().is_some_and(|m| m.input.tokens.is_none() && m.input.shape.len() == 3)
        };
        Memo::new(move |_| experiment.with(image))
    }

    /// What a class of the data in force is called; its number, where it has no name.
    pub fn class_name(&self, class: usize) -> String {
        let name = self.facts.with_untracked(|f| f.as_ref().and_then(|f| f.class_names.get(class).cloned()));
        name.unwrap_or_else(|| class.to_string())
    }

    /// Asks something of the engine.
    pub fn send(&self, command: Command) {
        self.engine.with_value(|engine| engine.send(&command));
        self.mind();
    }

    /// Why the engine has stopped, if it has.
    pub fn stopped(&self) -> Option<String> {
        match self.trouble.get_untracked() {
            Some(Notice::Fatal(why)) => Some(why),
            _ => None,
        }
    }

    /// A divergence has been answered: by a new rate, by undo, by another experiment. An engine that has stopped is not mended
    /// by that.
    pub fn answered(&self) {
        if matches!(self.trouble.get_untracked(), Some(Notice::Diverged { .. })) {
            self.trouble.set(None);
        }
    }
}
