//! A user's hands on a page: mouse, touch and keys, as real input events that the browser hit-tests itself.
//!
//! A target is a test id (`play`, a bare word) or a CSS selector (anything with a `.`, `#`, `[`, `:`, `>`, `*` or space).

use serde_json::{Value, json};

use super::page::Page;
use super::{Error, Result};

/// The selector that a target stands for.
pub(super) fn selector(target: &str) -> String {
    let bare = target.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if bare { format!("[data-testid=\"{target}\"]") } else { target.to_string() }
}

impl Page {
    /// Clicks the middle of an element with the mouse, scrolling it into view first. An element that is missing, has no
    /// size or lies under another is an error that says which.
    pub fn click(&self, target: &str) -> Result<()> {
        let (x, y) = self.reachable(target)?;
        self.click_at(x, y)
    }

    /// Clicks at a point of the window, in CSS pixels.
    pub fn click_at(&self, x: f64, y: f64) -> Result<()> {
        self.mouse_move(x, y)?;
        self.mouse("mousePressed", x, y, 1)?;
        self.mouse("mouseReleased", x, y, 0)
    }

    /// Moves the mouse over the middle of an element.
    pub fn hover(&self, target: &str) -> Result<()> {
        let (x, y) = self.reachable(target)?;
        self.mouse_move(x, y)
    }

    /// Moves the mouse to a point of the window, in CSS pixels.
    pub fn mouse_move(&self, x: f64, y: f64) -> Result<()> {
        self.mouse("mouseMoved", x, y, 0)
    }

    /// Presses at one point, moves to another in `steps` moves, and releases there.
    pub fn drag(&self, from: (f64, f64), to: (f64, f64), steps: u32) -> Result<()> {
        self.mouse_move(from.0, from.1)?;
        self.mouse("mousePressed", from.0, from.1, 1)?;
        for step in 1..=steps.max(1) {
            let part = f64::from(step) / f64::from(steps.max(1));
            self.mouse("mouseMoved", from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part, 1)?;
        }
        self.mouse("mouseReleased", to.0, to.1, 0)
    }

    /// Taps the middle of an element with a finger. The viewport must be `mobile`.
    pub fn tap(&self, target: &str) -> Result<()> {
        let (x, y) = self.reachable(target)?;
        let touch = |kind: &str, points: Value| json!({ "type": kind, "touchPoints": points });
        self.call("Input.dispatchTouchEvent", touch("touchStart", json!([{ "x": x, "y": y }])))?;
        self.call("Input.dispatchTouchEvent", touch("touchEnd", json!([]))).map(drop)
    }

    /// Presses and releases a key: a character, or `Enter`, `Space`, `Tab`, `Escape`, `ArrowLeft`, `Home`, `Delete` and so
    /// on; with modifiers in front, as in `Shift+Tab` or `Control+a`.
    pub fn press_key(&self, key: &str) -> Result<()> {
        let (mut modifiers, mut name) = (0, key);
        let held =
            |name: &str| MODIFIERS.iter().find(|(word, _)| name.starts_with(word) && name.len() > word.len());
        while let Some((word, bit)) = held(name) {
            modifiers |= bit;
            name = &name[word.len()..];
        }
        let stroke =
            stroke(name).ok_or_else(|| Error::Element(format!("there is no key called {name:?}")))?;
        // With Alt, Control or Meta held a key types nothing.
        let text = stroke.text.filter(|_| modifiers & 7 == 0);
        let mut event = json!({
            "type": if text.is_some() { "keyDown" } else { "rawKeyDown" },
            "key": stroke.key, "code": stroke.code, "windowsVirtualKeyCode": stroke.virtual_code, "modifiers": modifiers,
        });
        if let Some(text) = text {
            event["text"] = json!(text);
        }
        self.call("Input.dispatchKeyEvent", event.clone())?;
        event["type"] = json!("keyUp");
        self.call("Input.dispatchKeyEvent", event).map(drop)
    }

    /// Types text where the focus is, as an input method would: `input` events, no key events.
    pub fn type_text(&self, text: &str) -> Result<()> {
        self.call("Input.insertText", json!({ "text": text })).map(drop)
    }

    /// Gives a field its value as a user leaves it: focus, the value, `input` and `change`. For text fields, number fields,
    /// sliders and selects.
    pub fn fill(&self, target: &str, value: &str) -> Result<()> {
        let script = format!(
            "((e, value) => {{
                if (!e) return 'missing';
                if (e.disabled) return 'disabled';
                e.focus();
                // The element's own setter, past any that a framework put in front.
                Object.getOwnPropertyDescriptor(Object.getPrototypeOf(e), 'value').set.call(e, value);
                e.dispatchEvent(new Event('input', {{ bubbles: true }}));
                e.dispatchEvent(new Event('change', {{ bubbles: true }}));
                return e.value === value ? null : `holding ${{JSON.stringify(e.value)}} instead`;
            }})(document.querySelector({}), {})",
            json!(selector(target)),
            json!(value)
        );
        match self.eval::<Option<String>>(&script)? {
            None => Ok(()),
            Some(why) => {
                Err(Error::Element(format!("{target} cannot be filled with {value:?}: it is {why}")))
            }
        }
    }

    /// Drops a file on an element, as from the desktop.
    pub fn drop_file(&self, target: &str, name: &str, mime: &str, text: &str) -> Result<()> {
        let script = format!(
            "((e, name, type, text) => {{
                if (!e) return false;
                const dataTransfer = new DataTransfer();
                dataTransfer.items.add(new File([text], name, {{ type }}));
                for (const kind of ['dragenter', 'dragover', 'drop'])
                    e.dispatchEvent(new DragEvent(kind, {{ dataTransfer, bubbles: true, cancelable: true }}));
                return true;
            }})(document.querySelector({}), {}, {}, {})",
            json!(selector(target)),
            json!(name),
            json!(mime),
            json!(text)
        );
        let there: bool = self.eval(&script)?;
        if there { Ok(()) } else { Err(Error::Element(format!("no element {target} to drop {name} on"))) }
    }

    /// The middle of an element in the window, in CSS pixels, after scrolling it there.
    pub fn centre(&self, target: &str) -> Result<(f64, f64)> {
        self.locate(target).map(|(x, y, _)| (x, y))
    }

    /// The middle of an element that the mouse would hit there.
    fn reachable(&self, target: &str) -> Result<(f64, f64)> {
        match self.locate(target)? {
            (x, y, None) => Ok((x, y)),
            (x, y, Some(other)) => Err(Error::Element(format!(
                "{target} cannot be reached at {x:.0}, {y:.0}: {other} lies there"
            ))),
        }
    }

    /// The middle of an element, and what covers it there.
    fn locate(&self, target: &str) -> Result<(f64, f64, Option<String>)> {
        let script = format!(
            "(e => {{
                if (!e) return null;
                e.scrollIntoView({{ block: 'nearest', inline: 'nearest', behavior: 'instant' }});
                const box = e.getBoundingClientRect(), x = box.x + box.width / 2, y = box.y + box.height / 2;
                if (!box.width || !box.height) return [x, y, 'nothing: it has no size, and something else'];
                const hit = document.elementFromPoint(x, y);
                const same = hit && (e.contains(hit) || hit.contains(e) || hit.closest('label')?.control === e);
                return [x, y, same ? null : hit ? hit.outerHTML.slice(0, 120) : 'no element (outside the window?)'];
            }})(document.querySelector({}))",
            json!(selector(target))
        );
        let found: Option<(f64, f64, Option<String>)> = self.eval(&script)?;
        found.ok_or_else(|| Error::Element(format!("no element {} on the page", selector(target))))
    }

    fn mouse(&self, kind: &str, x: f64, y: f64, buttons: u32) -> Result<()> {
        let button = if kind == "mouseMoved" && buttons == 0 { "none" } else { "left" };
        let clicks = u32::from(kind != "mouseMoved");
        let event = json!({ "type": kind, "x": x, "y": y, "button": button, "buttons": buttons, "clickCount": clicks });
        self.call("Input.dispatchMouseEvent", event).map(drop)
    }
}

/// The keys that are held while another is pressed, with the protocol's bits.
const MODIFIERS: [(&str, u32); 4] = [("Alt+", 1), ("Control+", 2), ("Meta+", 4), ("Shift+", 8)];

/// A key as the protocol wants it.
struct Stroke {
    key: String,
    code: String,
    virtual_code: u32,
    text: Option<String>,
}

/// The key of a name; `None` for a name that is neither one character nor in the table.
fn stroke(name: &str) -> Option<Stroke> {
    let named = |key: &str, virtual_code: u32, text: Option<&str>| {
        let code = if key == " " { "Space" } else { key };
        Some(Stroke { key: key.into(), code: code.into(), virtual_code, text: text.map(str::to_string) })
    };
    match name {
        "Enter" => return named("Enter", 13, Some("\r")),
        "Space" | " " => return named(" ", 32, Some(" ")),
        _ => {}
    }
    let table = [
        ("Backspace", 8),
        ("Tab", 9),
        ("Escape", 27),
        ("PageUp", 33),
        ("PageDown", 34),
        ("End", 35),
        ("Home", 36),
        ("ArrowLeft", 37),
        ("ArrowUp", 38),
        ("ArrowRight", 39),
        ("ArrowDown", 40),
        ("Delete", 46),
    ];
    if let Some((key, code)) = table.iter().find(|(key, _)| *key == name) {
        return named(key, *code, None);
    }
    let mut chars = name.chars();
    let (c, None) = (chars.next()?, chars.next()) else { return None };
    let upper = c.to_ascii_uppercase();
    let code = match upper {
        'A'..='Z' => format!("Key{upper}"),
        '0'..='9' => format!("Digit{upper}"),
        _ => String::new(),
    };
    let virtual_code = if upper.is_ascii_alphanumeric() { u32::from(upper) } else { 0 };
    Some(Stroke { key: c.to_string(), code, virtual_code, text: Some(c.to_string()) })
}
