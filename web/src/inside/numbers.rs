//! Weights, gradients and activations by layer: how large they are and how they are spread.

use leptos::prelude::*;
use minibatch_session::{Parameter, ProbeKind};

use super::spread::Spread;
use crate::state::{Page, Watch};
use crate::views::numbers::loss as short;
use crate::words::t;

/// Milliseconds between two readings: quicker than that nobody reads.
const EVERY_MS: f64 = 200.0;

/// One line: what it is of, and one or two spreads.
#[derive(Clone, PartialEq)]
struct Line {
    name: String,
    shape: String,
    spreads: Vec<Spread>,
}

/// The table of numbers, for as long as it is looked at.
#[component]
pub fn Numbers() -> impl IntoView {
    let page = Page::get();
    page.watch(Watch::Inside);
    page.watch(Watch::Gradients);
    page.watch(Watch::Parameters);
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
                    <span></span><span>{t("numbers.weights")}</span><span>{t("numbers.gradients")}</span>
                </div>
                {move || lines.with(|l| l.0.iter().map(row).collect_view())}
            </section>
            <section>
                <h3>{t("numbers.activations")}</h3>
                {move || lines.with(|l| l.1.iter().map(row).collect_view())}
            </section>
        </div>
    }
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
            <span class="numbers-name" title=line.name.clone()>{line.name.clone()}<small>{line.shape.clone()}</small></span>
            {spreads.collect_view()}
        </div>
    }
}

fn sizes(shape: &[usize]) -> String {
    shape.iter().map(usize::to_string).collect::<Vec<_>>().join("×")
}

/// Each weight and bias with its gradient.
fn parameters(page: Page) -> Vec<Line> {
    let model = page.experiment.with_untracked(|e| e.model.as_ref().and_then(|_| e.model().ok()));
    let Some(model) = model else { return vec![] };
    page.frame.with_value(|frame| {
        let line = |p: &Parameter| {
            let range = p.offset..p.offset + p.len();
            let spreads =
                [&frame.parameters, &frame.gradients].map(|all| all.get(range.clone()).map(Spread::of));
            let spreads = spreads.into_iter().collect::<Option<Vec<_>>>()?;
            let name = p.name.trim_start_matches("layers.").to_owned();
            Some(Line { name, shape: sizes(&p.shape), spreads })
        };
        model.layout.parameters.iter().filter_map(line).collect()
    })
}

/// What each layer makes of the sample shown.
fn activations(page: Page) -> Vec<Line> {
    let Some(facts) = page.facts.get_untracked() else { return vec![] };
    page.frame.with_value(|frame| {
        let shown = facts.probes.iter().filter(|p| matches!(p.kind, ProbeKind::Output | ProbeKind::Cells));
        let line = |p: &minibatch_session::Probe| {
            let values = frame.inside.get(p.offset..p.offset + p.len())?;
            let name = format!("{} {}", p.path.trim_start_matches("layers."), p.layer);
            Some(Line { name, shape: sizes(&p.shape), spreads: vec![Spread::of(values)] })
        };
        shown.filter_map(line).collect()
    })
}
