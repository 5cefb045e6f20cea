//! Draws a row: heatmaps pixel by pixel, tokens and lines sharp.

use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::lanes::Style;
use super::values::Values;
use crate::draw::canvas::{prepare, text_scale};
use crate::draw::colour::{Rgb, css, mix};
use crate::draw::raster::Raster;
use crate::draw::theme::Theme;

/// What has no number.
const NOTHING: Rgb = [0x99; 3];

/// One pixel for each step and unit; the canvas is stretched to the row. `reach` is where the scale ends.
pub fn heat(raster: &mut Raster, values: &Values, reach: f32, theme: &Theme) {
    let (steps, units) = (values.all.len() / values.units.max(1), values.units);
    raster.resize(steps, units);
    for (at, pixel) in raster.pixels().chunks_exact_mut(4).enumerate() {
        let value = values.all[at % steps * units + at / steps];
        let [r, g, b] = theme.scale.at(value / reach).unwrap_or(NOTHING);
        pixel.copy_from_slice(&[r, g, b, 255]);
    }
    raster.show();
}

/// What a row of tokens shows.
pub struct Tokens<'a> {
    /// The token of each step.
    pub tokens: &'a [f32],
    /// What tokens are called; what has no name has no cell.
    pub names: &'a [String],
    /// What each should have been; none where that is not asked.
    pub truth: Option<&'a [f32]>,
    /// How much each is looked at, 0 to 1; empty for not at all.
    pub looked: &'a [f32],
}

/// A cell for each step: its name where there is room, else its own colour. A wrong one is orange, bold and struck.
pub fn tokens(canvas: &HtmlCanvasElement, row: &Tokens, theme: &Theme) {
    let Some(surface) = prepare(canvas) else { return };
    let (context, height) = (&surface.context, surface.height);
    let cell = surface.width / row.tokens.len().max(1) as f64;
    let gap = if cell > 7.0 { 2.0 } else { 0.0 };
    let longest = row.names.iter().map(|n| n.chars().count()).max().unwrap_or(1).max(1) as f64;
    // Letters of a fixed width are six tenths as wide as they are high.
    let size = ((cell - gap) / (0.62 * longest)).min(13.0 * text_scale()).min(height * 0.7);
    let named = size >= 6.5;
    context.set_text_align("center");
    context.set_text_baseline("middle");
    for (i, &token) in row.tokens.iter().enumerate() {
        let (x, index) = (i as f64 * cell, token as usize);
        let Some(name) = row.names.get(index).filter(|_| token >= 0.0) else {
            fill(context, theme.sunk, (x + gap / 2.0, height / 2.0 - 1.0, (cell - gap).max(0.5), 2.0));
            continue;
        };
        let truth = row.truth.and_then(|t| t.get(i)).filter(|t| (**t as usize) < row.names.len());
        let right = truth.map(|t| *t as usize == index);
        let back = match (right, row.looked.get(i)) {
            (Some(true), _) => mix(theme.zero, theme.positive, 0.3),
            (Some(false), _) => mix(theme.zero, theme.negative, 0.45),
            (None, Some(&weight)) => mix(theme.zero, theme.positive, 0.9 * weight.max(0.0).sqrt()),
            (None, None) if named => theme.sunk,
            (None, None) => mix(theme.zero, theme.classes[index % theme.classes.len()], 0.75),
        };
        fill(context, back, (x + gap / 2.0, 1.0, (cell - gap).max(0.5), height - 2.0));
        // What was not asked for is answered all the same, and counts for nothing.
        let idle = row.truth.is_some() && right.is_none();
        if named {
            let ink = if idle { theme.faint } else { ink_on(back, theme) };
            let weight = if right == Some(false) { "700" } else { "500" };
            context.set_font(&format!("{weight} {size:.1}px ui-monospace, Menlo, Consolas, monospace"));
            context.set_fill_style_str(&css(ink, 1.0));
            // It fails only where there is no text to draw.
            let _ = context.fill_text(name, x + cell / 2.0, height / 2.0 + 0.5);
        }
        if right == Some(false) {
            context.begin_path();
            context.move_to(x + gap / 2.0 + 1.0, height - 2.0);
            context.line_to(x + cell - gap / 2.0 - 1.0, 2.0);
            context.set_stroke_style_str(&css(theme.negative, 0.9));
            context.set_line_width(1.2);
            context.stroke();
        }
    }
}

fn fill(context: &CanvasRenderingContext2d, colour: Rgb, (x, y, w, h): (f64, f64, f64, f64)) {
    context.set_fill_style_str(&css(colour, 1.0));
    context.fill_rect(x, y, w, h);
}

/// A line through the middle of each step; the truth behind it, broken, where there is one.
pub fn line(canvas: &HtmlCanvasElement, values: &[f32], truth: &[f32], theme: &Theme) {
    let Some(surface) = prepare(canvas) else { return };
    let all = || values.iter().chain(truth).copied().filter(|v| v.is_finite());
    let (low, high) = (all().fold(0.0f32, f32::min), all().fold(0.0f32, f32::max));
    let span = f64::from((high - low).max(1e-6));
    let cell = surface.width / values.len().max(1) as f64;
    let place = |i: usize, v: f32| {
        let up = (f64::from(v) - f64::from(low)) / span;
        ((i as f64 + 0.5) * cell, surface.height - 4.0 - up * (surface.height - 8.0))
    };
    let context = &surface.context;
    stroke(context, &[(0.0, place(0, 0.0).1), (surface.width, place(0, 0.0).1)], (theme.line, 1.0));
    let points = |of: &[f32]| -> Vec<(f64, f64)> {
        of.iter().enumerate().filter(|(_, v)| v.is_finite()).map(|(i, &v)| place(i, v)).collect()
    };
    stroke(context, &points(truth), (theme.faint, 3.0));
    stroke(context, &points(values), (theme.positive, 1.6));
}

fn stroke(context: &CanvasRenderingContext2d, points: &[(f64, f64)], (colour, width): (Rgb, f64)) {
    let Some((first, rest)) = points.split_first() else { return };
    context.begin_path();
    context.move_to(first.0, first.1);
    rest.iter().for_each(|p| context.line_to(p.0, p.1));
    context.set_stroke_style_str(&css(colour, 1.0));
    context.set_line_width(width);
    context.set_line_join("round");
    context.stroke();
}

/// Of the page's text and its background, the one that reads better on this colour.
pub fn ink_on(back: Rgb, theme: &Theme) -> Rgb {
    let light = |[r, g, b]: Rgb| 0.299 * f32::from(r) + 0.587 * f32::from(g) + 0.114 * f32::from(b);
    let apart = |ink: Rgb| (light(ink) - light(back)).abs();
    if apart(theme.panel) > apart(theme.ink) { theme.panel } else { theme.ink }
}

/// Whether a style is drawn pixel by pixel.
pub fn pixels(style: Style) -> bool {
    matches!(style, Style::Signed | Style::Share)
}
