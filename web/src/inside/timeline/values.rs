//! The numbers of a row, and where its scale ends.

use minibatch_session::Facts;

use super::lanes::{Lane, Source, Style};
use super::positions::Tables;
use crate::draw::heatmap::argmax;
use crate::sequence::{answer, sample};

/// A row's numbers, (steps, units).
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Values {
    /// Row-major.
    pub all: Vec<f32>,
    /// How many units.
    pub units: usize,
}

impl Values {
    /// The number at a step, counted from the row's first; none where there is none.
    pub fn at(&self, step: usize, unit: usize) -> Option<f32> {
        if unit < self.units { self.all.get(step * self.units + unit).copied() } else { None }
    }
}

/// What a row shows, from the newest look, the sample's target and the tables of positions.
pub fn values(lane: &Lane, facts: &Facts, inside: &[f32], target: &[f32], tables: Tables) -> Values {
    let of = |i: usize| -> &[f32] {
        facts.probes.get(i).and_then(|p| inside.get(p.offset..p.offset + p.len())).unwrap_or_default()
    };
    let all = match lane.source {
        Source::Input => sample(facts, inside),
        Source::Positions(p) => tables.of(p),
        Source::States(p) | Source::Cells(p) | Source::Output(p) => of(p).to_vec(),
        Source::Gate(p, gate) => gate_of(of(p), gate, lane.units, facts.probes[p].shape[1]),
        Source::Answer => answer(facts, inside).to_vec(),
        Source::Target => target.to_vec(),
        Source::Prediction => {
            let classes = facts.output.last().copied().unwrap_or(1).max(1);
            let likeliest = |row| argmax(row).map_or(f32::NAN, |c| c as f32);
            answer(facts, inside).chunks_exact(classes).map(likeliest).collect()
        }
    };
    // A strip of a table has its rows above each other.
    let units = lane.units.max(1);
    let across = lane.along.len * units == all.len() && crate::sequence::axis(facts).is_none() && units > 1;
    let all = if across { turned(&all, lane.along.len) } else { all };
    Values { all, units }
}

/// One gate of (steps, gates, units).
fn gate_of(all: &[f32], gate: usize, units: usize, gates: usize) -> Vec<f32> {
    all.chunks_exact((gates * units).max(1))
        .flat_map(|step| &step[gate * units..][..units])
        .copied()
        .collect()
}

/// (rows, columns) as (columns, rows).
fn turned(all: &[f32], columns: usize) -> Vec<f32> {
    let rows = all.len() / columns.max(1);
    (0..all.len()).map(|i| all[i % rows * columns + i / rows]).collect()
}

/// Where a row's scale ends: 1 where values stay within it, else the largest there is.
pub fn reach(lane: &Lane, values: &Values) -> f32 {
    let most = || values.all.iter().filter(|v| v.is_finite()).fold(0.0f32, |m, v| m.max(v.abs()));
    match (lane.source, lane.style) {
        (_, Style::Share) | (Source::Gate(..), _) => 1.0,
        (Source::States(_) | Source::Cells(_), _) => most().max(1.0),
        _ => most().max(1e-6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_is_cut_out_of_its_layer() {
        // Two steps, three gates, two units.
        let all: Vec<f32> = (0..12).map(|i| i as f32).collect();
        assert_eq!(gate_of(&all, 1, 2, 3), [2.0, 3.0, 8.0, 9.0]);
        assert_eq!(gate_of(&[], 1, 2, 3), [0.0; 0]);
    }

    #[test]
    fn numbers_are_found_by_step_and_unit() {
        let values = Values { all: vec![1.0, 2.0, 3.0, 4.0], units: 2 };
        assert_eq!(
            [values.at(1, 0), values.at(1, 1), values.at(2, 0), values.at(0, 2)],
            [Some(3.0), Some(4.0), None, None]
        );
        assert_eq!(turned(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 3), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
    }
}
