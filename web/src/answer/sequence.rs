//! The answer to a sequence: classes, the next token, or a forecast beside the truth.

use leptos::prelude::*;

/// The answer.
#[component]
pub fn SequenceAnswer() -> impl IntoView {
    view! { <div class="answer"></div> }
}
