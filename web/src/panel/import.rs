//! Points from a CSV text: pasted, chosen as a file, or dropped. A line that cannot be read is named, and neither the
//! points in force nor the text are lost.

use leptos::prelude::*;
use minibatch_session::data::{Choice, TableFile, Taken};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{File, HtmlDialogElement, HtmlInputElement, HtmlTextAreaElement};

use super::taken::Columns;
use crate::shell::help::close_on_backdrop;
use crate::state::{Notice, Page};
use crate::words::t;

/// Opens the dialogue.
#[component]
pub fn ImportButton() -> impl IntoView {
    view! {
        <button type="button" class="small" data-testid="import" title=t("import.help") on:click=|_| open()>
            {t("import.name")}
        </button>
    }
}

fn dialog() -> Option<HtmlDialogElement> {
    document().get_element_by_id("import")?.dyn_into().ok()
}

fn open() {
    if let Some(dialog) = dialog().filter(|d| !d.open()) {
        let _shown = dialog.show_modal();
    }
}

fn close() {
    if let Some(dialog) = dialog().filter(|d| d.open()) {
        dialog.close();
    }
}

fn text_area() -> Option<HtmlTextAreaElement> {
    document().get_element_by_id("import-text")?.dyn_into().ok()
}

/// Takes a text in: its points, or the dialogue with the text and what is wrong with it.
pub fn take(page: Page, name: &str, text: String) {
    let file = TableFile { name: name.to_owned(), side: None, text };
    page.take_tables(vec![file], Choice::default(), &Taken::default());
}

/// Reads a table; a text that holds none is told where it belongs.
pub fn read(page: Page, file: File) {
    spawn_local(async move {
        match JsFuture::from(file.text()).await {
            Ok(text) => {
                let text = text.as_string().unwrap_or_default();
                let written = file.name().to_lowercase().ends_with(".txt");
                if written && !tabular(&text) {
                    return page.refuse_text(&file.name());
                }
                take(page, &file.name(), text);
            }
            Err(error) => page.notice.set(Some(Notice::Mistake(crate::engine::say(&error)))),
        }
    });
}

/// Whether some line of a text holds two numbers.
fn tabular(text: &str) -> bool {
    let number = |field: &&str| field.trim_matches(['"', ' ']).replace(',', ".").parse::<f64>().is_ok();
    let parted = |line: &str, by: &[char]| line.split(by).filter(number).count() > 1;
    text.lines().take(50).any(|line| parted(line, &[';', '\t', ' ']) || parted(line, &[',']))
}

/// A place to paste, choose or drop.
#[component]
pub fn ImportDialog() -> impl IntoView {
    let page = Page::get();
    let chosen = move |event: web_sys::Event| {
        let input = event_target::<HtmlInputElement>(&event);
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            read(page, file);
        }
        // So that the same file, mended, can be chosen again.
        input.set_value("");
    };
    let paste = move |_| {
        let text = text_area().map(|area| area.value()).unwrap_or_default();
        // A text area has its own line ends.
        let same = |other: &str| other.replace("\r\n", "\n").replace('\r', "\n") == text;
        match page.asking.get_untracked() {
            Some(asking) if asking.table.files.first().is_some_and(|file| same(&file.text)) => {
                page.take_tables(asking.table.files, asking.table.choice, &Taken::default());
            }
            _ => take(page, "", text),
        }
    };
    // The text that was asked about last: choosing columns does not undo what is typed.
    let shown = StoredValue::new(String::new());
    Effect::new(move |before: Option<bool>| {
        let asks = page.asking.with(|asking| {
            if let (Some(asking), Some(area)) = (asking, text_area())
                && let Some(file) = asking.table.files.first()
                && (before != Some(true) || shown.with_value(|shown| *shown != file.text))
            {
                shown.set_value(file.text.clone());
                area.set_value(&file.text);
            }
            asking.is_some()
        });
        match before {
            Some(true) if !asks => close(),
            _ if asks => open(),
            _ => {}
        }
        asks
    });
    let told = move || page.asking.with(|asking| asking.as_ref().map(|asking| asking.message.clone()));
    let table = Signal::derive(move || page.asking.get().map(|asking| asking.table).unwrap_or_default());
    let some = Memo::new(move |_| table.with(|table| table.columns.len() > 3));
    let change = move |choice| {
        page.asking.update(|asking| {
            if let Some(asking) = asking {
                asking.table.choice = choice;
                asking.table.columns = minibatch_session::data::columns_of(&asking.table.files, &choice);
            }
        });
    };
    view! {
        <dialog id="import" class="dialog" aria-labelledby="import-title" on:click=close_on_backdrop>
            <form method="dialog" on:submit=|event| event.prevent_default()>
                <h2 id="import-title">{t("import.title")}</h2>
                <p>{t("import.how")}</p>
                <textarea id="import-text" rows="9" spellcheck="false" aria-label=t("import.title")
                    aria-describedby="import-error" placeholder="x,y,label\n1.5,-2,0\n-0.3,4,1"></textarea>
                <p id="import-error" class="error" role="alert" data-testid="import-error">{told}</p>
                <Show when=move || some.get()><Columns table=table change=change/></Show>
                <div class="actions">
                    <button type="button" class="primary" data-testid="import-take" on:click=paste>{t("import.take")}</button>
                    <label class="button" tabindex="-1">{t("import.file")}
                        <input type="file" class="unseen" accept=".csv,.tsv,.txt,text/csv,text/plain" on:change=chosen/>
                    </label>
                    <button type="button" on:click=|_| close()>{t("import.cancel")}</button>
                </div>
            </form>
        </dialog>
    }
}
