//! Class scores of an image; draw one and the scores follow the pen.

use leptos::prelude::*;

/// The scores.
#[component]
pub fn ImageAnswer() -> impl IntoView {
    view! { <div class="answer"></div> }
}
