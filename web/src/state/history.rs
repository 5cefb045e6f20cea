//! Undo and redo of the experiment.

use leptos::prelude::*;
use minibatch_session::Experiment;

use super::{Page, task};
use crate::words;

/// The most edits that can be taken back.
const MOST: usize = 100;
/// Edits of one kind closer together than this, in milliseconds, are one: a slider's way is not undone pixel by pixel.
const TOGETHER_MS: f64 = 700.0;
/// The kind of an edit that puts another experiment in the place of all there is: each is one of its own, however soon after
/// another it comes.
pub const OPEN: &str = "open";

/// What was before, and what was undone.
#[derive(Clone, Default, Debug)]
pub struct History {
    past: Vec<Experiment>,
    future: Vec<Experiment>,
    last: Option<(&'static str, f64)>,
}

impl History {
    /// Notes what stood before an edit of this kind, at this time in milliseconds.
    pub fn note(&mut self, before: &Experiment, kind: &'static str, now: f64) {
        let joins = kind != OPEN && self.last.is_some_and(|(k, at)| k == kind && now - at < TOGETHER_MS);
        self.last = Some((kind, now));
        self.future.clear();
        if joins && !self.past.is_empty() {
            return;
        }
        if self.past.len() == MOST {
            self.past.remove(0);
        }
        self.past.push(before.clone());
    }

    /// The next edit is one of its own, however soon it comes.
    pub fn part(&mut self) {
        self.last = None;
    }

    /// Steps back from `now`, if there is where to.
    pub fn undo(&mut self, now: Experiment) -> Option<Experiment> {
        let before = self.past.pop()?;
        self.future.push(now);
        self.last = None;
        Some(before)
    }

    /// Takes an undo back.
    pub fn redo(&mut self, now: Experiment) -> Option<Experiment> {
        let after = self.future.pop()?;
        self.past.push(now);
        self.last = None;
        Some(after)
    }

    /// Whether there is something to undo, and to redo.
    pub fn reach(&self) -> (bool, bool) {
        (!self.past.is_empty(), !self.future.is_empty())
    }
}

impl Page {
    /// What is written in the controls: the experiment, or a draft of it that does not fit together yet.
    pub fn written(&self) -> Experiment {
        match self.draft.get_untracked() {
            Some(draft) => draft.experiment,
            None => self.experiment.get_untracked(),
        }
    }

    /// Takes the last edit back.
    pub fn undo(&self) {
        self.travel(History::undo, "layers.said.undone");
    }

    /// Takes the last undo back.
    pub fn redo(&self) {
        self.travel(History::redo, "layers.said.redone");
    }

    fn travel(&self, to: fn(&mut History, Experiment) -> Option<Experiment>, said: &'static str) {
        let written = self.written();
        let found = self.history.try_update_value(|h| to(h, written)).flatten();
        if let Some(experiment) = found {
            self.reach.set(self.history.with_value(History::reach));
            let areas = (self.experiment.with_untracked(task::area), task::area(&experiment));
            if areas.0 != areas.1 && experiment.validate().is_ok() {
                drop(self.switch(experiment));
                return;
            }
            self.take(experiment);
            // Not what `take` says of the edit: this takes it back.
            self.hint.set(words::t(said).into());
        }
    }

    /// Notes the present state before an edit.
    pub(super) fn remember(&self, kind: &'static str) {
        let (written, now) = (self.written(), js_sys::Date::now());
        self.history.update_value(|h| h.note(&written, kind, now));
        self.reach.set(self.history.with_value(History::reach));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seeded(seed: u32) -> Experiment {
        Experiment { seed, ..Experiment::default() }
    }

    #[test]
    fn what_was_done_is_undone_and_redone() {
        let mut history = History::default();
        assert_eq!(history.undo(seeded(0)), None);
        history.note(&seeded(0), "seed", 0.0);
        history.note(&seeded(1), "network", 10.0);
        assert_eq!(history.undo(seeded(2)), Some(seeded(1)));
        assert_eq!(history.undo(seeded(1)), Some(seeded(0)));
        assert_eq!(history.reach(), (false, true));
        assert_eq!(history.redo(seeded(0)), Some(seeded(1)));
        history.note(&seeded(1), "seed", 5000.0);
        assert_eq!(history.redo(seeded(9)), None, "a new edit ends what could be redone");
    }

    #[test]
    fn a_sliders_way_is_one_edit() {
        let mut history = History::default();
        for i in 0..20 {
            history.note(&seeded(i), "data", f64::from(i) * 30.0);
        }
        history.note(&seeded(20), "data", 5000.0);
        assert_eq!(history.undo(seeded(21)), Some(seeded(20)));
        assert_eq!(history.undo(seeded(20)), Some(seeded(0)));
    }

    #[test]
    fn what_is_parted_is_undone_apart() {
        let mut history = History::default();
        history.note(&seeded(0), "network", 0.0);
        history.part();
        history.note(&seeded(1), "network", 1.0);
        assert_eq!(history.undo(seeded(2)), Some(seeded(1)));
        assert_eq!(history.undo(seeded(1)), Some(seeded(0)));
    }

    #[test]
    fn what_is_opened_is_undone_apart() {
        let mut history = History::default();
        history.note(&seeded(0), OPEN, 0.0);
        history.note(&seeded(1), OPEN, 1.0);
        assert_eq!(history.undo(seeded(2)), Some(seeded(1)));
        assert_eq!(history.undo(seeded(1)), Some(seeded(0)));
    }

    #[test]
    fn it_forgets_the_oldest() {
        let mut history = History::default();
        for i in 0..500 {
            history.note(&seeded(i), "seed", f64::from(i) * 1000.0);
        }
        assert_eq!(history.past.len(), MOST);
    }
}
