//! What the output's picture shows: the output itself, or the unit pointed at.

use minibatch_session::Summary;
use minibatch_session::data::{DOMAIN, Feature};

use crate::draw::heatmap::{Map, Patch, argmax, enlarge, paint, paint_classes};
use crate::draw::points::{FEATURE_CELLS, feature_reach, feature_values};
use crate::draw::raster::Raster;
use crate::draw::theme::Theme;
use crate::state::{Frame, Unit};
use crate::views::meaning::{Meaning, layer_reach, sided};
use crate::views::network::unit_map;

/// A coarse map is shown with this many times its cells.
const FINER: usize = 6;
/// The output's map is made this fine, at least, before the browser enlarges it.
const FINE: usize = 190;
/// Log-odds beyond this are one colour.
const SURE: f32 = 10.0;

/// What the picture is of.
pub struct Board<'a> {
    /// The newest pictures.
    pub frame: &'a Frame,
    /// Shapes and loss.
    pub summary: &'a Summary,
    /// The chosen features.
    pub features: &'a [Feature],
    /// Where a regression's scale ends.
    pub limit: f32,
    /// Draw sides of zero, or the likeliest class.
    pub discretise: bool,
    /// The unit pointed at.
    pub unit: Option<Unit>,
}

/// A value read off the picture.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Reading {
    /// A unit's or feature's value, or a prediction.
    Value(f32),
    /// The probability of class 1.
    Probability(f32),
    /// The likeliest class and its probability.
    Class(usize, f32),
}

impl Board<'_> {
    /// Paints all of it.
    pub fn paint(&self, raster: &mut Raster, theme: &Theme) {
        match self.unit {
            Some(Unit::Input(i)) => match self.features.get(i) {
                Some(&feature) => {
                    let values = feature_values(feature, FEATURE_CELLS);
                    scalar(raster, whole(&values, FEATURE_CELLS), FINER, |v| theme.scale.at(v));
                }
                None => self.paint_output(raster, theme),
            },
            Some(Unit::Layer(layer, unit)) => match unit_map(self.frame, self.summary, layer, unit) {
                Some(map) => {
                    let place = |v| self.unit_place(layer, map.values, v);
                    let reach = place(1.0) - place(0.0);
                    let start = place(0.0);
                    scalar(raster, map, FINER, |v| theme.scale.at(start + v * reach));
                }
                None => self.paint_output(raster, theme),
            },
            None => self.paint_output(raster, theme),
        }
    }

    /// Where a unit's value lies on the scale.
    fn unit_place(&self, layer: usize, values: &[f32], value: f32) -> f32 {
        if layer + 1 == self.summary.layers.len() {
            return Meaning::of(self.summary).place(value, self.limit);
        }
        let activation = self.summary.layers.get(layer).map(|l| l.activation);
        value / activation.map_or(1.0, |a| layer_reach(a, values))
    }

    fn paint_output(&self, raster: &mut Raster, theme: &Theme) {
        let (side, outputs) = (self.frame.look.boundary as usize, self.outputs());
        let meaning = Meaning::of(self.summary);
        if side == 0 || self.frame.boundary.len() != side * side * outputs {
            raster.resize(1, 1);
            let [r, g, b] = theme.sunk;
            raster.pixels().copy_from_slice(&[r, g, b, 255]);
        } else if let Meaning::Classes(n) = meaning {
            raster.resize(side, side);
            let classes = &theme.classes[..n.min(theme.classes.len())];
            paint_classes(raster.pixels(), &self.frame.boundary, classes, theme.zero, side, self.discretise);
        } else if self.summary.classes.is_some() {
            self.paint_odds(raster, theme, side, meaning);
        } else {
            let colour = |v| theme.scale.at(sided(meaning.place(v, self.limit), self.discretise));
            scalar(raster, whole(&self.frame.boundary, side), 1, colour);
        }
    }

    /// A sure network goes from one class to the other between two cells, and any mean of the two probabilities draws
    /// stairs. Its log-odds are nearly a plane there: interpolated, they give the border its place between the cells.
    fn paint_odds(&self, raster: &mut Raster, theme: &Theme, side: usize, meaning: Meaning) {
        const STEPS: f32 = 1024.0;
        let odds: Vec<f32> = self.frame.boundary.iter().map(|&v| log_odds(meaning.place(v, 1.0))).collect();
        let entry = |i: u32| {
            let place = ((i as f32 / STEPS * 2.0 - 1.0) * SURE / 2.0).tanh();
            theme.scale.at(sided(place, self.discretise))
        };
        let table: Vec<_> = (0..=STEPS as u32).map(entry).collect();
        let colour = |z: f32| {
            let step = ((z / SURE).clamp(-1.0, 1.0) + 1.0) / 2.0 * STEPS + 0.5;
            if step.is_nan() { None } else { table[step as usize] }
        };
        scalar(raster, whole(&odds, side), FINE.div_ceil(side), colour);
    }

    fn outputs(&self) -> usize {
        match Meaning::of(self.summary) {
            Meaning::Classes(n) => n,
            Meaning::Probability | Meaning::Signed => 1,
        }
    }

    /// What the picture says at a point of the plane; none where there is no picture.
    pub fn read(&self, x: f64, y: f64) -> Option<Reading> {
        match self.unit {
            Some(Unit::Input(i)) => self.features.get(i).map(|f| Reading::Value(f.value(x as f32, y as f32))),
            Some(Unit::Layer(layer, unit)) => {
                let map = unit_map(self.frame, self.summary, layer, unit)?;
                Some(Reading::Value(map.at(cell(-y, map.side), cell(x, map.side))))
            }
            None => self.read_output(x, y),
        }
    }

    fn read_output(&self, x: f64, y: f64) -> Option<Reading> {
        let (side, outputs) = (self.frame.look.boundary as usize, self.outputs());
        if side == 0 || self.frame.boundary.len() != side * side * outputs {
            return None;
        }
        let at = (cell(-y, side) * side + cell(x, side)) * outputs;
        let values = self.frame.boundary.get(at..at + outputs)?;
        Some(match Meaning::of(self.summary) {
            Meaning::Probability => Reading::Probability(values[0]),
            Meaning::Signed => Reading::Value(values[0]),
            Meaning::Classes(_) => {
                argmax(values).map_or(Reading::Value(f32::NAN), |c| Reading::Class(c, values[c]))
            }
        })
    }

    /// The share of the plane on which each class wins; empty in regression.
    pub fn shares(&self) -> Vec<f32> {
        let (outputs, meaning) = (self.outputs(), Meaning::of(self.summary));
        let Some(classes) = self.summary.classes else { return vec![] };
        let mut counts = vec![0u32; classes.max(2) as usize];
        for values in self.frame.boundary.chunks_exact(outputs) {
            let class = match meaning {
                Meaning::Classes(_) => argmax(values),
                Meaning::Probability | Meaning::Signed => {
                    (!values[0].is_nan()).then(|| usize::from(meaning.place(values[0], 1.0) > 0.0))
                }
            };
            if let Some(count) = class.and_then(|c| counts.get_mut(c)) {
                *count += 1;
            }
        }
        let all = counts.iter().sum::<u32>().max(1) as f32;
        counts.into_iter().map(|c| c as f32 / all).collect()
    }
}

/// The log-odds of a place on the scale from -1 to 1: ln((1 + s) / (1 - s)), within ±[`SURE`].
fn log_odds(place: f32) -> f32 {
    ((1.0 + place).max(0.0) / (1.0 - place).max(0.0)).ln().clamp(-SURE, SURE)
}

/// The cell of a coordinate from -[`DOMAIN`] to [`DOMAIN`].
fn cell(coordinate: f64, side: usize) -> usize {
    let share = (coordinate / f64::from(DOMAIN) + 1.0) / 2.0;
    ((share * side as f64).max(0.0) as usize).min(side.saturating_sub(1))
}

fn whole(values: &[f32], side: usize) -> Map<'_> {
    Map { values, side, channels: 1, channel: 0 }
}

/// Paints one value a cell, `times` as fine.
fn scalar(
    raster: &mut Raster,
    map: Map,
    times: usize,
    colour: impl Fn(f32) -> Option<crate::draw::colour::Rgb>,
) {
    let side = map.side * times;
    raster.resize(side, side);
    let patch = |pixels| Patch { pixels, stride: side, left: 0, top: 0, side };
    if times == 1 {
        paint(patch(raster.pixels()), map, colour, &[]);
    } else {
        paint(patch(raster.pixels()), whole(&enlarge(map, times), side), colour, &[]);
    }
}

/// Where a feature's scale ends, for the legend.
pub fn unit_limit(unit: Unit, board: &Board) -> f32 {
    match unit {
        Unit::Input(i) => board.features.get(i).map_or(1.0, |&f| feature_reach(f)),
        Unit::Layer(layer, _) if layer + 1 == board.summary.layers.len() => board.limit,
        Unit::Layer(layer, _) => {
            let of = board.summary.layers.get(layer).zip(board.frame.layers.get(layer));
            of.map_or(1.0, |(l, values)| layer_reach(l.activation, values))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use minibatch_session::{Experiment, Look};

    fn frame(boundary: Vec<f32>, outputs: usize) -> Frame {
        let look = Look { boundary: 2, ..Look::default() };
        Frame { look, outputs, boundary, ..Frame::default() }
    }

    fn with<T>(json: &str, frame: &Frame, ask: impl FnOnce(&Board) -> T) -> T {
        let experiment = Experiment::from_json(json).expect(json);
        let summary = experiment.summary().expect(json);
        let features = &experiment.features;
        ask(&Board { frame, summary: &summary, features, limit: 1.0, discretise: false, unit: None })
    }

    #[test]
    fn the_top_row_is_where_y_is_high() {
        let f = frame(vec![0.1, 0.2, 0.3, 0.4], 1);
        let read = |x, y| with("{}", &f, |b| b.read(x, y));
        assert_eq!(read(-3.0, 3.0), Some(Reading::Probability(0.1)));
        assert_eq!(read(3.0, 3.0), Some(Reading::Probability(0.2)));
        assert_eq!(read(-3.0, -3.0), Some(Reading::Probability(0.3)));
        assert_eq!(read(6.0, -6.0), Some(Reading::Probability(0.4)));
    }

    #[test]
    fn classes_are_read_and_counted() {
        let rows = [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.2, 0.6, 0.2], [0.0, 0.1, 0.9]];
        let f = frame(rows.concat(), 3);
        let json = r#"{"data":{"kind":"blobs3"}}"#;
        assert_eq!(with(json, &f, |b| b.read(-3.0, 3.0)), Some(Reading::Class(0, 0.7)));
        assert_eq!(with(json, &f, |b| b.shares()), [0.25, 0.5, 0.25]);
    }

    #[test]
    fn log_odds_stay_finite_at_the_ends_and_keep_nan() {
        assert_eq!([-1.0, 0.0, 1.0].map(log_odds), [-SURE, 0.0, SURE]);
        assert!(((log_odds(0.3) / 2.0).tanh() - 0.3).abs() < 1e-6);
        assert!(log_odds(f32::NAN).is_nan());
    }

    #[test]
    fn a_frame_of_another_network_is_not_read() {
        let f = frame(vec![0.0; 4], 1);
        assert_eq!(with(r#"{"data":{"kind":"blobs3"}}"#, &f, |b| b.read(0.0, 0.0)), None);
    }

    #[test]
    fn a_feature_is_read_exactly() {
        let f = frame(vec![0.0; 4], 1);
        let read = with("{}", &f, |b| Board { unit: Some(Unit::Input(1)), ..*b }.read(1.5, -2.5));
        assert_eq!(read, Some(Reading::Value(-2.5)));
    }
}
