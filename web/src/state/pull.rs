//! When the page asks for pictures: one at a time, at display rate, and only while something may have changed and
//! somebody can see it.

use leptos::prelude::*;
use minibatch_session::{Command, Look};

use super::Page;

/// Where the asking stands.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Pull {
    /// A frame is on its way.
    pub outstanding: bool,
    /// It was asked for before somebody asked for all that is inside, and may be of an earlier step.
    pub early: bool,
    /// A call for the next animation frame is placed.
    pub placed: bool,
    /// The network may have changed since the last frame.
    pub dirty: bool,
    /// Drawing the last frame took its share of the time; while it trains the next one waits.
    pub resting: bool,
    /// What drawing a frame takes, in milliseconds; see `rest`.
    pub cost: f64,
}

impl Pull {
    /// Whether to place a call for the next animation frame.
    pub fn wants(&self, loaded: bool, playing: bool, hidden: bool) -> bool {
        let waits = self.outstanding || self.placed || (self.resting && playing);
        loaded && !hidden && !waits && (self.dirty || playing)
    }
}

/// What is worth asking for in this view and on this screen.
pub fn look(view: &str, width: f64, height: f64) -> Look {
    let small = width.min(height) < 500.0;
    let units = if view == "network" || view == "full" { 24 } else { 0 };
    let boundary = match view {
        "loss" => 0,
        _ if small => 64,
        _ => 100,
    };
    Look { boundary, units, parameters: units > 0, ..Look::default() }
}

impl Page {
    /// Something that pictures show may have changed.
    pub fn stir(&self) {
        self.errands.update_value(|e| e.pull.dirty = true);
        self.wake();
    }

    /// Asks for a frame at the next animation frame, if one is wanted.
    pub fn wake(&self) {
        let status = self.status.with_untracked(|s| (s.loaded, s.playing));
        let hidden = document().hidden();
        let place = self.errands.try_update_value(|e| {
            let wants = e.pull.wants(status.0, status.1, hidden);
            e.pull.placed |= wants;
            wants
        });
        if place == Some(true) {
            let page = *self;
            request_animation_frame(move || page.pull());
        }
    }

    fn pull(self) {
        let loaded = self.status.with_untracked(|s| s.loaded);
        let window = window();
        let side =
            |length: Result<wasm_bindgen::JsValue, _>| length.ok().and_then(|v| v.as_f64()).unwrap_or(1000.0);
        let (width, height) = (side(window.inner_width()), side(window.inner_height()));
        let plane = self.experiment.with_untracked(|e| e.model.is_none());
        let always =
            if plane { self.shown.with_value(|s| look(&s.view, width, height)) } else { Look::default() };
        let look = self.watched.with_value(|w| w.look(always));
        let nothing = look == Look::default();
        self.errands.update_value(|e| {
            e.pull.placed = false;
            e.pull.outstanding = loaded && !nothing;
            e.pull.dirty = false;
        });
        if loaded && !nothing {
            self.send(Command::Look(look));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_more_than_one_is_outstanding_and_none_in_the_dark() {
        let dirty = Pull { dirty: true, ..Pull::default() };
        assert!(dirty.wants(true, false, false));
        assert!(!dirty.wants(false, false, false), "nothing is built");
        assert!(!dirty.wants(true, true, true), "nobody sees it");
        assert!(!Pull { outstanding: true, ..dirty }.wants(true, true, false));
        assert!(!Pull { placed: true, ..dirty }.wants(true, true, false));
        assert!(!Pull::default().wants(true, false, false), "paused, and nothing has changed");
        assert!(Pull::default().wants(true, true, false), "playing");
        let resting = Pull { resting: true, ..dirty };
        assert!(!resting.wants(true, true, false), "training comes first");
        assert!(resting.wants(true, false, false), "nothing trains that could be hindered");
    }

    #[test]
    fn a_view_asks_for_what_it_shows() {
        assert_eq!(
            look("boundary", 1280.0, 720.0),
            Look { boundary: 100, units: 0, parameters: false, ..Look::default() }
        );
        assert_eq!(
            look("full", 480.0, 270.0),
            Look { boundary: 64, units: 24, parameters: true, ..Look::default() }
        );
        assert_eq!(look("loss", 1280.0, 720.0), Look::default());
    }
}
