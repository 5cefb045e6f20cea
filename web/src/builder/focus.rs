//! Where the keyboard goes after an edit.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Gives the focus to the element of this id once the page shows what was just done.
pub fn focus(id: String) {
    leptos::task::spawn_local(async move {
        leptos::task::tick().await;
        let found = document().get_element_by_id(&id);
        if let Some(element) = found.and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
            let _focused = element.focus();
        }
    });
}
