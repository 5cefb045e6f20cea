//! Which step, which unit and which head are looked at: chosen in one view, shown in all.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use minibatch_session::{Facts, ProbeKind, Shown};

use super::{Kind, axis};
use crate::state::Page;

/// A head of a layer of attention: the probe's number, and the head's.
pub type Head = (usize, usize);

/// What is looked at in a sequence. Shared by the middle and the right column.
#[derive(Clone, Copy)]
pub struct Steps {
    /// The step clicked or gone to by keys.
    pub chosen: RwSignal<Option<usize>>,
    /// The step under the pointer.
    pub pointed: RwSignal<Option<usize>>,
    /// The unit clicked, of a recurrent layer.
    pub unit: RwSignal<usize>,
    /// Which pass of a recurrent layer is written out: the number of its probe of states.
    pub pass: RwSignal<Option<usize>>,
    /// The head looked at; none for the mean of all.
    pub head: RwSignal<Option<Head>>,
    /// The target of the sample shown; empty for the learner's own.
    pub target: RwSignal<Arc<Vec<f32>>>,
}

impl Steps {
    /// Puts it into the context, for the columns of a model of layers.
    pub fn provide(page: Page) {
        let steps = Self {
            chosen: RwSignal::new(None),
            pointed: RwSignal::new(None),
            unit: RwSignal::new(0),
            pass: RwSignal::new(None),
            head: RwSignal::new(None),
            target: RwSignal::default(),
        };
        Effect::new(move |_| steps.follow(page));
        provide_context(steps);
    }

    /// From the context.
    pub fn get() -> Self {
        expect_context()
    }

    /// A new build forgets what was looked at; another sample has another target.
    fn follow(self, page: Page) {
        let Some(facts) = page.facts.get() else { return };
        let shown = page.sample.get();
        let steps = axis(&facts).unwrap_or(0);
        let gone = |s: &Option<usize>| s.is_some_and(|s| s >= steps);
        if self.chosen.with_untracked(gone) {
            self.chosen.set(None);
        }
        self.pointed.set(None);
        let lost = |p: usize, kind| facts.probes.get(p).is_none_or(|p| p.kind != kind);
        if self.pass.get_untracked().is_some_and(|p| lost(p, ProbeKind::States)) {
            self.pass.set(None);
        }
        let head = self.head.get_untracked();
        if head.is_some_and(|(p, h)| lost(p, ProbeKind::Attention) || facts.probes[p].shape[1] <= h) {
            self.head.set(None);
        }
        let Shown::Row(row) = shown else { return self.target.set(Arc::default()) };
        let asked = page.samples(row, 1);
        spawn_local(async move {
            let Ok(Ok(mut arrays)) = asked.await else { return };
            // Another may have been chosen meanwhile.
            if arrays.len() == 2 && page.sample.with_untracked(|s| *s == Shown::Row(row)) {
                self.target.set(Arc::new(arrays.swap_remove(1)));
            }
        });
    }

    /// The step looked at: pointed at, else chosen. Tracks both.
    pub fn at(self) -> Option<usize> {
        self.pointed.get().or_else(|| self.chosen.get())
    }

    /// The step looked at, or the last one that has an answer.
    pub fn at_or_last(self, facts: &Facts) -> usize {
        let steps = axis(facts).unwrap_or(1);
        self.at().unwrap_or_else(|| {
            let answers = Kind::of(facts).steps();
            let asked = |n: usize| {
                let classes = facts.output.last().copied().unwrap_or(0) as f32;
                self.target.with(|t| t.get(..n).and_then(|t| t.iter().rposition(|&c| c < classes)))
            };
            let last = if facts.output.len() > facts.target.len() { asked(answers) } else { None };
            let last = last.unwrap_or(answers.saturating_sub(1));
            last + steps.saturating_sub(answers.max(1))
        })
    }
}

/// The sample shown, as the model takes it in; empty until the first look.
pub fn sample(facts: &Facts, inside: &[f32]) -> Vec<f32> {
    part(facts, inside, ProbeKind::Input).to_vec()
}

/// The model's answer to the sample shown, as the learner reads it; empty until the first look.
pub fn answer<'a>(facts: &Facts, inside: &'a [f32]) -> &'a [f32] {
    part(facts, inside, ProbeKind::Answer)
}

fn part<'a>(facts: &Facts, inside: &'a [f32], kind: ProbeKind) -> &'a [f32] {
    let probe = facts.probes.iter().find(|p| p.kind == kind);
    probe.and_then(|p| inside.get(p.offset..p.offset + p.len())).unwrap_or_default()
}
