//! A forecast that lives on its own forecasts: from the middle of the sample on, the model sees nothing but what it said
//! itself.

use leptos::prelude::*;
use leptos::task::spawn_local;
use minibatch_session::Facts;

use super::write::{looks_back_only, window};
use crate::clock::sleep;
use crate::sequence::{Kind, Pace};
use crate::state::Page;

/// So many steps beyond the end of the sample.
const BEYOND: usize = 24;
/// Between two questions, in milliseconds at least.
const LEAST: f64 = 30.0;
/// The share of the time that questions may take while it trains.
const SHARE: f64 = 0.08;

/// A continuation under way or done.
#[derive(Clone, Copy)]
pub struct Free {
    /// The step of the first value it gave itself, and all of them, (steps, width).
    pub said: RwSignal<(usize, Vec<f32>)>,
    /// It is under way.
    pub runs: RwSignal<bool>,
    /// The one under way; a newer one ends it.
    turn: StoredValue<u32>,
}

impl Free {
    /// None so far.
    pub fn new() -> Self {
        let said = RwSignal::new((0, vec![]));
        Self { said, runs: RwSignal::new(false), turn: StoredValue::new(0) }
    }

    /// Ends the one under way, and forgets what it said where `clear`.
    pub fn stop(self, clear: bool) {
        self.turn.update_value(|t| *t += 1);
        self.runs.set(false);
        if clear {
            self.said.set((0, vec![]));
        }
    }

    /// Goes on from the sample whose values are `series`, (steps, width).
    pub fn start(self, page: Page, facts: &Facts, series: &[f32]) {
        let Kind::NumbersEachStep(steps, width) = Kind::of(facts) else { return };
        self.stop(true);
        let turn = self.turn.get_value();
        let back =
            page.experiment.with_untracked(|e| e.model.as_ref().is_some_and(|m| looks_back_only(&m.layers)));
        // A model that sees ahead needs a whole sample.
        let first = if back { steps / 2 } else { steps };
        let mut history = series[..(first * width).min(series.len())].to_vec();
        let most = steps + BEYOND;
        self.runs.set(true);
        self.said.set((first, vec![]));
        spawn_local(async move {
            let mut pace = Pace::new(LEAST, SHARE);
            while history.len() / width < most {
                if self.turn.try_get_value() != Some(turn) {
                    return;
                }
                let (input, place) = window(&history, width, steps, 0.0);
                let since = js_sys::Date::now();
                let Ok(Ok(arrays)) = page.ask(input).await else { break };
                pace.took(js_sys::Date::now() - since);
                let next = arrays.first().and_then(|a| a.get(place * width..(place + 1) * width));
                let Some(next) = next.map(<[f32]>::to_vec) else { break };
                if self.turn.try_get_value() != Some(turn) {
                    return;
                }
                history.extend(&next);
                self.said.update(|(_, said)| said.extend(&next));
                let playing = page.status.with_untracked(|s| s.playing);
                sleep(if playing { pace.rest() } else { LEAST }).await;
            }
            if self.turn.try_get_value() == Some(turn) {
                self.runs.set(false);
            }
        });
    }
}
