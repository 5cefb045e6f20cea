//! The keyboard.

use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{Element, KeyboardEvent, MouseEvent, Node};

use super::help;
use crate::state::Page;
use crate::widgets::close_all;

/// What a key is for.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Deed {
    /// Plays or pauses.
    Toggle,
    /// Trains a batch.
    Step,
    /// Trains to the end of the epoch.
    Epoch,
    /// Back to the initial weights.
    Reset,
    /// Another seed.
    NewSeed,
    /// Light or dark.
    Theme,
    /// Says what the keys do.
    Help,
    /// Takes an edit back.
    Undo,
    /// Does it again.
    Redo,
}

/// Whether an element with this tag and input type takes what is typed.
fn typing(tag: &str, input: &str) -> bool {
    match tag {
        "INPUT" => !matches!(input, "range" | "checkbox" | "radio" | "button"),
        "TEXTAREA" | "SELECT" => true,
        _ => false,
    }
}

/// The deed of a key pressed together with Control or Command. A text that is being typed has an undo of its own.
fn travel(key: &str, shift: bool, tag: &str, input: &str) -> Option<Deed> {
    match (key, shift) {
        _ if typing(tag, input) && tag != "SELECT" => None,
        ("z" | "Z", false) => Some(Deed::Undo),
        ("z" | "Z", true) | ("y" | "Y", false) => Some(Deed::Redo),
        _ => None,
    }
}

/// The deed of a key pressed in an element with this tag and input type; none while something else takes the key.
pub fn deed(key: &str, tag: &str, input: &str) -> Option<Deed> {
    // Space and Enter press the button that has the focus.
    let pressing = matches!(tag, "BUTTON" | "SUMMARY" | "A") || matches!(input, "checkbox" | "radio");
    if typing(tag, input) || (pressing && key == " ") {
        return None;
    }
    match key {
        " " => Some(Deed::Toggle),
        "s" | "S" => Some(Deed::Step),
        "e" | "E" => Some(Deed::Epoch),
        "r" | "R" => Some(Deed::Reset),
        "n" | "N" => Some(Deed::NewSeed),
        "d" | "D" => Some(Deed::Theme),
        "?" => Some(Deed::Help),
        _ => None,
    }
}

/// Listens to the keys of the whole page, and closes sheets when something beside them is clicked.
pub fn listen(page: Page) {
    let pressed = Closure::<dyn FnMut(KeyboardEvent)>::new(move |event: KeyboardEvent| {
        let control = event.ctrl_key() || event.meta_key();
        if event.alt_key() || event.default_prevented() || modal() {
            return;
        }
        let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
        let tag = target.as_ref().map(Element::tag_name).unwrap_or_default();
        let input = target.and_then(|t| t.get_attribute("type")).unwrap_or_default();
        let key = event.key();
        let found =
            if control { travel(&key, event.shift_key(), &tag, &input) } else { deed(&key, &tag, &input) };
        if let Some(deed) = found {
            event.prevent_default();
            // A key held down plays no ping-pong; steps may repeat.
            if !event.repeat() || matches!(deed, Deed::Step | Deed::Undo | Deed::Redo) {
                perform(page, deed);
            }
        }
    });
    let clicked = Closure::<dyn FnMut(MouseEvent)>::new(|event: MouseEvent| {
        let node = event.target().and_then(|t| t.dyn_into::<Node>().ok());
        close_all(node.as_ref());
    });
    let document = document();
    let _added = document.add_event_listener_with_callback("keydown", pressed.as_ref().unchecked_ref());
    let _added = document.add_event_listener_with_callback("pointerdown", clicked.as_ref().unchecked_ref());
    // As long as the page lives.
    pressed.forget();
    clicked.forget();
}

/// Whether a dialogue is open.
fn modal() -> bool {
    document().query_selector("dialog[open]").ok().flatten().is_some()
}

fn perform(page: Page, deed: Deed) {
    match deed {
        Deed::Toggle => page.toggle(),
        Deed::Step => drop(page.step(1)),
        Deed::Epoch => page.epoch(),
        Deed::Reset => drop(page.reset()),
        Deed::NewSeed => page.new_seed(),
        Deed::Theme => page.toggle_theme(),
        Deed::Help => help::open(),
        Deed::Undo => page.undo(),
        Deed::Redo => page.redo(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_do_their_deeds_but_not_while_somebody_types() {
        assert_eq!(deed(" ", "BODY", ""), Some(Deed::Toggle));
        assert_eq!(deed("s", "INPUT", "range"), Some(Deed::Step));
        assert_eq!(deed(" ", "INPUT", "range"), Some(Deed::Toggle));
        for (tag, input) in [("INPUT", "text"), ("INPUT", ""), ("TEXTAREA", ""), ("SELECT", "")] {
            assert_eq!(deed("s", tag, input), None, "{tag} {input}");
        }
    }

    #[test]
    fn edits_are_taken_back_but_not_what_is_typed() {
        assert_eq!(travel("z", false, "BUTTON", "button"), Some(Deed::Undo));
        assert_eq!(travel("Z", true, "BODY", ""), Some(Deed::Redo));
        assert_eq!(travel("y", false, "INPUT", "checkbox"), Some(Deed::Redo));
        assert_eq!(travel("z", false, "SELECT", ""), Some(Deed::Undo));
        assert_eq!(travel("z", false, "INPUT", "text"), None);
        assert_eq!(travel("s", false, "BODY", ""), None);
    }

    #[test]
    fn space_presses_the_focused_button_once() {
        assert_eq!(deed(" ", "BUTTON", "button"), None);
        assert_eq!(deed(" ", "SUMMARY", ""), None);
        assert_eq!(deed("r", "BUTTON", "button"), Some(Deed::Reset));
    }
}
