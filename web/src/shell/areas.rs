//! What there is to learn from, in the top line: points, images, sequences, language.

use leptos::prelude::*;
use minibatch_session::{Area, Experiment, PRESETS};

use crate::gallery;
use crate::numbers::grouped;
use crate::state::{Page, task};
use crate::words::{fill, named};

/// A button for each area; it brings back the experiment left there, or the area's first preset.
#[component]
pub fn Areas() -> impl IntoView {
    let page = Page::get();
    let here = Memo::new(move |_| page.experiment.with(task::area));
    let left = StoredValue::new(Vec::<(Area, Experiment)>::new());
    let go = move |to: Area| {
        let now = page.experiment.get_untracked();
        let from = task::area(&now);
        if from == to {
            return;
        }
        let back = left.try_update_value(|left| {
            left.retain(|(area, _)| *area != from);
            left.push((from, now));
            left.iter().find(|(area, _)| *area == to).map(|(_, e)| e.clone())
        });
        match back.flatten() {
            Some(experiment) => drop(page.go(experiment)),
            None => {
                if let Some(first) = PRESETS.iter().find(|p| p.area == to) {
                    gallery::open(page, first.name);
                }
            }
        }
    };
    let button = move |area: Area| {
        // A run waits there.
        let waits = Memo::new(move |_| {
            page.aside.with(|all| all.iter().find(|(a, step)| *a == area && *step > 0).map(|(_, step)| *step))
        });
        let title = move || waits.get().map(|step| fill("aside.waits", &[("step", &grouped(step.into()))]));
        view! {
            <button type="button" data-area=area.id() class:waits=move || waits.get().is_some() title=title aria-current=move || (here.get() == area).then_some("true")
                on:click=move |_| go(area)>{named("area", area.id())}</button>
        }
    };
    view! { <nav class="areas" aria-label=crate::words::t("areas.name")>{Area::ALL.map(button).collect_view()}</nav> }
}
