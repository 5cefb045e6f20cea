//! The keys of the transport: here, and in both frames, which would else train alone.

use js_sys::Reflect;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::KeyboardEvent;

use super::drive::{Drive, Job};
use crate::shell::keys::{Deed, deed};

/// Listens in this window.
pub fn listen(drive: Drive) {
    listen_in(drive, &window());
}

/// Listens in a window, before the page in it does.
pub fn listen_in(drive: Drive, window: &web_sys::Window) {
    let pressed = Closure::<dyn FnMut(KeyboardEvent)>::new(move |event: KeyboardEvent| {
        if event.alt_key() || event.ctrl_key() || event.meta_key() || event.default_prevented() {
            return;
        }
        // An element of another window is of that window's classes.
        let target = event.target().map(JsValue::from).unwrap_or_default();
        let read = |name: &str| {
            Reflect::get(&target, &name.into()).ok().and_then(|v| v.as_string()).unwrap_or_default()
        };
        let Some(deed) = deed(&event.key(), &read("tagName"), &read("type")) else { return };
        let again = event.repeat();
        match deed {
            Deed::Toggle if !again => drive.toggle(),
            Deed::Step => drive.now(Job::Step),
            Deed::Reset if !again => drive.now(Job::Reset),
            Deed::NewSeed if !again => drive.new_seed(),
            // They would go for one side alone.
            Deed::Toggle | Deed::Reset | Deed::NewSeed | Deed::Epoch | Deed::Theme => {}
            Deed::Help | Deed::Undo | Deed::Redo => return,
        }
        event.prevent_default();
        event.stop_propagation();
    });
    let listener: &js_sys::Function = pressed.as_ref().unchecked_ref();
    let _added = window.add_event_listener_with_callback_and_bool("keydown", listener, true);
    // As long as the page lives.
    pressed.forget();
}
