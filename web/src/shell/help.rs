//! What this is, and the keys.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlDialogElement;

use crate::words::t;

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
    let row = |(key, what): (&'static str, &'static str)| view! { <dt><kbd>{key}</kbd></dt><dd>{what}</dd> };
    view! {
        <dialog id="help" class="dialog" aria-labelledby="help-title" on:click=close_on_backdrop>
            <form method="dialog">
                <h2 id="help-title">{t("help.title")}</h2>
                <p>{t("help.what")}</p>
                <p>{t("help.how")}</p>
                <h3>{t("help.keys")}</h3>
                <dl class="keys">{keys.map(row).collect_view()}</dl>
                <p class="note">{t("help.pictures")}</p>
                <div class="actions"><button class="primary">{t("help.close")}</button></div>
            </form>
        </dialog>
    }
}

/// A click on the dialogue itself, not on its form, is one beside it.
pub fn close_on_backdrop(event: web_sys::MouseEvent) {
    if let Some(dialog) = event.target().and_then(|t| t.dyn_into::<HtmlDialogElement>().ok()) {
        dialog.close();
    }
}
