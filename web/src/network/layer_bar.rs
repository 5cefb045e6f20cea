//! A header above each column of the network: inputs, hidden layers, output. The columns are as wide as the picture's.

use leptos::prelude::*;
use minibatch_session::{Layer, LayerSummary, Loss, MAX_UNITS};

use super::layer_sheet::{LayerSheet, OutputSheet};
use crate::numbers::grouped;
use crate::state::Page;
use crate::widgets::Pop;
use crate::words::{fill, named, t};

/// All headers.
#[component]
pub fn LayerBar() -> impl IntoView {
    let page = Page::get();
    let count = Memo::new(move |_| page.experiment.with(|e| e.hidden.len()));
    view! {
        <div class="layer-bar" role="group" aria-label=t("network.layers")>
            <Inputs/>
            <For each=move || 0..count.get() key=|i| *i let:i><Hidden index=i/></For>
            <Output/>
        </div>
    }
}

#[component]
fn Inputs() -> impl IntoView {
    let page = Page::get();
    let count = Memo::new(move |_| page.experiment.with(|e| e.features.len()));
    view! {
        <div class="column">
            <div class="column-line"><b class="column-name">{t("network.input")}</b></div>
            <small>{move || fill(if count.get() == 1 { "network.feature" } else { "network.features" }, &[("n", &count.get().to_string())])}</small>
            <small class="shape">{move || shape(count.get())}</small>
        </div>
    }
}

/// A shape as it is written: (batch, 6).
pub fn shape(units: usize) -> String {
    fill("network.shape", &[("n", &units.to_string())])
}

/// What a layer comes to; none while the experiment is not valid.
fn layer_summary(page: Page, index: usize) -> Memo<Option<LayerSummary>> {
    Memo::new(move |_| page.summary.with(|s| s.as_ref().ok().and_then(|s| s.layers.get(index).cloned())))
}

fn parameters(summary: Option<LayerSummary>) -> String {
    let count = summary.map_or(0, |s| s.parameters());
    fill(
        if count == 1 { "network.parameter" } else { "network.parameters" },
        &[("n", &grouped(count as u64))],
    )
}

#[component]
fn Hidden(index: usize) -> impl IntoView {
    let page = Page::get();
    let layer =
        Memo::new(move |_| page.experiment.with(|e| e.hidden.get(index).cloned().unwrap_or_default()));
    let summary = layer_summary(page, index);
    let number = (index + 1).to_string();
    let label = fill("network.layer-settings", &[("n", &number)]);
    let add = move |by: i64| {
        page.edit(|e| {
            if let Some(layer) = e.hidden.get_mut(index) {
                layer.units = (i64::from(layer.units) + by).clamp(1, MAX_UNITS.into()) as u32;
            }
        });
    };
    let fewer = fill("network.fewer", &[("n", &number)]);
    let more = fill("network.more", &[("n", &number)]);
    let face = move || view! { <span class="column-name">{move || face(&layer.get())}</span> };
    view! {
        <div class="column hidden-layer">
            <div class="column-line">
                <button type="button" class="tiny" title=fewer.clone() aria-label=fewer
                    disabled=move || layer.with(|l| l.units <= 1) on:click=move |_| add(-1)>"−"</button>
                <Pop label=label class="middle layer" face=face><LayerSheet index=index layer=layer/></Pop>
                <button type="button" class="tiny" title=more.clone() aria-label=more
                    disabled=move || layer.with(|l| l.units >= MAX_UNITS) on:click=move |_| add(1)>"+"</button>
            </div>
            <small>{move || parameters(summary.get())}</small>
            <small class="shape">{move || shape(layer.with(|l| l.units as usize))}</small>
        </div>
    }
}

/// A layer in few words: Dense 6 · tanh. Words that a narrow column has no room for stand in spans of their own.
fn face(layer: &Layer) -> impl IntoView + use<> {
    let dropout = (layer.dropout > 0.0).then(|| view! { <i class="mark" title=t("network.dropout")>"%"</i> });
    view! {
        <b><span class="word">{t("network.dense")}" "</span>{layer.units}</b>
        <span class="word">" · "</span>
        <span class="activation">{named("activation", layer.activation.id())}</span>
        {dropout}
    }
}

#[component]
fn Output() -> impl IntoView {
    let page = Page::get();
    let last =
        Memo::new(move |_| page.summary.with(|s| s.as_ref().ok().and_then(|s| s.layers.last().cloned())));
    let ending =
        Memo::new(move |_| page.summary.with(|s| s.as_ref().ok().map(|s| ending(s.loss, s.classes))));
    let face = move || {
        view! {
            <span class="column-name">
                <b>{t("network.output")}</b>
                <span class="word">" · "</span>
                <span class="activation">{move || ending.get()}</span>
            </span>
        }
    };
    view! {
        <div class="column output-layer">
            <div class="column-line">
                <Pop label=t("network.output-settings") class="right layer" face=face><OutputSheet/></Pop>
            </div>
            <small>{move || parameters(last.get())}</small>
            <small class="shape">{move || shape(last.get().map_or(0, |l| l.units))}</small>
        </div>
    }
}

/// What the outputs pass through before they are shown.
fn ending(loss: Loss, classes: Option<u32>) -> &'static str {
    match (loss, classes) {
        (Loss::BinaryCrossEntropy, _) => named("activation", "sigmoid"),
        (Loss::CrossEntropy { .. }, _) => t("network.softmax"),
        (_, Some(_)) => named("activation", "tanh"),
        (_, None) => named("activation", "linear"),
    }
}
