//! A session: takes commands, paces the submits, reads what comes back, and says what happened.

use minibatch_data::Small;
use minibatch_graph::control;
use minibatch_nn::names;

use super::backend::{Backend, Work};
use super::best;
use super::flights::Pace;
use super::hardware::Hardware;
use super::inside::check;
use super::load::Supplies;
use super::looks::Looks;
use super::own::Own;
use super::probes::predict;
use super::programs::{BuildError, Programs, live_settings};
use super::run::{Goal, Run};
use super::snapshots::Snapshots;
use crate::{Command, Event, Experiment, Message, Shown, Training};

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
    pub(super) images: Vec<Small>,
    /// Every batch loss not yet taken, where they are kept.
    pub(super) losses: Option<Vec<(u32, f32)>>,
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
            images: vec![],
            losses: None,
        }
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

    fn fail(&mut self, error: &BuildError) {
        let fatal = matches!(error, BuildError::Backend(_));
        if fatal {
            self.run = None;
        }
        self.say(Event::Failed { message: error.to_string(), fatal });
    }

    async fn try_command(&mut self, command: Command) -> Result<(), BuildError> {
        let now = self.now();
        match command {
            Command::Start { choice } => self.start(choice).await,
            Command::Choose { choice } => self.choose(choice).await?,
            Command::Load { experiment, generation } => {
                self.losses = None;
                self.load(*experiment, generation, &Supplies::default(), false).await?;
            }
            Command::Speed { steps_per_second } => self.pace.set_limit(steps_per_second, now),
            Command::Weigh => {
                let (buffers, bytes) = self.backend.as_ref().and_then(Backend::buffers).unwrap_or_default();
                self.say(Event::Memory { buffers: buffers as u32, bytes, heap: heap() });
            }
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
        let Some(run) = &mut self.run else { return };
        run.playing = run.diverged.is_none();
        let events = [Some(Event::Playing { playing: run.playing }), run.diverged.clone()];
        events.into_iter().flatten().for_each(|e| self.say(e));
    }

    pub(super) fn pause(&mut self) {
        let Some(run) = &mut self.run else { return };
        let ids: Vec<u32> = run.goals.drain(..).map(|g| g.id).collect();
        run.evaluate |= run.playing || !ids.is_empty();
        run.playing = false;
        self.answer(ids);
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
        run.goals.push_back(Goal { step, id, evaluated: false });
        if was_playing {
            self.say(Event::Playing { playing: false });
        }
    }

    pub(super) fn answer(&mut self, ids: Vec<u32>) {
        ids.into_iter().for_each(|id| self.say(Event::Done { id }));
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
        best::forget(backend, &run.programs.kept)?;
        run.best = None;
        run.snapshots = Snapshots::default();
        self.losses.iter_mut().for_each(Vec::clear);
        let ids = run.void(0);
        run.curve_end = None;
        self.answer(ids);
        self.say(Event::Playing { playing: false });
        Ok(())
    }

    fn tune(&mut self, training: &Training) -> Result<(), BuildError> {
        let (Some(run), Some(backend)) = (&mut self.run, &mut self.backend) else { return Ok(()) };
        let mut next = run.experiment.clone();
        let t = &mut next.training;
        (t.learning_rate, t.l1, t.l2) = (training.learning_rate, training.l1, training.l2);
        t.schedule = training.schedule.clone();
        next.validate()?;
        let words = live_settings(&next.training);
        backend.write_u32(control::NAME, control::SETTINGS, &words)?;
        run.experiment = next;
        run.evaluate |= !run.playing && run.diverged.is_none();
        Ok(())
    }

    fn set_parameter(&mut self, index: usize, value: f32) -> Result<(), BuildError> {
        let (Some(run), Some(backend)) = (&mut self.run, &mut self.backend) else { return Ok(()) };
        if index < run.programs.model.parameters() && value.is_finite() {
            backend.write_f32(names::PARAMETERS, index, &[value])?;
            run.evaluate |= run.diverged.is_none();
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

    fn recover(&mut self, learning_rate: f32) -> Result<(), BuildError> {
        let (Some(run), Some(backend)) = (&mut self.run, &mut self.backend) else {
            return self.nothing_built();
        };
        let mut training = run.experiment.training.clone();
        training.learning_rate = learning_rate;
        // A wrong rate is refused before anything is copied.
        Experiment { training: training.clone(), ..run.experiment.clone() }.validate()?;
        let step = match run.snapshots.good() {
            Some(good) => {
                let copies: Vec<(String, &str)> =
                    run.programs.kept.iter().map(|v| (Snapshots::name(good.slot, v), v.as_str())).collect();
                let work: Vec<Work> = copies.iter().map(|(from, to)| Work::Copy(from, to)).collect();
                backend.submit(&work, &[])?;
                run.programs.clear_rings(backend)?;
                run.snapshots.went_back();
                good.step
            }
            None => {
                run.programs.rewind(backend, &run.experiment)?;
                run.snapshots = Snapshots::default();
                0
            }
        };
        self.stand_at(step);
        self.tune(&training)
    }

    pub(super) async fn try_tick(&mut self) -> Result<Wait, BuildError> {
        let depth = if matches!(self.backend, Some(Backend::Gpu(_))) { 2 } else { 1 };
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
            let beside = self.pace.landed(flight.started, flight.steps, pictures, now);
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
            () if !run.goals.is_empty() => Wait::Now,
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
fn heap() -> u64 {
    #[cfg(target_arch = "wasm32")]
    return core::arch::wasm32::memory_size(0) as u64 * 65_536;
    #[cfg(not(target_arch = "wasm32"))]
    0
}
