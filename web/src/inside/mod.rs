//! What a model of layers makes of one sample, drawn from what it computes; and the numbers of any model.

mod layers;
mod numbers;
mod ramp;
mod spread;
mod stacks;
mod timeline;

use leptos::prelude::*;

use crate::builder::faces;
use crate::state::Page;
use crate::words::{fill, t};
pub use numbers::Numbers;
use stacks::Stacks;
use timeline::{ImageAttention, Timeline};

/// The middle column of a model of layers: its picture, by what goes in.
#[component]
pub fn InsidePanel() -> impl IntoView {
    let page = Page::get();
    let image = page.image();
    let numbers = RwSignal::new(false);
    let tab = move |wanted: bool, name: &'static str, help: &'static str| {
        view! {
            <button type="button" class="toggle" title=help aria-pressed=move || (numbers.get() == wanted).to_string()
                on:click=move |_| numbers.set(wanted)>{name}</button>
        }
    };
    // What is drawn is not what is written in the list of layers.
    let behind = Memo::new(move |_| page.draft.with(Option::is_some));
    let draft = move || {
        behind.get().then(|| {
            let layers = page.experiment.with(|e| e.model.as_ref().map_or_else(String::new, |m| faces(&m.layers)));
            let key = if page.status.with(|s| s.playing) { "draft.trains" } else { "draft.shown" };
            view! { <p class="behind-note" role="status" data-testid="behind">{fill(key, &[("layers", &layers)])}</p> }
        })
    };
    view! {
        <section class="inside-panel" aria-label=t("inside.name")>
            {draft}
            <div class="inside-tabs" role="group" aria-label=t("inside.name")>
                {tab(false, t("inside.picture"), t("inside.picture-help"))}
                {tab(true, t("inside.numbers"), t("inside.numbers-help"))}
            </div>
            <Show when=move || !numbers.get() fallback=|| view! { <Numbers/> }>
                <Show when=move || image.get() fallback=|| view! { <Timeline/> }><Stacks/><ImageAttention/></Show>
            </Show>
        </section>
    }
}
