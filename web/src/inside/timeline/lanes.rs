//! Which rows there are over time, what each holds, and how high each is.

use minibatch_session::{Facts, Probe, ProbeKind};

use crate::inside::layers::{Placed, owner};
use crate::sequence::{Along, Kind, along, axis};

/// What a row shows. Numbers are those of probes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    /// The sample.
    Input,
    /// What the layer of positions adds, by its probe.
    Positions(usize),
    /// A recurrent layer's states.
    States(usize),
    /// An LSTM's cells.
    Cells(usize),
    /// A gate of a recurrent layer, by its place in PyTorch's order.
    Gate(usize, usize),
    /// A layer's result.
    Output(usize),
    /// What the model answers at each step.
    Answer,
    /// What it should answer.
    Target,
    /// The class it takes for the likeliest.
    Prediction,
}

/// How a row is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// A cell with a name for each step.
    Tokens,
    /// A line: one number a step.
    Line,
    /// Units down, orange below zero and blue above.
    Signed,
    /// Units down, from 0 to 1.
    Share,
}

/// A row.
#[derive(Clone, PartialEq, Debug)]
pub struct Lane {
    /// What it shows.
    pub source: Source,
    /// How.
    pub style: Style,
    /// Which steps it covers.
    pub along: Along,
    /// How many units.
    pub units: usize,
    /// The layer, counted from 1, where there are several; and whether it runs backwards in time.
    pub layer: (Option<usize>, bool),
    /// What its layer is called; empty where the source says enough.
    pub name: String,
}

/// A recurrent layer's cell, by what its probes show.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CellKind {
    /// `nn.RNN`.
    Rnn,
    /// `nn.LSTM`: gates i, f, g, o.
    Lstm,
    /// `nn.GRU`: gates r, z, n.
    Gru,
}

/// The cell whose states are this probe, with its probe of cells and its probe of gates.
pub fn cell(facts: &Facts, states: usize) -> Option<(CellKind, Option<usize>, usize)> {
    let path = &facts.probes.get(states).filter(|p| p.kind == ProbeKind::States)?.path;
    let find = |kind| facts.probes.iter().position(|p| p.kind == kind && p.path == *path);
    let (cells, gates) = (find(ProbeKind::Cells), find(ProbeKind::Gates)?);
    let kind = match (cells, facts.probes[gates].shape.get(1)) {
        (Some(_), _) => CellKind::Lstm,
        (None, Some(3)) => CellKind::Gru,
        (None, _) => CellKind::Rnn,
    };
    Some((kind, cells, gates))
}

/// Whether a pass runs from the last step to the first.
pub fn reversed(probe: &Probe) -> bool {
    probe.path.ends_with("_reverse")
}

/// All rows, from what goes in to what comes out.
pub fn lanes(facts: &Facts, placed: &[Placed]) -> Vec<Lane> {
    let Some(steps) = axis(facts) else { return table(facts, placed) };
    let whole = Along { from: 0, len: steps };
    let none = (None, false);
    let lane =
        |source, style, along, units| Lane { source, style, along, units, layer: none, name: String::new() };
    let width = facts.input.get(1).copied().unwrap_or(1);
    let mut all = vec![match (facts.tokens, width) {
        (Some(_), _) => lane(Source::Input, Style::Tokens, whole, 1),
        (None, 1) => lane(Source::Input, Style::Line, whole, 1),
        (None, n) => lane(Source::Input, Style::Signed, whole, n),
    }];
    let is = |kind| move |p: &&Probe| p.kind == kind;
    let passes: Vec<&Probe> = facts.probes.iter().filter(is(ProbeKind::States)).collect();
    // `l0` and `l0_reverse` are one layer.
    let layer_of = |p: &Probe| p.path.trim_end_matches("_reverse").to_owned();
    let mut layers: Vec<String> = passes.iter().map(|p| layer_of(p)).collect();
    layers.dedup();
    let looks = facts.probes.iter().any(|p| matches!(p.kind, ProbeKind::States | ProbeKind::Attention));
    for (i, p) in facts.probes.iter().enumerate() {
        let own = owner(placed, &p.path);
        // Selected steps stand where they were in the sample.
        let place = |len: usize| match own.and_then(|l| l.from) {
            Some(from) => (from + len <= steps).then_some(Along { from, len }),
            None => along(&p.path, len, steps),
        };
        let Some(place) = p.shape.first().and_then(|&n| place(n)) else { continue };
        match (p.kind, p.layer.as_str()) {
            (ProbeKind::Output, "positions") if p.shape.len() == 2 => {
                all.push(lane(Source::Positions(i), Style::Signed, place, p.shape[1]));
            }
            (ProbeKind::Output, _) if !looks && p.shape.len() == 2 => {
                let lane = lane(Source::Output(i), style(own), place, p.shape[1]);
                all.push(Lane { name: own.map(|l| l.name.clone()).unwrap_or_default(), ..lane });
            }
            (ProbeKind::States, _) => {
                let number = layers.iter().position(|l| *l == layer_of(p)).map(|n| n + 1);
                let layer = (number.filter(|_| layers.len() > 1), reversed(p));
                all.extend(pass(facts, i, place).into_iter().map(|l| Lane { layer, ..l }));
            }
            _ => {}
        }
    }
    let end = |n: usize| along("", n, steps);
    match Kind::of(facts) {
        Kind::ClassEachStep(n, classes) => all.extend(end(n).into_iter().flat_map(|at| {
            [
                lane(Source::Answer, Style::Share, at, classes),
                lane(Source::Target, Style::Tokens, at, 1),
                lane(Source::Prediction, Style::Tokens, at, 1),
            ]
        })),
        Kind::NumbersEachStep(n, 1) => {
            all.extend(end(n).map(|at| lane(Source::Answer, Style::Line, at, 1)));
        }
        Kind::NumbersEachStep(n, width) => all.extend(end(n).into_iter().flat_map(|at| {
            [Source::Target, Source::Answer].map(|source| lane(source, Style::Signed, at, width))
        })),
        Kind::Class(_) | Kind::Numbers(_) | Kind::Other => {}
    }
    all
}

/// The rows of one direction of one recurrent layer.
fn pass(facts: &Facts, states: usize, along: Along) -> Vec<Lane> {
    let Some((kind, cells, gates)) = cell(facts, states) else { return vec![] };
    let units = facts.probes[states].shape[1];
    let lane = |source, style| {
        let (layer, name) = ((None, false), String::new());
        Lane { source, style, along, units, layer, name }
    };
    let mut all = vec![lane(Source::States(states), Style::Signed)];
    all.extend(cells.map(|c| lane(Source::Cells(c), Style::Signed)));
    let styles: &[Style] = match kind {
        // Its only "gate" is the state.
        CellKind::Rnn => &[],
        CellKind::Lstm => &[Style::Share, Style::Share, Style::Signed, Style::Share],
        CellKind::Gru => &[Style::Share, Style::Share, Style::Signed],
    };
    all.extend(styles.iter().enumerate().map(|(g, &style)| lane(Source::Gate(gates, g), style)));
    all
}

/// Without an axis of time: each layer's result as a strip of its numbers.
fn table(facts: &Facts, layers: &[Placed]) -> Vec<Lane> {
    let strip = |(i, p): (usize, &Probe)| {
        let source = match p.kind {
            ProbeKind::Input => Source::Input,
            ProbeKind::Output => Source::Output(i),
            _ => return None,
        };
        let units = p.shape.iter().rev().skip(1).product();
        let along = Along { from: 0, len: p.shape.last().copied().unwrap_or(1) };
        let own = owner(layers, &p.path);
        let name = own.map(|l| l.name.clone()).unwrap_or_default();
        Some(Lane { source, style: style(own), along, units, layer: (None, false), name })
    };
    facts.probes.iter().enumerate().filter_map(strip).collect()
}

/// Shares have a scale that is the same for all samples; other numbers have their own.
fn style(layer: Option<&Placed>) -> Style {
    if layer.is_some_and(|l| l.share) { Style::Share } else { Style::Signed }
}

/// A row's least height in CSS pixels, and its share of what is left over.
fn wants(lane: &Lane) -> (f64, f64) {
    match (lane.source, lane.style) {
        (_, Style::Tokens) => (24.0, 0.0),
        (_, Style::Line) => (48.0, 1.5),
        (Source::States(_), _) => (40.0, 2.2),
        (Source::Cells(_), _) => (34.0, 1.6),
        (Source::Gate(..), _) => (24.0, 1.0),
        (_, _) if lane.units < 4 => (10.0 * lane.units as f64 + 8.0, 0.2),
        (_, _) => (30.0, 0.7),
    }
}

/// The most of what is left over that a row takes for each share of it, in CSS pixels.
const SPREAD: f64 = 70.0;

/// How high each row is where there is room for `height` CSS pixels in all, `gap` between two.
pub fn heights(lanes: &[Lane], height: f64, gap: f64) -> Vec<f64> {
    let wants: Vec<(f64, f64)> = lanes.iter().map(wants).collect();
    let least: f64 = wants.iter().map(|w| w.0).sum::<f64>() + gap * lanes.len().saturating_sub(1) as f64;
    let shares: f64 = wants.iter().map(|w| w.1).sum();
    let each = if shares > 0.0 { ((height - least) / shares).clamp(0.0, SPREAD) } else { 0.0 };
    wants.iter().map(|(least, share)| (least + share * each).floor()).collect()
}

#[cfg(test)]
#[path = "lanes_tests.rs"]
mod tests;
