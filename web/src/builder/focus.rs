//! Where the keyboard goes after an edit.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

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

/// Scrolls the list so that all of an element below the fold is seen, or as much as there is room for.
pub fn reveal(element: &Element) {
    let Some(view) = element.closest(".layers").ok().flatten() else { return };
    let (own, room) = (element.get_bounding_client_rect(), view.get_bounding_client_rect());
    let by = (own.bottom() - room.bottom()).min(own.top() - room.top());
    if by > 0.0 {
        view.set_scroll_top(view.scroll_top() + by.ceil() as i32);
    }
}
