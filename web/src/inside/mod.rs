//! What a model of layers makes of one sample, drawn from what it computes.

mod stacks;
mod timeline;

use leptos::prelude::*;

use crate::state::Page;
use crate::words::t;
use stacks::Stacks;
use timeline::{ImageAttention, Timeline};

/// The middle column of a model of layers: its picture, by what goes in.
#[component]
pub fn InsidePanel() -> impl IntoView {
    let page = Page::get();
    // Images come as (channels, rows, columns); all else is drawn over its steps.
    let image = Memo::new(move |_| {
        page.experiment
            .with(|e| e.model.as_ref().is_some_and(|m| m.input.tokens.is_none() && m.input.shape.len() == 3))
    });
    view! {
        <section class="inside-panel" aria-label=t("inside.name")>
            <Show when=move || image.get() fallback=|| view! { <Timeline/> }><Stacks/><ImageAttention/></Show>
        </section>
    }
}
