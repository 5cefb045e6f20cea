//! Arrow keys among things that stand in rows.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

/// Which key goes how far among things of which so many stand in a row. With Alt, Ctrl or Meta it is the browser's.
pub fn step(event: &KeyboardEvent, across: i64) -> Option<i64> {
    if event.alt_key() || event.ctrl_key() || event.meta_key() {
        return None;
    }
    match event.key().as_str() {
        "ArrowLeft" => Some(-1),
        "ArrowRight" => Some(1),
        "ArrowUp" => Some(-across),
        "ArrowDown" => Some(across),
        _ => None,
    }
}

/// How many stand in a row, from where they are.
pub fn across(grid: NodeRef<html::Div>) -> i64 {
    let Some(grid) = grid.get_untracked() else { return 1 };
    let children = grid.children();
    let top = |i: u32| children.item(i).map(|c| c.get_bounding_client_rect().top());
    let first = top(0);
    (1..children.length()).find(|&i| top(i) != first).unwrap_or(children.length()).max(1).into()
}

/// Gives the focus to the one in this place.
pub fn focus(grid: NodeRef<html::Div>, place: u32) {
    let child = grid.get_untracked().and_then(|g| g.children().item(place));
    if let Some(child) = child.and_then(|c| c.dyn_into::<HtmlElement>().ok()) {
        let _focused = child.focus();
    }
}
