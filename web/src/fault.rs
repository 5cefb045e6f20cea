//! The net below the page. After a panic nothing of it can be trusted: what was borrowed stays so, and pictures would stand
//! still without a word. So the page is loaded again with the same experiment and says why; if that happens twice within a
//! minute, the learner is asked first.

use std::cell::RefCell;

use leptos::prelude::*;
use minibatch_session::Experiment;
use wasm_bindgen::prelude::*;

use crate::state::{Notice, Page, boot, url};
use crate::words::t;

thread_local! {
    /// The experiment as it was last, outside the page's own state.
    static LAST: RefCell<Option<Experiment>> = const { RefCell::new(None) };
}

/// What the window is called after a fault, with the time of it: it lasts over a reload, in frames without storage too.
const MARK: &str = "minibatch-fault:";
/// Where an experiment is kept that no address holds.
const KEPT: &str = "minibatch.rescued";
/// Two faults within this, in milliseconds, are one after the other.
const AT_ONCE_MS: f64 = 60_000.0;

/// Has every panic of the page caught here.
pub fn watch() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        rescue(&info.to_string());
    }));
}

/// Keeps the experiment for the time after a fault.
pub fn keep(page: Page) {
    Effect::new(move |_| {
        let now = page.experiment.get();
        LAST.with(|last| last.try_borrow_mut().map(|mut last| *last = Some(now)).ok());
    });
}

/// Says that the page was loaded again, where it was.
pub fn tell(page: Page) {
    if last_fault().is_some_and(|at| js_sys::Date::now() - at < AT_ONCE_MS / 2.0) {
        page.notice.set(Some(Notice::Mistake(t("fault.came-back").into())));
    }
}

/// When the last fault was, by the window's name.
fn last_fault() -> Option<f64> {
    window().name().ok()?.strip_prefix(MARK)?.parse().ok()
}

fn rescue(why: &str) {
    let now = js_sys::Date::now();
    let before = last_fault();
    let _named = window().set_name(&format!("{MARK}{now}"));
    let last = LAST.with(|last| last.try_borrow_mut().ok().and_then(|mut last| last.take()));
    // An address that says the same stays as it is, with what else it says.
    if let Some(experiment) = last.filter(|last| *last != boot::opened().experiment) {
        remember(&experiment);
        let _written = boot::replace_hash(&url::write(&experiment));
    }
    if before.is_none_or(|at| now - at > AT_ONCE_MS) {
        let _reloaded = window().location().reload();
    } else {
        // It fails only where there is no page to say it on.
        let _said = say(why);
    }
}

/// Keeps for the next page what no address holds.
fn remember(experiment: &Experiment) {
    if url::read(&url::write(experiment)).experiment == *experiment {
        return;
    }
    if let (Ok(Some(storage)), Ok(text)) = (window().session_storage(), serde_json::to_string(experiment)) {
        // Where there is no room, the page comes back with what the address holds.
        let _kept = storage.set_item(KEPT, &text);
    }
}

/// The experiment that the page before this one kept when it failed, if the address is still that of it.
pub fn rescued(opened: &Experiment) -> Option<Experiment> {
    let storage = window().session_storage().ok().flatten()?;
    let text = storage.get_item(KEPT).ok().flatten()?;
    let _removed = storage.remove_item(KEPT);
    let (experiment, _) = Experiment::read_json(&text).ok()?;
    let recent = last_fault().is_some_and(|at| js_sys::Date::now() - at < AT_ONCE_MS);
    (recent && url::read(&url::write(&experiment)).experiment == *opened).then_some(experiment)
}

/// A notice made of plain elements, with a button for the same experiment and one for the default.
fn say(why: &str) -> Result<(), JsValue> {
    let document = document();
    let element = |name: &str, class: &str, text: &str| -> Result<web_sys::Element, JsValue> {
        let element = document.create_element(name)?;
        element.set_class_name(class);
        element.set_text_content(Some(text));
        Ok(element)
    };
    let place = element("div", "notices", "")?;
    place.set_attribute("role", "alert")?;
    let notice = element("div", "notice fatal", "")?;
    notice.set_attribute("data-testid", "fault")?;
    let text = element("p", "", &format!("{} {why}", t("fault.stopped")))?;
    notice.append_child(&text)?;
    let actions = element("div", "actions", "")?;
    for (word, hash) in [("fault.again", None), ("fault.default", Some(""))] {
        let button = element("button", "primary", t(word))?;
        let pressed = Closure::<dyn FnMut()>::new(move || {
            if let Some(hash) = hash {
                let _written = boot::replace_hash(hash);
            }
            let _reloaded = window().location().reload();
        });
        button.add_event_listener_with_callback("click", pressed.as_ref().unchecked_ref())?;
        // The page is over; its notice stays until it is loaded again.
        pressed.forget();
        actions.append_child(&button)?;
    }
    notice.append_child(&actions)?;
    place.append_child(&notice)?;
    document.body().ok_or("no body")?.append_child(&place)?;
    Ok(())
}
