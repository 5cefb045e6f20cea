//! A look at something costly, now and then: for one frame, and again after a while.

use std::time::Duration;

use leptos::prelude::*;

use super::Pace;
use crate::state::{Frame, Page, Watch};

/// The least between two looks, in milliseconds.
const LEAST: f64 = 900.0;
/// The share of the time that looks may take; there may be two kinds of them.
const SHARE: f64 = 0.04;

/// Between two looks where nothing trains that they could hinder.
const IDLE: f64 = 250.0;

/// Where the looking stands.
enum Eye {
    /// It may open.
    Closed,
    /// A frame is asked for, since then.
    Open(Owner, f64),
    /// It has seen enough for a while.
    Resting,
}

/// Looks for a frame at a time while the component lives: `seen` gets each frame that has what is watched. Nothing is
/// asked for while nothing changes.
pub fn glances(page: Page, watch: Watch, seen: impl Fn(&Frame) + 'static) {
    let eye = StoredValue::new_local(Eye::Closed);
    let pace = StoredValue::new_local(Pace::new(LEAST, SHARE));
    let prepared = StoredValue::new(false);
    let home = StoredValue::new_local(Owner::current());
    // The build and the step of the last frame, not those at which it was asked for: the run may stand elsewhere by then.
    let last = StoredValue::new(None::<(u32, u32)>);
    let rested = RwSignal::new(0u32);
    Effect::new(move |_| {
        rested.track();
        page.facts.track();
        let (step, loaded) = (page.metrics.with(|m| m.step), page.status.with(|s| s.loaded));
        let here = Some((page.errands.with_value(|e| e.generation), step));
        if !loaded || last.get_value() == here || !eye.with_value(|e| matches!(e, Eye::Closed)) {
            return;
        }
        // Not the effect's own child: that would end with the effect's next run, before the frame has come.
        let Some(owner) = home.with_value(|h| h.as_ref().map(Owner::child)) else { return };
        owner.with(|| page.watch(watch));
        eye.set_value(Eye::Open(owner, js_sys::Date::now()));
    });
    Effect::new(move |_| {
        page.frame_version.track();
        let there = page.frame.with_value(|f| match watch {
            Watch::Inside => f.look.inside,
            Watch::Gradients => f.look.gradients,
            Watch::Examine => f.look.examine,
            Watch::Parameters => f.look.parameters,
            Watch::Update => f.look.update,
        });
        if !there {
            return;
        }
        page.frame.with_value(&seen);
        last.set_value(Some((page.errands.with_value(|e| e.generation), page.frame_step())));
        // Others may watch it too; then every frame is seen, and there is nothing to close.
        let open = eye.try_update_value(|e| match std::mem::replace(e, Eye::Resting) {
            Eye::Open(owner, since) => Some((owner, since)),
            other => {
                *e = other;
                None
            }
        });
        let Some((owner, since)) = open.flatten() else { return };
        owner.cleanup();
        // The first look also makes ready what later ones find ready.
        if prepared.try_update_value(|p| std::mem::replace(p, true)) == Some(true) {
            pace.update_value(|p| p.took(js_sys::Date::now() - since));
        }
        let playing = page.status.with_untracked(|s| s.playing);
        let rest = if playing { pace.with_value(Pace::rest) } else { IDLE };
        let wake = move || {
            // The component may be gone.
            if eye.try_update_value(|e| *e = Eye::Closed).is_some() {
                rested.update(|n| *n += 1);
            }
        };
        set_timeout(wake, Duration::from_millis(rest as u64));
    });
    on_cleanup(move || {
        if let Some(Eye::Open(owner, _)) = eye.try_update_value(|e| std::mem::replace(e, Eye::Resting)) {
            owner.cleanup();
        }
    });
}
