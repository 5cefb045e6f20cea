//! Points from a CSV text: pasted, chosen as a file, or dropped. A line that cannot be read is named, and neither the
//! points in force nor the text are lost.

use leptos::prelude::*;
use minibatch_session::data::{CsvPoints, DOMAIN, DatasetKind, Fitted, fit, parse_csv};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{DragEvent, File, HtmlDialogElement, HtmlInputElement, HtmlTextAreaElement};

use minibatch_session::Area;

use super::bring::bring;
use super::text::take as own_text;
use crate::numbers::plain;
use crate::shell::help::close_on_backdrop;
use crate::state::{Page, task};
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

fn text_area() -> Option<HtmlTextAreaElement> {
    document().get_element_by_id("import-text")?.dyn_into().ok()
}

/// Takes a text in: its points, or the dialogue with the text and what is wrong with it.
fn take(page: Page, text: &str) {
    match parse_csv(text) {
        Ok(csv) => {
            if let Some(dialog) = dialog() {
                dialog.close();
            }
            say(None);
            accept(page, csv);
        }
        Err(error) => {
            if let Some(area) = text_area() {
                area.set_value(text);
            }
            say(Some(error.to_string()));
            open();
        }
    }
}

fn accept(page: Page, mut csv: CsvPoints) {
    let fitted = fit(&mut csv.points, csv.regression);
    let outside = csv.points.iter().filter(|p| p.x.abs() > DOMAIN || p.y.abs() > DOMAIN).count();
    let count = csv.points.len();
    // Names that are the classes' numbers say nothing.
    let number = |(class, name): (usize, &String)| *name == class.to_string();
    let named = !csv.class_names.iter().enumerate().all(number);
    let what = if csv.regression {
        t("import.targets").to_owned()
    } else {
        fill("import.classes", &[("names", &csv.class_names.join(", "))])
    };
    page.edit(|e| {
        e.data.kind = DatasetKind::Own;
        e.data.own_regression = csv.regression;
        e.data.points = csv.points;
        e.data.class_names = if named { csv.class_names } else { vec![] };
    });
    let done = if count == 1 { "import.done-one" } else { "import.done" };
    let mut said = vec![fill(done, &[("n", &count.to_string())])];
    let names = ["x", "y", t("import.target")];
    let stretched: Vec<String> =
        names.into_iter().zip(fitted).filter_map(|(n, f)| Some(told(n, f?))).collect();
    if !stretched.is_empty() {
        said.push(fill("import.fitted", &[("what", &stretched.join(", "))]));
    }
    if outside > 0 {
        let beyond = if outside == 1 { "import.outside-one" } else { "import.outside" };
        said.push(fill(beyond, &[("n", &outside.to_string())]));
    }
    said.push(what);
    page.hint.set(said.join(" "));
}

/// What was done to a column.
fn told(name: &str, Fitted { low, high, reach }: Fitted) -> String {
    let key = if low == high { "import.fitted-same" } else { "import.fitted-column" };
    let [low, high, reach] = [low, high, reach].map(plain);
    fill(key, &[("name", name), ("low", &low), ("high", &high), ("reach", &reach)])
}

/// Writes what is wrong into the dialogue.
fn say(error: Option<String>) {
    if let Some(line) = document().get_element_by_id("import-error") {
        line.set_text_content(error.as_deref());
    }
}

fn read(page: Page, file: File) {
    spawn_local(async move {
        match JsFuture::from(file.text()).await {
            Ok(text) => take(page, &text.as_string().unwrap_or_default()),
            Err(error) => {
                say(Some(crate::engine::say(&error)));
                open();
            }
        }
    });
}

/// What files are, by their names.
#[derive(PartialEq)]
enum Kind {
    Text,
    Table,
    Other,
}

fn kind(files: &[File]) -> Kind {
    let names: Vec<String> = files.iter().map(|file| file.name().to_lowercase()).collect();
    let all = |ends: &[&str]| names.iter().all(|name| ends.iter().any(|end| name.ends_with(end)));
    match () {
        () if all(&[".txt", ".md"]) => Kind::Text,
        () if all(&[".csv", ".tsv"]) => Kind::Table,
        () => Kind::Other,
    }
}

/// A file or a text was dropped somewhere on the page.
pub fn dropped(page: Page, event: &DragEvent) {
    event.prevent_default();
    let Some(data) = event.data_transfer() else { return };
    let files: Vec<File> =
        data.files().map(|list| (0..list.length()).filter_map(|i| list.get(i)).collect()).unwrap_or_default();
    let text = || data.get_data("text").unwrap_or_default();
    let area = page.experiment.with_untracked(task::area);
    let tokens =
        page.experiment.with_untracked(|e| e.model.as_ref().is_some_and(|m| m.input.tokens.is_some()));
    match (&files[..], kind(&files)) {
        ([], _) if tokens => own_text(page, &text()),
        ([], _) => take(page, &text()),
        ([file], Kind::Text) if area != Area::Points => {
            let reading = JsFuture::from(file.text());
            spawn_local(async move {
                if let Ok(text) = reading.await {
                    own_text(page, &text.as_string().unwrap_or_default());
                }
            });
        }
        ([file], Kind::Text | Kind::Table) if area == Area::Points => read(page, file.clone()),
        _ => bring(page, files),
    }
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
    let paste = move |_| take(page, &text_area().map(|area| area.value()).unwrap_or_default());
    view! {
        <dialog id="import" class="dialog" aria-labelledby="import-title" on:click=close_on_backdrop>
            <form method="dialog" on:submit=|event| event.prevent_default()>
                <h2 id="import-title">{t("import.title")}</h2>
                <p>{t("import.how")}</p>
                <textarea id="import-text" rows="9" spellcheck="false" aria-label=t("import.title")
                    aria-describedby="import-error" placeholder="x,y,label\n1.5,-2,0\n-0.3,4,1"></textarea>
                <p id="import-error" class="error" role="alert" data-testid="import-error"></p>
                <div class="actions">
                    <button type="button" class="primary" data-testid="import-take" on:click=paste>{t("import.take")}</button>
                    <label class="button" tabindex="-1">{t("import.file")}
                        <input type="file" class="unseen" accept=".csv,.tsv,.txt,text/csv,text/plain" on:change=chosen/>
                    </label>
                    <button type="button" on:click=|_| { if let Some(d) = dialog() { d.close() } }>{t("import.cancel")}</button>
                </div>
            </form>
        </dialog>
    }
}
