//! An image on its way through the layers: a stack of maps for each.

use leptos::prelude::*;

use crate::state::{Page, Watch};

/// The stacks.
#[component]
pub fn Stacks() -> impl IntoView {
    let page = Page::get();
    page.watch(Watch::Inside);
    view! { <div class="stacks"></div> }
}
