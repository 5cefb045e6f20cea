//! Reset, play, one batch, one epoch, and how far it has come.

use leptos::prelude::*;

use crate::numbers::{epoch, grouped};
use crate::state::Page;
use crate::widgets::{PlayIcon, ResetIcon, StepIcon};
use crate::words::t;

/// The buttons and counters of a run.
#[component]
pub fn Transport() -> impl IntoView {
    view! {
        <div class="run">
            <ResetButton/>
            <PlayButton/>
            <StepButton/>
            <StepEpochButton/>
            <Epoch/>
            <StepCount/>
        </div>
    }
}

/// Whether there is something to train on.
fn stuck(page: Page) -> bool {
    page.trouble.with(Option::is_some)
}

/// What is written does not fit together: what would train is not what is shown.
fn drafted(page: Page) -> bool {
    page.draft.with(Option::is_some)
}

/// A button's title, or why it does nothing.
fn or_why(page: Page, title: &'static str) -> &'static str {
    if drafted(page) { t("draft.stuck") } else { title }
}

/// Plays and pauses.
#[component]
pub fn PlayButton() -> impl IntoView {
    let page = Page::get();
    let playing = Memo::new(move |_| page.status.with(|s| s.playing));
    let label = move || if playing.get() { t("transport.pause") } else { or_why(page, t("transport.play")) };
    view! {
        <button type="button" class="play" data-testid="play" title=label aria-label=label
            aria-pressed=move || playing.get().to_string()
            disabled=move || stuck(page) || (drafted(page) && !playing.get()) on:click=move |_| page.toggle()>
            <PlayIcon playing=playing/>
        </button>
    }
}

/// Back to the same weights.
#[component]
pub fn ResetButton() -> impl IntoView {
    let page = Page::get();
    view! {
        <button type="button" class="round" data-testid="reset" title=t("transport.reset")
            aria-label=t("transport.reset") on:click=move |_| drop(page.reset())>
            <ResetIcon/>
        </button>
    }
}

/// One batch.
#[component]
pub fn StepButton() -> impl IntoView {
    let page = Page::get();
    view! {
        <button type="button" class="round" data-testid="step" title=move || or_why(page, t("transport.step"))
            aria-label=t("transport.step") disabled=move || stuck(page) || drafted(page) on:click=move |_| drop(page.step(1))>
            <StepIcon/>
        </button>
    }
}

/// One epoch.
#[component]
pub fn StepEpochButton() -> impl IntoView {
    let page = Page::get();
    view! {
        <button type="button" class="round" data-testid="step-epoch" title=move || or_why(page, t("transport.step-epoch"))
            aria-label=t("transport.step-epoch") disabled=move || stuck(page) || drafted(page) on:click=move |_| page.epoch()>
            <svg viewBox="0 0 24 24" aria-hidden="true">
                <path d="M4 5l7 7-7 7zM11 5l7 7-7 7zM18 5h3v14h-3z" fill="currentColor"/>
            </svg>
        </button>
    }
}

/// Epochs trained.
#[component]
pub fn Epoch() -> impl IntoView {
    let page = Page::get();
    let text = Memo::new(move |_| page.metrics.with(|m| epoch(m.epoch)));
    view! {
        <div class="field counter" title=t("transport.epoch-help")>
            <span class="field-name">{t("transport.epoch")}</span>
            <span class="epoch" data-testid="epoch">{text}</span>
        </div>
    }
}

/// Batches trained.
#[component]
fn StepCount() -> impl IntoView {
    let page = Page::get();
    let text = Memo::new(move |_| page.metrics.with(|m| grouped(m.step.into())));
    view! {
        <div class="field counter steps" title=t("transport.steps-help")>
            <span class="field-name">{t("transport.steps")}</span>
            <span class="step-count" data-testid="step-count">{text}</span>
        </div>
    }
}
