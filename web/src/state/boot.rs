//! What the page opens with: the address's query and hash; and how the address follows what is edited.

use std::time::Duration;

use leptos::prelude::*;
use minibatch_session::data::DatasetKind;
use wasm_bindgen::JsValue;

use super::url::{self, Opened};
use super::{Notice, Page, Shown, task, tfp};
use crate::words;

/// How long edits are gathered before the address is rewritten; browsers limit how often it may be.
const GATHER: Duration = Duration::from_millis(300);

/// Mail and chat programs cut addresses beyond this many characters.
const LONG: usize = 30_000;

/// The views an embedded page may show.
pub const VIEWS: [&str; 4] = ["full", "boundary", "network", "loss"];

/// The value of a key in the address's query.
pub fn asked(key: &str) -> Option<String> {
    let query = window().location().search().unwrap_or_default();
    url::pairs(&query).into_iter().find(|(k, _)| k == key).map(|(_, value)| value)
}

/// Whether the page is without its chrome, and what of it is shown. An unknown view is the full one.
pub fn shown() -> Shown {
    let embedded = document().document_element().is_some_and(|root| root.has_attribute("data-embed"));
    let mut view = asked("view").filter(|_| embedded).unwrap_or_else(|| "full".into());
    if !VIEWS.contains(&view.as_str()) {
        leptos::logging::warn!(
            "{}",
            words::fill("embed.no-view", &[("view", &view), ("known", &VIEWS.join(", "))])
        );
        view = "full".into();
    }
    let controls = asked("show").unwrap_or_else(|| "play".into());
    let controls =
        controls.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
    Shown { embedded, view, controls }
}

/// The experiment the address holds: ours or TensorFlow Playground's hash, over a preset named in the query.
pub fn opened() -> Opened {
    let hash = window().location().hash().unwrap_or_default();
    if tfp::is_one(&hash) {
        return tfp::read(&hash);
    }
    match asked("preset") {
        Some(name) => url::read(&format!("preset={name}&{}", hash.trim_start_matches('#'))),
        None => url::read(&hash),
    }
}

impl Page {
    /// Says what was wrong with the address, if anything was.
    pub fn tell_problems(&self, problems: &[String]) {
        if !problems.is_empty() {
            let text = words::fill("address.problems", &[("problems", &problems.join("; "))]);
            self.notice.set(Some(Notice::Mistake(text)));
        }
    }

    /// The address was changed by hand or by the browser's history: opens what it holds.
    pub fn address_changed(&self) {
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
        let timer = set_timeout_with_handle(move || page.write_address(), GATHER).ok();
        self.errands.update_value(|e| {
            if let Some(earlier) = std::mem::replace(&mut e.address, timer) {
                earlier.clear();
            }
        });
    }

    pub(super) fn write_address(self) {
        let experiment = self.experiment.get_untracked();
        // Browsers go back from family to family, not from edit to edit.
        let moved = task::area(&opened().experiment) != task::area(&experiment);
        let hash = url::write(&experiment);
        let _written = if moved { push_hash(&hash) } else { replace_hash(&hash) };
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
