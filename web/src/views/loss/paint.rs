//! Draws the chart: axes by Plotters, the two lines in fractions of a pixel, their names at their ends.

use minibatch_session::{Best, CurvePoint};
use plotters::chart::ChartBuilder;
use plotters::drawing::IntoDrawingArea;
use plotters::style::{Color, FontFamily, IntoFont, RGBColor, ShapeStyle};
use plotters_canvas::CanvasBackend;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::axis::Axis;
use super::decimate::decimate;
use super::past::colour;
use crate::draw::canvas::{prepare_as, ratio, text_scale};
use crate::draw::colour::{Rgb, css};
use crate::draw::theme::{Theme, theme};
use crate::numbers::within;
use crate::state::PastRun;

/// Where the chart's plane lies, in CSS pixels, for the read-out under the pointer.
#[derive(Clone, PartialEq, Debug)]
pub struct Geometry {
    /// Left edge.
    pub left: f64,
    /// Top edge.
    pub top: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// Epochs.
    pub across: Axis,
    /// Losses.
    pub up: Axis,
}

/// Text height in CSS pixels where a rem has 16.
const TEXT: f64 = 10.0;
/// Room for the lines' names, likewise.
const NAMES: f64 = 38.0;

/// Both axes for these points and the best one, on a chart of this size.
fn axes(
    (curve, past, best): (&[CurvePoint], &[PastRun], Option<Best>),
    log: bool,
    (width, height): (f64, f64),
    scale: f64,
) -> (Axis, Axis) {
    let losses = || {
        curve
            .iter()
            .flat_map(|p| [Some(p.train_loss), p.test_loss])
            .chain(past.iter().flat_map(|r| &r.curve).map(compared))
            .chain(best.map(|best| Some(best.loss)))
            .flatten()
            .map(f64::from)
            .filter(|v| v.is_finite())
    };
    let (most_x, most_y) =
        ((width / scale / 60.0).clamp(2.0, 10.0) as usize, (height / scale / 24.0).clamp(2.0, 6.0) as usize);
    let ends = past.iter().filter_map(|r| r.curve.last()).chain(curve.last()).map(|p| p.epoch);
    let ends = ends.chain(best.map(|best| best.epoch));
    let end = Some(ends.fold(0.0, f64::max)).filter(|e| *e > 0.0).unwrap_or(1.0);
    // The unit stands where the last tick's number would.
    let across = Axis::linear(0.0, end, most_x).without_last();
    let high = losses().fold(0.0, f64::max);
    if log {
        let low = losses().filter(|v| *v > 0.0).fold(f64::INFINITY, f64::min);
        let (low, high) = if low.is_finite() { (low * 0.85, high * 1.15) } else { (0.01, 1.0) };
        (across, Axis::logarithmic(low, high, most_y))
    } else {
        let low = losses().fold(0.0, f64::min);
        (across, Axis::linear(low, if high > low { low + (high - low) * 1.05 } else { low + 1.0 }, most_y))
    }
}

/// Draws it all, this many CSS pixels wide and high; none while the canvas has no place.
pub fn draw(
    canvas: &HtmlCanvasElement,
    (width, height): (f64, f64),
    (curve, past, best): (&[CurvePoint], &[PastRun], Option<Best>),
    log: bool,
    names: [&str; 2],
) -> Option<Geometry> {
    let surface = prepare_as(canvas, width, height)?;
    let (theme, context) = (theme(), &surface.context);
    let (across, up) = axes((curve, past, best), log, (width, height), text_scale());
    let plane = grid(canvas, context, &theme, across, up)?;
    for (place, run) in past.iter().enumerate() {
        line(context, &plane, &run.curve, colour(&theme, place), 1.2, compared);
    }
    let last = curve.last();
    let lines = [
        (
            theme.train,
            1.5,
            names[0],
            last.map(|p| p.train_loss),
            (|p| Some(p.train_loss)) as fn(&CurvePoint) -> Option<f32>,
        ),
        (theme.test, 1.8, names[1], last.and_then(|p| p.test_loss), |p| p.test_loss),
    ];
    let mut ends = vec![];
    for (colour, width, name, end, value) in lines {
        line(context, &plane, curve, colour, width, value);
        if let Some(end) = end.filter(|v| v.is_finite()) {
            ends.push((plane.y(f64::from(end)), colour, name));
        }
    }
    if let (Some(best), Some(last)) = (best, last) {
        let colour = if last.test_loss.is_some() { theme.test } else { theme.train };
        mark(context, &plane, best, (colour, theme.panel));
    }
    write_names(context, &theme, &plane, ends);
    Some(plane)
}

impl Geometry {
    fn x(&self, epoch: f64) -> f64 {
        self.left + self.across.share(epoch) * self.width
    }

    fn y(&self, loss: f64) -> f64 {
        self.top + (1.0 - self.up.share(loss)) * self.height
    }
}

/// By which a run that was left is drawn: its test loss, or the training loss where nothing was held back.
fn compared(p: &CurvePoint) -> Option<f32> {
    p.test_loss.or(Some(p.train_loss))
}

/// Axes, grid lines and numbers. Plotters counts in the canvas's own pixels.
fn grid(
    canvas: &HtmlCanvasElement,
    context: &CanvasRenderingContext2d,
    theme: &Theme,
    across: Axis,
    up: Axis,
) -> Option<Geometry> {
    let (ratio, scale) = (ratio(), text_scale());
    context.save();
    context.set_transform(1.0, 0.0, 0.0, 1.0, 0.0, 0.0).ok()?;
    let pixels = |v: f64| (v * ratio).round() as u32;
    let room = |v: f64| pixels(v * scale);
    let root = CanvasBackend::with_canvas_object(canvas.clone())?.into_drawing_area();
    let mut chart = ChartBuilder::on(&root)
        .margin_top(room(6.0))
        .margin_right(room(NAMES))
        .x_label_area_size(room(18.0))
        .y_label_area_size(room(34.0))
        .build_cartesian_2d(across.clone(), up.clone())
        .ok()?;
    let rgb = |[r, g, b]: Rgb| RGBColor(r, g, b);
    let hair =
        ShapeStyle { color: rgb(theme.line).to_rgba(), filled: false, stroke_width: pixels(1.0).max(1) };
    let none = ShapeStyle { color: rgb(theme.line).mix(0.0), ..hair };
    let font = (FontFamily::Name(&theme.font), TEXT * scale * ratio).into_font().color(&rgb(theme.faint));
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(none)
        .bold_line_style(hair)
        .axis_style(hair)
        .label_style(font)
        .x_label_formatter(&|v| crate::numbers::tick(*v))
        .y_label_formatter(&|v| crate::numbers::tick(*v))
        .set_all_tick_mark_size(pixels(3.0))
        .draw()
        .ok()?;
    let (x, y) = chart.plotting_area().get_pixel_range();
    context.restore();
    let css = |v: i32| f64::from(v) / ratio;
    Some(Geometry {
        left: css(x.start),
        top: css(y.start),
        width: css(x.end - x.start),
        height: css(y.end - y.start),
        across,
        up,
    })
}

fn line(
    context: &CanvasRenderingContext2d,
    plane: &Geometry,
    curve: &[CurvePoint],
    colour: Rgb,
    width: f64,
    value: fn(&CurvePoint) -> Option<f32>,
) {
    let bucket = (plane.across.at(1.0) - plane.across.at(0.0)) / plane.width.max(1.0) * 2.0;
    let points = decimate(curve.iter().filter_map(|p| Some((p.epoch, f64::from(value(p)?)))), bucket);
    context.begin_path();
    if let [(epoch, loss)] = points[..] {
        // A line of one point is none.
        let _ = context.arc(plane.x(epoch), plane.y(loss), width, 0.0, std::f64::consts::TAU);
    }
    for (epoch, loss) in points {
        context
            .line_to(plane.x(epoch), within(plane.y(loss), plane.top - 1.0, plane.top + plane.height + 1.0));
    }
    context.set_line_join("round");
    context.set_stroke_style_str(&css(colour, 1.0));
    context.set_line_width(width);
    context.stroke();
}

/// A ring around the best point. It may lie beyond the curve's last point, which is not of every step.
fn mark(context: &CanvasRenderingContext2d, plane: &Geometry, best: Best, (colour, inside): (Rgb, Rgb)) {
    let x = within(plane.x(best.epoch), plane.left, plane.left + plane.width);
    let y = within(plane.y(f64::from(best.loss)), plane.top, plane.top + plane.height);
    context.begin_path();
    // A mark is never worth stopping for.
    let _ = context.arc(x, y, 3.2, 0.0, std::f64::consts::TAU);
    context.set_fill_style_str(&css(inside, 1.0));
    context.fill();
    context.set_stroke_style_str(&css(colour, 1.0));
    context.set_line_width(1.6);
    context.stroke();
}

/// The lines' names at their ends, apart from each other.
fn write_names(
    context: &CanvasRenderingContext2d,
    theme: &Theme,
    plane: &Geometry,
    ends: Vec<(f64, Rgb, &str)>,
) {
    let text = TEXT * text_scale();
    let places =
        apart(&ends.iter().map(|e| e.0).collect::<Vec<_>>(), text + 2.0, plane.top, plane.top + plane.height);
    context.set_font(&format!("600 {text:.1}px {}", theme.font));
    context.set_text_align("left");
    context.set_text_baseline("middle");
    for ((_, colour, name), y) in ends.into_iter().zip(places) {
        context.set_fill_style_str(&css(colour, 1.0));
        // Text is never worth stopping for.
        let _ = context.fill_text(name, plane.left + plane.width + 5.0, y);
    }
}

/// At most two heights moved so that they are `gap` apart and within the chart.
fn apart(heights: &[f64], gap: f64, top: f64, bottom: f64) -> Vec<f64> {
    let inside = |y: f64| y.clamp(top, bottom.max(top));
    match *heights {
        [a, b] if (a - b).abs() < gap => {
            let middle =
                inside((a + b) / 2.0).clamp(top + gap / 2.0, (bottom - gap / 2.0).max(top + gap / 2.0));
            let half = if a <= b { gap / 2.0 } else { -gap / 2.0 };
            vec![middle - half, middle + half]
        }
        _ => heights.iter().copied().map(inside).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(epoch: f64, loss: f32) -> CurvePoint {
        CurvePoint {
            step: epoch as u32,
            epoch,
            train_loss: loss,
            test_loss: Some(loss * 2.0),
            ..CurvePoint::default()
        }
    }

    #[test]
    fn axes_hold_every_finite_point() {
        let curve = [point(0.0, 3.0), point(1.0, 0.5), point(2.0, f32::NAN)];
        let best = Some(Best { step: 3, epoch: 2.5, loss: 0.01 });
        for log in [false, true] {
            let (across, up) = axes((&curve, &[], best), log, (300.0, 100.0), 1.0);
            for p in &curve[..2] {
                for loss in [Some(p.train_loss), p.test_loss].into_iter().flatten() {
                    let share = up.share(f64::from(loss));
                    assert!((0.0..=1.0).contains(&share), "{loss} at {share}, log {log}");
                }
            }
            assert_eq!(across.share(2.5), 1.0, "the best may lie beyond the last point");
            assert!((0.0..=1.0).contains(&up.share(0.01)), "log {log}");
        }
    }

    #[test]
    fn an_empty_curve_still_has_axes() {
        for log in [false, true] {
            let (_, up) = axes((&[], &[], None), log, (300.0, 100.0), 1.0);
            assert!(up.at(1.0) > up.at(0.0));
        }
    }

    #[test]
    fn names_never_cover_each_other() {
        for (a, b) in [(50.0, 50.0), (10.0, 12.0), (99.0, 98.0), (20.0, 80.0)] {
            let placed = apart(&[a, b], 12.0, 6.0, 100.0);
            assert!((placed[0] - placed[1]).abs() >= 12.0 - 1e-9, "{a} {b}: {placed:?}");
            assert!(placed.iter().all(|y| (6.0..=100.0).contains(y)), "{a} {b}: {placed:?}");
        }
    }
}
