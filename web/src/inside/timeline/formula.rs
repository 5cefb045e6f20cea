//! A recurrent cell's arithmetic for one unit at one step, written out with its numbers.

use super::lanes::CellKind;
use crate::numbers::signed;

/// One unit of a cell at one step. Gates in PyTorch's order.
#[derive(Clone, PartialEq, Debug)]
pub struct Moment {
    /// Which cell.
    pub kind: CellKind,
    /// The gates.
    pub gates: Vec<f32>,
    /// The state before; none where it is not known (a learned beginning).
    pub before: Option<f32>,
    /// An LSTM's cell before.
    pub cell_before: Option<f32>,
    /// The state after.
    pub state: f32,
    /// An LSTM's cell after.
    pub cell: f32,
}

/// The gates' letters in PyTorch's order.
pub fn letters(kind: CellKind) -> &'static [&'static str] {
    match kind {
        CellKind::Rnn => &[],
        CellKind::Lstm => &["i", "f", "g", "o"],
        CellKind::Gru => &["r", "z", "n"],
    }
}

/// A formula and the same with its numbers.
pub type Line = (&'static str, String);

/// What the cell did, as in `minibatch_graph::Cell`. A prime marks what was before.
pub fn lines(m: &Moment) -> Vec<Line> {
    let gate = |g: usize| m.gates.get(g).map_or("–".into(), |v| bare(*v));
    let known = |v: Option<f32>, name: &str| v.map_or(name.to_owned(), bare);
    match m.kind {
        CellKind::Rnn => vec![(
            "h = f(W x + b + U h′ + b′)",
            format!("h′ = {}, h = {}", m.before.map_or("–".into(), signed), signed(m.state)),
        )],
        CellKind::Lstm => vec![
            (
                "c = f·c′ + i·g",
                format!(
                    "{}·{} + {}·{} = {}",
                    gate(1),
                    known(m.cell_before, "c′"),
                    gate(0),
                    gate(2),
                    signed(m.cell)
                ),
            ),
            ("h = o·tanh c", format!("{}·tanh {} = {}", gate(3), bare(m.cell), signed(m.state))),
        ],
        CellKind::Gru => vec![
            ("n = tanh(W x + b + r·(U h′ + b′))", format!("r = {}, n = {}", gate(0), gate(2))),
            (
                "h = (1 − z)·n + z·h′",
                format!(
                    "{}·{} + {}·{} = {}",
                    m.gates.get(1).map_or("–".into(), |z| signed(1.0 - z)),
                    gate(2),
                    gate(1),
                    known(m.before, "h′"),
                    signed(m.state)
                ),
            ),
        ],
    }
}

/// A number within a product: in brackets where it is negative.
fn bare(v: f32) -> String {
    if v < 0.0 { format!("({})", signed(v)) } else { signed(v) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(kind: CellKind, gates: &[f32]) -> Moment {
        let (before, cell_before) = (Some(0.5), Some(-0.25));
        Moment { kind, gates: gates.into(), before, cell_before, state: 0.41, cell: 0.75 }
    }

    #[test]
    fn an_lstm_keeps_and_adds() {
        let text = lines(&moment(CellKind::Lstm, &[0.9, 0.2, 0.8, 0.6]));
        assert_eq!(text[0], ("c = f·c′ + i·g", "0.20·(−0.25) + 0.90·0.80 = 0.75".into()));
        assert_eq!(text[1].1, "0.60·tanh 0.75 = 0.41");
    }

    #[test]
    fn a_gru_mixes_old_and_new() {
        let text = lines(&moment(CellKind::Gru, &[0.1, 0.75, 0.2]));
        assert_eq!(text[1].1, "0.25·0.20 + 0.75·0.50 = 0.41");
    }

    #[test]
    fn a_beginning_that_is_not_known_is_no_number() {
        let first = Moment { cell_before: None, ..moment(CellKind::Lstm, &[0.9, 0.2, 0.8, 0.6]) };
        assert!(lines(&first)[0].1.starts_with("0.20·c′ +"));
        assert_eq!(lines(&moment(CellKind::Rnn, &[0.41])).len(), 1);
    }
}
