//! Points from a CSV text: pasted, chosen as a file, or dropped. A line that cannot be read is named, and neither the
//! points in force nor the text are lost.

use js_sys::{ArrayBuffer, Uint8Array};
use leptos::prelude::*;
use minibatch_session::data::{Choice, LOOKED_AT, Looks, MAX_FEATURES, TableFile, Taken, looks};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{File, HtmlDialogElement, HtmlInputElement, HtmlTextAreaElement};

use super::bring::{MOST_BYTES, bring, brought};
use super::taken::Columns;
use crate::shell::help::close_on_backdrop;
use crate::state::{Notice, Page};
use crate::words::{fill, t};

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

/// The first bytes of a file, by which it is known.
pub async fn start(file: &File) -> Result<Vec<u8>, JsValue> {
    let start = file.slice_with_f64_and_f64(0.0, LOOKED_AT as f64)?;
    let buffer: ArrayBuffer = JsFuture::from(start.array_buffer()).await?.dyn_into()?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

/// Reads a table. Pictures, texts and tables that are too wide are known by their first bytes, and told where they belong
/// before all of a large file is read.
pub fn read(page: Page, file: File) {
    let refuse = move |said: String| page.notice.set(Some(Notice::Mistake(said)));
    if file.size() > MOST_BYTES {
        return refuse(t("bring.large").into());
    }
    spawn_local(async move {
        let name = file.name();
        let bytes = match start(&file).await {
            Ok(bytes) => bytes,
            Err(error) => return refuse(crate::engine::say(&error)),
        };
        match looks(&name, &bytes) {
            Looks::Pixels { columns } => {
                return refuse(fill("import.pixels", &[("n", &columns.to_string())]));
            }
            Looks::Table { columns } if columns > MAX_FEATURES => {
                let numbers =
                    [("name", name), ("n", columns.to_string()), ("most", MAX_FEATURES.to_string())];
                return refuse(fill(
                    "import.wide",
                    &numbers.each_ref().map(|(key, text)| (*key, text.as_str())),
                ));
            }
            Looks::Text if !tabular(&String::from_utf8_lossy(&bytes)) => return page.refuse_text(&name),
            Looks::Other => return bring(page, vec![brought(file)]),
            Looks::Table { .. } | Looks::Text => {}
        }
        match JsFuture::from(file.text()).await {
            Ok(text) => take(page, &name, text.as_string().unwrap_or_default()),
            Err(error) => refuse(crate::engine::say(&error)),
        }
    });
}

/// A longer text, in bytes, is not shown to be mended: the page would stand still.
const MOST_SHOWN: usize = 200_000;

/// What the text area shows of a file.
fn shown_of(file: &TableFile) -> &str {
    if file.text.len() > MOST_SHOWN { "" } else { &file.text }
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
            Some(asking) if asking.table.files.first().is_some_and(|file| same(shown_of(file))) => {
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
                && (before != Some(true) || shown.with_value(|shown| *shown != shown_of(file)))
            {
                shown.set_value(shown_of(file).to_owned());
                area.set_value(shown_of(file));
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
    let hidden = Memo::new(move |_| {
        page.asking.with(|asking| {
            let file = asking.as_ref()?.table.files.first()?;
            (file.text.len() > MOST_SHOWN).then(|| fill("import.hidden", &[("name", &file.name)]))
        })
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
                <Show when=move || hidden.with(Option::is_some)><p class="note">{move || hidden.get()}</p></Show>
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
