//! Data points on a canvas, and the small pictures of data sets and features.

use minibatch_session::data::{DOMAIN, Feature, Point};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::canvas::prepare;
use super::colour::{Rgb, css};
use super::heatmap::{Map, Patch, paint};
use super::raster::Raster;
use super::theme::{Theme, theme};

/// Cells along each side of a feature's picture.
pub const FEATURE_CELLS: usize = 24;

/// A square on a canvas that shows the plane from -[`DOMAIN`] to [`DOMAIN`] both ways.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Plane {
    /// Its left edge in CSS pixels.
    pub left: f64,
    /// Its top edge.
    pub top: f64,
    /// Its width and height.
    pub side: f64,
}

impl Plane {
    /// Where a point of the plane lies on the canvas.
    pub fn place(&self, x: f64, y: f64) -> (f64, f64) {
        let reach = f64::from(DOMAIN);
        (self.left + (x / reach + 1.0) / 2.0 * self.side, self.top + (1.0 - y / reach) / 2.0 * self.side)
    }

    /// Which point of the plane lies here on the canvas; none outside the square.
    pub fn point(&self, across: f64, down: f64) -> Option<(f64, f64)> {
        let (u, v) = ((across - self.left) / self.side, (down - self.top) / self.side);
        let inside = (0.0..=1.0).contains(&u) && (0.0..=1.0).contains(&v);
        let reach = f64::from(DOMAIN);
        inside.then_some(((2.0 * u - 1.0) * reach, (1.0 - 2.0 * v) * reach))
    }
}

/// How points are drawn.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Dot {
    /// Radius in CSS pixels.
    pub radius: f64,
    /// Width of the line around it; 0 for none.
    pub outline: f64,
    /// Filled with the outline's colour, the outline with the point's: how test points differ from training points.
    pub hollow: bool,
}

/// Draws points, those of one colour together: one path a colour is many times faster than one a point.
pub fn draw_points(
    context: &CanvasRenderingContext2d,
    plane: Plane,
    points: &[Point],
    dot: Dot,
    ring: Rgb,
    colour: impl Fn(f32) -> Rgb,
) {
    let mut groups: Vec<(Rgb, Vec<(f64, f64)>)> = vec![];
    for p in points.iter().filter(|p| p.x.abs() <= DOMAIN && p.y.abs() <= DOMAIN) {
        let (key, at) = (colour(p.label), plane.place(p.x.into(), p.y.into()));
        match groups.iter_mut().find(|(c, _)| *c == key) {
            Some((_, places)) => places.push(at),
            None => groups.push((key, vec![at])),
        }
    }
    for (colour, places) in groups {
        let (inside, outside) = if dot.hollow { (ring, colour) } else { (colour, ring) };
        context.begin_path();
        for (x, y) in places {
            context.move_to(x + dot.radius, y);
            // It fails only for a negative radius.
            let _ = context.arc(x, y, dot.radius, 0.0, std::f64::consts::TAU);
        }
        context.set_fill_style_str(&css(inside, 1.0));
        if dot.outline > 0.0 {
            context.set_stroke_style_str(&css(outside, 1.0));
            context.set_line_width(dot.outline);
            context.stroke();
        }
        context.fill();
    }
}

/// The largest target, at least 1: where the scale ends in regression.
pub fn reach(points: &[Point], classes: Option<u32>) -> f32 {
    match classes {
        Some(_) => 1.0,
        None => points.iter().map(|p| p.label.abs()).filter(|v| v.is_finite()).fold(1.0, f32::max),
    }
}

/// Draws a data set small. `classes` is none in regression.
pub fn draw_points_thumbnail(canvas: &HtmlCanvasElement, points: &[Point], classes: Option<u32>) {
    let Some(surface) = prepare(canvas) else { return };
    let (side, theme) = (surface.width.min(surface.height), theme());
    let margin = side * 0.04;
    let plane = Plane {
        left: (surface.width - side) / 2.0 + margin,
        top: (surface.height - side) / 2.0 + margin,
        side: side - 2.0 * margin,
    };
    let dot = Dot { radius: (side / 40.0).max(1.0), outline: 0.0, hollow: false };
    let limit = reach(points, classes);
    draw_points(&surface.context, plane, points, dot, theme.panel, |label| {
        theme.label(label, classes, limit)
    });
}

/// Where the scale ends for a feature, so that its picture uses the whole of it.
pub fn feature_reach(feature: Feature) -> f32 {
    match feature {
        Feature::X | Feature::Y => 5.0,
        Feature::XSquared | Feature::YSquared | Feature::XTimesY => 18.0,
        Feature::SinX | Feature::SinY | Feature::CosX | Feature::CosY => 1.0,
    }
}

/// A feature over the plane, scaled by [`feature_reach`]: (side, side), row 0 at the top.
pub fn feature_values(feature: Feature, side: usize) -> Vec<f32> {
    let limit = feature_reach(feature);
    minibatch_session::data::grid(side as u32, &[feature]).into_iter().map(|v| v / limit).collect()
}

/// Draws a feature over the plane, filling the canvas.
pub fn draw_feature(canvas: &HtmlCanvasElement, feature: Feature) {
    let (Some(mut raster), theme) = (Raster::new(), theme()) else { return };
    raster.resize(FEATURE_CELLS, FEATURE_CELLS);
    paint_feature(&mut raster, feature, &theme);
    raster.show();
    let Some(surface) = prepare(canvas) else { return };
    // It fails only for a picture without pixels.
    let _ = surface.context.draw_image_with_html_canvas_element_and_dw_and_dh(
        raster.canvas(),
        0.0,
        0.0,
        surface.width,
        surface.height,
    );
}

fn paint_feature(raster: &mut Raster, feature: Feature, theme: &Theme) {
    let values = feature_values(feature, FEATURE_CELLS);
    let map = Map { values: &values, side: FEATURE_CELLS, channels: 1, channel: 0 };
    let stride = raster.width();
    let patch = Patch { pixels: raster.pixels(), stride, left: 0, top: 0, side: FEATURE_CELLS };
    paint(patch, map, |v| theme.scale.at(v), &[]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn place_and_point_undo_each_other() {
        let plane = Plane { left: 20.0, top: 5.0, side: 300.0 };
        assert_eq!(plane.place(-6.0, 6.0), (20.0, 5.0));
        let (across, down) = plane.place(1.5, -4.0);
        let (x, y) = plane.point(across, down).expect("inside");
        assert!((x - 1.5).abs() < 1e-9 && (y + 4.0).abs() < 1e-9, "{x} {y}");
        assert_eq!(plane.point(19.0, 50.0), None);
    }

    #[test]
    fn the_scale_reaches_the_largest_target() {
        let points = [Point { x: 0.0, y: 0.0, label: -7.5 }, Point { x: 0.0, y: 0.0, label: f32::NAN }];
        assert_eq!(reach(&points, None), 7.5);
        assert_eq!(reach(&points, Some(2)), 1.0);
        assert_eq!(reach(&[], None), 1.0);
    }

    #[test]
    fn features_fill_the_scale_and_keep_zero_in_the_middle() {
        for feature in Feature::ALL {
            let values = feature_values(feature, 24);
            let most = values.iter().fold(0.0f32, |m, v| m.max(v.abs()));
            assert!(most >= 0.99, "{}: {most}", feature.id());
        }
        assert!(feature_values(Feature::X, 2)[0] < 0.0 && feature_values(Feature::Y, 2)[0] > 0.0);
    }
}
