//! How a step's time grows when the batch, the width or the length is doubled, and whether its arithmetic grows as fast.

use super::table::{figure, table};
use crate::json::{number, text};

/// How much more a doubling may cost than its arithmetic grows. A step that leaves a cache for the next pays up to a fifth once;
/// and two times, each measured to a twentieth, may be a tenth apart.
pub const TOLERANCE: f64 = 1.25;

/// A network's step at the sizes along one axis, ascending.
#[derive(Clone, PartialEq, Debug)]
pub struct Series {
    /// "mlp", "cnn", "lstm" or "transformer".
    pub model: String,
    /// "batch", "width" or "length".
    pub axis: String,
    /// Each size.
    pub points: Vec<Point>,
}

/// One size.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Point {
    /// The size.
    pub size: f64,
    /// Milliseconds a step.
    pub ms: f64,
    /// Floating-point operations of a step.
    pub flop: f64,
}

impl Series {
    /// Takes in a line that `minibatch bench --scale` printed; false where it is none.
    pub fn read(all: &mut Vec<Series>, line: &str) -> bool {
        let read = || {
            let point =
                Point { size: number(line, "size")?, ms: number(line, "ms")?, flop: number(line, "flop")? };
            Some((text(line, "model")?, text(line, "axis")?, point))
        };
        let Some((model, axis, point)) = read() else { return false };
        match all.iter_mut().find(|series| series.model == model && series.axis == axis) {
            Some(series) => series.points.push(point),
            None => all.push(Series { model: model.into(), axis: axis.into(), points: vec![point] }),
        }
        true
    }

    /// For each doubling: how much more the time grew than the arithmetic. 1 is as much.
    fn excess(&self) -> impl Iterator<Item = (Point, f64)> {
        let grown = |pair: &[Point]| (pair[1], pair[1].ms / pair[0].ms / (pair[1].flop / pair[0].flop));
        self.points.windows(2).map(grown)
    }

    /// How often one size grew by a factor of two for each that `of` did, on the whole: the slope of the line in the plot.
    fn slope(&self, of: impl Fn(&Point) -> f64) -> f64 {
        match (&self.points.first(), &self.points.last()) {
            (Some(first), Some(last)) if last.size > first.size => {
                (of(last) / of(first)).log2() / (last.size / first.size).log2()
            }
            _ => f64::NAN,
        }
    }

    /// Doublings that cost more than [`TOLERANCE`] allows, a line each.
    pub fn faults(&self) -> Vec<String> {
        let beyond = |(at, excess): (Point, f64)| {
            // A NaN is no proof of anything.
            let fine = excess <= TOLERANCE;
            (!fine).then(|| {
                format!(
                    "{} from {} {} to {}: the time grew {excess:.2} times as much as the arithmetic, {TOLERANCE} at most",
                    self.model,
                    self.axis,
                    at.size / 2.0,
                    at.size
                )
            })
        };
        self.excess().filter_map(beyond).collect()
    }
}

/// All series as a table: the time at each size, both slopes, and the doubling that cost most against its arithmetic.
pub fn grown(all: &[Series]) -> String {
    let head = [
        "network",
        "doubled",
        "ms a step",
        "slope of the time",
        "of the arithmetic",
        "GFLOP/s at the end",
        "worst doubling",
    ];
    let of = |series: &Series| {
        let sizes: Vec<f64> = series.points.iter().map(|point| point.size).collect();
        let times: Vec<String> = series.points.iter().map(|point| figure(point.ms)).collect();
        let worst = series.excess().map(|(_, excess)| excess).fold(f64::NAN, f64::max);
        let (first, last) = (sizes.first().unwrap_or(&0.0), sizes.last().unwrap_or(&0.0));
        let rate = series.points.last().map_or(f64::NAN, |point| point.flop / point.ms / 1e6);
        vec![
            series.model.clone(),
            format!("{} {first} to {last}", series.axis),
            times.join(", "),
            format!("{:.2}", series.slope(|point| point.ms)),
            format!("{:.2}", series.slope(|point| point.flop)),
            figure(rate),
            format!("{worst:.2}×"),
        ]
    };
    table(&head, all.iter().map(of))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(ms: [f64; 3]) -> Series {
        let mut all = vec![];
        for (i, ms) in ms.into_iter().enumerate() {
            let (size, flop) = (4 << i, 1_000_000 << i);
            let line = format!(
                r#"{{"model":"lstm","axis":"length","size":{size},"backend":"cpu","ms":{ms},"flop":{flop}}}"#
            );
            assert!(Series::read(&mut all, &line));
        }
        assert!(!Series::read(&mut all, r#"{"workload":"mlp-2d","ms":1}"#));
        assert_eq!(all.len(), 1);
        all.remove(0)
    }

    #[test]
    fn a_doubling_that_costs_more_than_its_arithmetic_is_told() {
        assert!(series([1.0, 1.5, 3.7]).faults().is_empty());
        let told = series([1.0, 2.0, 5.2]).faults();
        assert_eq!(
            told,
            ["lstm from length 8 to 16: the time grew 1.30 times as much as the arithmetic, 1.25 at most"]
        );
        assert_eq!(series([1.0, f64::NAN, 1.0]).faults().len(), 2, "what was not measured proves nothing");
    }

    #[test]
    fn the_table_has_both_slopes() {
        let row = "| lstm | length 4 to 16 | 1.00, 2.00, 8.00 | 1.50 | 1.00 | 0.500 | 2.00× |";
        assert_eq!(grown(&[series([1.0, 2.0, 8.0])]).lines().nth(2), Some(row));
    }
}
