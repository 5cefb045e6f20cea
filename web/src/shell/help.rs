//! What this is, and the keys.

use leptos::prelude::*;
use minibatch_session::Area;
use wasm_bindgen::JsCast;
use web_sys::HtmlDialogElement;

use crate::state::{Page, Status, task};
use crate::words::{fill, t};

/// Opens the help.
pub fn open() {
    let dialog = document().get_element_by_id("help").and_then(|d| d.dyn_into::<HtmlDialogElement>().ok());
    if let Some(dialog) = dialog.filter(|d| !d.open()) {
        let _shown = dialog.show_modal();
    }
}

/// A dialogue with a few words and all keys.
#[component]
pub fn Help() -> impl IntoView {
    let page = Page::get();
    let area = Memo::new(move |_| page.experiment.with(task::area));
    let what = move || fill("help.what", &[("where", page.status.with(place))]);
    let keys = [
        (t("help.space"), t("transport.play-or-pause")),
        ("S", t("transport.step")),
        ("E", t("transport.step-epoch")),
        ("R", t("transport.reset")),
        ("N", t("data.new-seed-help")),
        ("D", t("help.theme")),
        (t("help.undo-keys"), t("help.undo")),
        ("?", t("help.open")),
    ];
    let row = |(key, what): (&'static str, &'static str)| {
        view! { <dt><kbd>{key}</kbd></dt><dd>{without_key(what)}</dd> }
    };
    view! {
        <dialog id="help" class="dialog" aria-labelledby="help-title" on:click=close_on_backdrop>
            <form method="dialog">
                <h2 id="help-title">{t("help.title")}</h2>
                <p>{what}" "{move || texts(area.get())[0]}</p>
                <p>{move || texts(area.get())[1]}</p>
                <p>{move || texts(area.get())[2]}</p>
                <p>{t("help.how")}</p>
                <h3>{t("help.keys")}</h3>
                <dl class="keys">{keys.map(row).collect_view()}</dl>
                <div class="actions"><button class="primary">{t("help.close")}</button></div>
            </form>
        </dialog>
    }
}

/// What is seen, what to point at and click, and what the colours mean.
fn texts(area: Area) -> [&'static str; 3] {
    match area {
        Area::Points => [t("help.points"), t("help.points-do"), t("help.points-colours")],
        Area::Images => [t("help.images"), t("help.images-do"), t("help.images-colours")],
        Area::Series => [t("help.series"), t("help.series-do"), t("help.series-colours")],
        Area::Language => [t("help.language"), t("help.language-do"), t("help.language-colours")],
    }
}

/// What trains.
fn place(status: &Status) -> &'static str {
    match (&*status.backend, status.software) {
        ("webgpu", false) => t("help.on-graphics"),
        ("", _) => t("help.on-device"),
        _ => t("help.on-processor"),
    }
}

/// A button's title ends with its key, "Train one batch (S)"; beside the key it need not.
fn without_key(title: &str) -> &str {
    title.strip_suffix(')').and_then(|title| title.rsplit_once(" (")).map_or(title, |(before, _)| before)
}

/// A click on the dialogue itself, not on its form, is one beside it.
pub fn close_on_backdrop(event: web_sys::MouseEvent) {
    if let Some(dialog) = event.target().and_then(|t| t.dyn_into::<HtmlDialogElement>().ok()) {
        dialog.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_said_once() {
        assert_eq!(without_key("Train one batch (S)"), "Train one batch");
        assert_eq!(without_key("Dark or light"), "Dark or light");
    }

    #[test]
    fn the_graphics_processor_is_named_only_where_it_trains() {
        let on = |backend: &str, software| {
            place(&Status { backend: backend.into(), software, ..Status::default() })
        };
        assert_eq!(on("webgpu", false), t("help.on-graphics"));
        assert_eq!([on("webgpu", true), on("cpu", false)], [t("help.on-processor"); 2]);
    }
}
