//! The three columns of a model of layers: what goes in, what the layers make of it, what comes out.

use leptos::prelude::*;
use minibatch_session::Area;

use crate::answer::Answer;
use crate::builder::LayersPanel;
use crate::inside::InsidePanel;
use crate::panel::TaskPanel;
use crate::sequence::Steps;
use crate::state::{Page, task};
use crate::views::{Confusion, LossChart, Readouts};
use crate::widgets::Pop;
use crate::words::t;

/// Task or layers, the inside, the answer.
#[component]
pub fn ModelColumns() -> impl IntoView {
    // The middle and the right column look at the same step.
    Steps::provide(Page::get());
    // Where the window is wide both are shown; where it is not, the one chosen.
    let layers = RwSignal::new(false);
    let tab = move |wanted: bool, name: &'static str, id: &'static str| {
        view! {
            <button type="button" role="tab" id=format!("tab-{id}") aria-controls=format!("tabbed-{id}")
                aria-selected=move || (layers.get() == wanted).to_string() on:click=move |_| layers.set(wanted)>{name}</button>
        }
    };
    view! {
        <div class="tabbed" class:on-layers=move || layers.get()>
            <div class="tabs" role="tablist" aria-label=t("tabs.name")>
                {tab(false, t("tabs.data"), "data")}
                {tab(true, t("tabs.layers"), "layers")}
            </div>
            <div class="tabbed-data" id="tabbed-data" role="tabpanel" aria-labelledby="tab-data"><TaskPanel/></div>
            <div class="tabbed-layers" id="tabbed-layers" role="tabpanel" aria-labelledby="tab-layers"><LayersPanel/></div>
        </div>
        <InsidePanel/>
        <ModelOutput/>
    }
}

/// What comes out: the answer, the read-outs and the loss.
#[component]
pub fn ModelOutput() -> impl IntoView {
    let page = Page::get();
    // Images have the matrix among their own views.
    let image = Memo::new(move |_| page.experiment.with(task::area) == Area::Images);
    let classes = Memo::new(move |_| !image.get() && page.metrics.with(|m| !m.confusion.is_empty()));
    view! {
        <section class="output-panel model-output" aria-label=t("output.name")>
            <div class="panel-head">
                <h2>{t("output.name")}</h2>
                <div class="toggles">
                    <Show when=move || classes.get()>
                        <Pop label=t("output.confusion-help") class="right wide" face=|| t("output.confusion")>
                            <Confusion/>
                        </Pop>
                    </Show>
                </div>
            </div>
            <Answer/>
            <Readouts/>
            <LossChart/>
        </section>
    }
}
