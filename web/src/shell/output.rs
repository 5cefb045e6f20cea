//! The right column: what comes out.

use leptos::prelude::*;

use crate::panel::OwnTools;
use crate::state::Page;
use crate::views::{Confusion, LossChart, OutputView, Readouts};
use crate::widgets::Pop;
use crate::words::t;

/// Output, read-outs and loss.
#[component]
pub fn OutputPanel() -> impl IntoView {
    view! {
        <section class="output-panel" aria-label=t("output.name")>
            <div class="panel-head">
                <h2>{t("output.name")}</h2>
                <OutputTaste/>
            </div>
            <OutputView/>
            // Where the page is one column, the data's own panel is too far away to draw with.
            <div class="own-near"><OwnTools/></div>
            <Readouts/>
            <LossChart/>
        </section>
    }
}

/// Test points, classes, and the confusion matrix.
#[component]
pub fn OutputTaste() -> impl IntoView {
    let page = Page::get();
    let classes = move || page.summary.with(|s| s.as_ref().is_ok_and(|s| s.classes.is_some()));
    view! {
        <div class="toggles">
            <Toggle label=t("output.test") help=t("output.test-help") value=page.taste.show_test/>
            <Toggle label=t("output.classes") help=t("output.classes-help") value=page.taste.discretise/>
            <Show when=classes>
                <Pop label=t("output.confusion-help") class="right wide" face=|| t("output.confusion")>
                    <Confusion/>
                </Pop>
            </Show>
        </div>
    }
}

#[component]
fn Toggle(label: &'static str, help: &'static str, value: RwSignal<bool>) -> impl IntoView {
    view! {
        <button type="button" class="toggle" title=help aria-pressed=move || value.get().to_string()
            on:click=move |_| value.update(|v| *v = !*v)>{label}</button>
    }
}
