//! The learner's own images: MNIST files, a zip or folder of images, a CSV of pixels. The bytes go to the engine, which
//! reads them and says what they hold.

use js_sys::{Array, ArrayBuffer, Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{File, HtmlInputElement};

use crate::state::{Notice, Page};
use crate::words::t;

/// The most bytes of all files together.
const MOST_BYTES: f64 = 300e6;

/// Chooses files or a folder.
#[component]
pub fn BringFiles() -> impl IntoView {
    let page = Page::get();
    let chosen = move |event: web_sys::Event| {
        let input = event_target::<HtmlInputElement>(&event);
        let files = input.files().map(|list| (0..list.length()).filter_map(|i| list.get(i)).collect());
        bring(page, files.unwrap_or_default());
        // So that the same files, mended, can be chosen again.
        input.set_value("");
    };
    view! {
        <div class="bring">
            <label class="button small" title=t("bring.help") data-testid="bring">{t("bring.files")}
                <input type="file" class="unseen" multiple=true on:change=chosen/>
            </label>
            <label class="button small" title=t("bring.folder-help")>{t("bring.folder")}
                <input type="file" class="unseen" multiple=true prop:webkitdirectory=true on:change=chosen/>
            </label>
        </div>
    }
}

/// Sends files to the engine.
pub fn bring(page: Page, files: Vec<File>) {
    let bytes: f64 = files.iter().map(|file| file.size()).sum();
    if files.is_empty() {
        return;
    }
    if bytes > MOST_BYTES {
        return page.notice.set(Some(Notice::Mistake(t("bring.large").into())));
    }
    page.hint.set(t("bring.reading").into());
    spawn_local(async move {
        match read(&files).await {
            Ok((list, buffers)) => page.engine.with_value(|engine| engine.send_files(&list, &buffers)),
            Err(error) => {
                page.hint.set(String::new());
                page.notice.set(Some(Notice::Mistake(crate::engine::say(&error))));
            }
        }
    });
}

/// `[{name, buffer}]`, and the buffers to hand over.
async fn read(files: &[File]) -> Result<(Array, Array), JsValue> {
    let (list, buffers) = (Array::new(), Array::new());
    for file in files {
        let buffer: ArrayBuffer = JsFuture::from(file.array_buffer()).await?.dyn_into()?;
        // A folder's files say where they stood.
        let path = Reflect::get(file, &"webkitRelativePath".into())?.as_string().filter(|p| !p.is_empty());
        let object = Object::new();
        Reflect::set(&object, &"name".into(), &path.unwrap_or_else(|| file.name()).into())?;
        Reflect::set(&object, &"buffer".into(), &buffer)?;
        list.push(&object);
        buffers.push(&buffer);
    }
    Ok((list, buffers))
}
