//! Points measured in anything, moved and scaled so that the picture shows them and a network learns them.

use crate::{DOMAIN, Point};

/// Fitted coordinates go from minus this to this.
const REACH: f64 = 5.0;
/// No more than this share of the points may lie outside the picture before all are fitted: a few far ones would press the
/// others together.
const STRAY: f64 = 0.1;
/// Fitted targets go from -1 to 1; targets are fitted where one is larger than this, either way.
const LARGE: f32 = 10.0;

/// What was done to one of the three columns: `low` came to `-reach` and `high` to `reach`, in a straight line; both to 0
/// where they are one number.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Fitted {
    /// The smallest there was.
    pub low: f32,
    /// The largest there was.
    pub high: f32,
    /// Where they are now.
    pub reach: f32,
}

/// Fits x and y where more than a tenth of the points lie outside the picture, and the targets of a `regression` where
/// they are large. Points must be finite.
///
/// Returns what was done to x, y and the targets.
pub fn fit(points: &mut [Point], regression: bool) -> [Option<Fitted>; 3] {
    let outside = points.iter().filter(|p| p.x.abs() > DOMAIN || p.y.abs() > DOMAIN).count();
    let large = regression && points.iter().any(|p| p.label.abs() > LARGE);
    let mut done = [None; 3];
    if outside as f64 > STRAY * points.len() as f64 {
        done[0] = column(points, REACH, |p| &mut p.x);
        done[1] = column(points, REACH, |p| &mut p.y);
    }
    if large {
        done[2] = column(points, 1.0, |p| &mut p.label);
    }
    done
}

fn column(points: &mut [Point], reach: f64, of: impl Fn(&mut Point) -> &mut f32) -> Option<Fitted> {
    let (mut low, mut high) = (f32::INFINITY, f32::NEG_INFINITY);
    for point in points.iter_mut() {
        (low, high) = (low.min(*of(point)), high.max(*of(point)));
    }
    // In 64 bits, where the span of any 32-bit numbers is finite.
    let (middle, half) = ((f64::from(low) + f64::from(high)) / 2.0, (f64::from(high) - f64::from(low)) / 2.0);
    for point in points.iter_mut() {
        let value = of(point);
        // One value alone goes to the middle.
        *value = if half > 0.0 { ((f64::from(*value) - middle) / half * reach) as f32 } else { 0.0 };
    }
    (!points.is_empty()).then_some(Fitted { low, high, reach: reach as f32 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(all: &[(f32, f32, f32)]) -> Vec<Point> {
        all.iter().map(|&(x, y, label)| Point { x, y, label }).collect()
    }

    #[test]
    fn what_fits_stays_as_it_is_and_so_do_the_others_of_one_far_away() {
        let mut near = points(&[(1.0, -2.0, 0.0), (6.0, 6.0, 1.0)]);
        assert_eq!(fit(&mut near, false), [None; 3]);
        assert_eq!(near, points(&[(1.0, -2.0, 0.0), (6.0, 6.0, 1.0)]));
        let mut one_far = points(&[(1.0, 1.0, 0.0); 10]);
        one_far[3].x = 90.0;
        assert_eq!(fit(&mut one_far, false), [None; 3]);
        one_far[4].y = -7.0;
        assert!(fit(&mut one_far, false)[0].is_some(), "two of ten are more than a tenth");
    }

    #[test]
    fn each_axis_is_stretched_from_its_smallest_to_its_largest() {
        let mut all = points(&[(100.0, 0.5, 0.0), (150.0, 0.75, 1.0), (200.0, 1.5, 1.0)]);
        let done = fit(&mut all, false);
        assert_eq!(done[0], Some(Fitted { low: 100.0, high: 200.0, reach: 5.0 }));
        assert_eq!(done[1], Some(Fitted { low: 0.5, high: 1.5, reach: 5.0 }));
        assert_eq!(done[2], None);
        assert_eq!(all, points(&[(-5.0, -5.0, 0.0), (0.0, -2.5, 1.0), (5.0, 5.0, 1.0)]));
    }

    #[test]
    fn large_targets_become_small_and_classes_stay() {
        let mut prices = points(&[(0.0, 0.0, 1e5), (1.0, 1.0, 3e5), (2.0, 2.0, 2e5)]);
        let done = fit(&mut prices, true);
        assert_eq!(done, [None, None, Some(Fitted { low: 1e5, high: 3e5, reach: 1.0 })]);
        assert_eq!(prices.iter().map(|p| p.label).collect::<Vec<_>>(), [-1.0, 1.0, 0.0]);
        let mut classes = points(&[(0.0, 0.0, 15.0), (1.0, 1.0, 0.0)]);
        assert_eq!(fit(&mut classes, false), [None; 3]);
    }

    #[test]
    fn the_largest_numbers_there_are_and_a_single_value_give_finite_ones() {
        let mut wide = points(&[(f32::MAX, 7.0, 0.0), (f32::MIN, 7.0, 1.0)]);
        fit(&mut wide, false);
        assert_eq!(wide, points(&[(5.0, 0.0, 0.0), (-5.0, 0.0, 1.0)]));
        assert_eq!(fit(&mut [], true), [None; 3]);
    }
}
