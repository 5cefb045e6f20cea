//! The keyboard.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::Reflect;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{Event, KeyboardEvent, MouseEvent, Node};

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

/// A key that was pressed, and the element it was pressed in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Press<'a> {
    /// What it gives, as the event's `key` says.
    pub key: &'a str,
    /// Its place on the keyboard, as the event's `code` says.
    pub code: &'a str,
    /// The element's tag.
    pub tag: &'a str,
    /// Its input type.
    pub input: &'a str,
    /// The keyboard led there, and the ring shows it.
    pub led: bool,
}

/// The letter that a key means: what it gives, or, where that is a letter of another alphabet, the Latin one in its
/// place. Layouts that give Latin letters (AZERTY, QWERTZ, Dvorak) are taken at their word.
pub fn latin<'a>(key: &'a str, code: &'a str) -> &'a str {
    let foreign = key.chars().next().is_some_and(|c| {
        // Beyond Latin and its additions; punctuation and symbols are no letters.
        c >= '\u{370}'
            && !matches!(c, '\u{1e00}'..='\u{1eff}' | '\u{2000}'..='\u{2c7f}' | '\u{a720}'..='\u{a7ff}')
    });
    match key {
        "\u{61f}" => "?",
        _ if foreign && key.chars().count() <= 2 => code.strip_prefix("Key").unwrap_or(key),
        _ => key,
    }
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
fn travel(press: Press, shift: bool) -> Option<Deed> {
    match (latin(press.key, press.code), shift) {
        _ if typing(press.tag, press.input) && press.tag != "SELECT" => None,
        ("z" | "Z", false) => Some(Deed::Undo),
        ("z" | "Z", true) | ("y" | "Y", false) => Some(Deed::Redo),
        _ => None,
    }
}

/// The deed of a key; none while something else takes it.
pub fn deed(press: Press) -> Option<Deed> {
    let Press { key, code, tag, input, led } = press;
    // Space presses the button to which the keyboard led; one that was clicked is done with. Enter presses any.
    let presses = matches!(tag, "BUTTON" | "SUMMARY" | "A") || matches!(input, "checkbox" | "radio");
    let types = typing(tag, input) && !(tag == "SELECT" && key == " " && !led);
    if types || (presses && led && key == " ") {
        return None;
    }
    match latin(key, code) {
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

/// Hears the keys of a window, and whether Control or Command is held. What `hear` says it has used, nobody else has.
/// `first`: before the page in it hears them.
pub fn hear(
    window: &web_sys::Window,
    first: bool,
    hear: impl Fn(&KeyboardEvent, Press, bool) -> bool + 'static,
) {
    let led = Rc::new(RefCell::new((JsValue::NULL, false)));
    let by_keyboard = Rc::new(Cell::new(false));
    let (noted, moved) = (Rc::clone(&led), Rc::clone(&by_keyboard));
    // At the moment it gets the focus: later any key shows the ring, even on what was clicked.
    let arrived = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
        let target = target(&event);
        let seen = by_keyboard.get() && visible(&target);
        *noted.borrow_mut() = (target, seen);
    });
    let pointed = Rc::clone(&moved);
    let pointing = Closure::<dyn FnMut(Event)>::new(move |_: Event| pointed.set(false));
    let moving = Closure::<dyn FnMut(KeyboardEvent)>::new(move |event: KeyboardEvent| {
        let key = event.key();
        if matches!(key.as_str(), "Tab" | "Home" | "End") || key.starts_with("Arrow") {
            moved.set(true);
        }
    });
    // The click that a button makes of Space comes when the key is let go.
    let used = Rc::new(Cell::new(false));
    let down = Rc::clone(&used);
    let take = Rc::new(move |event: &KeyboardEvent, early: bool| {
        if event.alt_key() || event.default_prevented() {
            return;
        }
        let target = target(event);
        let read = |name: &str| {
            Reflect::get(&target, &name.into()).ok().and_then(|v| v.as_string()).unwrap_or_default()
        };
        let (key, code, tag, input) = (event.key(), event.code(), read("tagName"), read("type"));
        // Let go before anything is done: what opens a dialogue moves the focus, and that is noted.
        let led = {
            let noted = led.borrow();
            noted.0 == target && noted.1
        };
        // A pad, a map or a plot that was clicked hears Space before the page does, and would take it: only where the
        // keyboard led there is it meant for them.
        if early && (key != " " || led) {
            return;
        }
        let press = Press { key: &key, code: &code, tag: &tag, input: &input, led };
        if hear(event, press, event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            if early {
                event.stop_propagation();
            }
            down.set(key == " ");
        }
    });
    let (begun, taken) = (Rc::clone(&used), Rc::clone(&take));
    let arriving = Closure::<dyn FnMut(KeyboardEvent)>::new(move |event: KeyboardEvent| {
        begun.set(false);
        taken(&event, true);
    });
    let pressed = Closure::<dyn FnMut(KeyboardEvent)>::new(move |event: KeyboardEvent| take(&event, false));
    let released = Closure::<dyn FnMut(KeyboardEvent)>::new(move |event: KeyboardEvent| {
        if event.key() == " " && used.replace(false) {
            event.prevent_default();
        }
    });
    let listen = |name: &str, closure: &JsValue, first: bool| {
        let _added = window.add_event_listener_with_callback_and_bool(name, closure.unchecked_ref(), first);
    };
    listen("pointerdown", pointing.as_ref(), true);
    listen("keydown", moving.as_ref(), true);
    listen("focusin", arrived.as_ref(), true);
    listen("keydown", arriving.as_ref(), true);
    listen("keydown", pressed.as_ref(), first);
    listen("keyup", released.as_ref(), true);
    // As long as the page lives.
    [arrived, pointing].into_iter().for_each(Closure::forget);
    [moving, arriving, pressed, released].into_iter().for_each(Closure::forget);
}

/// What an event happened to. An element of another window is of that window's classes.
fn target(event: &Event) -> JsValue {
    event.target().map(JsValue::from).unwrap_or_default()
}

/// Whether an element has the focus by the keyboard.
fn visible(target: &JsValue) -> bool {
    let matches =
        Reflect::get(target, &"matches".into()).ok().and_then(|f| f.dyn_into::<js_sys::Function>().ok());
    matches.and_then(|f| f.call1(target, &":focus-visible".into()).ok()).is_some_and(|v| v.is_truthy())
}

/// Listens to the keys of the whole page, and closes sheets when something beside them is clicked.
pub fn listen(page: Page) {
    hear(&window(), false, move |event, press, control| {
        if modal() {
            return false;
        }
        let found = if control { travel(press, event.shift_key()) } else { deed(press) };
        // A key held down plays no ping-pong; steps may repeat.
        if let Some(deed) = found
            && (!event.repeat() || matches!(deed, Deed::Step | Deed::Undo | Deed::Redo))
        {
            perform(page, deed);
        }
        found.is_some()
    });
    let clicked = Closure::<dyn FnMut(MouseEvent)>::new(|event: MouseEvent| {
        let node = event.target().and_then(|t| t.dyn_into::<Node>().ok());
        close_all(node.as_ref());
    });
    // A choice that was made with the pointer is done with: the next key is the page's, not another choice.
    let chosen = Closure::<dyn FnMut(Event)>::new(|event: Event| {
        let target = event.target().and_then(|t| t.dyn_into::<web_sys::HtmlSelectElement>().ok());
        if let Some(select) = target.filter(|select| !visible(select)) {
            let _left = select.blur();
        }
    });
    let document = document();
    let _added = document.add_event_listener_with_callback("pointerdown", clicked.as_ref().unchecked_ref());
    let _added = document.add_event_listener_with_callback("change", chosen.as_ref().unchecked_ref());
    // As long as the page lives.
    clicked.forget();
    chosen.forget();
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

    fn on<'a>(key: &'a str, tag: &'a str, input: &'a str, led: bool) -> Press<'a> {
        Press { key, code: "", tag, input, led }
    }

    #[test]
    fn keys_do_their_deeds_but_not_while_somebody_types() {
        assert_eq!(deed(on(" ", "BODY", "", false)), Some(Deed::Toggle));
        assert_eq!(deed(on("s", "INPUT", "range", true)), Some(Deed::Step));
        assert_eq!(deed(on(" ", "INPUT", "range", true)), Some(Deed::Toggle));
        for (tag, input) in [("INPUT", "text"), ("INPUT", ""), ("TEXTAREA", ""), ("SELECT", "")] {
            assert_eq!(deed(on("s", tag, input, true)), None, "{tag} {input}");
        }
    }

    #[test]
    fn edits_are_taken_back_but_not_what_is_typed() {
        assert_eq!(travel(on("z", "BUTTON", "button", true), false), Some(Deed::Undo));
        assert_eq!(travel(on("Z", "BODY", "", false), true), Some(Deed::Redo));
        assert_eq!(travel(on("y", "INPUT", "checkbox", true), false), Some(Deed::Redo));
        assert_eq!(travel(on("z", "SELECT", "", true), false), Some(Deed::Undo));
        assert_eq!(travel(on("z", "INPUT", "text", true), false), None);
        assert_eq!(travel(on("s", "BODY", "", false), false), None);
    }

    #[test]
    fn space_presses_the_button_that_the_keyboard_led_to_once_and_plays_after_a_click() {
        for (tag, input) in [("BUTTON", "button"), ("SUMMARY", ""), ("INPUT", "checkbox"), ("INPUT", "radio")]
        {
            assert_eq!(deed(on(" ", tag, input, true)), None, "{tag} {input}");
            assert_eq!(deed(on(" ", tag, input, false)), Some(Deed::Toggle), "{tag} {input}");
        }
        assert_eq!(deed(on("r", "BUTTON", "button", true)), Some(Deed::Reset));
    }

    #[test]
    fn a_list_that_was_clicked_and_left_as_it_was_keeps_no_space() {
        assert_eq!(deed(on(" ", "SELECT", "", false)), Some(Deed::Toggle));
        assert_eq!(deed(on(" ", "SELECT", "", true)), None);
        assert_eq!(deed(on("s", "SELECT", "", false)), None, "letters choose");
    }

    #[test]
    fn other_alphabets_are_read_by_place_and_latin_layouts_by_letter() {
        let deeds = |key, code| deed(Press { key, code, tag: "BODY", ..Press::default() });
        // Russian, Greek, Serbian, Hebrew, Arabic (one key gives two letters), Thai.
        for (key, code, wanted) in [
            ("ы", "KeyS", Deed::Step),
            ("Ы", "KeyS", Deed::Step),
            ("у", "KeyE", Deed::Epoch),
            ("к", "KeyR", Deed::Reset),
            ("т", "KeyN", Deed::NewSeed),
            ("в", "KeyD", Deed::Theme),
            ("σ", "KeyS", Deed::Step),
            ("ε", "KeyE", Deed::Epoch),
            ("ρ", "KeyR", Deed::Reset),
            ("с", "KeyS", Deed::Step),
            ("ד", "KeyS", Deed::Step),
            ("س", "KeyS", Deed::Step),
            ("ห", "KeyS", Deed::Step),
            ("\u{61f}", "Slash", Deed::Help),
        ] {
            assert_eq!(deeds(key, code), Some(wanted), "{key} at {code}");
        }
        // Dvorak: S is where O stands; AZERTY and QWERTZ: the places of Z and Q, Y and Z change; BÉPO: é in the place of W.
        assert_eq!([deeds("o", "KeyS"), deeds(".", "KeyE"), deeds("b", "KeyN")], [None; 3]);
        assert_eq!(deeds("s", "Semicolon"), Some(Deed::Step));
        assert_eq!(
            [deeds("é", "KeyE"), deeds("ß", "KeyS"), deeds("ş", "KeyS"), deeds("–", "KeyS")],
            [None; 4]
        );
        assert_eq!([deeds("Dead", "KeyE"), deeds("Shift", "ShiftLeft")], [None; 2]);
        let back = |key, code, shift| travel(Press { key, code, tag: "BODY", ..Press::default() }, shift);
        assert_eq!([back("я", "KeyZ", false), back("ζ", "KeyZ", false)], [Some(Deed::Undo); 2]);
        assert_eq!([back("Я", "KeyZ", true), back("н", "KeyY", false)], [Some(Deed::Redo); 2]);
        assert_eq!([back("z", "KeyW", false), back("z", "KeyY", false)], [Some(Deed::Undo); 2]);
        assert_eq!([back("w", "KeyZ", false), back("y", "KeyZ", false)], [None, Some(Deed::Redo)]);
    }
}
