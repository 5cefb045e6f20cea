//! What the pointer or the keyboard is at, and what it is called.

use minibatch_session::Summary;
use minibatch_session::data::Feature;

use super::links::Link;
use crate::state::Unit;
use crate::words::{fill, t};

/// Something of the network that can be pointed at.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Pointed {
    /// A unit or feature.
    Unit(Unit),
    /// The bias of a layer's unit.
    Bias(usize, usize),
    /// A weight.
    Link(Link),
}

/// A bubble beside the pointer.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Tip {
    /// Where, in the stage's pixels.
    pub at: (f64, f64),
    /// Of what.
    pub what: Pointed,
}

/// The unit at a place of a column, the inputs' column first.
pub fn unit_of(column: usize, unit: usize) -> Unit {
    if column == 0 { Unit::Input(unit) } else { Unit::Layer(column - 1, unit) }
}

/// A unit's name: "layer 2 unit 3", "output", "output class 1" or "input x²".
pub fn unit_name(unit: Unit, summary: &Summary, features: &[Feature]) -> String {
    match unit {
        Unit::Input(i) => fill("view.unit-input", &[("feature", features.get(i).map_or("?", |f| f.title()))]),
        Unit::Layer(layer, unit) if layer + 1 < summary.layers.len() => fill(
            "view.unit-hidden",
            &[("layer", &(layer + 1).to_string()), ("unit", &(unit + 1).to_string())],
        ),
        Unit::Layer(layer, unit) => match summary.layers.get(layer) {
            Some(output) if output.units > 1 => {
                let class = summary.class_names.get(unit).map_or("?", String::as_str);
                fill("view.unit-class", &[("class", class)])
            }
            _ => t("view.unit-output").into(),
        },
    }
}

impl Pointed {
    /// Its number among all parameters; none for a unit, which has many.
    pub fn index(self, summary: &Summary) -> Option<usize> {
        match self {
            Self::Unit(_) => None,
            Self::Bias(layer, unit) => summary.layers.get(layer).map(|l| l.bias_offset + unit),
            Self::Link(link) => summary.layers.get(link.layer).map(|l| link.index(l)),
        }
    }

    /// What it is called.
    pub fn title(self, summary: &Summary, features: &[Feature]) -> String {
        let name = |unit| unit_name(unit, summary, features);
        match self {
            Self::Unit(unit) => name(unit),
            Self::Bias(layer, unit) => fill("view.bias-of", &[("unit", &name(Unit::Layer(layer, unit)))]),
            Self::Link(link) => {
                let from = name(unit_of(link.layer, link.input));
                let to = name(Unit::Layer(link.layer, link.unit));
                fill("view.weight-of", &[("from", &from), ("to", &to)])
            }
        }
    }
}

/// Where an arrow key leads from a unit, given how many units each column has; none for other keys and at the edge.
pub fn step((column, unit): (usize, usize), key: &str, counts: &[usize]) -> Option<(usize, usize)> {
    let (column, unit) = match key {
        "ArrowLeft" => (column.checked_sub(1)?, unit),
        "ArrowRight" => (column + 1, unit),
        "ArrowUp" => (column, unit.checked_sub(1)?),
        "ArrowDown" => (column, unit + 1),
        "Home" => (0, 0),
        "End" => (counts.len().checked_sub(1)?, 0),
        _ => return None,
    };
    let count = *counts.get(column)?;
    // Beside a taller column's last unit stands the shorter one's last.
    let sideways = matches!(key, "ArrowLeft" | "ArrowRight");
    if sideways {
        Some((column, unit.min(count.checked_sub(1)?)))
    } else {
        (unit < count).then_some((column, unit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use minibatch_session::Experiment;

    #[test]
    fn arrows_walk_the_columns_and_stop_at_the_edges() {
        let counts = [2, 4, 1];
        assert_eq!(step((1, 3), "ArrowRight", &counts), Some((2, 0)));
        assert_eq!(step((1, 3), "ArrowLeft", &counts), Some((0, 1)));
        assert_eq!(step((1, 3), "ArrowDown", &counts), None);
        assert_eq!(step((2, 0), "ArrowRight", &counts), None);
        assert_eq!(step((0, 0), "ArrowLeft", &counts), None);
        assert_eq!(step((1, 1), "ArrowUp", &counts), Some((1, 0)));
        assert_eq!(step((1, 1), "a", &counts), None);
        assert_eq!(step((1, 1), "End", &counts), Some((2, 0)));
    }

    #[test]
    fn biases_and_weights_are_found_among_the_parameters() {
        let summary = Experiment::default().summary().expect("the default stands");
        let last = summary.layers.len() - 1;
        assert_eq!(Pointed::Bias(last, 0).index(&summary), Some(summary.parameters - 1));
        assert_eq!(Pointed::Link(Link { layer: 0, unit: 0, input: 0 }).index(&summary), Some(0));
        assert_eq!(Pointed::Bias(99, 0).index(&summary), None);
        assert_eq!(Pointed::Unit(Unit::Input(0)).index(&summary), None);
    }
}
