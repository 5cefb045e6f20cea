//! What rows, heads and values are called.

use minibatch_session::Facts;

use super::lanes::{CellKind, Lane, Source, cell};
pub use crate::sequence::{step_name as step, token_name as token};
use crate::words::t;

/// A gate's name, and what it is for.
pub fn gate(kind: CellKind, gate: usize) -> (&'static str, &'static str) {
    match (kind, gate) {
        (CellKind::Lstm, 0) => (t("timeline.gate-i"), t("timeline.gate-i-help")),
        (CellKind::Lstm, 1) => (t("timeline.gate-f"), t("timeline.gate-f-help")),
        (CellKind::Lstm, 2) => (t("timeline.gate-g"), t("timeline.gate-g-help")),
        (CellKind::Lstm, _) => (t("timeline.gate-o"), t("timeline.gate-o-help")),
        (CellKind::Gru, 0) => (t("timeline.gate-r"), t("timeline.gate-r-help")),
        (CellKind::Gru, 1) => (t("timeline.gate-z"), t("timeline.gate-z-help")),
        (CellKind::Gru, _) => (t("timeline.gate-n"), t("timeline.gate-n-help")),
        (CellKind::Rnn, _) => (t("timeline.hidden"), t("timeline.hidden-help")),
    }
}

/// A row's name, and what it shows.
pub fn lane(facts: &Facts, lane: &Lane) -> (String, &'static str) {
    let (name, help) = match lane.source {
        Source::Input => (t("timeline.input"), t("timeline.input-help")),
        Source::Positions(_) => (t("timeline.positions"), t("timeline.positions-help")),
        Source::States(_) => (t("timeline.hidden"), t("timeline.hidden-help")),
        Source::Cells(_) => (t("timeline.cell"), t("timeline.cell-help")),
        Source::Gate(probe, number) => {
            let path = &facts.probes[probe].path;
            let kinds = (0..facts.probes.len()).filter(|&p| facts.probes[p].path == *path);
            let kind = kinds.filter_map(|p| cell(facts, p)).map(|c| c.0).next();
            gate(kind.unwrap_or(CellKind::Rnn), number)
        }
        Source::Output(probe) => {
            let p = &facts.probes[probe];
            if !lane.name.is_empty() {
                return (lane.name.clone(), t("timeline.output-help"));
            }
            let place = p.path.trim_start_matches("layers.");
            return (format!("{place} {}", p.layer), t("timeline.output-help"));
        }
        Source::Answer => (t("timeline.answer"), t("timeline.answer-help")),
        Source::Target => (t("timeline.target"), t("timeline.target-help")),
        Source::Prediction => (t("timeline.prediction"), t("timeline.prediction-help")),
    };
    let arrow = if lane.layer.1 { " ←" } else { "" };
    let name = match lane.layer.0 {
        Some(n) => format!("{name} · {n}{arrow}"),
        None => format!("{name}{arrow}"),
    };
    (name, help)
}
