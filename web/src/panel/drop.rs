//! Files, folders and texts that are dropped on the page: each goes to who reads it in the area that is open, or is told
//! where it belongs.

use js_sys::{Array, Function, Promise, Reflect};
use leptos::prelude::*;
use minibatch_session::Area;
use minibatch_session::data::{is_hidden, is_text};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{DataTransfer, DragEvent, File};

use super::bring::{bring, brought};
use super::import::{read, start, take};
use super::text::take as own_text;
use crate::numbers::grouped;
use crate::state::{Brought, Notice, Page, task};
use crate::words::{fill, t};

/// The most files of folders.
const MOST_FILES: usize = 100_000;

/// A file, a folder or a text was dropped somewhere on the page.
pub fn dropped(page: Page, event: &DragEvent) {
    event.prevent_default();
    let Some(data) = event.data_transfer() else { return };
    let entries = entries(&data);
    let files: Vec<File> =
        data.files().map(|list| (0..list.length()).filter_map(|i| list.get(i)).collect()).unwrap_or_default();
    if !entries.iter().any(is_folder) {
        match files.is_empty() {
            true => text(page, data.get_data("text").unwrap_or_default()),
            false => sort(page, files.into_iter().map(brought).collect()),
        }
        return;
    }
    page.hint.set(t("bring.reading").into());
    spawn_local(async move {
        let told = match walk(entries).await {
            Ok(Some(found)) if found.is_empty() => t("bring.empty").into(),
            Ok(Some(found)) => return sort(page, found),
            Ok(None) => fill("bring.many", &[("most", &grouped(MOST_FILES as u64))]),
            Err(error) => crate::engine::say(&error),
        };
        page.hint.set(String::new());
        page.notice.set(Some(Notice::Mistake(told)));
    });
}

/// What was dropped, as entries of a file system (<https://wicg.github.io/entries-api/>); they must be asked for while the
/// event lasts.
fn entries(data: &DataTransfer) -> Vec<JsValue> {
    let items = field(data, "items");
    let count = field(&items, "length").as_f64().unwrap_or(0.0) as u32;
    let entry = |item: &JsValue| {
        let method: Function = field(item, "webkitGetAsEntry").dyn_into().ok()?;
        method.call0(item).ok().filter(JsValue::is_object)
    };
    (0..count)
        .filter_map(|i| Reflect::get_u32(&items, i).ok())
        .filter(|item| field(item, "kind").as_string().as_deref() == Some("file"))
        .filter_map(|item| entry(&item))
        .collect()
}

fn field(of: &JsValue, name: &str) -> JsValue {
    Reflect::get(of, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

fn is_folder(entry: &JsValue) -> bool {
    field(entry, "isDirectory").is_truthy()
}

/// All files in entries and the folders among them; none where they are too many.
async fn walk(entries: Vec<JsValue>) -> Result<Option<Vec<Brought>>, JsValue> {
    let mut left = entries;
    let mut found = vec![];
    while let Some(entry) = left.pop() {
        if is_folder(&entry) {
            let open: Function = field(&entry, "createReader").dyn_into()?;
            let reader = open.call0(&entry)?;
            // Browsers give a hundred at a time, and none at the end.
            loop {
                let some = Array::from(&called_back(&reader, "readEntries").await?);
                if some.length() == 0 {
                    break;
                }
                left.extend(some.iter());
            }
        } else {
            let file: File = called_back(&entry, "file").await?.unchecked_into();
            let path = field(&entry, "fullPath").as_string().unwrap_or_else(|| file.name());
            found.push(Brought { path: path.trim_start_matches('/').to_owned(), file });
        }
        if found.len() + left.len() > MOST_FILES {
            return Ok(None);
        }
    }
    // As the folders list them: the last were looked at first.
    found.reverse();
    Ok(Some(found))
}

/// What a method gives that calls back with a result or an error.
async fn called_back(object: &JsValue, method: &str) -> Result<JsValue, JsValue> {
    let method: Function = field(object, method).dyn_into()?;
    let promise = Promise::new(&mut |resolve, reject| {
        if let Err(error) = method.call2(object, &resolve, &reject) {
            let _told = reject.call1(&JsValue::NULL, &error);
        }
    });
    JsFuture::from(promise).await
}

/// A text without a file.
fn text(page: Page, text: String) {
    let tokens =
        page.experiment.with_untracked(|e| e.model.as_ref().is_some_and(|m| m.input.tokens.is_some()));
    match page.experiment.with_untracked(task::area) {
        _ if text.is_empty() => {}
        _ if tokens => own_text(page, &text),
        Area::Points => take(page, "", text),
        Area::Images | Area::Series | Area::Language => {
            page.notice.set(Some(Notice::Mistake(t("import.nowhere").into())));
        }
    }
}

/// Gives files to who reads them.
fn sort(page: Page, files: Vec<Brought>) {
    let mut files = files;
    files.retain(|brought| !is_hidden(&brought.path));
    let table = |brought: &Brought| ends(brought, &[".csv", ".tsv", ".txt"]);
    match (&files[..], page.experiment.with_untracked(task::area)) {
        ([], _) => {
            page.hint.set(String::new());
            page.notice.set(Some(Notice::Mistake(t("bring.empty").into())));
        }
        (_, Area::Language) if files.len() <= LOOKED_INTO => written(page, files),
        ([only], Area::Points) if table(only) => {
            page.hint.set(String::new());
            read(page, only.file.clone());
        }
        _ => bring(page, files),
    }
}

fn ends(brought: &Brought, ends: &[&str]) -> bool {
    let name = brought.path.to_lowercase();
    ends.iter().any(|end| name.ends_with(end))
}

/// The most files that are looked into one by one.
const LOOKED_INTO: usize = 100;

/// Finds the texts among files, whatever their endings: programs, logs, pages and READMEs are texts too. What is for the
/// greater part no text goes to the engine, which says where it belongs.
fn written(page: Page, files: Vec<Brought>) {
    spawn_local(async move {
        let (mut texts, mut others) = (vec![], vec![]);
        for brought in &files {
            let text = match start(&brought.file).await {
                _ if ends(brought, &[".csv", ".tsv"]) => false,
                Ok(bytes) => is_text(&bytes),
                Err(_) => false,
            };
            let found = if text { &mut texts } else { &mut others };
            found.push(brought.clone());
        }
        if texts.is_empty() || others.len() > texts.len() {
            return bring(page, files);
        }
        one_text(page, texts, others).await;
    });
}

/// Learns from one of several texts: the one that is to be trained on. `others` are no texts.
async fn one_text(page: Page, texts: Vec<Brought>, others: Vec<Brought>) {
    let held = |brought: &Brought| minibatch_session::data::is_held_back(&brought.path);
    let (left, mut texts): (Vec<Brought>, Vec<Brought>) = match texts.len() {
        1 => (vec![], texts),
        _ => texts.into_iter().partition(held),
    };
    let names = |files: &[Brought]| files.iter().map(|b| b.path.clone()).collect::<Vec<_>>().join(", ");
    page.hint.set(String::new());
    let (Some(text), true) = (texts.pop(), texts.is_empty()) else {
        let said = fill("import.one-text", &[("names", &names(&[left, texts].concat()))]);
        return page.notice.set(Some(Notice::Mistake(said)));
    };
    match begin(&text.file).await {
        Ok(read) => {
            own_text(page, &read);
            let left = [left, others].concat();
            if !left.is_empty() {
                page.hint.set(fill("import.texts", &[("names", &names(&left))]));
            }
        }
        Err(error) => page.notice.set(Some(Notice::Mistake(crate::engine::say(&error)))),
    }
}

/// As much of a text as is learnt from, at least: the rest of a large file is not read.
async fn begin(file: &File) -> Result<String, JsValue> {
    /// Bytes: no character takes more than four.
    const MOST: f64 = 4e6;
    let text = JsFuture::from(file.slice_with_f64_and_f64(0.0, MOST)?.text()).await?;
    Ok(text.as_string().unwrap_or_default())
}
