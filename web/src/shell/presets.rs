//! Ready-made experiments.

use leptos::prelude::*;
use minibatch_session::{PRESETS, Preset, preset};

use crate::state::{Notice, Page};
use crate::widgets::{Pop, close_all};
use crate::words::{named, t};

/// A menu of presets.
#[component]
pub fn Presets() -> impl IntoView {
    view! {
        <Pop label=t("presets.open") class="presets right" face=|| t("presets.name")>
            <ul class="menu">
                {PRESETS.into_iter().map(|p| view! { <li><Entry preset=p/></li> }).collect_view()}
            </ul>
        </Pop>
    }
}

#[component]
fn Entry(preset: Preset) -> impl IntoView {
    let page = Page::get();
    let open = move |_| {
        close_all(None);
        match self::preset(preset.name) {
            Ok(experiment) => drop(page.open(experiment)),
            Err(error) => page.notice.set(Some(Notice::Mistake(error.to_string()))),
        }
    };
    view! {
        <button type="button" class="menu-entry" data-preset=preset.name on:click=open>
            <b>{named("preset", preset.name)}</b>
            <small>{named("preset-text", preset.name)}</small>
        </button>
    }
}
