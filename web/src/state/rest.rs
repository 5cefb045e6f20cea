//! Drawing must not slow training: page and engine may share a processor. So the time that a
//! frame takes to draw is measured, and the next one is asked for when that was a small share of the time between.

use std::time::Duration;

use leptos::prelude::*;

use super::Page;
use crate::clock::now;

/// The share of the time that drawing may take while it trains.
const SHARE: f64 = 0.07;
/// The longest rest, in milliseconds: what is watched still moves.
const LONGEST: f64 = 600.0;

/// How long to rest after a drawing that took so many milliseconds.
fn rest(took: f64) -> f64 {
    (took / SHARE - took).clamp(0.0, LONGEST)
}

/// What a drawing takes, by what was known and what the newest one took. When something else held the page up the newest
/// is too much, so it counts little where it is more.
fn cost(known: f64, took: f64) -> f64 {
    if known <= 0.0 || took < known { took } else { 0.9 * known + 0.1 * took }
}

impl Page {
    /// A frame has come in: rests in proportion to what its drawing takes. Whoever draws has placed that in the next
    /// animation frame or does it at once; what is placed behind both comes when they are through.
    pub(super) fn rest(&self) {
        let page = *self;
        // At a limited speed there is time for a network over the plane.
        if page.experiment.with_untracked(|e| e.model.is_none()) && page.speed.get_untracked().is_some() {
            return;
        }
        page.errands.update_value(|e| e.pull.resting = true);
        let arrived = now();
        let at_once = StoredValue::new(0.0);
        set_timeout(move || at_once.set_value(now() - arrived), Duration::ZERO);
        request_animation_frame(move || {
            let began = now();
            let drawn = move || {
                let took = at_once.try_get_value().unwrap_or(0.0) + now() - began;
                at_once.dispose();
                let cost = page.errands.try_update_value(|e| {
                    e.pull.cost = cost(e.pull.cost, took);
                    e.pull.cost
                });
                let rested = move || {
                    page.errands.update_value(|e| e.pull.resting = false);
                    page.wake();
                };
                set_timeout(rested, Duration::from_millis(rest(cost.unwrap_or(took)) as u64));
            };
            set_timeout(drawn, Duration::ZERO);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawing_takes_its_share_of_the_time() {
        let took = 7.0;
        assert!((took / (took + rest(took)) - SHARE).abs() < 1e-9);
        assert_eq!(rest(0.0), 0.0);
        assert_eq!(rest(1e4), LONGEST);
    }

    #[test]
    fn one_hold_up_is_not_taken_for_the_cost() {
        assert_eq!(cost(0.0, 5.0), 5.0);
        assert_eq!(cost(5.0, 3.0), 3.0);
        assert!((cost(5.0, 100.0) - 14.5).abs() < 1e-9);
    }
}
