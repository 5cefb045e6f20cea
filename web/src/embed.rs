//! The page without its chrome, for a frame in a slide: one view, the controls asked for, no keys, no focus taken.

use leptos::prelude::*;

use crate::answer::Answer;
use crate::inside::InsidePanel;
use crate::panel::DataControls;
use crate::sequence::Steps;
use crate::shell::{
    Epoch, LearningRate, ModelOutput, NetworkPanel, Notices, OutputTaste, PlayButton, ResetButton, Speed,
    StepButton, StepEpochButton,
};
use crate::state::{Page, Watch};
use crate::views::{LossChart, NetworkView, OutputView, Readouts};
use crate::words::t;

/// The view and the controls that the frame's address asks for.
#[component]
pub fn Embed() -> impl IntoView {
    let page = Page::get();
    let shown = page.shown.get_value();
    let controls: Vec<_> = shown.controls.iter().filter_map(|name| control(name)).collect();
    let any = !controls.is_empty();
    // The middle and the right column of a model of layers look at the same step.
    Steps::provide(page);
    let plane = page.plane();
    let name = shown.view.clone();
    let view = move || match (name.as_str(), plane.get()) {
        ("boundary", true) => view! { <OutputView/> }.into_any(),
        ("boundary", false) => view! { <AnswerAlone/> }.into_any(),
        ("network", true) => view! { <NetworkView/> }.into_any(),
        ("network", false) => view! { <InsidePanel/> }.into_any(),
        ("loss", _) => view! { <LossChart/> }.into_any(),
        (_, true) => view! {
            <NetworkPanel/>
            <div class="output-panel"><OutputView/><Readouts/><LossChart/></div>
        }
        .into_any(),
        (_, false) => view! { <InsidePanel/><ModelOutput/> }.into_any(),
    };
    // Layers are changed from the frame only where that is asked for.
    let layers = shown.controls.iter().any(|name| name == "layers");
    view! {
        <div class=format!("embed view-{}", shown.view) class:layers=layers class:model=move || !plane.get()>
            {any.then(|| view! {
                <div class="embed-bar" role="region" aria-label=t("transport.name")>{controls}</div>
            })}
            <div class="embed-view">{view}</div>
            <Notices/>
        </div>
    }
}

/// The answer without the picture of the inside, which otherwise asks for what both show.
#[component]
fn AnswerAlone() -> impl IntoView {
    Page::get().watch(Watch::Inside);
    view! { <div class="output-panel model-output"><Answer/></div> }
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
        // The notice about the address names it.
        _ => return None,
    })
}
