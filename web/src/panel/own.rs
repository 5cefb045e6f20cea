//! The learner's own points: what the pointer adds or takes away, clearing, and downloading.

use leptos::prelude::*;
use minibatch_session::data::{DatasetKind, MAX_CLASSES, Task, to_csv};
use wasm_bindgen::{JsCast, JsValue};

use crate::numbers::tick;
use crate::state::{Brush, Page};
use crate::words::{fill, t};

/// The brushes, while the data is the learner's own.
#[component]
pub fn OwnTools() -> impl IntoView {
    let page = Page::get();
    let own = Memo::new(move |_| page.experiment.with(|e| e.data.kind == DatasetKind::Own));
    // What each places, its name and its help; one class more than there are, so that a new one can be begun.
    let labels: Memo<Vec<(f32, String, String)>> = Memo::new(move |_| {
        page.experiment.with(|e| match e.data.task() {
            Task::Classification { classes } => (0..(classes + 1).min(MAX_CLASSES))
                .map(|class| {
                    let name = e.data.class_name(class as usize);
                    (class as f32, name.clone(), fill("own.add-class", &[("label", &name)]))
                })
                .collect(),
            Task::Regression => [-1.0f32, 0.0, 1.0]
                .map(|target| {
                    let name = tick(target.into());
                    (target, name.clone(), fill("own.add-value", &[("label", &name)]))
                })
                .into(),
        })
    });
    let clear = move |_| {
        if !matches!(page.brush.get_untracked(), Some(Brush::Add(_))) {
            page.brush.set(Some(Brush::Add(1.0)));
        }
        page.edit(|e| {
            e.data.points.clear();
            e.data.own_train = None;
            e.data.class_names.clear();
        });
    };
    let count = Memo::new(move |_| page.experiment.with(|e| e.data.points.len()));
    let said = move || {
        let key = if count.get() == 1 { "own.count-one" } else { "own.count" };
        fill(key, &[("n", &count.get().to_string())])
    };
    view! {
        <Show when=move || own.get()>
            <div class="own">
                <p class="note">{t("own.note")}</p>
                <div class="brushes" role="group" aria-label=t("own.brush")>
                    <For each=move || labels.get() key=|(value, _, help): &(f32, String, String)| (value.to_bits(), help.clone()) let:label>
                        <BrushButton brush=Brush::Add(label.0) name=label.1 help=label.2/>
                    </For>
                    <BrushButton brush=Brush::Erase name=t("own.erase").into() help=t("own.erase-help").into()/>
                </div>
                <div class="own-foot">
                    <span>{said}</span>
                    <button type="button" class="small" title=t("own.clear-help")
                        on:click=clear>{t("own.clear")}</button>
                </div>
            </div>
        </Show>
    }
}

#[component]
fn BrushButton(brush: Brush, name: String, help: String) -> impl IntoView {
    let page = Page::get();
    let on = move || page.brush.get() == Some(brush);
    let toggle = move |_| page.brush.update(|b| *b = if *b == Some(brush) { None } else { Some(brush) });
    let class = match brush {
        Brush::Add(label) => format!("brush class-{label}"),
        Brush::Erase => "brush erase".into(),
    };
    view! {
        <button type="button" class=class title=help.clone() aria-label=help aria-pressed=move || on().to_string()
            on:click=toggle>{name}</button>
    }
}

/// The points in force, as a file.
#[component]
pub fn DownloadButton() -> impl IntoView {
    let page = Page::get();
    let download = move |_| {
        let text = page.points.with_value(|(train, test)| {
            let points = [train.as_slice(), test].concat();
            page.experiment.with_untracked(|e| match e.data.kind {
                DatasetKind::Own => to_csv(&points, &e.data.class_names),
                _ => to_csv(&points, &[]),
            })
        });
        if let Err(error) = save("points.csv", &text) {
            leptos::logging::error!("the points cannot be saved: {}", crate::engine::say(&error));
        }
    };
    view! {
        <button type="button" class="small" data-testid="download" title=t("own.download-help") on:click=download>
            {t("own.download")}
        </button>
    }
}

/// Has the browser save a text as a file.
fn save(name: &str, text: &str) -> Result<(), JsValue> {
    let parts = js_sys::Array::of1(&JsValue::from_str(text));
    let kind = web_sys::BlobPropertyBag::new();
    kind.set_type("text/csv");
    let blob = web_sys::Blob::new_with_str_sequence_and_options(&parts, &kind)?;
    let address = web_sys::Url::create_object_url_with_blob(&blob)?;
    let link = document().create_element("a")?.unchecked_into::<web_sys::HtmlAnchorElement>();
    link.set_href(&address);
    link.set_download(name);
    link.click();
    web_sys::Url::revoke_object_url(&address)
}
