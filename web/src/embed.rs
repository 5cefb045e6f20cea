//! The page without its chrome, for a frame in a slide: one view, the controls asked for, no keys, no focus taken.

use leptos::prelude::*;

use crate::panel::DataControls;
use crate::shell::{
    Epoch, LearningRate, NetworkPanel, Notices, OutputTaste, PlayButton, ResetButton, Speed, StepButton,
    StepEpochButton,
};
use crate::state::Page;
use crate::views::{LossChart, NetworkView, OutputView, Readouts};
use crate::words::t;

/// The view and the controls that the frame's address asks for.
#[component]
pub fn Embed() -> impl IntoView {
    let page = Page::get();
    let shown = page.shown.get_value();
    let controls: Vec<_> = shown.controls.iter().filter_map(|name| control(name)).collect();
    let any = !controls.is_empty();
    let view = match shown.view.as_str() {
        "boundary" => view! { <OutputView/> }.into_any(),
        "network" => view! { <NetworkView/> }.into_any(),
        "loss" => view! { <LossChart/> }.into_any(),
        _ => view! {
            <NetworkPanel/>
            <div class="output-panel"><OutputView/><Readouts/><LossChart/></div>
        }
        .into_any(),
    };
    // Layers are changed from the frame only where that is asked for.
    let layers = shown.controls.iter().any(|name| name == "layers");
    view! {
        <div class=format!("embed view-{}", shown.view) class:layers=layers>
            {any.then(|| view! {
                <div class="embed-bar" role="region" aria-label=t("transport.name")>{controls}</div>
            })}
            <div class="embed-view">{view}</div>
            <Notices/>
        </div>
    }
}

/// A control by the name it has in `show=`.
fn control(name: &str) -> Option<AnyView> {
    Some(match name {
        "layers" => return None,
        "play" => view! { <PlayButton/> }.into_any(),
        "step" => view! { <StepButton/> }.into_any(),
        "reset" => view! { <ResetButton/> }.into_any(),
        "next-epoch" => view! { <StepEpochButton/> }.into_any(),
        "epoch" => view! { <Epoch/> }.into_any(),
        "lr" => view! { <LearningRate/> }.into_any(),
        "speed" => view! { <Speed/> }.into_any(),
        "data" => view! { <div class="embed-data"><DataControls/></div> }.into_any(),
        "output" => view! { <OutputTaste/> }.into_any(),
        "metrics" => view! { <Readouts/> }.into_any(),
        _ => {
            leptos::logging::warn!("{}", crate::words::fill("embed.no-control", &[("name", name)]));
            return None;
        }
    })
}
