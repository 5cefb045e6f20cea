//! What the page opens with: the address's query and hash; and how the address follows what is edited.

use std::time::Duration;

use leptos::prelude::*;
use minibatch_session::Unused;
use minibatch_session::data::DatasetKind;
use wasm_bindgen::JsValue;

use super::address::{self, VIEWS};
use super::url::{self, Opened};
use super::{Notice, Page, Shown, task};
use crate::words;

/// How long edits are gathered before the address is rewritten; browsers limit how often it may be.
const GATHER: Duration = Duration::from_millis(300);

/// Mail and chat programs cut addresses beyond this many characters.
const LONG: usize = 30_000;

/// The address's query and hash.
fn here() -> (String, String) {
    let location = window().location();
    (location.search().unwrap_or_default(), location.hash().unwrap_or_default())
}

/// The value of one of the page's own keys, in small letters.
pub fn asked(key: &str) -> Option<String> {
    let (search, hash) = here();
    address::page_value(&search, &hash, key).map(|value| value.to_lowercase())
}

/// Whether the page is without its chrome, and what of it is shown. An unknown view is the full one.
pub fn shown() -> Shown {
    let embedded = document().document_element().is_some_and(|root| root.has_attribute("data-embed"));
    let mut view = asked("view").filter(|_| embedded).unwrap_or_else(|| "full".into());
    // What is misspelt is told with the rest of the address.
    if !VIEWS.contains(&view.as_str()) {
        view = "full".into();
    }
    let controls = asked("show").unwrap_or_else(|| "play".into());
    let controls =
        controls.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
    Shown { embedded, view, controls }
}

/// What the address holds: ours or TensorFlow Playground's, in the hash, the query or both.
pub fn opened() -> Opened {
    let (search, hash) = here();
    address::open(&search, &hash)
}

impl Page {
    /// Says what was wrong with the address, if anything was.
    pub fn tell_problems(&self, problems: &[String]) {
        if !problems.is_empty() {
            let text = words::fill("address.problems", &[("problems", &problems.join("; "))]);
            self.notice.set(Some(Notice::Mistake(text)));
        }
    }

    /// Says which fields of an experiment play no part in it, if any.
    pub fn tell_unused(&self, unused: &[Unused]) {
        if !unused.is_empty() {
            let all: Vec<String> = unused.iter().map(ToString::to_string).collect();
            self.notice.set(Some(Notice::Hint(all.join("; "))));
        }
    }

    /// The address was changed by hand or by the browser's history: opens what it holds.
    pub fn address_changed(&self) {
        self.know_address();
        let opened = opened();
        if opened.experiment == self.experiment.get_untracked() && opened.problems.is_empty() {
            return;
        }
        self.take_taste(&opened);
        drop(self.go(opened.experiment));
        self.tell_problems(&opened.problems);
    }

    /// Shows test points and classes as the address asks.
    pub fn take_taste(&self, opened: &Opened) {
        if let Some(discretise) = opened.discretise {
            self.taste.discretise.set(discretise);
        }
        if let Some(show_test) = opened.show_test {
            self.taste.show_test.set(show_test);
        }
    }

    /// Writes the experiment into the address, soon.
    pub fn note_address(&self) {
        if self.shown.with_value(|shown| shown.embedded) {
            return;
        }
        let page = *self;
        let due = move || if page.knows_address() { page.write_address() } else { page.address_changed() };
        let timer = set_timeout_with_handle(due, GATHER).ok();
        self.errands.update_value(|e| {
            if let Some(earlier) = std::mem::replace(&mut e.address, timer) {
                earlier.clear();
            }
        });
    }

    /// Notes what the address holds now, as read or written.
    pub fn know_address(&self) {
        self.errands.update_value(|e| e.known = here().1);
    }

    /// Whether the address is still what was read from it or written into it last. Where it is not, somebody has changed it,
    /// and the browser's word for that comes only now: it is to be read, not written over.
    pub(super) fn knows_address(&self) -> bool {
        self.errands.with_value(|e| e.known == here().1)
    }

    pub(super) fn write_address(self) {
        let experiment = self.experiment.get_untracked();
        // Browsers go back from family to family, not from edit to edit.
        let moved = task::area(&opened().experiment) != task::area(&experiment);
        let hash = url::write(&experiment);
        let _written = if moved { push_hash(&hash) } else { replace_hash(&hash) };
        self.know_address();
        if hash.len() > LONG {
            self.hint.set(words::fill("address.long", &[("n", &(hash.len() / 1000).to_string())]));
        }
        if experiment.data.kind == DatasetKind::Own && experiment.data.points.len() > url::MOST_POINTS {
            let most = url::MOST_POINTS.to_string();
            let text = words::fill("address.too-many", &[("most", &most)]);
            // Behind what was said of the points themselves.
            self.hint.update(|hint| {
                if !hint.contains(&text) {
                    *hint = format!("{hint} {text}").trim_start().into();
                }
            });
        }
    }

    /// The address of this page with the present experiment.
    pub fn address(&self) -> String {
        let hash = self.experiment.with_untracked(url::write);
        let address = window().location().href().unwrap_or_default();
        let bare = address.split('#').next().unwrap_or_default();
        if hash.is_empty() { bare.into() } else { format!("{bare}#{hash}") }
    }
}

/// Replaces the hash without a new entry in the history.
///
/// # Errors
/// Has the address hold this from now on. Sandboxed frames and some file viewers refuse; the page does without then.
pub fn replace_hash(hash: &str) -> Result<(), JsValue> {
    match with_hash(hash)? {
        Some(address) => window().history()?.replace_state_with_url(&JsValue::NULL, "", Some(&address)),
        None => Ok(()),
    }
}

/// The same, with a way back to what it held before.
fn push_hash(hash: &str) -> Result<(), JsValue> {
    match with_hash(hash)? {
        Some(address) => window().history()?.push_state_with_url(&JsValue::NULL, "", Some(&address)),
        None => Ok(()),
    }
}

/// This page's address with another hash; none if it is the same.
fn with_hash(hash: &str) -> Result<Option<String>, JsValue> {
    let location = window().location();
    let hash = if hash.is_empty() { String::new() } else { format!("#{hash}") };
    if location.hash()? == hash {
        return Ok(None);
    }
    Ok(Some(format!("{}{}{hash}", location.pathname()?, location.search()?)))
}
