//! An axis with round ticks, linear or logarithmic, as Plotters wants one.

use std::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};

use crate::numbers::tick;

/// One axis.
#[derive(Clone, PartialEq, Debug)]
pub struct Axis {
    low: f64,
    high: f64,
    log: bool,
    ticks: Vec<f64>,
}

impl Axis {
    /// From `low` to `high` with at most `most` ticks, about.
    pub fn linear(low: f64, high: f64, most: usize) -> Self {
        let high = if high > low { high } else { low + 1.0 };
        Self { low, high, log: false, ticks: round_ticks(low, high, most) }
    }

    /// As [`Axis::linear`], logarithmic; both ends must be above zero.
    pub fn logarithmic(low: f64, high: f64, most: usize) -> Self {
        let low = low.max(1e-30);
        let high = if high > low * 1.01 { high } else { low * 10.0 };
        Self { low, high, log: true, ticks: log_ticks(low, high, most) }
    }

    /// Without ticks so near the end that their numbers reach beyond it.
    pub fn without_last(mut self) -> Self {
        let ticks = std::mem::take(&mut self.ticks);
        self.ticks = ticks.into_iter().filter(|t| self.share(*t) < 0.94).collect();
        self
    }

    /// The share of the way from `low` to `high`; not within 0 and 1 for what lies outside.
    pub fn share(&self, value: f64) -> f64 {
        if self.log {
            (value.max(1e-30).ln() - self.low.ln()) / (self.high.ln() - self.low.ln())
        } else {
            (value - self.low) / (self.high - self.low)
        }
    }

    /// The value a share of the way along.
    pub fn at(&self, share: f64) -> f64 {
        if self.log {
            (self.low.ln() + share * (self.high.ln() - self.low.ln())).exp()
        } else {
            self.low + share * (self.high - self.low)
        }
    }
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (from, to): (i32, i32)) -> i32 {
        from + (self.share(*value) * f64::from(to - from)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.ticks.clone()
    }

    fn range(&self) -> Range<f64> {
        self.low..self.high
    }
}

impl ValueFormatter<f64> for Axis {
    fn format(value: &f64) -> String {
        tick(*value)
    }
}

/// Multiples of 1, 2 or 5 times a power of ten within the range, at most about `most`.
fn round_ticks(low: f64, high: f64, most: usize) -> Vec<f64> {
    let raw = (high - low) / most.max(1) as f64;
    if !(raw.is_finite() && raw > 0.0) {
        return vec![low];
    }
    let power = 10f64.powf(raw.log10().floor());
    let step =
        [1.0, 2.0, 5.0, 10.0].map(|m| m * power).into_iter().find(|s| *s >= raw * 0.999).unwrap_or(raw);
    let (first, last) = ((low / step - 1e-9).ceil() as i64, (high / step + 1e-9).floor() as i64);
    // Multiplying a power of ten back in leaves dust in the last digits: 0.30000000000000004.
    (first..=last).map(|i| (i as f64 * step / power).round() * power).map(tidy).collect()
}

fn tidy(value: f64) -> f64 {
    format!("{value:.12e}").parse().unwrap_or(value)
}

/// Powers of ten; with 2 and 5 (or 3) times them where those are few, thinned where they are many.
fn log_ticks(low: f64, high: f64, most: usize) -> Vec<f64> {
    let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
    let inside = |v: &f64| *v >= low * 0.999 && *v <= high * 1.001;
    let decades = (high / low).log10();
    let pick = |digits: &[f64], every: i32| -> Vec<f64> {
        let powers = (first..=last).filter(|p| p.rem_euclid(every) == 0);
        powers.flat_map(|p| digits.iter().map(move |d| tidy(d * 10f64.powi(p)))).filter(inside).collect()
    };
    let fine = pick(&[1.0, 2.0, 5.0], 1);
    let coarse = pick(&[1.0], (decades / most.max(1) as f64).ceil().max(1.0) as i32);
    if decades < 0.6 {
        round_ticks(low, high, most)
    } else if fine.len() <= most + 1 {
        fine
    } else if coarse.len() >= 2 {
        coarse
    } else {
        pick(&[1.0, 3.0], 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(round_ticks(0.0, 1.0, 4), [0.0, 0.5, 1.0]);
        assert_eq!(round_ticks(0.0, 0.31, 4), [0.0, 0.1, 0.2, 0.3]);
        assert_eq!(round_ticks(0.0, 1234.0, 5), [0.0, 500.0, 1000.0]);
        assert_eq!(round_ticks(3.0, 3.0, 5), [3.0]);
    }

    #[test]
    fn log_ticks_suit_narrow_and_wide_ranges() {
        assert_eq!(log_ticks(0.01, 1.0, 4), [0.01, 0.1, 1.0]);
        assert_eq!(log_ticks(0.04, 1.0, 4), [0.05, 0.1, 0.2, 0.5, 1.0]);
        assert_eq!(log_ticks(0.04, 0.95, 2), [0.1, 0.3]);
        assert!(log_ticks(1e-12, 1.0, 4).len() <= 5);
        assert!(log_ticks(0.3, 0.4, 4).len() >= 2);
    }

    #[test]
    fn share_and_at_undo_each_other() {
        for axis in [Axis::linear(0.0, 8.0, 4), Axis::logarithmic(0.001, 10.0, 4)] {
            for v in [0.001, 0.5, 7.0] {
                assert!((axis.at(axis.share(v)) - v).abs() < 1e-9);
            }
        }
        assert_eq!(Axis::logarithmic(0.01, 1.0, 4).map(&0.1, (200, 0)), 100);
    }

    #[test]
    fn an_empty_range_still_makes_an_axis() {
        assert_eq!(Axis::linear(0.0, 0.0, 4).range(), 0.0..1.0);
        assert!(Axis::logarithmic(0.0, 0.0, 4).range().end > 0.0);
    }
}
