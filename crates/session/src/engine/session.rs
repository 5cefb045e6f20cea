//! A session: takes commands, paces the submits, reads what comes back, and says what happened.

use minibatch_cpu::How;
use minibatch_nn::names;

use super::backend::Backend;
use super::best;
use super::flights::Pace;
use super::hardware::Hardware;
use super::inside::check;
use super::keep::Keep;
use super::load::Supplies;
use super::looks::Looks;
use super::own::{Bringing, Own};
use super::probes::predict;
use super::programs::{BuildError, Programs};
use super::run::{Goal, Run};
use crate::{Command, Event, Message, Shown};

/// When the session wants its next tick.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Wait {
    /// At once, after letting the host breathe.
    Now,
    /// After so many milliseconds.
    Ms(f64),
    /// When a command comes.
    Command,
}

/// One learner's engine.
pub struct Session {
    clock: Box<dyn Fn() -> f64>,
    pub(super) backend: Option<Backend>,
    pub(super) hardware: Hardware,
    pub(super) run: Option<Run>,
    pub(super) pace: Pace,
    pub(super) looks: Looks,
    pub(super) messages: Vec<Message>,
    /// Samples that the learner brought.
    pub(super) own: Option<Own>,
    /// Images on their way to become such.
    pub(super) images: Bringing,
    /// The device is lost, and that was told.
    pub(super) gone: bool,
    /// Every batch loss not yet taken, where they are kept.
    pub(super) losses: Option<Vec<(u32, f32)>>,
    /// What is kept beside a run.
    pub(super) keep: Keep,
    /// Bytes that a run on the CPU may take, where that is known.
    pub(super) room: Option<u64>,
    /// How the CPU's kernels run.
    pub(super) how: How,
}

impl Session {
    /// A session whose clock gives milliseconds.
    pub fn new(clock: impl Fn() -> f64 + 'static) -> Self {
        Self {
            clock: Box::new(clock),
            backend: None,
            hardware: Hardware::default(),
            run: None,
            pace: Pace::default(),
            looks: Looks::default(),
            messages: vec![],
            own: None,
            images: Bringing::default(),
            gone: false,
            losses: None,
            keep: Keep::ALL,
            room: None,
            how: How::default(),
        }
    }

    /// The same with the CPU's kernels running that way.
    #[must_use]
    pub fn running(self, how: How) -> Self {
        Self { how, ..self }
    }

    /// Says what is kept beside the runs that are loaded from now on; everything unless told.
    pub fn keep_beside(&mut self, keep: Keep) {
        self.keep = keep;
    }

    /// Says how many bytes of memory are left for what is loaded from now on: what would take more on the CPU is refused before
    /// any of it is taken.
    pub fn limit_memory(&mut self, room: Option<u64>) {
        self.room = room;
    }

    pub(super) fn now(&self) -> f64 {
        (self.clock)()
    }

    /// What has happened since the last call.
    pub fn take_messages(&mut self) -> Vec<Message> {
        std::mem::take(&mut self.messages)
    }

    pub(super) fn say(&mut self, event: Event) {
        self.messages.push(event.into());
    }

    /// Does what is asked. Whatever fails is told as an event.
    pub async fn command(&mut self, command: Command) {
        if let Err(error) = self.try_command(command).await {
            self.fail(&error);
        }
    }

    /// Submits what is due, waits for the oldest submit and reads what came back.
    pub async fn tick(&mut self) -> Wait {
        match self.try_tick().await {
            Ok(wait) => wait,
            Err(error) => {
                self.fail(&error);
                Wait::Command
            }
        }
    }

    /// An experiment cannot be built. The run under way goes on, unless the device is gone.
    fn refuse(&mut self, generation: u32, error: &BuildError) {
        if error.lost() {
            return self.fail(error);
        }
        let kept = self.run.as_ref().map(|run| run.generation);
        let playing = self.run.as_ref().is_some_and(|run| run.playing);
        self.say(Event::Refused { generation, message: error.to_string(), kept, playing });
    }

    pub(super) fn fail(&mut self, error: &BuildError) {
        let fatal = matches!(error, BuildError::Backend(_));
        self.gone |= error.lost();
        if fatal {
            self.run = None;
        }
        self.say(Event::Failed { message: error.to_string(), fatal });
    }

    /// Resolves when the device is lost, and says so then; where it was said, or there is none to be lost, never. Whoever
    /// waits for commands waits for this too.
    pub async fn lost(&mut self) {
        match &self.backend {
            Some(backend) if !self.gone => backend.lost().await,
            _ => std::future::pending().await,
        }
        if let Some(Err(error)) = self.backend.as_mut().map(Backend::check) {
            self.fail(&error.into());
        }
        self.gone = true;
    }

    async fn try_command(&mut self, command: Command) -> Result<(), BuildError> {
        let now = self.now();
        match command {
            Command::Start { choice } => self.start(choice).await,
            Command::Choose { choice } => self.choose(choice).await?,
            Command::Load { experiment, generation } => {
                match self.load(*experiment, generation, &Supplies::default(), false).await {
                    Ok(()) => self.losses = None,
                    Err(error) => self.refuse(generation, &error),
                }
            }
            Command::Speed { steps_per_second } => self.pace.set_limit(steps_per_second, now),
            Command::Weigh => {
                let (buffers, bytes) = self.backend.as_ref().and_then(Backend::buffers).unwrap_or_default();
                self.say(Event::Memory { buffers: buffers as u32, bytes, heap: heap() });
            }
            Command::Ping => self.say(Event::Pong),
            Command::Panic => panic!("asked for, to see what happens then"),
            Command::LoseDevice => self.backend.iter_mut().for_each(Backend::lose),
            Command::Play => self.play(),
            Command::Pause => self.pause(),
            Command::Step { n, id } => self.aim(id, |_, at| at.saturating_add(n)),
            Command::Epoch { id } => self.aim(id, Programs::next_epoch),
            Command::Reset => self.reset()?,
            Command::Best { id } => self.go_to_best(id).await?,
            Command::Tune { training } => self.tune(&training)?,
            Command::SetParameter { index, value } => self.set_parameter(index, value)?,
            Command::Look(look) => {
                if let Some(run) = &mut self.run {
                    run.look(look);
                }
            }
            Command::Show(shown) => self.show(shown)?,
            Command::Samples { id, first, n } => self.samples(id, first, n)?,
            Command::Ask { id, inputs } => self.ask(id, &inputs).await?,
            Command::Predict { id, points } => self.predict(id, &points).await?,
            Command::Recover { learning_rate } => self.recover(learning_rate)?,
        }
        Ok(())
    }

    fn play(&mut self) {
        let now = self.now();
        self.pace.resume(now);
        self.hurry();
        let Some(run) = &mut self.run else { return };
        run.playing = run.diverged.is_none();
        let events = [Some(Event::Playing { playing: run.playing }), run.diverged.clone()];
        events.into_iter().flatten().for_each(|e| self.say(e));
    }

    pub(super) fn pause(&mut self) {
        let Some(run) = &mut self.run else { return };
        run.cut_short();
        run.evaluate |= run.playing;
        run.playing = false;
        self.say(Event::Playing { playing: false });
    }

    /// Sets a goal `to` steps ahead of the last one; playing ends, the goal is reached all the same.
    fn aim(&mut self, id: u32, to: impl Fn(&Programs, u32) -> u32) {
        let Some(run) = &mut self.run else { return drop(self.nothing_built()) };
        if let Some(event) = run.diverged.clone() {
            self.say(event);
            return self.answer(vec![id]);
        }
        let was_playing = std::mem::take(&mut run.playing);
        let at = run.goals.back().map_or(run.step, |g| g.step);
        let step = to(&run.programs, at);
        run.goals.push_back(Goal { step, id, evaluated: false, early: false });
        if was_playing {
            self.say(Event::Playing { playing: false });
        }
        self.hurry();
    }

    /// Goes on at once, where only somebody who is gone waits for an evaluation.
    fn hurry(&mut self) {
        let (Some(run), Some(backend)) = (&mut self.run, &mut self.backend) else { return };
        if run.hurry() {
            // What fails here fails again at the next submit, which tells it.
            drop(backend.write_u32(names::CURSOR, 0, &[0]));
        }
    }

    pub(super) fn answer(&mut self, ids: Vec<u32>) {
        ids.into_iter().for_each(|id| self.say(Event::Done { id }));
    }

    /// Answers those who asked for more steps than there were.
    pub(super) fn break_off(&mut self, ids: Vec<u32>, step: u32) {
        for id in ids {
            self.say(Event::BrokenOff { id, step });
            self.say(Event::Done { id });
        }
    }

    /// Somebody waits for an answer, and there is nothing to give one.
    pub(super) fn nothing_built(&mut self) -> Result<(), BuildError> {
        let message = "there is no network to ask; start the engine again".into();
        self.say(Event::Failed { message, fatal: false });
        Ok(())
    }

    fn reset(&mut self) -> Result<(), BuildError> {
        let (Some(run), Some(backend)) = (&mut self.run, &mut self.backend) else {
            return self.nothing_built();
        };
        run.programs.rewind(backend, &run.experiment)?;
        best::forget(backend, &run.programs.best)?;
        run.best = None;
        run.snapshots = run.programs.no_copies();
        run.wild = None;
        self.losses.iter_mut().for_each(Vec::clear);
        let at = run.step;
        let ids = run.void(0);
        run.curve_end = None;
        self.break_off(ids, at);
        self.say(Event::Playing { playing: false });
        Ok(())
    }

    fn set_parameter(&mut self, index: usize, value: f32) -> Result<(), BuildError> {
        let (Some(run), Some(backend)) = (&mut self.run, &mut self.backend) else { return Ok(()) };
        if index < run.programs.model.parameters() && value.is_finite() {
            backend.write_f32(names::PARAMETERS, index, &[value])?;
            run.evaluate |= run.diverged.is_none() && !run.playing;
            run.fresh = false;
            if run.evaluating.take().is_some() {
                // It began with other weights.
                backend.write_u32(names::CURSOR, 0, &[0])?;
                run.evaluate |= !run.playing;
            }
            run.update.forget();
        }
        Ok(())
    }

    async fn predict(&mut self, id: u32, points: &[[f32; 2]]) -> Result<(), BuildError> {
        let (Some(run), Some(backend)) = (&self.run, &mut self.backend) else { return self.nothing_built() };
        if run.programs.data.points.is_none() {
            return Err(crate::ExperimentError::NotPlane.into());
        }
        let values = predict(backend, &run.programs.model, &run.experiment.features, points).await?;
        let event = Event::Predicted { id, outputs: run.outputs() };
        self.messages.push(Message { event, arrays: vec![values] });
        Ok(())
    }

    fn show(&mut self, shown: Shown) -> Result<(), BuildError> {
        let (Some(run), Some(backend)) = (&mut self.run, &mut self.backend) else { return Ok(()) };
        let (model, data) = (&run.programs.model, &run.programs.data);
        if let Shown::Own(values) = &shown {
            check(model, values)?;
        }
        run.inside.show(backend, model, data, &shown)?;
        run.shown = shown;
        Ok(())
    }

    fn samples(&mut self, id: u32, first: u32, n: u32) -> Result<(), BuildError> {
        let Some(run) = &self.run else { return self.nothing_built() };
        let (inputs, targets) =
            run.programs.data.some(&run.programs.model, first as usize, n.min(4096) as usize);
        self.messages.push(Message { event: Event::Samples { id, first }, arrays: vec![inputs, targets] });
        Ok(())
    }

    async fn ask(&mut self, id: u32, inputs: &[f32]) -> Result<(), BuildError> {
        let (Some(run), Some(backend)) = (&mut self.run, &mut self.backend) else {
            return self.nothing_built();
        };
        let values = run.inside.ask(backend, &run.programs.model, inputs).await?;
        self.messages.push(Message { event: Event::Asked { id }, arrays: vec![values] });
        Ok(())
    }

    pub(super) async fn try_tick(&mut self) -> Result<Wait, BuildError> {
        let depth = if matches!(self.backend, Some(Backend::Gpu(_))) { self.pace.depth() } else { 1 };
        while self.run.as_ref().is_some_and(|r| r.flights.len() < depth) {
            if !self.launch().await? {
                break;
            }
        }
        let (Some(run), Some(backend)) = (&mut self.run, &mut self.backend) else { return Ok(Wait::Command) };
        if let Some(flight) = run.flights.pop_front() {
            backend.finished(&flight.ticket).await.map_err(BuildError::from)?;
            let now = (self.clock)();
            let pictures = flight.report.as_ref().is_some_and(|r| r.look.is_some());
            let beside = self.pace.landed(flight.started, [flight.steps, flight.pieces], pictures, now);
            if pictures {
                self.looks.cost(beside);
            }
            run.landed.extend(flight.report.is_some().then_some(flight));
        }
        let reads = backend.take_reads();
        self.receive(reads);
        let Some(run) = &self.run else { return Ok(Wait::Command) };
        Ok(match () {
            () if !run.flights.is_empty() || run.look.is_some() || run.evaluate => Wait::Now,
            () if !run.goals.is_empty() || run.evaluating.is_some() => Wait::Now,
            () if run.playing => match self.pace.wait() {
                ms if ms > 0.0 => Wait::Ms(ms),
                _ => Wait::Now,
            },
            () if !run.landed.is_empty() => Wait::Ms(1.0),
            () => Wait::Command,
        })
    }
}

/// Bytes of this module's memory, which only ever grows; 0 where that is not for us to know.
pub fn heap() -> u64 {
    #[cfg(target_arch = "wasm32")]
    return core::arch::wasm32::memory_size(0) as u64 * 65_536;
    #[cfg(not(target_arch = "wasm32"))]
    0
}
