//! The pictures on the buttons of a transport.

use leptos::prelude::*;

/// Back to the beginning.
#[component]
pub fn ResetIcon() -> impl IntoView {
    view! {
        <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M5 12a7 7 0 1 0 2.3-5.2" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round"/>
            <path d="M4 3.5v5h5z" fill="currentColor"/>
        </svg>
    }
}

/// Play, or pause while it plays.
#[component]
pub fn PlayIcon(#[prop(into)] playing: Signal<bool>) -> impl IntoView {
    let shape = move || if playing.get() { "M6 4h4v16H6zM14 4h4v16h-4z" } else { "M7 4l13 8-13 8z" };
    view! { <svg viewBox="0 0 24 24" aria-hidden="true"><path d=shape fill="currentColor"/></svg> }
}

/// One batch.
#[component]
pub fn StepIcon() -> impl IntoView {
    view! { <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 5l9 7-9 7zM16 5h3v14h-3z" fill="currentColor"/></svg> }
}
