//! The page's chrome: head, transport, foot, notices, keys.

mod areas;
mod backend;
mod columns;
mod footer;
mod header;
pub mod help;
pub mod keys;
mod model;
mod notices;
pub mod optimizer;
mod output;
mod regularisation;
mod schedule;
mod share;
pub mod speed;
mod training;
mod transport;

use leptos::prelude::*;
use wasm_bindgen::JsCast;

pub use backend::reason;
pub use columns::NetworkPanel;
use footer::Footer;
use header::Header;
use help::Help;
pub use model::ModelColumns;
pub use model::ModelOutput;
pub use notices::Notices;
pub use output::{OutputPanel, OutputTaste};
pub use speed::Speed;
pub use training::LearningRate;
use training::Training;
use transport::Transport;
pub use transport::{Epoch, PlayButton, ResetButton, StepButton, StepEpochButton};

use crate::panel::{DataPanel, dropped};
use crate::state::Page;
use crate::words::t;

/// Goes past the controls. The address holds the experiment, so the link must not be followed.
fn skip(event: web_sys::MouseEvent) {
    event.prevent_default();
    let first = document().query_selector("main :is(button, [tabindex=\"0\"], input, select)").ok().flatten();
    if let Some(element) = first.and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _focused = element.focus();
    }
}

/// The whole page.
#[component]
pub fn Shell() -> impl IntoView {
    let page = Page::get();
    let plane = page.plane();
    view! {
        <div class="page" on:dragover=|event| event.prevent_default()
            on:drop=move |event| dropped(page, &event)>
            <a class="skip" href="#main" on:click=skip>{t("page.skip")}</a>
            <Header/>
            <div class="transport" role="region" aria-label=t("transport.name")>
                <Transport/>
                <Training/>
            </div>
            <main id="main" tabindex="-1" class="columns" class:model=move || !plane.get()
                class:behind=move || page.draft.with(Option::is_some)>
                <Show when=move || plane.get() fallback=|| view! { <ModelColumns/> }>
                    <DataPanel/>
                    <NetworkPanel/>
                    <OutputPanel/>
                </Show>
            </main>
            <Notices/>
            <Footer/>
            <Help/>
        </div>
    }
}
