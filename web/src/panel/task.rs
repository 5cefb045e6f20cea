//! What a model of layers learns from: the task, its settings, its samples.

use leptos::prelude::*;

use crate::words::t;

/// Task, settings and samples.
#[component]
pub fn TaskPanel() -> impl IntoView {
    view! { <section class="task-panel" aria-label=t("data.name")><super::SampleGallery/></section> }
}
