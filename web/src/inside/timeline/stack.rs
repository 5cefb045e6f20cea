//! All rows above each other, with one mark through them at the step looked at.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use minibatch_session::{Facts, ProbeKind};
use web_sys::KeyboardEvent;

use super::lane::LaneRow;
use super::lanes::{Lane, Source, Style, heights, lanes};
use super::positions::Tables;
use super::values::values;
use super::{Pointed, names};
use crate::draw::canvas::on_size;
use crate::inside::layers::placed;
use crate::inside::ramp::Ramp;
use crate::numbers::signed;
use crate::sequence::{Steps, axis, sample};
use crate::state::Page;
use crate::words::{fill, t};

/// Between two rows, in CSS pixels.
const GAP: f64 = 6.0;

/// The rows.
#[component]
pub fn Stack(facts: Arc<Facts>) -> impl IntoView {
    let (page, steps) = (Page::get(), Steps::get());
    let layers = page.experiment.with_untracked(|e| e.model.as_ref().map(|m| placed(&m.layers)));
    let all = lanes(&facts, &layers.unwrap_or_default());
    let count = axis(&facts).unwrap_or(0);
    let tables = Tables::new(page, &facts, &all);
    let pointed = RwSignal::new(None::<Pointed>);
    // Rows of states take the room there is; a strip of tokens above attention takes what it needs.
    let fills = facts.probes.iter().all(|p| p.kind != ProbeKind::Attention)
        || facts.probes.iter().any(|p| p.kind == ProbeKind::States);
    let (scroll, room) = (NodeRef::<html::Div>::new(), RwSignal::new(0.0));
    on_size(scroll, move |_, height| room.set(height));
    let high = {
        let all = all.clone();
        Memo::new(move |_| heights(&all, if fills { room.get() } else { 0.0 }, GAP))
    };
    let any = |style| all.iter().any(|l| l.style == style);
    let signed = any(Style::Signed);
    let coloured = signed || any(Style::Share);
    let rows = all.iter().cloned().enumerate().map(|(number, lane)| {
        let height = Signal::derive(move || high.with(|h| h.get(number).copied().unwrap_or(24.0)));
        view! { <LaneRow facts=Arc::clone(&facts) lane number height pointed tables/> }
    });
    let rows = rows.collect_view();
    let mark = move || {
        let at = steps.at().filter(|&at| at < count)?;
        // Within a table there is no time to mark.
        let (left, width) = (100.0 * at as f64 / count as f64, 100.0 / count as f64);
        Some(view! { <i class="lanes-mark" style=format!("left:{left:.4}%;width:{width:.4}%")></i> })
    };
    let said = {
        let facts = Arc::clone(&facts);
        move || match steps.at() {
            None => t("timeline.none").to_owned(),
            Some(at) => page.frame.with_value(|f| names::step(&facts, &sample(&facts, &f.inside), at)),
        }
    };
    let units = facts.probes.iter().filter(|p| p.kind == ProbeKind::States).map(|p| p.shape[1]).min();
    let gone = move |_| {
        pointed.set(None);
        steps.pointed.set(None);
    };
    let read = {
        let facts = Arc::clone(&facts);
        move || read((page, steps, tables), &facts, &all, pointed)
    };
    view! {
        <div class="lanes-scroll" class:fills=fills node_ref=scroll>
            <div class="lanes" data-testid="lanes" role="slider" tabindex="0" aria-label=t("timeline.step-choose")
                title=t("timeline.step-help") aria-valuemin="1" aria-valuemax=count
                aria-valuenow=move || steps.at().map_or(0, |s| s + 1) aria-valuetext=said
                on:pointerleave=gone on:keydown=move |e| key(steps, count, units, &e)>
                {rows}
                <div class="lanes-over" aria-hidden="true">{mark}</div>
            </div>
        </div>
        <div class="lanes-foot">
            <p class="lanes-read" data-testid="lanes-read">{read}</p>
            {coloured.then(|| view! { <Ramp signed=signed help=t("timeline.ramp-help")/> })}
        </div>
    }
}

/// Arrows choose the step and, in a recurrent layer, the unit.
fn key(steps: Steps, count: usize, units: Option<usize>, event: &KeyboardEvent) {
    let now = steps.chosen.get_untracked();
    let step = match event.key().as_str() {
        "ArrowLeft" => now.map_or(count.saturating_sub(1), |s| s.saturating_sub(1)),
        "ArrowRight" => now.map_or(0, |s| s + 1),
        "Home" => 0,
        "End" => count.saturating_sub(1),
        "Escape" if now.is_some() => {
            steps.chosen.set(None);
            return event.prevent_default();
        }
        "ArrowUp" | "ArrowDown" if units.is_some() => {
            let (unit, last) = (steps.unit.get_untracked(), units.unwrap_or(1).saturating_sub(1));
            let down = event.key() == "ArrowDown";
            steps.unit.set(if down { (unit + 1).min(last) } else { unit.saturating_sub(1) });
            return event.prevent_default();
        }
        _ => return,
    };
    event.prevent_default();
    steps.pointed.set(None);
    steps.chosen.set(Some(step.min(count.saturating_sub(1))));
}

/// What is under the pointer, in words and numbers.
fn read(
    (page, steps, tables): (Page, Steps, Tables),
    facts: &Facts,
    all: &[Lane],
    pointed: RwSignal<Option<Pointed>>,
) -> String {
    page.frame_version.track();
    let at = steps.at();
    let Some(p) = pointed.get() else {
        if axis(facts).is_none() {
            return t("timeline.hint-table").to_owned();
        }
        let Some(at) = at else { return t("timeline.hint").to_owned() };
        return page.frame.with_value(|f| names::step(facts, &sample(facts, &f.inside), at));
    };
    let Some(lane) = all.get(p.lane) else { return String::new() };
    let (name, _) = names::lane(facts, lane);
    page.frame.with_value(|f| {
        let shown = steps.target.with(|target| values(lane, facts, &f.inside, target, tables));
        let value = lane.along.place(p.step).and_then(|s| shown.at(s, p.unit));
        let value = match (lane.source, value) {
            (_, None) => "–".to_owned(),
            (Source::Input, Some(v)) if facts.tokens.is_some() => names::token(&facts.vocabulary, v),
            (Source::Target, Some(v)) | (Source::Prediction, Some(v))
                if lane.units == 1 && v.fract() == 0.0 =>
            {
                facts.class_names.get(v as usize).cloned().unwrap_or_else(|| t("timeline.unasked").to_owned())
            }
            (_, Some(v)) => signed(v),
        };
        let unit = match lane.source {
            Source::Answer if facts.class_names.len() == lane.units => facts.class_names[p.unit].clone(),
            _ if lane.units > 1 => fill("timeline.unit", &[("unit", &(p.unit + 1).to_string())]),
            _ => String::new(),
        };
        let step = match axis(facts) {
            None => fill("timeline.number", &[("number", &(p.step + 1).to_string())]),
            Some(_) => names::step(facts, &sample(facts, &f.inside), p.step),
        };
        let parts = [name, unit, step].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
        format!("{}: {value}", parts.join(" · "))
    })
}
