//! Lines and dots within axes, for small charts.

use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::draw::canvas::{prepare, text_scale};
use crate::draw::colour::{Rgb, css};
use crate::draw::theme::Theme;
use crate::numbers::tick;

/// A chart's inside and what its edges stand for.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Plane {
    /// Left, top, width and height in CSS pixels.
    pub place: [f64; 4],
    /// The values at the left and the right edge.
    pub across: [f64; 2],
    /// The values at the lower and the upper edge.
    pub up: [f64; 2],
    /// The values' logarithms are spread evenly.
    pub log: bool,
}

impl Plane {
    /// Where a point lies on the canvas.
    pub fn at(&self, x: f64, y: f64) -> (f64, f64) {
        let [left, top, width, height] = self.place;
        let scaled = |v: f64| if self.log { libm::log10(v.max(1e-300)) } else { v };
        let share = |v: f64, [low, high]: [f64; 2]| (v - low) / (high - low).max(1e-300);
        let up = share(scaled(y), self.up.map(scaled)).clamp(-0.05, 1.05);
        (left + share(x, self.across) * width, top + (1.0 - up) * height)
    }
}

/// How a line is drawn.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Pen {
    /// Its colour.
    pub colour: Rgb,
    /// Its width in CSS pixels.
    pub width: f64,
    /// In dashes.
    pub dashed: bool,
}

/// Numbers' least and largest with a little air; from -1 to 1 where there are none.
pub fn range(values: impl Iterator<Item = f32>) -> [f64; 2] {
    let none = [f64::INFINITY, f64::NEG_INFINITY];
    let [low, high] = values
        .filter(|v| v.is_finite())
        .map(f64::from)
        .fold(none, |[low, high], v| [low.min(v), high.max(v)]);
    if low > high {
        return [-1.0, 1.0];
    }
    let air = ((high - low) * 0.06).max(1e-6);
    [low - air, high + air]
}

/// The powers of ten that enclose what is above 0, four at least apart; for an axis of logarithms.
pub fn decades(values: impl Iterator<Item = f32>) -> [f64; 2] {
    let [low, high] = values
        .filter(|v| v.is_finite() && *v > 0.0)
        .map(f64::from)
        .fold([f64::INFINITY, 0.0], |[low, high], v| [low.min(v), high.max(v)]);
    if low > high {
        return [1e-4, 1.0];
    }
    // A power of ten in f32 is not quite one.
    let top = libm::ceil(libm::log10(high) - 1e-6);
    // What is far below all else has vanished; where exactly does not matter.
    let bottom = libm::floor(libm::log10(low) + 1e-6).clamp(top - 12.0, top - 4.0);
    [libm::pow(10.0, bottom), libm::pow(10.0, top)]
}

/// Prepares the canvas and draws the axes: a grid line and a number at each of `rows`.
pub fn begin(
    canvas: &HtmlCanvasElement,
    (across, up, log): ([f64; 2], [f64; 2], bool),
    rows: &[(f64, String)],
    theme: &Theme,
) -> Option<(CanvasRenderingContext2d, Plane)> {
    let surface = prepare(canvas)?;
    let (context, scale) = (surface.context, text_scale());
    let size = 10.0 * scale;
    let left = 34.0 * scale;
    let place = [left, 5.0, (surface.width - left - 6.0).max(10.0), (surface.height - 9.0).max(10.0)];
    let plane = Plane { place, across, up, log };
    context.set_font(&format!("{size:.0}px {}", theme.font));
    context.set_text_align("right");
    context.set_text_baseline("middle");
    for (row, text) in rows {
        let (_, y) = plane.at(across[0], *row);
        context.set_fill_style_str(&css(theme.faint, 1.0));
        // It fails only where there is no text to draw.
        let _ = context.fill_text(text, left - 5.0, y);
        line(
            &context,
            &[(left, y), (left + place[2], y)],
            Pen { colour: theme.line, width: 1.0, dashed: false },
        );
    }
    Some((context, plane))
}

/// A line through these points.
pub fn line(context: &CanvasRenderingContext2d, points: &[(f64, f64)], pen: Pen) {
    let Some((first, rest)) = points.split_first() else { return };
    let dashes = js_sys::Array::new();
    if pen.dashed {
        dashes.push(&4.0.into());
        dashes.push(&3.0.into());
    }
    // It fails only for numbers that are none.
    let _ = context.set_line_dash(&dashes);
    context.begin_path();
    context.move_to(first.0, first.1);
    rest.iter().for_each(|p| context.line_to(p.0, p.1));
    context.set_stroke_style_str(&css(pen.colour, 1.0));
    context.set_line_width(pen.width);
    context.set_line_join("round");
    context.stroke();
    let _ = context.set_line_dash(&js_sys::Array::new());
}

/// A dot.
pub fn dot(context: &CanvasRenderingContext2d, (x, y): (f64, f64), radius: f64, colour: Rgb, opacity: f64) {
    context.begin_path();
    // It fails only for a negative radius.
    let _ = context.arc(x, y, radius, 0.0, std::f64::consts::TAU);
    context.set_fill_style_str(&css(colour, opacity));
    context.fill();
}

/// A few round numbers within a range, as they are written.
pub fn rows([low, high]: [f64; 2]) -> Vec<(f64, String)> {
    let rough = (high - low) / 4.0;
    let power = libm::pow(10.0, libm::floor(libm::log10(rough.max(1e-12))));
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().find(|m| m * power >= rough).unwrap_or(10.0) * power;
    let first = libm::ceil(low / step);
    let all = (0..6).map(|i| (first + f64::from(i)) * step).take_while(|v| *v <= high);
    all.map(|v| (v, tick((v / step).round() * step))).collect()
}

/// Three or four powers of ten within a range of them, as they are written.
pub fn powers([low, high]: [f64; 2]) -> Vec<(f64, String)> {
    let (bottom, top) = (libm::log10(low).round() as i32, libm::log10(high).round() as i32);
    let every = ((top - bottom) as f64 / 3.0).ceil().max(1.0) as usize;
    let written = |n: i32| match n {
        0 => "1".to_owned(),
        n if n < 0 => format!("1e−{}", -n),
        n => format!("1e{n}"),
    };
    (bottom..=top).rev().step_by(every).map(|n| (libm::pow(10.0, f64::from(n)), written(n))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_lie_where_their_values_are() {
        let plane = Plane { place: [10.0, 0.0, 100.0, 50.0], across: [0.0, 4.0], up: [0.01, 1.0], log: true };
        assert_eq!(plane.at(2.0, 0.1), (60.0, 25.0));
        let flat = Plane { log: false, up: [-1.0, 1.0], ..plane };
        assert_eq!(flat.at(0.0, 0.0), (10.0, 25.0));
    }

    #[test]
    fn decades_hold_what_there_is_and_are_never_too_few() {
        let of = |v: &[f32]| decades(v.iter().copied()).map(|v| libm::round(libm::log10(v)));
        assert_eq!(of(&[0.5, 0.4]), [-4.0, 0.0]);
        assert_eq!(of(&[1e-9, 2.0]), [-9.0, 1.0]);
        assert_eq!(of(&[1e-30, 2.0]), [-11.0, 1.0], "below that it has vanished");
        assert_eq!(of(&[0.0, f32::NAN]), [-4.0, 0.0]);
    }

    #[test]
    fn rows_are_round_and_within() {
        let texts = |rows: Vec<(f64, String)>| rows.into_iter().map(|r| r.1).collect::<Vec<_>>();
        assert_eq!(texts(rows([-1.06, 1.06])), ["−1", "0", "1"]);
        assert_eq!(texts(rows([-0.9, 0.9])), ["−0.5", "0", "0.5"]);
        assert!(rows([0.2, 1.9]).iter().all(|v| (0.2..=1.9).contains(&v.0)));
        assert_eq!(texts(powers([1e-6, 1e-2])), ["1e−2", "1e−4", "1e−6"]);
        assert_eq!(texts(powers([1e-1, 1e1])), ["1e1", "1", "1e−1"]);
        assert_eq!(range([f32::NAN].into_iter()), [-1.0, 1.0]);
    }
}
