//! The layers of a model as a list that is edited in place.

use leptos::prelude::*;

use crate::state::Page;
use crate::words::t;

/// The list of layers.
#[component]
pub fn LayersPanel() -> impl IntoView {
    let page = Page::get();
    let rows = move || {
        let outline = page.experiment.with(|e| e.outline().ok());
        outline
            .into_iter()
            .flat_map(|o| o.rows)
            .map(|r| view! { <li>{r.path}" "{r.kind}</li> })
            .collect_view()
    };
    view! { <section class="layers-panel" aria-label=t("layers.name")><ol class="layers">{rows}</ol></section> }
}
