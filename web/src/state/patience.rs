//! Whether the engine still answers. While something is asked of it, it is asked now and then whether it listens; a worker in
//! the middle of a long build or step says nothing. Then the page says what takes so long and for how long already, with a
//! way to break it off; and an experiment that is asked for meanwhile gets a worker of its own.

use std::time::Duration;

use leptos::prelude::*;
use minibatch_session::{Choice, Command, Experiment, SampleSource};

use super::history::OPEN;
use super::page::Busy;
use super::{Notice, Page};
use crate::clock::now;
use crate::words::t;

/// Between one question and the next, and between two looks at the clock.
const ASK: Duration = Duration::from_millis(1000);
const LOOK: Duration = Duration::from_millis(500);
/// An answer that takes longer than this, in milliseconds, is said to.
const LONG_MS: f64 = 2000.0;
/// How long an engine may take to begin on another experiment.
const BEGIN: Duration = Duration::from_millis(1500);
/// The same for a worker that has just been started, which must be compiled and find its device.
const BEGIN_ANEW: Duration = Duration::from_millis(5000);
/// The same where the GPU was asked for, which decides as long as there is hope.
const BEGIN_AS_ASKED: Duration = Duration::from_secs(20);
/// Two falls within this, in milliseconds, are one after the other.
const AT_ONCE_MS: f64 = 60_000.0;

/// Where the asking stands.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Patience {
    /// A look at the clock is placed.
    watching: bool,
    /// When it was asked whether it listens, and has not answered.
    asked: Option<f64>,
    /// When the load asked for last was asked for, as long as it is under way.
    pub loading: Option<f64>,
    /// The engine has begun on it.
    pub begun: bool,
    /// It builds something, that one or the one before.
    pub building: bool,
    /// The worker was started in the place of one that did not answer.
    pub anew: bool,
    /// The worker has fallen, and another is about to take its place.
    falling: bool,
    /// The next worker runs on the CPU, whatever was asked for: the device is still busy.
    pub spare_device: bool,
}

impl Patience {
    /// Another worker takes the place of the one that was minded. Whether it leaves the device alone.
    pub fn renew(&mut self) -> bool {
        let Self { watching, anew, spare_device, .. } = *self;
        *self = Self { watching, anew, ..Self::default() };
        spare_device
    }

    /// What takes long, at this time in milliseconds.
    fn busy(&self, now: f64) -> Option<Busy> {
        let seconds =
            |since: f64| Some(now - since).filter(|ms| *ms > LONG_MS).map(|ms| (ms / 1000.0) as u32);
        match self.loading {
            Some(since) => seconds(since).map(Busy::Building),
            None => self.asked.and_then(seconds).map(Busy::Working),
        }
    }
}

/// Whether its samples were read from files, which only the worker that read them has.
fn from_files(experiment: &Experiment) -> bool {
    experiment.model.as_ref().is_some_and(|m| matches!(m.samples, SampleSource::Own { .. }))
}

impl Page {
    /// Something is asked of the engine: minds whether it answers.
    pub(super) fn mind(&self) {
        if self.errands.try_update_value(|e| std::mem::replace(&mut e.patience.watching, true)) == Some(false)
        {
            self.look_again(ASK);
        }
    }

    fn look_again(self, after: Duration) {
        set_timeout(move || self.look_at_clock(), after);
    }

    fn look_at_clock(self) {
        let now = now();
        let playing = self.status.with_untracked(|s| s.playing);
        let listening = self.engine.with_value(|engine| engine.is_listening());
        let ask = self.errands.try_update_value(|e| {
            let wanted = playing || e.patience.loading.is_some() || e.waits.any();
            let ask = wanted && listening && e.patience.asked.is_none();
            if ask {
                e.patience.asked = Some(now);
            }
            e.patience.watching = wanted || e.patience.asked.is_some();
            (ask, e.patience)
        });
        let Some((ask, patience)) = ask else { return };
        if ask {
            self.engine.with_value(|engine| engine.send(&Command::Ping));
        }
        let busy = patience.busy(now);
        if self.busy.get_untracked() != busy {
            self.busy.set(busy);
        }
        if patience.watching {
            self.look_again(if busy.is_some() { LOOK } else { ASK });
        }
    }

    /// It listens.
    pub(super) fn heard(&self) {
        self.errands.update_value(|e| e.patience.asked = None);
        if matches!(self.busy.get_untracked(), Some(Busy::Working(_))) {
            self.busy.set(None);
        }
    }

    /// A load has been asked for: if the engine has not begun on it soon, it is at something else that takes long, and
    /// another takes its place.
    pub(super) fn expect(&self, generation: u32) {
        let page = *self;
        let anew = self.errands.try_update_value(|e| {
            (e.patience.loading, e.patience.begun) = (Some(now()), false);
            e.patience.anew
        });
        let files = self.experiment.with_untracked(from_files);
        let asked_for = self.choice.get_untracked() == Choice::Gpu;
        let wait = match anew == Some(true) {
            true if asked_for => BEGIN_AS_ASKED,
            anew if anew || files => BEGIN_ANEW,
            _ => BEGIN,
        };
        let late = move || {
            let waits = page.errands.try_with_value(|e| {
                e.generation == generation && !e.patience.begun && e.patience.loading.is_some()
            });
            let listening = page.engine.with_value(|engine| engine.is_listening());
            let began = page.status.with_untracked(|s| !s.backend.is_empty());
            // A worker that does not even listen yet is minded elsewhere, and the first one may look for a device as long as
            // that takes.
            let slow = listening && (began || page.errands.with_value(|e| e.patience.anew));
            if waits == Some(true) && slow && page.stopped().is_none() {
                page.replace_engine();
            }
        };
        // Once more through the queue: a page that was held up itself has not heard the answer that waits there.
        set_timeout(move || set_timeout(late, LOOK / 10), wait);
    }

    /// The load is through, one way or the other.
    pub(super) fn loaded(&self) {
        self.errands.update_value(|e| {
            (e.patience.loading, e.patience.building, e.patience.anew) = (None, false, false);
        });
        if matches!(self.busy.get_untracked(), Some(Busy::Building(_))) {
            self.busy.set(None);
        }
    }

    /// Another worker builds the present experiment. A device that is held by a long step, or has not answered the worker
    /// started before, is left alone: the new one runs on the CPU. Where the GPU was asked for it is tried once more.
    fn replace_engine(&self) {
        let on_device = self.status.with_untracked(|s| s.backend != "cpu");
        let asked_for = self.choice.get_untracked() == Choice::Gpu;
        self.errands.update_value(|e| {
            let held = e.patience.anew || !(e.patience.building || asked_for);
            (e.patience.spare_device, e.patience.anew) = (on_device && held, true);
        });
        drop(self.start_anew());
    }

    /// Breaks off what takes so long. Its worker ends; what ran before is built by another.
    pub fn break_off(&self) {
        let (building, running, before) =
            self.errands.with_value(|e| (e.patience.loading.is_some(), e.running.clone(), e.before.clone()));
        let stopped = self.experiment.get_untracked();
        let earlier = if building { running.or(before) } else { before };
        let next = earlier.filter(|earlier| *earlier != stopped).unwrap_or_default();
        let next = if next == stopped { None } else { Some(next) };
        if let Some(next) = next {
            self.remember(OPEN);
            self.draft.set(None);
            self.experiment.set(next);
            self.note_address();
        }
        self.busy.set(None);
        self.errands.update_value(|e| e.wants_play = false);
        self.replace_engine();
        self.hint.set(t("busy.stopped").into());
    }

    /// The same, once whoever calls is through: it is a closure of the worker that goes.
    pub(super) fn fell_soon(&self, why: String) {
        let page = *self;
        // A panic is told by its hook, and the browser tells of the same fall once more.
        let known = self.errands.try_update_value(|e| std::mem::replace(&mut e.patience.falling, true));
        if known == Some(false) {
            set_timeout(move || page.fell(&why), Duration::ZERO);
        }
    }

    /// The worker has fallen by a fault of its own: another one builds the same experiment, and the learner is told. If that
    /// happens again at once, the learner chooses.
    pub(super) fn fell(&self, why: &str) {
        let again = self.failed_again();
        let text = crate::words::fill("engine.came-back", &[("error", why)]);
        if again {
            return self.give_up(crate::words::fill("engine.fell", &[("error", why)]));
        }
        self.errands.update_value(|e| e.wants_play = false);
        drop(self.start_anew());
        self.notice.set(Some(Notice::Mistake(text)));
    }

    /// Notes that the engine has stopped. Whether it is the second time within a minute.
    pub(super) fn failed_again(&self) -> bool {
        let now = now();
        let again = self.errands.try_update_value(|e| {
            let (at, times) = e.falls;
            let times = if times > 0 && now - at < AT_ONCE_MS { times + 1 } else { 1 };
            e.falls = (now, times);
            times > 1
        });
        again == Some(true)
    }

    /// Starts again on the CPU, whatever the address asks for.
    pub fn start_on_cpu(&self) {
        self.errands.update_value(|e| e.patience.spare_device = true);
        drop(self.start());
    }

    /// Memory that grew for nothing comes back with another worker: at once where nothing has been trained that would be
    /// lost, else with the next experiment.
    pub(super) fn swollen(&self) {
        self.errands.update_value(|e| e.swollen = true);
        let idle = !self.status.with_untracked(|s| s.playing) && self.metrics.with_untracked(|m| m.step == 0);
        if idle && self.sheds() {
            let page = *self;
            // Later, since it is the worker that goes who says it.
            set_timeout(move || drop(page.start_anew()), Duration::ZERO);
        }
    }

    /// Whether the next build should have another worker for its memory's sake.
    pub(super) fn sheds(&self) -> bool {
        self.errands.with_value(|e| e.swollen) && !self.experiment.with_untracked(from_files)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_long_is_said_with_its_seconds() {
        let building = Patience { loading: Some(1000.0), ..Patience::default() };
        assert_eq!(building.busy(2500.0), None, "not so long yet");
        assert_eq!(building.busy(13_400.0), Some(Busy::Building(12)));
        let working = Patience { asked: Some(1000.0), ..Patience::default() };
        assert_eq!(working.busy(2900.0), None);
        assert_eq!(working.busy(16_000.0), Some(Busy::Working(15)));
        assert_eq!(Patience::default().busy(1e9), None, "nothing is asked");
    }
}
