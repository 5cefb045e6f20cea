//! A sequence on its way through the layers: time runs from left to right.

use leptos::prelude::*;

use crate::state::{Page, Watch};

/// States, gates and attention over the steps.
#[component]
pub fn Timeline() -> impl IntoView {
    let page = Page::get();
    page.watch(Watch::Inside);
    view! { <div class="timeline"></div> }
}
