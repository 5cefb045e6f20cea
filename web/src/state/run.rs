//! What the page asks of the engine: play, pause, step, reset, load.

use futures_channel::oneshot::Receiver;
use leptos::prelude::*;
use minibatch_session::{Best, Choice, Command, Experiment};

use super::history::OPEN;
use super::waits::{Answer, Wait};
use super::{Notice, Page};
use crate::words;

/// Any seed, short enough to be read out.
pub fn random_seed() -> u32 {
    (js_sys::Math::random() * 100_000.0) as u32
}

impl Page {
    /// Starts the worker, or starts it anew, and has it build the present experiment.
    pub fn start(&self) -> Receiver<Answer> {
        self.notice.set(None);
        self.errands.update_value(|e| (e.wants_play, e.patience.anew) = (false, false));
        self.start_anew()
    }

    /// The same, and what has just been said stays; so do those who wait for a load, and the wish to play.
    pub(super) fn start_anew(&self) -> Receiver<Answer> {
        self.connect();
        self.build(true)
    }

    /// Starts a worker, or starts it anew, and has it build nothing yet.
    pub(super) fn connect(&self) {
        let page = *self;
        let worker = self.errands.try_update_value(|e| {
            e.worker = e.id();
            e.worker
        });
        let worker = worker.unwrap_or_default();
        self.errands.update_value(|e| {
            e.restoring = false;
            // It was asked of the worker that goes.
            e.waits.settle(|w| w == Wait::Memory, &Err(words::t("api.superseded").into()));
        });
        self.status.update(|status| *status = super::Status::default());
        self.trouble.set(None);
        let failed = move |why: String| match page.at_work(worker) {
            true => page.give_up(why),
            false => page.lost_soon(worker),
        };
        // Later, since it is a closure of the worker that goes.
        let fell = move |why: &str| match page.at_work(worker) {
            true => page.fell_soon(why.to_owned()),
            false => page.lost_soon(worker),
        };
        self.engine.with_value(|engine| {
            engine.connect(move |event, arrays| page.heard_from(worker, event, arrays), failed, fell);
        });
        let spare = self.errands.try_update_value(|e| {
            e.swollen = false;
            e.patience.renew()
        });
        let choice = if spare == Some(true) { Choice::Cpu } else { self.choice.get_untracked() };
        self.send(Command::Start { choice });
        if let Some(limit) = self.speed.get_untracked() {
            self.send(Command::Speed { steps_per_second: Some(limit) });
        }
    }

    /// The engine is gone: says so, and lets nobody wait for it.
    pub fn give_up(&self, why: String) {
        self.status.update(|s| (s.playing, s.loaded) = (false, false));
        self.loaded();
        self.failed_again();
        self.errands.update_value(|e| {
            e.wants_play = false;
            e.waits.settle(|_| true, &Err(why.clone()));
            e.pull = super::pull::Pull::default();
        });
        self.trouble.set(Some(Notice::Fatal(why)));
    }

    /// Has the present experiment built, if it is valid; the receiver hears when its first metrics are in. An engine that has
    /// stopped is started for it.
    pub fn load(&self) -> Receiver<Answer> {
        if self.stopped().is_none() && !self.sheds() {
            return self.build(false);
        }
        let superseded = Err(words::t("api.superseded").into());
        self.errands.update_value(|e| e.waits.settle(|w| matches!(w, Wait::Load(_)), &superseded));
        self.start_anew()
    }

    /// The same, by the engine there is. `again`: who waits for a load waits for this one.
    pub(super) fn build(&self, again: bool) -> Receiver<Answer> {
        if let Some(receiver) = self.restore() {
            return receiver;
        }
        let experiment = self.experiment.get_untracked();
        let valid = experiment.validate();
        let mut command = None;
        let receiver = self.errands.try_update_value(|e| {
            if let Some(timer) = e.rebuild.take() {
                timer.clear();
            }
            if let Err(mistake) = &valid {
                let receiver = e.waits.add(Wait::Load(0));
                e.waits.settle(|w| w == Wait::Load(0), &Err(mistake.to_string()));
                return receiver;
            }
            e.loads += 1;
            e.generation = e.loads;
            let generation = e.generation;
            let over = |w| w != Wait::Memory && !(again && matches!(w, Wait::Load(_)));
            e.waits.settle(over, &Err(words::t("api.superseded").into()));
            e.pull = super::pull::Pull { dirty: true, ..Default::default() };
            e.built = Some(experiment.clone());
            command = Some(Command::Load { experiment: Box::new(experiment.clone()), generation });
            e.waits.add(Wait::Load(generation))
        });
        match (command, valid) {
            (Some(command), _) => {
                self.hover.set(None);
                self.status.update(|s| (s.playing, s.loaded) = (false, false));
                self.answered();
                self.send(command);
                self.expect(self.errands.with_value(|e| e.generation));
            }
            (None, Err(mistake)) => self.notice.set(Some(Notice::Mistake(mistake.to_string()))),
            (None, Ok(())) => {}
        }
        receiver.unwrap_or_else(|| futures_channel::oneshot::channel().1)
    }

    /// Trains on. After a divergence there is nothing to train on with, so nothing happens until it is mended.
    pub fn play(&self) {
        if self.trouble.with_untracked(Option::is_some) || self.drafted().is_some() || !self.buildable() {
            return;
        }
        self.errands.update_value(|e| e.wants_play = true);
        self.flush();
        self.send(Command::Play);
    }

    /// Stops training.
    pub fn pause(&self) {
        self.errands.update_value(|e| e.wants_play = false);
        self.send(Command::Pause);
    }

    /// Whether there is something to train; says what is missing when there is not.
    fn buildable(&self) -> bool {
        match self.experiment.with_untracked(Experiment::validate) {
            Ok(()) => true,
            Err(mistake) => {
                self.notice.set(Some(self.complaint(&mistake)));
                false
            }
        }
    }

    /// Why nothing may begin to train, where layers are written that do not fit together: what would train is not what is
    /// shown. Says so at the foot.
    fn drafted(&self) -> Option<String> {
        let why = self.draft.with_untracked(Option::is_some).then(|| words::t("draft.stuck").to_owned())?;
        self.hint.set(why.clone());
        Some(why)
    }

    /// Plays or pauses.
    pub fn toggle(&self) {
        if self.errands.with_value(|e| e.wants_play) { self.pause() } else { self.play() }
    }

    /// Trains `n` batches; the receiver hears when they are done.
    pub fn step(&self, n: u32) -> Receiver<Answer> {
        self.errands.update_value(|e| e.wants_play = false);
        self.flush();
        self.train(|id| Command::Step { n, id })
    }

    /// Trains to the end of the epoch.
    pub fn epoch(&self) {
        self.errands.update_value(|e| e.wants_play = false);
        self.flush();
        drop(self.train(|id| Command::Epoch { id }));
    }

    /// Trains so much, unless what is written does not fit together.
    fn train(&self, command: impl FnOnce(u32) -> Command) -> Receiver<Answer> {
        match self.drafted() {
            None => self.wait_by_id(Wait::Done, command),
            Some(why) => {
                let (sender, receiver) = futures_channel::oneshot::channel();
                // Nobody may listen.
                let _told = sender.send(Err(why));
                receiver
            }
        }
    }

    /// The network's outputs at these points, a row a point.
    pub fn predict(&self, points: Vec<[f32; 2]>) -> Receiver<Answer> {
        self.flush();
        self.wait_by_id(Wait::Predicted, |id| Command::Predict { id, points })
    }

    /// Back to the same initial weights.
    pub fn reset(&self) -> Receiver<Answer> {
        if self.stopped().is_some() {
            return self.start();
        }
        self.flush();
        self.answered();
        let receiver = self.errands.try_update_value(|e| {
            e.wants_play = false;
            e.waits.add(Wait::Reset)
        });
        self.send(Command::Pause);
        self.send(Command::Reset);
        receiver.unwrap_or_else(|| futures_channel::oneshot::channel().1)
    }

    /// Back to the best step so far, paused; the receiver hears when its read-outs are in. What came after it is kept to be
    /// compared with, as a run that is left is.
    pub fn go_to_best(&self) -> Receiver<Answer> {
        self.flush();
        let best = self.metrics.with_untracked(|m| m.best);
        if best.is_some() {
            self.answered();
        }
        let further = |best: Best| self.curve.with_value(|c| c.last().is_some_and(|p| p.step > best.step));
        if let (true, Some(left)) = (best.is_some_and(further), self.errands.with_value(|e| e.good.clone())) {
            self.keep_run(&left);
        }
        self.errands.update_value(|e| e.wants_play = false);
        self.wait_by_id(Wait::Done, |id| Command::Best { id })
    }

    /// After a divergence: back to the last good weights, with this learning rate from now on.
    pub fn recover(&self, learning_rate: f32) {
        self.answered();
        self.experiment.update(|e| e.training.learning_rate = learning_rate);
        let now = self.experiment.get_untracked();
        self.errands.update_value(|e| (e.built, e.running) = (Some(now.clone()), Some(now)));
        self.send(Command::Recover { learning_rate });
        self.note_address();
    }

    /// Another seed: other data, other weights, another order.
    pub fn new_seed(&self) {
        let seed = random_seed();
        self.edit(|e| e.seed = seed);
    }

    /// How fast it trains; none for as fast as the device goes.
    pub fn set_speed(&self, steps_per_second: Option<f32>) {
        self.speed.set(steps_per_second);
        self.send(Command::Speed { steps_per_second });
    }

    /// Has an edit that waits for its moment built now, so that what is asked next is asked of it.
    pub fn flush(&self) {
        if self.errands.with_value(|e| e.rebuild.is_some()) {
            drop(self.load());
        }
    }

    /// The engine cannot build what was asked for last, and why: what ran before goes on where it does, else the last that
    /// is known to train is built anew, or the default.
    pub(super) fn refused(&self, why: String, kept: Option<u32>, playing: bool) {
        self.loaded();
        let written = self.experiment.get_untracked();
        let (running, good) = self.errands.with_value(|e| (e.running.clone(), e.good.clone()));
        self.errands.update_value(|e| e.waits.settle(|_| true, &Err(why.clone())));
        self.draft.set(None);
        if let (Some(kept), Some(running)) = (kept, running) {
            self.errands.update_value(|e| {
                (e.generation, e.wants_play) = (kept, playing);
                e.built = Some(running.clone());
            });
            self.experiment.set(running);
            self.note_address();
            self.status.update(|s| (s.playing, s.loaded) = (playing, true));
            self.stir();
        } else if let Some(next) = good.into_iter().chain([Experiment::default()]).find(|e| *e != written) {
            // What has been refused is not tried again.
            self.errands.update_value(|e| e.good = e.good.take().filter(|good| *good != written));
            self.experiment.set(next);
            self.note_address();
            drop(self.build(false));
        }
        // What was being done, reading files say, is over.
        self.hint.set(String::new());
        self.notice.set(Some(Notice::Mistake(why)));
    }

    /// Sets a whole experiment, from a preset say, and has it built.
    pub fn open(&self, experiment: Experiment) -> Receiver<Answer> {
        self.remember(OPEN);
        self.put(experiment)
    }

    /// The same, without a note of what stood before.
    pub(super) fn put(&self, experiment: Experiment) -> Receiver<Answer> {
        self.notice.set(None);
        // What was said of the one before is over.
        self.hint.set(String::new());
        self.brush.set(None);
        self.draft.set(None);
        self.experiment.set(experiment);
        self.note_address();
        self.errands.update_value(|e| e.wants_play = false);
        self.load()
    }

    pub(super) fn wait_by_id(
        &self,
        wait: fn(u32) -> Wait,
        command: impl FnOnce(u32) -> Command,
    ) -> Receiver<Answer> {
        // A worker that is gone answers nobody, and one that still reads files would answer of what ran before.
        let reads = self.reads().then(|| words::t("bring.reading").to_owned());
        let gone = reads.or_else(|| {
            self.stopped()
                .or_else(|| self.experiment.with_untracked(|e| e.validate().err().map(|e| e.to_string())))
        });
        let asked = self.errands.try_update_value(|e| {
            let id = e.id();
            let receiver = e.waits.add(wait(id));
            if let Some(why) = gone.clone() {
                e.waits.settle(|w| w == wait(id), &Err(why));
            }
            (id, receiver)
        });
        match asked {
            Some((id, receiver)) => {
                if gone.is_none() {
                    self.send(command(id));
                } else {
                    self.buildable();
                }
                receiver
            }
            None => futures_channel::oneshot::channel().1,
        }
    }
}
