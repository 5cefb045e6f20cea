//! The recurrent network unrolled around the step looked at: what came from before, what the cell does for one unit, and
//! what goes on.

use std::sync::Arc;

use leptos::prelude::*;
use minibatch_session::{Facts, ProbeKind};

use super::chip::Chip;
use super::formula::{Moment, letters, lines};
use super::lanes::{CellKind, cell, reversed};
use super::names;
use crate::numbers::within;
use crate::sequence::{Along, Steps, along, axis, sample};
use crate::state::Page;
use crate::words::{fill, t};

/// One pass of a recurrent layer.
#[derive(Clone)]
struct Pass {
    facts: Arc<Facts>,
    states: usize,
    cells: Option<usize>,
    gates: usize,
    kind: CellKind,
    along: Along,
    units: usize,
    /// The state before the first step is learned, so not known here.
    learned: bool,
}

impl Pass {
    /// The pass chosen, or the first.
    fn of(page: Page, facts: Arc<Facts>, chosen: Option<usize>) -> Option<Self> {
        let first = || facts.probes.iter().position(|p| p.kind == ProbeKind::States);
        let states = chosen.or_else(first)?;
        let (kind, cells, gates) = cell(&facts, states)?;
        let [t, units] = facts.probes[states].shape[..] else { return None };
        let along = along(&facts.probes[states].path, t, axis(&facts)?)?;
        let model = page.experiment.with_untracked(|e| e.model()).ok()?;
        let learned = model.layout.parameters.iter().any(|p| p.name.ends_with(".h0") || p.name == "h0");
        Some(Self { facts, states, cells, gates, kind, along, units, learned })
    }

    /// A probe's number at a place and a unit; 0 before the first step where states begin with zeros.
    fn at(&self, inside: &[f32], probe: Option<usize>, place: Option<usize>, unit: usize) -> Option<f32> {
        let probe = &self.facts.probes[probe?];
        let Some(place) = place.filter(|&p| p < self.along.len) else {
            return (!self.learned).then_some(0.0);
        };
        inside.get(probe.offset + place * self.units + unit).copied()
    }

    /// The place before, in the order in which the pass goes.
    fn before(&self, place: usize) -> Option<usize> {
        if reversed(&self.facts.probes[self.states]) {
            Some(place + 1).filter(|&p| p < self.along.len)
        } else {
            place.checked_sub(1)
        }
    }

    fn moment(&self, inside: &[f32], place: usize, unit: usize) -> Option<Moment> {
        let (gates, probe) = (letters(self.kind).len(), &self.facts.probes[self.gates]);
        let gate = |g: usize| inside.get(probe.offset + (place * gates + g) * self.units + unit).copied();
        let before = self.before(place);
        Some(Moment {
            kind: self.kind,
            gates: (0..gates).map(gate).collect::<Option<_>>()?,
            before: self.at(inside, Some(self.states), before, unit),
            cell_before: self.at(inside, self.cells, before, unit),
            state: self.at(inside, Some(self.states), Some(place), unit)?,
            cell: self.at(inside, self.cells, Some(place), unit).unwrap_or_default(),
        })
    }
}

/// Three steps of one unit.
#[component]
pub fn Unrolled(facts: Arc<Facts>) -> impl IntoView {
    let (page, steps) = (Page::get(), Steps::get());
    let pass = Memo::new_with_compare(
        {
            let facts = Arc::clone(&facts);
            move |_| Pass::of(page, Arc::clone(&facts), steps.pass.get())
        },
        |a, b| a.map(|p| p.as_ref().map(|p| p.states)) != b.map(|p| p.as_ref().map(|p| p.states)),
    );
    let units = move || pass.with(|p| p.as_ref().map_or(1, |p| p.units));
    let typed = move |event: web_sys::Event| {
        if let Ok(unit) = event_target_value(&event).trim().parse::<usize>() {
            steps.unit.set(within(unit, 1, units()) - 1);
        }
    };
    let drawn = move || {
        page.frame_version.track();
        page.taste.dark.track();
        pass.with(|pass| pass.as_ref().and_then(|pass| draw(page, steps, pass)))
    };
    view! {
        <section class="unrolled" data-testid="unrolled" aria-label=t("timeline.unrolled") title=t("timeline.unrolled-help")>
            <label class="unrolled-unit">
                {t("timeline.unit-choose")}
                <input type="number" min="1" max=units prop:value=move || (steps.unit.get().min(units().saturating_sub(1)) + 1).to_string()
                    on:change=typed/>
                <small>{move || fill("timeline.of-units", &[("units", &units().to_string())])}</small>
            </label>
            {drawn}
        </section>
    }
}

fn draw(page: Page, steps: Steps, pass: &Pass) -> Option<impl IntoView + use<>> {
    let place = steps.at().map_or(Some(pass.along.len / 2), |s| pass.along.place(s))?;
    let unit = steps.unit.get().min(pass.units.saturating_sub(1));
    let (moment, input) = page
        .frame
        .with_value(|f| Some((pass.moment(&f.inside, place, unit)?, sample(&pass.facts, &f.inside))))?;
    let step = |place: usize| names::step(&pass.facts, &input, pass.along.from + place);
    let before = pass.before(place).map_or_else(|| t("timeline.beginning").to_owned(), step);
    let name = match moment.kind {
        CellKind::Rnn => "RNN",
        CellKind::Lstm => "LSTM",
        CellKind::Gru => "GRU",
    };
    let gates = letters(moment.kind).iter().zip(&moment.gates).enumerate().map(|(g, (&letter, &value))| {
        let (name, help) = names::gate(moment.kind, g);
        view! { <Chip name=letter help=format!("{name}: {help}") value=Some(value)/> }
    });
    let gates = gates.collect_view();
    let formulas = lines(&moment).into_iter().map(|(formula, numbers)| {
        view! { <p><span>{formula}</span><b>{numbers}</b></p> }
    });
    let has_cell = pass.cells.is_some();
    let cell = move |value| has_cell.then(|| view! { <Chip name="c" help=t("timeline.cell-help") value/> });
    Some(view! {
        <div class="unrolled-row">
            <div class="moment">
                <small>{before}</small>
                <Chip name="h" help=t("timeline.hidden-help") value=moment.before/>
                {cell(moment.cell_before)}
            </div>
            <i class="unrolled-arrow" aria-hidden="true">"→"</i>
            <div class="moment now">
                <small>{name} " · " {step(place)}</small>
                <div class="chips">{gates}</div>
                <div class="formulas">{formulas.collect_view()}</div>
            </div>
            <i class="unrolled-arrow" aria-hidden="true">"→"</i>
            <div class="moment">
                <small>{t("timeline.after")}</small>
                <Chip name="h" help=t("timeline.hidden-help") value=Some(moment.state)/>
                {cell(Some(moment.cell))}
            </div>
        </div>
    })
}
