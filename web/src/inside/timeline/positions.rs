//! The tables that layers of positions add: learned ones among the parameters, sines and cosines by their formula.

use std::collections::HashMap;
use std::sync::Arc;

use leptos::prelude::*;
use minibatch_session::{Facts, Probe};

use super::lanes::{Lane, Source};
use crate::sequence::glances;
use crate::state::{Page, Watch};

/// Each layer's table by its probe's number, (steps, width).
#[derive(Clone, Copy)]
pub struct Tables {
    all: StoredValue<HashMap<usize, Vec<f32>>>,
    /// Changes with the tables.
    pub version: RwSignal<u32>,
}

impl Tables {
    /// Those of the rows shown. Learned ones are looked at now and then.
    pub fn new(page: Page, facts: &Arc<Facts>, lanes: &[Lane]) -> Self {
        let tables = Self { all: StoredValue::default(), version: RwSignal::new(0) };
        let model = page.experiment.with_untracked(|e| e.model()).ok();
        // Probe, offset among the parameters, length.
        let mut learned: Vec<(usize, usize, usize)> = vec![];
        for lane in lanes {
            let Source::Positions(number) = lane.source else { continue };
            let probe = &facts.probes[number];
            let name = format!("{}.weight", probe.path);
            let found = model.as_ref().and_then(|m| m.layout.parameters.iter().find(|p| p.name == name));
            match found.filter(|p| p.shape == probe.shape) {
                Some(p) => learned.push((number, p.offset, probe.len())),
                None => tables.all.update_value(|all| {
                    all.insert(number, sinusoidal(probe));
                }),
            }
        }
        if !learned.is_empty() {
            glances(page, Watch::Parameters, move |frame| {
                tables.all.update_value(|all| {
                    for &(number, offset, len) in &learned {
                        let values = frame.parameters.get(offset..offset + len);
                        all.insert(number, values.unwrap_or_default().to_vec());
                    }
                });
                tables.version.update(|v| *v += 1);
            });
        }
        tables
    }

    /// The table of this probe; empty until it was looked at.
    pub fn of(self, probe: usize) -> Vec<f32> {
        self.all.with_value(|all| all.get(&probe).cloned().unwrap_or_default())
    }
}

/// Column 2 i is sin(t / 10000^(2 i / width)), column 2 i + 1 its cosine (Vaswani and others 2017).
fn sinusoidal(probe: &Probe) -> Vec<f32> {
    let &[steps, width] = &probe.shape[..] else { return vec![] };
    let at = |t: usize, c: usize| {
        let angle = t as f64 * libm::pow(10_000.0, -((c - c % 2) as f64) / width as f64);
        (if c.is_multiple_of(2) { libm::sin(angle) } else { libm::cos(angle) }) as f32
    };
    (0..steps * width).map(|i| at(i / width, i % width)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use minibatch_session::ProbeKind;

    #[test]
    fn sines_and_cosines_take_turns_and_slow_down() {
        let (path, layer) = ("layers.1".to_owned(), "positions".to_owned());
        let shape = vec![3, 4];
        let table =
            sinusoidal(&Probe { path, layer, kind: ProbeKind::Output, shape, offset: 0, causal: false });
        assert_eq!(table[..4], [0.0, 1.0, 0.0, 1.0]);
        let near = |a: f32, b: f64| assert!((f64::from(a) - b).abs() < 1e-6, "{a}, not {b}");
        near(table[8], 2.0f64.sin());
        near(table[10], 0.02f64.sin());
    }
}
