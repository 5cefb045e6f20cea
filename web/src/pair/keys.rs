//! The keys of the transport: here, and in both frames, which would else train alone.

use leptos::prelude::*;

use super::drive::{Drive, Job};
use crate::shell::keys::{Deed, deed, hear};

/// Listens in this window.
pub fn listen(drive: Drive) {
    listen_in(drive, &window());
}

/// Listens in a window, before the page in it does.
pub fn listen_in(drive: Drive, window: &web_sys::Window) {
    hear(window, true, move |event, press, control| {
        let again = event.repeat();
        match deed(press).filter(|_| !control) {
            Some(Deed::Toggle) if !again => drive.toggle(),
            Some(Deed::Step) => drive.now(Job::Step),
            Some(Deed::Reset) if !again => drive.now(Job::Reset),
            Some(Deed::NewSeed) if !again => drive.new_seed(),
            // They would go for one side alone.
            Some(Deed::Toggle | Deed::Reset | Deed::NewSeed | Deed::Epoch | Deed::Theme) => {}
            Some(Deed::Help | Deed::Undo | Deed::Redo) | None => return false,
        }
        event.stop_propagation();
        true
    });
}
