//! What there is to learn from, in the top line: points, images, sequences, language.

use leptos::prelude::*;
use minibatch_session::{Area, Experiment, PRESETS};

use crate::gallery;
use crate::numbers::grouped;
use crate::state::{Page, alike, task};
use crate::words::{fill, named};

/// A button for each area; it brings back the experiment left there, or the area's first preset.
#[component]
pub fn Areas() -> impl IntoView {
    let page = Page::get();
    let here = Memo::new(move |_| page.experiment.with(task::area));
    // What stood in each area last, whatever led away from it.
    let left = RwSignal::new(Vec::<Experiment>::new());
    Effect::watch(
        move || page.experiment.get(),
        move |now, before, _| {
            let Some(before) = before.filter(|before| task::area(before) != task::area(now)) else { return };
            left.update(|left| {
                left.retain(|e| task::area(e) != task::area(before));
                left.push(before.clone());
            });
        },
        false,
    );
    let last = move |area: Area| left.with(|left| left.iter().find(|e| task::area(e) == area).cloned());
    let go = move |to: Area| {
        if here.get_untracked() == to {
            return;
        }
        match untrack(|| last(to)) {
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
            let last = last(area).filter(|_| here.get() != area)?;
            page.aside
                .with(|all| all.iter().find(|(e, step)| *step > 0 && alike(e, &last)).map(|(_, step)| *step))
        });
        let title = move || waits.get().map(|step| fill("aside.waits", &[("step", &grouped(step.into()))]));
        view! {
            <button type="button" data-area=area.id() class:waits=move || waits.get().is_some() title=title aria-current=move || (here.get() == area).then_some("true")
                on:click=move |_| go(area)>{named("area", area.id())}</button>
        }
    };
    view! { <nav class="areas" aria-label=crate::words::t("areas.name")>{Area::ALL.map(button).collect_view()}</nav> }
}
