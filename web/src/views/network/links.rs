//! The lines between units: which there are, how wide, and which is under the pointer.

use minibatch_session::LayerSummary;

use super::layout::{Layout, Rect};

/// Widths (and opacities) lines come in. Lines of one width are drawn as one path, which is what makes many cheap.
pub const WIDTHS: usize = 8;

/// A weight, by its layer (0 is the first after the inputs), unit and input.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Link {
    /// Which layer.
    pub layer: usize,
    /// Which unit of it.
    pub unit: usize,
    /// Which value of the column before.
    pub input: usize,
}

impl Link {
    /// Its number among all parameters.
    pub fn index(&self, layer: &LayerSummary) -> usize {
        layer.weight_offset + self.unit * layer.inputs + self.input
    }
}

/// A line from one unit's right edge to the next one's left: a cubic whose control points lie half-way across.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Curve {
    /// Where it begins.
    pub from: (f64, f64),
    /// Where it ends.
    pub to: (f64, f64),
}

impl Curve {
    /// Between two units.
    pub fn between(from: &Rect, to: &Rect) -> Self {
        Self { from: (from.x + from.side, from.middle()), to: (to.x, to.middle()) }
    }

    /// The point a share `t` along: with control points half-way, x is (t³ - 1.5 t² + 1.5 t) of the way and y is
    /// (3 t² - 2 t³) of it.
    fn at(&self, t: f64) -> (f64, f64) {
        let (u, v) = (t * (t * (t - 1.5) + 1.5), t * t * (3.0 - 2.0 * t));
        (self.from.0 + (self.to.0 - self.from.0) * u, self.from.1 + (self.to.1 - self.from.1) * v)
    }

    /// How far a point is from it, in pixels; infinite before its begin and after its end.
    pub fn distance(&self, (x, y): (f64, f64)) -> f64 {
        if x < self.from.0 || x > self.to.0 {
            return f64::INFINITY;
        }
        // x grows with t, so halving finds the place; then one step sideways gives the slope.
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..24 {
            let t = (low + high) / 2.0;
            if self.at(t).0 < x { low = t } else { high = t }
        }
        let (a, b) = (self.at((low - 0.01f64).max(0.0)), self.at((low + 0.01f64).min(1.0)));
        let slope = (b.1 - a.1) / (b.0 - a.0).max(1e-9);
        (y - self.at(low).1).abs() / (1.0 + slope * slope).sqrt()
    }
}

/// How strong a weight looks, 0 to 1: always growing, never full, the same in every layer and at every time.
pub fn strength(weight: f32) -> f64 {
    1.0 - f64::from(-weight.abs()).exp()
}

/// The width class of a weight, from 0; none for NaN.
pub fn width_class(weight: f32) -> Option<usize> {
    (!weight.is_nan()).then(|| ((strength(weight) * WIDTHS as f64) as usize).min(WIDTHS - 1))
}

/// Line width in CSS pixels and opacity of a width class, for units of this side; thinner the more lines there are
/// between two columns, so that twelve by twelve do not become a wall.
pub fn look(class: usize, side: f64, lines: usize) -> (f64, f64) {
    let t = (class as f64 + 0.5) / WIDTHS as f64;
    let crowd = (30.0 / lines.max(1) as f64).powf(0.4).clamp(0.3, 1.0);
    (0.4 + (t * t * (side * 0.12).clamp(1.6, 7.0) + t * 0.8) * crowd, 0.14 + 0.66 * t * crowd.sqrt())
}

/// Lines between each pair of columns.
pub fn crowds(layout: &Layout) -> Vec<usize> {
    layout.columns.windows(2).map(|pair| pair[0].singles * pair[1].singles).collect()
}

/// Calls `each` with every line drawn.
pub fn for_each(layout: &Layout, mut each: impl FnMut(Link, Curve)) {
    for (layer, pair) in layout.columns.windows(2).enumerate() {
        let (before, after) = (&pair[0], &pair[1]);
        for (unit, to) in after.units[..after.singles].iter().enumerate() {
            for (input, from) in before.units[..before.singles].iter().enumerate() {
                each(Link { layer, unit, input }, Curve::between(from, to));
            }
        }
    }
}

/// The line nearest to a point, if one is within `reach` pixels.
pub fn nearest(layout: &Layout, point: (f64, f64), reach: f64) -> Option<Link> {
    let mut best = (reach, None);
    for_each(layout, |link, curve| {
        let distance = curve.distance(point);
        if distance < best.0 {
            best = (distance, Some(link));
        }
    });
    best.1
}

#[cfg(test)]
mod tests {
    use super::super::layout::layout;
    use super::*;

    #[test]
    fn a_point_on_the_curve_has_no_distance() {
        let curve = Curve { from: (10.0, 20.0), to: (110.0, 220.0) };
        for t in [0.0, 0.1, 0.37, 0.5, 0.9, 1.0] {
            let d = curve.distance(curve.at(t));
            assert!(d < 0.05, "at {t}: {d}");
        }
        assert!(curve.distance((60.0, 140.0)) > 4.0);
        assert_eq!(curve.distance((9.0, 20.0)), f64::INFINITY);
    }

    #[test]
    fn the_curve_is_the_one_canvas_draws() {
        // Bernstein form of the cubic with both control points half-way across.
        let curve = Curve { from: (0.0, 0.0), to: (100.0, 40.0) };
        for t in [0.2f64, 0.5, 0.7] {
            let s = 1.0 - t;
            let x = 3.0 * s * s * t * 50.0 + 3.0 * s * t * t * 50.0 + t * t * t * 100.0;
            let y = 3.0 * s * t * t * 40.0 + t * t * t * 40.0;
            let got = curve.at(t);
            assert!((got.0 - x).abs() < 1e-9 && (got.1 - y).abs() < 1e-9, "{got:?} for {x}, {y}");
        }
    }

    #[test]
    fn each_link_is_found_near_its_middle() {
        let l = layout(720.0, 500.0, &[2, 3, 1]);
        let mut found = vec![];
        for_each(&l, |link, curve| found.push((link, curve.at(0.03))));
        assert_eq!(found.len(), 2 * 3 + 3);
        assert_eq!(nearest(&l, (-50.0, 3.0), 6.0), None);
        let first = found.iter().filter(|(link, at)| nearest(&l, *at, 6.0) == Some(*link)).count();
        assert!(first >= 6, "only {first} of 9 found near their begin");
    }

    #[test]
    fn heavier_weights_are_wider() {
        let classes: Vec<_> =
            [0.0, 0.2, 0.5, 1.0, 2.0, 50.0].map(|w| width_class(w).expect("a class")).into();
        assert!(classes.is_sorted() && classes[0] == 0 && classes[5] == WIDTHS - 1, "{classes:?}");
        assert_eq!(width_class(-1.0), width_class(1.0));
        assert_eq!(width_class(f32::NAN), None);
        assert!(look(0, 38.0, 12).0 < look(WIDTHS - 1, 38.0, 12).0);
    }

    #[test]
    fn indices_follow_the_row_major_layout() {
        let layer = LayerSummary {
            inputs: 3,
            units: 2,
            activation: minibatch_session::Activation::Tanh,
            weight_offset: 10,
            bias_offset: 16,
        };
        assert_eq!(Link { layer: 0, unit: 1, input: 2 }.index(&layer), 15);
    }
}
