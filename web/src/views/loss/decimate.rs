//! Fewer points of a long curve that look the same.

/// Of each stretch of `bucket` along x, in which a drawn line is a mere column of pixels, the lowest and highest point,
/// in their order; so peaks survive and the cost of drawing is bound by the picture's width. x must grow. Points that
/// are not finite are left out.
pub fn decimate(points: impl Iterator<Item = (f64, f64)>, bucket: f64) -> Vec<(f64, f64)> {
    let mut out = vec![];
    let mut open: Option<Bucket> = None;
    for (x, y) in points.filter(|(x, y)| x.is_finite() && y.is_finite()) {
        let place = (x / bucket).floor();
        match &mut open {
            Some(b) if b.place == place => b.add((x, y)),
            _ => {
                if let Some(done) = open.take() {
                    done.close(&mut out);
                }
                open = Some(Bucket { place, low: (x, y), high: (x, y) });
            }
        }
    }
    if let Some(done) = open {
        done.close(&mut out);
    }
    out
}

struct Bucket {
    place: f64,
    low: (f64, f64),
    high: (f64, f64),
}

impl Bucket {
    fn add(&mut self, point: (f64, f64)) {
        if point.1 < self.low.1 {
            self.low = point;
        }
        if point.1 > self.high.1 {
            self.high = point;
        }
    }

    fn close(self, out: &mut Vec<(f64, f64)>) {
        let (first, second) =
            if self.low.0 <= self.high.0 { (self.low, self.high) } else { (self.high, self.low) };
        out.push(first);
        if second != first {
            out.push(second);
        }
    }
}

/// The place of the point nearest to x in points that are sorted by it.
pub fn nearest(xs: &[f64], x: f64) -> Option<usize> {
    let after = xs.partition_point(|v| *v < x);
    let before = after.checked_sub(1);
    match (before, (after < xs.len()).then_some(after)) {
        (Some(b), Some(a)) => Some(if x - xs[b] <= xs[a] - x { b } else { a }),
        (b, a) => b.or(a),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_curves_shrink_to_the_picture_and_keep_their_peaks() {
        let peak = 54_321;
        let curve =
            (0..200_000).map(|i| (f64::from(i), if i == peak { 99.0 } else { (f64::from(i) * 0.1).sin() }));
        let few = decimate(curve, 200_000.0 / 300.0);
        assert!(few.len() <= 602, "{}", few.len());
        assert!(few.contains(&(f64::from(peak), 99.0)));
        assert!(few.is_sorted_by(|a, b| a.0 <= b.0));
    }

    #[test]
    fn short_curves_are_left_alone() {
        let curve = [(0.0, 1.0), (1.0, 0.5), (2.0, 0.7)];
        assert_eq!(decimate(curve.into_iter(), 0.5), curve);
    }

    #[test]
    fn what_is_no_number_is_left_out() {
        let curve = [(0.0, 1.0), (1.0, f64::NAN), (2.0, f64::INFINITY), (3.0, 2.0)];
        assert_eq!(decimate(curve.into_iter(), 0.5), [(0.0, 1.0), (3.0, 2.0)]);
        assert!(decimate(std::iter::empty(), 1.0).is_empty());
    }

    #[test]
    fn the_nearest_point_is_found() {
        let xs = [0.0, 1.0, 4.0];
        assert_eq!([-1.0, 0.4, 0.6, 2.4, 2.6, 9.0].map(|x| nearest(&xs, x)), [0, 0, 1, 1, 2, 2].map(Some));
        assert_eq!(nearest(&[], 1.0), None);
    }
}
