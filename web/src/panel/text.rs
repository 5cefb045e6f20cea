//! The learner's own text for a language model: pasted, or dropped as a file.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlTextAreaElement;

use super::task::choose;
use crate::numbers::grouped;
use crate::state::{Page, task};
use crate::words::{fill, t};

/// The most characters: written into the address they stay below the two megabytes that browsers keep.
const MOST: usize = 500_000;

/// Characters or words, and a field for a text of one's own.
#[component]
pub fn OwnText() -> impl IntoView {
    let page = Page::get();
    let words = Memo::new(move |_| page.experiment.with(|e| task::config(e).is_some_and(|c| c.words)));
    let own = Memo::new(move |_| page.experiment.with(|e| task::config(e).and_then(|c| c.text.clone())));
    let by_words = move |event: web_sys::Event| {
        let wanted = event_target::<web_sys::HtmlInputElement>(&event).checked();
        let new = page.experiment.with_untracked(|e| task::config(e).cloned());
        if let Some(new) = new {
            choose(page, minibatch_session::data::TaskConfig { words: wanted, ..new });
        }
    };
    view! {
        <label class="view-tick" title=t("text.words-help")>
            <input type="checkbox" prop:checked=move || words.get() on:change=by_words/>{t("text.words")}
        </label>
        <details class="own-text" open=move || own.with(Option::is_some)>
            <summary title=t("text.help")>{t("text.name")}</summary>
            <textarea id="own-text" rows="5" spellcheck="false" aria-label=t("text.name") placeholder=t("text.place")
                prop:value=move || own.get().unwrap_or_default()></textarea>
            <div class="file-row">
                <button type="button" class="small" data-testid="text-take" on:click=move |_| take(page, &typed())>
                    {t("text.take")}
                </button>
                <button type="button" class="small" on:click=move |_| take(page, "")>{t("text.grammar")}</button>
            </div>
        </details>
    }
}

fn typed() -> String {
    let area =
        document().get_element_by_id("own-text").and_then(|e| e.dyn_into::<HtmlTextAreaElement>().ok());
    area.map(|area| area.value()).unwrap_or_default()
}

/// Learns from this text; from the grammar where there is none.
pub fn take(page: Page, text: &str) {
    let cut = text.chars().nth(MOST).is_some();
    let text: String = text.chars().take(MOST).collect();
    let present = page.experiment.with_untracked(|e| task::config(e).cloned());
    let language = minibatch_session::data::TaskKind::Language;
    let base = present.filter(|c| c.task == language);
    let base = base.or_else(|| task::showcase(language).and_then(|e| task::config(&e).cloned()));
    if let Some(base) = base {
        let text = Some(text).filter(|text| !text.is_empty());
        choose(page, minibatch_session::data::TaskConfig { text, ..base });
    }
    if cut {
        page.hint.set(fill("text.cut", &[("most", &grouped(MOST as u64))]));
    }
}
