//! How many batches a turn has.

use crate::numbers::within;

/// What a turn should take, in milliseconds: short enough to be stopped at once, long enough to be worth its answer.
const TURN: f64 = 150.0;
/// The most that is added to it where reading out takes longer than training, in milliseconds.
const MORE: f64 = 500.0;
/// The most batches.
const MOST: f64 = 5000.0;

/// Learns from each turn how many batches the next one should have.
///
/// A turn of n batches takes a + b n: a is the way there and back, and the reading out.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Pace {
    /// Batches of the next turn.
    pub n: u32,
    last: Option<(f64, f64)>,
}

impl Default for Pace {
    fn default() -> Self {
        Self { n: 1, last: None }
    }
}

impl Pace {
    /// A turn of `self.n` batches took so many milliseconds in the slower side.
    pub fn note(&mut self, took: f64) {
        let (n, took) = (f64::from(self.n), took.max(0.1));
        let whole = took / n;
        let next = match self.last {
            Some((m, before)) if m != n => {
                let each = ((took - before) / (n - m)).clamp(whole * 0.05, whole);
                let rest = took - each * n;
                ((TURN - rest) / each).max(rest.min(MORE) / each)
            }
            // Two turns of one length say nothing of its parts.
            Some(_) => TURN / whole,
            None => n * 2.0,
        };
        let next = within(next, (n / 2.0).ceil(), n * 2.0).clamp(1.0, MOST);
        if next.round() != n {
            self.last = Some((n, took));
        }
        self.n = next.round() as u32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(turns: usize, took: impl Fn(f64) -> f64) -> (u32, f64) {
        let mut pace = Pace::default();
        for _ in 0..turns {
            pace.note(took(f64::from(pace.n)));
        }
        (pace.n, took(f64::from(pace.n)))
    }

    #[test]
    fn turns_take_their_time_whatever_a_batch_takes() {
        for (rest, each) in [(2.0, 0.5), (10.0, 3.0), (1.0, 40.0), (60.0, 1.0)] {
            let (n, took) = after(20, |n| rest + each * n);
            assert!((100.0..=200.0).contains(&took), "{rest} + {each} n: {n} batches, {took} ms");
        }
        assert_eq!(after(20, |n| 400.0 * n).0, 1, "a slow batch is a turn of its own");
        assert_eq!(after(30, |n| 0.001 * n).0, MOST as u32);
    }

    #[test]
    fn a_long_read_out_is_not_repeated_for_every_batch() {
        let (n, took) = after(20, |n| 400.0 + 10.0 * n);
        assert!(n >= 30 && took < 1000.0, "{n} batches, {took} ms");
    }

    #[test]
    fn it_slows_down_when_the_device_does() {
        let mut pace = Pace { n: 1000, last: Some((500.0, 75.0)) };
        for _ in 0..12 {
            pace.note(1.5 * f64::from(pace.n));
        }
        assert!((60..=140).contains(&pace.n), "{pace:?}");
    }
}
