//! The theme's colours, read from the style sheet's custom properties.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::document;

use super::colour::{Rgb, Scale, classes, parse_hex};

/// Every colour a canvas needs.
#[derive(Clone, PartialEq, Debug)]
pub struct Theme {
    /// The diverging scale.
    pub scale: Scale,
    /// Its middle.
    pub zero: Rgb,
    /// Its negative end, undiluted.
    pub negative: Rgb,
    /// Its positive end, undiluted.
    pub positive: Rgb,
    /// One for each class.
    pub classes: Vec<Rgb>,
    /// Behind cards, and around points.
    pub panel: Rgb,
    /// Empty places.
    pub sunk: Rgb,
    /// Hair lines.
    pub line: Rgb,
    /// Text.
    pub ink: Rgb,
    /// Quiet text.
    pub soft: Rgb,
    /// Quieter text.
    pub faint: Rgb,
    /// What is chosen.
    pub accent: Rgb,
    /// The training loss.
    pub train: Rgb,
    /// The test loss.
    pub test: Rgb,
    /// The font family.
    pub font: String,
}

thread_local! {
    static LAST: RefCell<Option<(String, Rc<Theme>)>> = const { RefCell::new(None) };
}

/// The theme in force. Reads the style sheet only when the page's theme has changed its name: reading styles makes the
/// browser work them out there and then.
pub fn theme() -> Rc<Theme> {
    let read = |name: &str| style(name).unwrap_or_default();
    let key =
        document().document_element().and_then(|root| root.get_attribute("data-theme")).unwrap_or_default();
    LAST.with_borrow_mut(|last| match last {
        Some((known, theme)) if *known == key => Rc::clone(theme),
        _ => {
            let theme = Rc::new(Theme::read(read));
            *last = Some((key, Rc::clone(&theme)));
            theme
        }
    })
}

/// A custom property of the page.
fn style(name: &str) -> Option<String> {
    let root = document().document_element()?;
    let window = web_sys::window()?;
    window.get_computed_style(&root).ok()??.get_property_value(name).ok()
}

impl Theme {
    /// From a function that knows the custom properties; what it does not know gets the light theme's colour.
    fn read(property: impl Fn(&str) -> String) -> Self {
        let colour = |name: &str, otherwise: Rgb| parse_hex(&property(name)).unwrap_or(otherwise);
        let negative = colour("--neg", [0xe8, 0x80, 0x1a]);
        let positive = colour("--pos", [0x12, 0x73, 0xb8]);
        let zero = colour("--zero", [0xf1, 0xf3, 0xf5]);
        let font = property("--font");
        Self {
            scale: Scale::new(negative, zero, positive),
            zero,
            negative,
            positive,
            classes: classes(negative, positive),
            panel: colour("--panel", [255; 3]),
            sunk: colour("--sunk", [0xee, 0xf0, 0xf4]),
            line: colour("--line", [0xdd, 0xe1, 0xe8]),
            ink: colour("--ink", [0x16, 0x20, 0x2e]),
            soft: colour("--soft", [0x5b, 0x66, 0x75]),
            faint: colour("--faint", [0x8a, 0x94, 0xa3]),
            accent: colour("--accent", positive),
            train: colour("--train", [0x5b, 0x64, 0x72]),
            test: colour("--test", [0x0f, 0x17, 0x2a]),
            font: if font.trim().is_empty() { "sans-serif".into() } else { font.trim().into() },
        }
    }

    /// The colour of a label: a class's, or a target's place on the scale of -`limit` to `limit`.
    pub fn label(&self, label: f32, classes: Option<u32>, limit: f32) -> Rgb {
        match classes {
            Some(_) => self.classes[(label.max(0.0) as usize) % self.classes.len()],
            None => self.scale.at(label / limit).unwrap_or(self.faint),
        }
    }
}
