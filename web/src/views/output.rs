//! The output over the plane, with the data on it; where own data is drawn.

mod board;
mod brush;
mod legend;
mod plot;

use leptos::prelude::*;

use crate::state::Page;
use crate::words::{fill, t};
use legend::Legend;
use plot::Plot;

use super::numbers::whole;

/// The output over the plane.
#[component]
pub fn OutputView() -> impl IntoView {
    let page = Page::get();
    let counts = move || {
        page.points_version.track();
        let (train, test) = page.points.with_value(|(a, b)| (a.len() as u32, b.len() as u32));
        fill("view.counts", &[("train", &whole(train)), ("test", &whole(test))])
    };
    view! {
        <section class="output" data-testid="output" aria-label=t("view.output")>
            <Plot/>
            <Legend/>
            <div class="output-options">
                <Tick label=t("view.show-test") on=page.taste.show_test/>
                <Tick label=t("view.discretise") on=page.taste.discretise/>
                <span class="output-counts">{counts}</span>
            </div>
        </section>
    }
}

/// A checkbox with its label.
#[component]
fn Tick(label: &'static str, on: RwSignal<bool>) -> impl IntoView {
    view! {
        <label class="view-tick">
            <input type="checkbox" prop:checked=on on:change=move |e| on.set(event_target_checked(&e))/>
            {label}
        </label>
    }
}
