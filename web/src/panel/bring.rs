//! The learner's own files: MNIST files, a zip or folder of images, a CSV of pixels, tables. The bytes go to the engine,
//! which reads them and says what they hold.

use js_sys::Reflect;
use leptos::prelude::*;
use web_sys::{File, HtmlInputElement};

use crate::state::{Brought, Notice, Page};
use crate::words::t;

/// The most bytes of all files together.
pub const MOST_BYTES: f64 = 300e6;

/// Chooses files or a folder.
#[component]
pub fn BringFiles() -> impl IntoView {
    let page = Page::get();
    let chosen = move |event: web_sys::Event| {
        let input = event_target::<HtmlInputElement>(&event);
        let files =
            input.files().map(|list| (0..list.length()).filter_map(|i| list.get(i)).collect::<Vec<_>>());
        bring(page, files.unwrap_or_default().into_iter().map(brought).collect());
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

/// A file with the folders it stood in, where a folder was chosen.
pub fn brought(file: File) -> Brought {
    let path = Reflect::get(&file, &"webkitRelativePath".into()).ok().and_then(|path| path.as_string());
    let path = path.filter(|path| !path.is_empty()).unwrap_or_else(|| file.name());
    Brought { path, file }
}

/// Sends files to the engine.
pub fn bring(page: Page, files: Vec<Brought>) {
    page.files.set_value(files);
    bring_again(page, false);
}

/// Sends the files brought last once more; `mix`: their own split is left aside.
pub fn bring_again(page: Page, mix: bool) {
    let files = page.files.get_value();
    let bytes: f64 = files.iter().map(|brought| brought.file.size()).sum();
    if files.is_empty() {
        return;
    }
    if bytes > MOST_BYTES {
        page.hint.set(String::new());
        return page.notice.set(Some(Notice::Mistake(t("bring.large").into())));
    }
    page.send_files(mix);
}
