//! How the points are made: noise, count, share, seed.

use leptos::prelude::*;
use minibatch_session::data::DatasetKind;

use super::import::ImportButton;
use super::own::DownloadButton;
use super::seed::Seed;
use crate::numbers::{grouped, percentage};
use crate::state::Page;
use crate::widgets::Slider;
use crate::words::t;

/// Counts that the slider stops at.
const COUNTS: [u16; 12] = [50, 100, 150, 200, 300, 500, 750, 1000, 1500, 2000, 3000, 5000];

/// Noise, count, share and seed. The learner's own points have no noise and as many as there are.
#[component]
pub fn DataControls() -> impl IntoView {
    let page = Page::get();
    let own = Memo::new(move |_| page.experiment.with(|e| e.data.kind == DatasetKind::Own));
    // Files that say which points are held back leave no share to choose.
    let sided = Memo::new(move |_| own.get() && page.experiment.with(|e| e.data.own_train.is_some()));
    view! {
        <div class="sliders">
            <Show when=move || !own.get()>
                <Noise/>
                <Samples/>
            </Show>
            <Show when=move || !sided.get()><Share/></Show>
        </div>
        <Seed/>
        <div class="file-row">
            <ImportButton/>
            <DownloadButton/>
        </div>
    }
}

#[component]
fn Noise() -> impl IntoView {
    let page = Page::get();
    let value = Memo::new(move |_| page.experiment.with(|e| f64::from(e.data.noise)));
    view! {
        <Slider label=t("data.noise") help=t("data.noise-help") min=0.0 max=50.0 step=1.0 value=value
            show=percentage slide=move |v| page.edit(|e| e.data.noise = v as f32)/>
    }
}

#[component]
fn Samples() -> impl IntoView {
    let page = Page::get();
    let count = Memo::new(move |_| page.experiment.with(|e| e.data.samples));
    let place =
        move || COUNTS.iter().position(|c| u32::from(*c) >= count.get()).unwrap_or(COUNTS.len() - 1) as f64;
    let slide = move |place: f64| {
        if let Some(n) = COUNTS.get(place as usize) {
            page.edit(|e| e.data.samples = (*n).into());
        }
    };
    view! {
        <Slider label=t("data.samples") help=t("data.samples-help") min=0.0 max=COUNTS.len() as f64 - 1.0 step=1.0
            value=Signal::derive(place) show=move |_| grouped(count.get().into()) slide=slide/>
    }
}

#[component]
fn Share() -> impl IntoView {
    let page = Page::get();
    let value = Memo::new(move |_| page.experiment.with(|e| (f64::from(e.data.train_share) * 100.0).round()));
    view! {
        <Slider label=t("data.share") help=t("data.share-help") min=10.0 max=90.0 step=5.0 value=value
            show=|v| format!("{v}%") slide=move |v| page.edit(|e| e.data.train_share = (v / 100.0) as f32)/>
    }
}
