//! The number from which data, weights and order follow.

use leptos::prelude::*;

use crate::state::Page;
use crate::widgets::Number;
use crate::words::t;

/// The seed, and a new one.
#[component]
pub fn Seed() -> impl IntoView {
    let page = Page::get();
    let value = Memo::new(move |_| page.experiment.with(|e| f64::from(e.seed)));
    let commit = move |seed: f64| page.edit(|e| e.seed = seed.min(f64::from(u32::MAX)) as u32);
    view! {
        <div class="seed-row">
            <Number label=t("data.seed") help=t("data.seed-help") value=value whole=true commit=commit/>
            <button type="button" class="small" data-testid="new-seed" title=t("data.new-seed-help")
                on:click=move |_| page.new_seed()>{t("data.new-seed")}</button>
        </div>
    }
}
