//! What all layers come to, and whether there are more or fewer.

use leptos::prelude::*;
use minibatch_session::MAX_LAYERS;

use super::layer_bar::shape;
use crate::numbers::grouped;
use crate::state::Page;
use crate::words::{fill, t};

/// Parameters and shapes in all; adds and removes layers; goes from the picture to the numbers and back.
#[component]
pub fn NetworkFoot(numbers: RwSignal<bool>) -> impl IntoView {
    let page = Page::get();
    let sum = move || {
        page.summary.with(|summary| match summary {
            Ok(s) => {
                let (from, to) =
                    (s.layers.first().map_or(0, |l| l.inputs), s.layers.last().map_or(0, |l| l.units));
                let values = [("n", grouped(s.parameters as u64)), ("from", shape(from)), ("to", shape(to))];
                fill("network.sum", &values.each_ref().map(|(name, value)| (*name, value.as_str())))
            }
            Err(mistake) => mistake.to_string(),
        })
    };
    let count = Memo::new(move |_| page.experiment.with(|e| e.hidden.len()));
    let add = move |_| page.edit(|e| e.hidden.push(e.hidden.last().cloned().unwrap_or_default()));
    let remove = move |_| page.edit(|e| e.hidden.truncate(e.hidden.len().saturating_sub(1)));
    view! {
        <div class="network-foot">
            <span class="sum">{sum}</span>
            <button type="button" class="link" data-testid="add-layer" title=t("network.add-help")
                disabled=move || full(count.get()) on:click=add>{t("network.add")}</button>
            <button type="button" class="link" data-testid="remove-layer" title=t("network.remove-help")
                disabled=move || count.get() == 0 on:click=remove>{t("network.remove")}</button>
            <button type="button" class="toggle" data-testid="plane-numbers" title=t("inside.numbers-help")
                aria-pressed=move || numbers.get().to_string() on:click=move |_| numbers.update(|n| *n = !*n)>{t("inside.numbers")}</button>
        </div>
    }
}

/// Whether no layer more fits.
fn full(layers: usize) -> bool {
    layers >= MAX_LAYERS
}
