//! How fast it trains.

use leptos::prelude::*;
use minibatch_session::Area;

use crate::numbers::grouped;
use crate::state::{Page, task};
use crate::widgets::Slider;
use crate::words::{fill, t};

/// The slider's places, in batches a second; one more stands for no limit.
const SPEEDS: [u16; 10] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/// Batches a second to begin with: the plane's networks are so small that at full speed all would be over at once.
const PLANE: f32 = 200.0;

/// The speed follows the family: another one begins at its own.
pub fn by_area(page: Page) {
    let points = Memo::new(move |_| page.experiment.with(|e| task::area(e) == Area::Points));
    Effect::new(move |_| page.set_speed(points.get().then_some(PLANE)));
}

/// From one batch a second to as fast as the device goes.
#[component]
pub fn Speed() -> impl IntoView {
    let page = Page::get();
    let place = move || match page.speed.get() {
        None => SPEEDS.len(),
        Some(limit) => SPEEDS.iter().position(|s| f32::from(*s) >= limit).unwrap_or(SPEEDS.len() - 1),
    };
    let show = |place: f64| match SPEEDS.get(place as usize) {
        Some(1) => t("speed.one").to_owned(),
        Some(n) => fill("speed.some", &[("n", &grouped((*n).into()))]),
        None => t("speed.all").to_owned(),
    };
    let slide = move |place: f64| page.set_speed(SPEEDS.get(place as usize).map(|s| f32::from(*s)));
    view! {
        <div class="speed">
            <Slider label=t("speed.name") help=t("speed.help") min=0.0 max=SPEEDS.len() as f64 step=1.0
                value=Signal::derive(move || place() as f64) show=show slide=slide/>
        </div>
    }
}
