//! The session, driven as the page's worker drives it: commands in, ticks, messages out.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use minibatch_session::{
    Best, BuildError, Cause, Choice, Command, CurvePoint, Event, Experiment, How, Keep, Message, Metrics,
    NamedTensor, Session, Supplies, Wait, Why,
};

use crate::args::BackendChoice;
use crate::error::{Error, Result};
use crate::memory;
use crate::output::note;
use crate::place;

/// A session and what it said.
pub struct Engine {
    session: Session,
    choice: Choice,
    /// "gpu" or "cpu"; known when something is built.
    pub backend: String,
    /// The adapter's name; empty on the CPU.
    pub adapter: String,
    next_id: u32,
    /// The steps to stop at that have been asked for and not been reached.
    goals: VecDeque<u32>,
    metrics: Metrics,
    loaded: Loaded,
}

/// What a build says of itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Loaded {
    /// Samples to train on.
    pub samples: usize,
    /// Samples held back.
    pub tests: usize,
    /// The batch size in force.
    pub batch_size: u32,
}

/// How a run left the numbers.
#[derive(Clone, Debug)]
pub struct Divergence {
    /// At which step.
    pub step: u32,
    /// The learning rate there.
    pub learning_rate: f32,
    /// What drove it out.
    pub cause: Cause,
}

/// What one tick brought.
#[derive(Debug, Default)]
pub struct Round {
    /// Batch losses, in order, none missing.
    pub losses: Vec<(u32, f32)>,
    /// The evaluations, in order: the curve's points, and goals that were reached.
    pub evaluations: Vec<CurvePoint>,
    /// Where and why the loss left the numbers.
    pub diverged: Option<Divergence>,
    /// There is nothing left to do.
    pub idle: bool,
}

impl Round {
    /// Whether no evaluation of its last step comes any more.
    pub fn ended(&self) -> bool {
        self.idle || self.diverged.is_some()
    }
}

impl Engine {
    /// A session that trains where it is asked to, or where the rule says.
    ///
    /// # Errors
    /// When the GPU is asked for and there is none.
    pub fn start(asked: Option<BackendChoice>, how: How) -> Result<Self> {
        let began = Instant::now();
        let session = Session::new(move || began.elapsed().as_secs_f64() * 1000.0).running(how);
        let choice = match asked {
            None => Choice::Auto,
            Some(BackendChoice::Gpu) => Choice::Gpu,
            Some(BackendChoice::Cpu) => Choice::Cpu,
        };
        let mut engine = Self {
            session,
            choice,
            backend: String::new(),
            adapter: String::new(),
            next_id: 0,
            goals: VecDeque::new(),
            metrics: Metrics::default(),
            loaded: Loaded::default(),
        };
        pollster::block_on(engine.session.command(Command::Start { choice }));
        for Message { event, .. } in engine.session.take_messages() {
            engine.note_place(event);
        }
        if choice == Choice::Gpu && engine.backend == "cpu" {
            return Err(Error::NoGpu(place::words(Why::NoAdapter).unwrap_or_default()));
        }
        Ok(engine)
    }

    /// Where it trains; where nobody has chosen the CPU, why there.
    fn note_place(&mut self, event: Event) {
        let Event::Ready { backend, adapter, why, .. } = event else { return };
        (self.backend, self.adapter) = (backend, adapter);
        if let (Choice::Auto, Some(why)) = (self.choice, place::words(why)) {
            note(&format!("note: on the CPU: {why}"));
        }
    }

    /// Says what is kept beside the runs that are loaded from now on.
    pub fn keep(&mut self, keep: Keep) {
        self.session.keep_beside(keep);
    }

    /// Builds an experiment.
    ///
    /// # Errors
    /// When it is wrong, what is supplied does not fit it, the device fails, or the GPU was asked for and cannot train it.
    pub fn load(
        &mut self,
        experiment: &Experiment,
        supplies: Supplies,
    ) -> std::result::Result<Loaded, BuildError> {
        self.session.limit_memory(memory::left().map(|left| left.bytes));
        pollster::block_on(self.session.load_with(experiment.clone(), 1, supplies))?;
        for Message { event, .. } in self.session.take_messages() {
            if let Event::Loaded { batch_size, facts, .. } = event {
                self.loaded = Loaded { samples: facts.train, tests: facts.test, batch_size };
            } else {
                self.note_place(event);
            }
        }
        Ok(self.loaded)
    }

    /// Trains up to this step, after the goals before it, and evaluates there.
    pub fn train_to(&mut self, step: u32) {
        let at = self.goals.back().copied().unwrap_or(self.metrics.step);
        self.next_id += 1;
        self.goals.push_back(step);
        let command = Command::Step { n: step.saturating_sub(at), id: self.next_id };
        pollster::block_on(self.session.command(command));
    }

    /// Goals that have not been reached.
    pub fn waiting(&self) -> usize {
        self.goals.len()
    }

    /// Forgets the goals; steps under way are still done.
    pub fn stop(&mut self) {
        self.goals.clear();
        pollster::block_on(self.session.command(Command::Pause));
    }

    /// Where the run stands, as last told.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// One tick, and what it brought.
    ///
    /// # Errors
    /// What the session says has failed.
    pub fn tick(&mut self) -> Result<Round> {
        let wait = pollster::block_on(self.session.tick());
        let mut round = Round { idle: wait == Wait::Command, ..Round::default() };
        for Message { event, .. } in self.session.take_messages() {
            match event {
                Event::Metrics { now, curve, .. } => {
                    round.evaluations.extend(curve);
                    self.metrics = *now;
                }
                Event::Done { .. } if self.goals.front() == Some(&self.metrics.step) => {
                    self.goals.pop_front();
                    let last = round.evaluations.last().map(|point| point.step);
                    round.evaluations.extend(self.metrics.point().filter(|point| Some(point.step) != last));
                }
                Event::Diverged { step, learning_rate, cause, .. } => {
                    self.goals.clear();
                    round.diverged = Some(Divergence { step, learning_rate, cause });
                }
                Event::Failed { message, .. } => return Err(Error::Session(message)),
                _ => {}
            }
        }
        round.losses = self.session.take_losses();
        if let Wait::Ms(ms) = wait {
            std::thread::sleep(Duration::from_micros((ms * 1000.0) as u64));
        }
        Ok(round)
    }

    /// Ticks until nothing is left to do.
    ///
    /// # Errors
    /// What the session says has failed.
    pub fn settle(&mut self) -> Result<Round> {
        let mut all = Round::default();
        while !all.idle {
            let round = self.tick()?;
            all.losses.extend(round.losses);
            all.evaluations.extend(round.evaluations);
            all.diverged = all.diverged.or(round.diverged);
            all.idle = round.idle;
        }
        Ok(all)
    }

    /// The names and extents of all weights, in the order in which [`Engine::hand_weights`] hands them over.
    ///
    /// # Errors
    /// When nothing is built.
    pub fn weight_shapes(&self) -> Result<Vec<(String, Vec<usize>)>> {
        self.session.weight_shapes().map_err(|error| Error::Session(error.to_string()))
    }

    /// Hands over all weights, or the best ones, part by part: nobody needs room for all of them.
    ///
    /// # Errors
    /// When the device fails, or `take` does.
    pub fn hand_weights(
        &mut self,
        best: bool,
        take: &mut dyn FnMut(&str, &[f32]) -> Result<()>,
    ) -> Result<()> {
        let mut taken = Ok(());
        let mut goes_on = |name: &str, part: &[f32]| {
            taken = take(name, part);
            taken.is_ok()
        };
        let handed = pollster::block_on(self.session.hand_weights(best, &mut goes_on));
        handed.map_err(|error| Error::Session(error.to_string()))?;
        taken
    }

    /// The best evaluation so far, as far as has been told.
    pub fn best(&self) -> Option<Best> {
        self.metrics.best
    }

    /// Step and loss of the best evaluation, which the device may know before they are told; none as long as there was none.
    ///
    /// # Errors
    /// When the device fails.
    pub fn best_step(&mut self) -> Result<Option<(u32, f32)>> {
        pollster::block_on(self.session.best_step()).map_err(|error| Error::Session(error.to_string()))
    }

    /// The model's output for these inputs.
    ///
    /// # Errors
    /// When they do not fit the model, or the device fails.
    pub fn answers(&mut self, inputs: &NamedTensor) -> std::result::Result<NamedTensor, BuildError> {
        self.session.limit_memory(memory::left().map(|left| left.bytes));
        pollster::block_on(self.session.answers(inputs))
    }
}
