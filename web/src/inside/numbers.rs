//! Weights, gradients and activations by layer: how large they are and how they are spread.

use leptos::prelude::*;
use minibatch_session::{LayerSummary, Parameter, ProbeKind};

use super::layers::{owner, placed};
use super::spread::Spread;
use crate::numbers::loss as short;
use crate::state::{Page, Watch};
use crate::words::{fill, t};

/// Milliseconds between two readings: quicker than that nobody reads.
const EVERY_MS: f64 = 200.0;

/// One line: what it is of, one or two spreads, and of a parameter how far the last step moved it.
#[derive(Clone, PartialEq)]
struct Line {
    name: String,
    shape: String,
    spreads: Vec<Spread>,
    moved: Option<Option<Moved>>,
}

/// How far the last step moved a parameter.
#[derive(Clone, Copy, PartialEq)]
struct Moved {
    /// The root of the sum of squares of what it added.
    by: f32,
    /// The same over that of the parameter.
    share: Option<f32>,
}

impl Moved {
    /// By this norm, to that one.
    fn new(by: f32, now: f32) -> Self {
        Self { by, share: (now > 0.0).then(|| by / now) }
    }
}

/// The table of numbers, for as long as it is looked at.
#[component]
pub fn Numbers() -> impl IntoView {
    let page = Page::get();
    page.watch(Watch::Inside);
    page.watch(Watch::Gradients);
    page.watch(Watch::Parameters);
    page.watch(Watch::Update);
    let plane = page.plane();
    let read = StoredValue::new(0.0f64);
    let lines = RwSignal::new((vec![], vec![]));
    Effect::new(move |_| {
        page.frame_version.track();
        page.facts.track();
        let (now, playing) = (js_sys::Date::now(), page.status.with_untracked(|s| s.playing));
        if playing && now - read.get_value() < EVERY_MS {
            return;
        }
        read.set_value(now);
        lines.set((parameters(page), activations(page)));
    });
    view! {
        <div class="numbers" data-testid="numbers">
            <section>
                <h3>{t("numbers.parameters")}</h3>
                <div class="numbers-head" aria-hidden="true">
                    <span></span>{spread_head("numbers.weights")}{spread_head("numbers.gradients")}
                    <span title=t("numbers.moved-help")>{t("numbers.moved")}</span>
                </div>
                {move || lines.with(|l| l.0.iter().map(row).collect_view())}
            </section>
            <section>
                <h3>{move || t(if plane.get() { "numbers.activations-plane" } else { "numbers.activations" })}</h3>
                {move || lines.with(|l| l.1.iter().map(row).collect_view())}
            </section>
        </div>
    }
}

/// What stands above a column of spreads: what they are of, and what their last figure is.
fn spread_head(of: &'static str) -> impl IntoView + use<> {
    view! { <span class="spread-head"><span>{t(of)}</span><span title=t("numbers.norm")>{t("numbers.norm-short")}</span></span> }
}

fn row(line: &Line) -> impl IntoView + use<> {
    let spreads = line.spreads.iter().map(|s| {
        let lost = (s.lost > 0).then(|| view! { <em class="lost">{format!("{} NaN", s.lost)}</em> });
        view! {
            <span class="spread">
                <svg viewBox="0 0 100 20" preserveAspectRatio="none" aria-hidden="true">
                    <path class="middle" d="M50 0V20"/><path d=s.path()/>
                </svg>
                <small>"±"{short(Some(s.reach))}{lost}</small>
                <b title=t("numbers.norm")>{short(Some(s.norm))}</b>
            </span>
        }
    });
    view! {
        <div class="numbers-row">
            <span class="numbers-name" title=line.name.clone()>{line.name.clone()}<small title=line.shape.clone()>{line.shape.clone()}</small></span>
            {spreads.collect_view()}
            {line.moved.map(moved)}
        </div>
    }
}

/// The last step, as a share of what it moved; an en dash before the first.
fn moved(moved: Option<Moved>) -> impl IntoView + use<> {
    let share = moved.and_then(|m| m.share);
    let title = moved
        .map_or(t("numbers.moved-none").into(), |m| fill("numbers.moved-by", &[("n", &short(Some(m.by)))]));
    view! { <span class="moved" title=title>{share.map_or("–".into(), |s| format!("{}%", short(Some(100.0 * s))))}</span> }
}

fn sizes(shape: &[usize]) -> String {
    shape.iter().map(usize::to_string).collect::<Vec<_>>().join("×")
}

/// Each weight and bias with its gradient.
fn parameters(page: Page) -> Vec<Line> {
    let Ok(model) = page.experiment.with_untracked(|e| e.model()) else { return vec![] };
    let layers = placed(&model.blocks);
    page.frame.with_value(|frame| {
        let line = |p: &Parameter| {
            let range = p.offset..p.offset + p.len();
            let spreads =
                [&frame.parameters, &frame.gradients].map(|all| all.get(range.clone()).map(Spread::of));
            let spreads = spreads.into_iter().collect::<Option<Vec<_>>>()?;
            let name = p.name.trim_start_matches("layers.").to_owned();
            let update = frame.update.get(range).map(|all| Spread::of(all).norm);
            let moved = Some(update.map(|by| Moved::new(by, spreads[0].norm)));
            let shape = match owner(&layers, &p.name) {
                Some(layer) => format!("{} · {}", layer.kind, sizes(&p.shape)),
                None => sizes(&p.shape),
            };
            Some(Line { name, shape, spreads, moved })
        };
        model.layout.parameters.iter().filter_map(line).collect()
    })
}

/// What each layer makes of the sample shown, or of the whole plane.
fn activations(page: Page) -> Vec<Line> {
    if page.experiment.with_untracked(|e| e.model.is_none()) {
        return over_the_plane(page);
    }
    let Some(facts) = page.facts.get_untracked() else { return vec![] };
    let layers = page.experiment.with_untracked(|e| e.model.as_ref().map(|m| placed(&m.layers)));
    let layers = layers.unwrap_or_default();
    page.frame.with_value(|frame| {
        let shown = facts.probes.iter().filter(|p| matches!(p.kind, ProbeKind::Output | ProbeKind::Cells));
        let line = |p: &minibatch_session::Probe| {
            let values = frame.inside.get(p.offset..p.offset + p.len())?;
            let kind = owner(&layers, &p.path).map_or(p.layer.as_str(), |l| l.kind);
            let name = format!("{} {kind}", p.path.trim_start_matches("layers."));
            Some(Line { name, shape: sizes(&p.shape), spreads: vec![Spread::of(values)], moved: None })
        };
        shown.filter_map(line).collect()
    })
}

/// What each layer's units make of every point of their pictures.
fn over_the_plane(page: Page) -> Vec<Line> {
    let Ok(summary) = page.summary.get_untracked() else { return vec![] };
    page.frame.with_value(|frame| {
        let line = |(i, (layer, values)): (usize, (&LayerSummary, &Vec<f32>))| Line {
            name: fill("network.layer", &[("n", &(i + 1).to_string())]),
            shape: sizes(&[layer.units]),
            spreads: vec![Spread::of(values)],
            moved: None,
        };
        summary.layers.iter().zip(&frame.layers).enumerate().map(line).collect()
    })
}
