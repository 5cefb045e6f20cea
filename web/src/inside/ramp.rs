//! Which colours are which numbers.

use leptos::prelude::*;

/// A strip of the colours of all numbers, or of those from 0 to 1, between its ends.
#[component]
pub fn Ramp(
    /// Whether it goes below zero.
    signed: bool,
    /// Where the scale ends, for who asks.
    help: &'static str,
    /// A word more.
    #[prop(default = "")]
    note: &'static str,
) -> impl IntoView {
    let (low, high) = if signed { ("−", "+") } else { ("0", "1") };
    view! {
        <span class="ramp" title=help>
            {low} <i class:signed=signed></i> {high}
            {(!note.is_empty()).then(|| view! { <small>{note}</small> })}
        </span>
    }
}
