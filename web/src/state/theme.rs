//! Light, dark, or as the system has it.

use leptos::prelude::*;
use wasm_bindgen::prelude::*;

use super::{Page, boot};

/// Where the choice is kept between visits.
const KEY: &str = "minibatch.theme";

/// The theme asked for in the address, else the one chosen last, else the system's.
pub fn first() -> String {
    let kept = || window().local_storage().ok().flatten().and_then(|s| s.get_item(KEY).ok().flatten());
    let theme = boot::asked("theme").or_else(kept).unwrap_or_default();
    if theme == "light" || theme == "dark" { theme } else { "auto".into() }
}

fn system() -> Option<web_sys::MediaQueryList> {
    window().match_media("(prefers-color-scheme: dark)").ok().flatten()
}

/// Whether a theme is dark just now.
pub fn is_dark(theme: &str) -> bool {
    match theme {
        "dark" => true,
        "light" => false,
        _ => system().is_some_and(|query| query.matches()),
    }
}

/// Puts the theme in force, now and whenever it or the system changes; `dark` follows it.
pub fn keep(theme: RwSignal<String>, dark: RwSignal<bool>) {
    Effect::new(move |_| dark.set(theme.with(|theme| is_dark(theme))));
    Effect::new(move |_| {
        let name = if dark.get() { "dark" } else { "light" };
        if let Some(root) = document().document_element() {
            let _set = root.set_attribute("data-theme", name);
        }
    });
    let changed = Closure::<dyn FnMut()>::new(move || dark.set(theme.with_untracked(|theme| is_dark(theme))));
    if let Some(query) = system() {
        let _added = query.add_event_listener_with_callback("change", changed.as_ref().unchecked_ref());
    }
    // As long as the page lives.
    changed.forget();
}

impl Page {
    /// Light to dark and back; what is chosen is kept.
    pub fn toggle_theme(&self) {
        let theme = if self.taste.dark.get_untracked() { "light" } else { "dark" };
        self.taste.theme.set(theme.into());
        if let Ok(Some(storage)) = window().local_storage() {
            // Private windows may refuse; then it is for this visit.
            let _kept = storage.set_item(KEY, theme);
        }
    }
}
