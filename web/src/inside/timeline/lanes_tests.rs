//! Tests of the rows over time.

use super::*;

fn probe(path: &str, layer: &str, kind: ProbeKind, shape: &[usize]) -> Probe {
    Probe { path: path.into(), layer: layer.into(), kind, shape: shape.into(), offset: 0, causal: false }
}

fn facts(tokens: Option<usize>, input: &[usize], target: &[usize], output: &[usize]) -> Facts {
    let mut facts = Facts { tokens, ..Facts::default() };
    (facts.input, facts.target, facts.output) = (input.into(), target.into(), output.into());
    facts.probes.push(probe("", "input", ProbeKind::Input, input));
    facts
}

fn recurrent(facts: &mut Facts, part: &str, gates: usize, cells: bool) {
    let path = format!("layers.0.{part}");
    facts.probes.push(probe(&path, "recurrent", ProbeKind::States, &[15, 8]));
    if cells {
        facts.probes.push(probe(&path, "recurrent", ProbeKind::Cells, &[15, 8]));
    }
    facts.probes.push(probe(&path, "recurrent", ProbeKind::Gates, &[15, gates, 8]));
}

#[test]
fn an_lstm_has_state_cell_and_four_gates_in_pytorchs_order() {
    let mut facts = facts(None, &[15, 10], &[], &[7]);
    recurrent(&mut facts, "l0", 4, true);
    let all = lanes(&facts, &[]);
    let sources: Vec<Source> = all.iter().map(|l| l.source).collect();
    let gates = [0, 1, 2, 3].map(|g| Source::Gate(3, g));
    assert_eq!(sources[..3], [Source::Input, Source::States(1), Source::Cells(2)]);
    assert_eq!(sources[3..], gates);
    let signed: Vec<usize> = (0..4).filter(|&g| all[3 + g].style == Style::Signed).collect();
    assert_eq!(signed, [2], "g is a tanh, the others are shares");
    assert_eq!(cell(&facts, 1), Some((CellKind::Lstm, Some(2), 3)));
    assert_eq!(cell(&facts, 2), None);
}

#[test]
fn layers_and_directions_are_told_apart() {
    let mut facts = facts(Some(4), &[15], &[15], &[15, 4]);
    for part in ["l0", "l0_reverse", "l1", "l1_reverse"] {
        recurrent(&mut facts, part, 3, false);
    }
    let states: Vec<_> = lanes(&facts, &[])
        .iter()
        .filter(|l| matches!(l.source, Source::States(_)))
        .map(|l| l.layer)
        .collect();
    assert_eq!(states, [(Some(1), false), (Some(1), true), (Some(2), false), (Some(2), true)]);
    let ends: Vec<Source> = lanes(&facts, &[]).iter().rev().take(3).map(|l| l.source).collect();
    assert_eq!(ends, [Source::Prediction, Source::Target, Source::Answer]);
}

#[test]
fn a_vanilla_cell_has_no_gate_of_its_own() {
    let mut facts = facts(None, &[15, 1], &[15, 1], &[15, 1]);
    recurrent(&mut facts, "l0", 1, false);
    let all: Vec<(Source, Style)> = lanes(&facts, &[]).iter().map(|l| (l.source, l.style)).collect();
    let wanted =
        [(Source::Input, Style::Line), (Source::States(1), Style::Signed), (Source::Answer, Style::Line)];
    assert_eq!(all, wanted);
}

#[test]
fn a_decoder_stands_behind_its_encoder() {
    let mut facts = facts(Some(9), &[20], &[8], &[8, 9]);
    facts.probes.push(probe("layers.0.decoder.0.l0", "recurrent", ProbeKind::States, &[8, 4]));
    facts.probes.push(probe("layers.0.decoder.0.l0", "recurrent", ProbeKind::Gates, &[8, 1, 4]));
    let all = lanes(&facts, &[]);
    assert!(all[1..].iter().all(|l| l.along == Along { from: 12, len: 8 }), "{all:?}");
}

#[test]
fn a_table_is_drawn_layer_by_layer() {
    let mut facts = facts(None, &[2], &[1], &[1]);
    facts.probes.push(probe("layers.0", "linear", ProbeKind::Output, &[4]));
    let lens: Vec<usize> = lanes(&facts, &[]).iter().map(|l| l.along.len).collect();
    assert_eq!(lens, [2, 4]);
}

#[test]
fn what_was_selected_stands_at_its_step_and_shares_have_their_scale() {
    let placed = |path: &str, from, share| Placed {
        path: path.into(),
        kind: "Embedding",
        name: "branch 1".into(),
        from,
        share,
    };
    let mut facts = facts(Some(9), &[2], &[], &[4]);
    facts.probes.push(probe("layers.0.branches.0.1", "embedding", ProbeKind::Output, &[1, 9]));
    facts.probes.push(probe("layers.0.branches.1.1", "embedding", ProbeKind::Output, &[1, 9]));
    let layers =
        [placed("layers.0.branches.0.1", Some(0), false), placed("layers.0.branches.1.1", Some(1), true)];
    let told: Vec<_> = lanes(&facts, &layers)[1..].iter().map(|l| (l.along.from, l.style)).collect();
    assert_eq!(told, [(0, Style::Signed), (1, Style::Share)]);
    assert_eq!(lanes(&facts, &layers)[1].name, "branch 1");
}

#[test]
fn rows_fill_the_room_and_never_fall_below_their_least() {
    let mut facts = facts(None, &[15, 10], &[], &[7]);
    recurrent(&mut facts, "l0", 4, true);
    let all = lanes(&facts, &[]);
    let sum = |height: f64| heights(&all, height, 6.0).iter().sum::<f64>() + 36.0;
    assert!((440.0..=450.0).contains(&sum(450.0)), "{}", sum(450.0));
    assert!(sum(100.0) > 200.0, "they scroll rather than vanish");
    assert!(sum(5000.0) < 1200.0, "and do not grow without end");
}
