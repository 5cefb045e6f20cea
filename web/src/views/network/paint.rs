//! Draws the network: links behind, a map in every unit, biases at their corners.

use std::collections::HashMap;

use minibatch_session::Summary;
use minibatch_session::data::Feature;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::layout::{Column, Layout, Mosaic, Rect};
use super::links::{Link, WIDTHS, crowds, for_each, look, width_class};
use crate::draw::canvas::{prepare_as, text_scale};
use crate::draw::colour::{Rgb, css, mix};
use crate::draw::heatmap::{Map, Patch, paint, rounded};
use crate::draw::points::{FEATURE_CELLS, feature_values};
use crate::draw::raster::Raster;
use crate::draw::theme::{Theme, theme};
use crate::numbers::within;
use crate::state::{Frame, Unit};
use crate::views::meaning::{Meaning, layer_reach, sided};

/// Pixels of a unit's map within a mosaic, the last of which stays clear.
const TESSERA: usize = 9;
/// Maps in a row of the sheet that all single units' maps are stamped from.
const SHEET: usize = 16;

/// What the drawing needs to know.
pub struct Scene<'a> {
    /// Where everything stands.
    pub layout: &'a Layout,
    /// Shapes and offsets.
    pub summary: &'a Summary,
    /// What the inputs are.
    pub features: &'a [Feature],
    /// The newest pictures.
    pub frame: &'a Frame,
    /// Where a regression's scale ends.
    pub limit: f32,
    /// Draw sides of zero, not shades, at the output.
    pub discretise: bool,
    /// The unit pointed at.
    pub unit: Option<Unit>,
    /// The link pointed at.
    pub link: Option<Link>,
}

/// Draws scenes; keeps its buffers from one to the next.
pub struct Painter {
    sheet: Raster,
    mosaic: Raster,
    mask: (usize, Vec<u8>),
    features: HashMap<Feature, Vec<f32>>,
}

impl Painter {
    /// None where there is no canvas.
    pub fn new() -> Option<Self> {
        Some(Self {
            sheet: Raster::new()?,
            mosaic: Raster::new()?,
            mask: (0, vec![]),
            features: HashMap::new(),
        })
    }

    /// Draws all of it.
    pub fn draw(&mut self, canvas: &HtmlCanvasElement, scene: &Scene) {
        let (width, height) = (scene.layout.width, scene.layout.height);
        let Some(surface) = prepare_as(canvas, width, height) else { return };
        let (context, theme) = (&surface.context, theme());
        draw_links(context, scene, &theme);
        for &feature in scene.features {
            self.features.entry(feature).or_insert_with(|| feature_values(feature, FEATURE_CELLS));
        }
        self.fill_sheet(scene, &theme);
        let mut cell = 0;
        for (i, column) in scene.layout.columns.iter().enumerate() {
            for unit in &column.units[..column.singles] {
                self.stamp(context, cell, unit);
                cell += 1;
            }
            if column.mosaic.is_some() {
                self.draw_mosaic(context, scene, &theme, i);
            }
            frames(context, scene, &theme, i);
        }
        draw_biases(context, scene, &theme);
        draw_labels(context, scene, &theme);
    }

    /// One map for each single unit, all on one sheet, so that the browser takes one picture a frame.
    fn fill_sheet(&mut self, scene: &Scene, theme: &Theme) {
        let side = cells(scene);
        let units: usize = scene.layout.columns.iter().map(|c| c.singles).sum();
        if self.mask.0 != side {
            self.mask = (side, rounded(side, side as f32 * 0.16));
        }
        self.sheet.resize(SHEET * side, units.div_ceil(SHEET).max(1) * side);
        let (stride, mut cell) = (self.sheet.width(), 0);
        for (i, column) in scene.layout.columns.iter().enumerate() {
            let colour = colours(scene, theme, i);
            for unit in 0..column.singles {
                let (left, top) = (cell % SHEET * side, cell / SHEET * side);
                let patch = Patch { pixels: self.sheet.pixels(), stride, left, top, side };
                match source(scene, &self.features, i, unit) {
                    Some(map) => paint(patch, map, &colour, &self.mask.1),
                    None => paint(patch, EMPTY, |_| Some(theme.sunk), &self.mask.1),
                }
                cell += 1;
            }
        }
        self.sheet.show();
    }

    fn stamp(&self, context: &CanvasRenderingContext2d, cell: usize, at: &Rect) {
        let side = self.mask.0 as f64;
        let (left, top) = ((cell % SHEET) as f64 * side, (cell / SHEET) as f64 * side);
        // It fails only for a picture without pixels, and then there is nothing to show.
        let _ = context.draw_image_with_html_canvas_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
            self.sheet.canvas(),
            left,
            top,
            side,
            side,
            at.x,
            at.y,
            at.side,
            at.side,
        );
    }

    fn draw_mosaic(&mut self, context: &CanvasRenderingContext2d, scene: &Scene, theme: &Theme, i: usize) {
        let column = &scene.layout.columns[i];
        let Some(place @ Mosaic { cell, across, down }) = column.mosaic else { return };
        let stride = across * TESSERA;
        self.mosaic.resize(stride, down * TESSERA);
        self.mosaic.pixels().fill(0);
        let colour = colours(scene, theme, i);
        for (k, unit) in (column.singles..column.units.len()).enumerate() {
            let Some(map) = source(scene, &self.features, i, unit) else { continue };
            let (left, top) = (k % across * TESSERA, k / across * TESSERA);
            let patch = Patch { pixels: self.mosaic.pixels(), stride, left, top, side: TESSERA - 1 };
            paint(patch, map, &colour, &[]);
        }
        self.mosaic.show();
        let (width, height) = place.size();
        // As above.
        let _ = context.draw_image_with_html_canvas_element_and_dw_and_dh(
            self.mosaic.canvas(),
            cell.x,
            cell.y,
            width,
            height,
        );
    }
}

/// A map of nothing.
const EMPTY: Map = Map { values: &[], side: 1, channels: 1, channel: 0 };

/// Cells along each side of the maps on the sheet.
fn cells(scene: &Scene) -> usize {
    (scene.frame.look.units as usize).max(FEATURE_CELLS)
}

/// A unit's map, when the frame has one that fits.
fn source<'a>(
    scene: &'a Scene,
    features: &'a HashMap<Feature, Vec<f32>>,
    column: usize,
    unit: usize,
) -> Option<Map<'a>> {
    if column > 0 {
        return unit_map(scene.frame, scene.summary, column - 1, unit);
    }
    let values = features.get(scene.features.get(unit)?)?;
    Some(Map { values, side: FEATURE_CELLS, channels: 1, channel: 0 })
}

/// The map of a layer's unit, when the frame belongs to this network.
pub fn unit_map<'a>(frame: &'a Frame, summary: &Summary, layer: usize, unit: usize) -> Option<Map<'a>> {
    let (side, channels) = (frame.look.units as usize, summary.layers.get(layer)?.units);
    let values = frame.layers.get(layer).filter(|_| frame.layers.len() == summary.layers.len())?;
    let fits = side > 0 && values.len() == side * side * channels && unit < channels;
    fits.then_some(Map { values, side, channels, channel: unit })
}

/// How a column's values become colours.
fn colours<'a>(scene: &'a Scene, theme: &'a Theme, column: usize) -> impl Fn(f32) -> Option<Rgb> + 'a {
    let layers = &scene.summary.layers;
    let output = column == layers.len();
    let meaning = Meaning::of(scene.summary);
    let reach = match column.checked_sub(1) {
        Some(layer) if !output => layers
            .get(layer)
            .zip(scene.frame.layers.get(layer))
            .map_or(1.0, |(l, v)| layer_reach(l.activation, v)),
        _ => 1.0,
    };
    move |value| {
        if output {
            let place = sided(meaning.place(value, scene.limit), scene.discretise);
            theme.scale.at(place)
        } else {
            theme.scale.at(value / reach)
        }
    }
}

fn draw_links(context: &CanvasRenderingContext2d, scene: &Scene, theme: &Theme) {
    let parameters = &scene.frame.parameters;
    if parameters.len() != scene.summary.parameters {
        return;
    }
    let crowds = crowds(scene.layout);
    let mut groups: Vec<[[Vec<Curved>; WIDTHS]; 2]> = crowds.iter().map(|_| Default::default()).collect();
    let mut pointed = None;
    for_each(scene.layout, |link, curve| {
        let Some(layer) = scene.summary.layers.get(link.layer) else { return };
        let Some(&weight) = parameters.get(link.index(layer)) else { return };
        let Some(class) = width_class(weight) else { return };
        let line = (curve.from, curve.to);
        groups[link.layer][usize::from(weight > 0.0)][class].push(line);
        if scene.link == Some(link) {
            pointed = Some((line, class, weight > 0.0));
        }
    });
    let faded = if scene.link.is_some() { 0.45 } else { 1.0 };
    let sides = [theme.negative, theme.positive];
    context.set_line_cap("round");
    for (group, &crowd) in groups.iter().zip(&crowds) {
        // The widest last, whatever their sign.
        for class in 0..WIDTHS {
            let (width, opacity) = look(class, scene.layout.side, crowd);
            for (lines, colour) in group.iter().map(|g| &g[class]).zip(sides).filter(|(l, _)| !l.is_empty()) {
                stroke(context, lines, width, &css(colour, opacity * faded));
            }
        }
    }
    if let Some((line, class, positive)) = pointed {
        let (width, _) = look(class, scene.layout.side, 1);
        stroke(context, &[line], width + 4.0, &css(theme.ink, 0.14));
        stroke(context, &[line], width.max(1.5), &css(sides[usize::from(positive)], 1.0));
    }
}

type Curved = ((f64, f64), (f64, f64));

fn stroke(context: &CanvasRenderingContext2d, lines: &[Curved], width: f64, colour: &str) {
    context.begin_path();
    for &((x1, y1), (x2, y2)) in lines {
        let middle = (x1 + x2) / 2.0;
        context.move_to(x1, y1);
        context.bezier_curve_to(middle, y1, middle, y2, x2, y2);
    }
    context.set_stroke_style_str(colour);
    context.set_line_width(width);
    context.stroke();
}

/// Hair lines around a column's units, and a strong one around the unit pointed at.
fn frames(context: &CanvasRenderingContext2d, scene: &Scene, theme: &Theme, i: usize) {
    let Column { units, singles, mosaic } = &scene.layout.columns[i];
    context.begin_path();
    for unit in &units[..*singles] {
        outline(context, unit, 0.16, 0.0);
    }
    if let Some(place) = mosaic {
        let (width, height) = place.size();
        // It fails only for a negative radius.
        let _ = context.round_rect_with_f64(
            place.cell.x - 2.0,
            place.cell.y - 2.0,
            width + 3.0,
            height + 3.0,
            4.0,
        );
    }
    context.set_stroke_style_str(&css(mix(theme.line, theme.soft, 0.35), 1.0));
    context.set_line_width(1.0);
    context.stroke();
    let pointed = match scene.unit {
        Some(Unit::Input(unit)) if i == 0 => units.get(unit),
        Some(Unit::Layer(layer, unit)) if i == layer + 1 => units.get(unit),
        _ => None,
    };
    if let Some(unit) = pointed {
        context.begin_path();
        outline(context, unit, 0.16, 1.5);
        context.set_stroke_style_str(&css(theme.ink, 1.0));
        context.set_line_width(2.0);
        context.stroke();
    }
}

fn outline(context: &CanvasRenderingContext2d, r: &Rect, rounding: f64, out: f64) {
    let (side, radius) = (r.side + 2.0 * out, (r.side * rounding + out).max(2.0));
    // It fails only for a negative radius.
    let _ = context.round_rect_with_f64(r.x - out, r.y - out, side, side, radius);
}

fn draw_biases(context: &CanvasRenderingContext2d, scene: &Scene, theme: &Theme) {
    let layout = scene.layout;
    let radius = layout.bias_radius();
    for (layer, column) in scene.summary.layers.iter().zip(layout.columns.iter().skip(1)) {
        for (unit, rect) in column.units[..column.singles].iter().enumerate() {
            let bias = scene.frame.parameters.get(layer.bias_offset + unit).copied().unwrap_or(0.0);
            let (x, y) = layout.bias(rect);
            context.begin_path();
            let _ = context.arc(x, y, radius, 0.0, std::f64::consts::TAU);
            context.set_fill_style_str(&css(theme.scale.at(bias).unwrap_or(theme.faint), 1.0));
            context.fill();
            context.set_stroke_style_str(&css(mix(theme.panel, theme.ink, 0.55), 1.0));
            context.set_line_width(1.0);
            context.stroke();
        }
    }
}

/// The inputs' names, left of them where there is room, and how many units a mosaic holds.
fn draw_labels(context: &CanvasRenderingContext2d, scene: &Scene, theme: &Theme) {
    let layout = scene.layout;
    let scale = text_scale();
    let size = within(layout.side * 0.3, 9.0 * scale, 22.0 * scale);
    context.set_font(&format!("{size}px {}", theme.font));
    context.set_text_baseline("middle");
    context.set_line_join("round");
    let Some(inputs) = layout.columns.first() else { return };
    let beside = inputs.units.first().is_some_and(|u| u.x > size * 3.4);
    for (feature, unit) in scene.features.iter().zip(&inputs.units) {
        let (x, align) =
            if beside { (unit.x - size * 0.6, "right") } else { (unit.x + unit.side / 2.0, "center") };
        context.set_text_align(align);
        label(context, theme, feature.title(), x, unit.middle(), !beside);
    }
    context.set_text_align("center");
    for column in &layout.columns {
        let Some(place) = column.mosaic else { continue };
        let (width, height) = place.size();
        let y = place.cell.y + height + 4.0 + size * 0.6;
        if y + size / 2.0 <= layout.height {
            let text = format!("+{}", column.units.len() - column.singles);
            label(context, theme, &text, place.cell.x + width / 2.0, y, false);
        }
    }
}

fn label(context: &CanvasRenderingContext2d, theme: &Theme, text: &str, x: f64, y: f64, halo: bool) {
    // Text is never worth stopping for.
    if halo {
        context.set_stroke_style_str(&css(theme.panel, 0.85));
        context.set_line_width(3.0);
        let _ = context.stroke_text(text, x, y);
    }
    context.set_fill_style_str(&css(if halo { theme.ink } else { theme.soft }, 1.0));
    let _ = context.fill_text(text, x, y);
}
