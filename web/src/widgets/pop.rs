//! A sheet that opens below a button: native `details`, so that keyboard and screen readers know it. One is open at a
//! time; Escape or a click beside it closes it.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlDetailsElement, HtmlElement};

/// A button that opens a sheet.
#[component]
pub fn Pop(
    /// What is opened, for screen readers and as the button's title.
    #[prop(into)]
    label: String,
    /// More classes.
    #[prop(optional)]
    class: &'static str,
    /// The button's inside.
    #[prop(into)]
    face: ViewFn,
    /// The sheet's inside.
    children: Children,
) -> impl IntoView {
    let escape = |event: web_sys::KeyboardEvent| {
        if event.key() != "Escape" {
            return;
        }
        event.stop_propagation();
        let here = event.current_target().and_then(|t| t.dyn_into::<HtmlDetailsElement>().ok());
        if let Some(details) = here.filter(HtmlDetailsElement::open) {
            details.set_open(false);
            focus_summary(&details);
        }
    };
    view! {
        <details class=format!("pop {class}") name="pop" on:keydown=escape>
            <summary title=label.clone() aria-label=label.clone()>{face.run()}</summary>
            <div class="sheet" role="group" aria-label=label>{children()}</div>
        </details>
    }
}

fn focus_summary(details: &HtmlDetailsElement) {
    let summary = details.query_selector("summary").ok().flatten();
    if let Some(summary) = summary.and_then(|s| s.dyn_into::<HtmlElement>().ok()) {
        let _focused = summary.focus();
    }
}

/// Closes every open sheet but one that holds `inside`. Whether any was open.
pub fn close_all(inside: Option<&web_sys::Node>) -> bool {
    let Ok(open) = document().query_selector_all("details.pop[open]") else { return false };
    let mut closed = false;
    for i in 0..open.length() {
        if let Some(details) = open.item(i).and_then(|n| n.dyn_into::<HtmlDetailsElement>().ok())
            && !details.contains(inside)
        {
            details.set_open(false);
            closed = true;
        }
    }
    closed
}
