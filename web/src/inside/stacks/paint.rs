//! Draws the stacks: every map in its layer's scale, arrows between, the unit pointed at and its window.

use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::layout::{Layout, Rect, Tiles};
use super::plan::{Form, Plan, Stack};
use super::pointed::{At, stack};
use super::rules::Rule;
use super::sheet::{self, Spot, pack};
use super::window::Window;
use crate::draw::canvas::{prepare_as, text_scale};
use crate::draw::colour::{css, mix};
use crate::draw::heatmap::argmax;
use crate::draw::raster::Raster;
use crate::draw::theme::{Theme, theme};

/// What the drawing needs to know.
pub struct Scene<'a> {
    /// What is drawn.
    pub plan: &'a Plan,
    /// Where.
    pub layout: &'a Layout,
    /// All numbers of the sample shown.
    pub inside: &'a [f32],
    /// The unit pointed at.
    pub at: Option<At>,
    /// A map to be marked: a layer's place and the map.
    pub hot: Option<(String, usize)>,
}

/// Draws scenes; keeps its sheet from one to the next.
#[derive(Default)]
pub struct Painter {
    sheet: Option<Raster>,
}

impl Painter {
    /// Draws all of it.
    pub fn draw(&mut self, canvas: &HtmlCanvasElement, scene: &Scene) {
        let Some(surface) = prepare_as(canvas, scene.layout.width, scene.layout.height) else { return };
        let (context, theme) = (&surface.context, theme());
        if self.sheet.is_none() {
            self.sheet = Raster::new();
        }
        let Some(sheet) = &mut self.sheet else { return };
        let all: Vec<(&Stack, &Tiles)> = (scene.plan.columns.iter().zip(&scene.layout.places))
            .flat_map(|(column, place)| column.stacks.iter().zip(&place.stacks))
            .collect();
        let (spots, (width, height)) = pack(all.iter().map(|(stack, tiles)| (*stack, tiles.shown)));
        sheet.resize(width, height);
        for ((stack, _), spot) in all.iter().zip(&spots) {
            if let Some(values) = stack.values(scene.inside) {
                sheet::paint(sheet.pixels(), width, *spot, stack, values, &theme);
            }
        }
        sheet.show();
        context.set_image_smoothing_enabled(false);
        for ((stack, tiles), spot) in all.iter().zip(&spots) {
            draw_stack(context, sheet, scene, (stack, tiles, spot), &theme);
        }
        arrows(context, scene.layout, &theme);
        mark_hot(context, scene, &theme);
        if let Some(at) = scene.at {
            mark(context, scene, &at, &theme);
        }
    }
}

fn draw_stack(
    context: &CanvasRenderingContext2d,
    sheet: &Raster,
    scene: &Scene,
    (stack, tiles, spot): (&Stack, &Tiles, &Spot),
    theme: &Theme,
) {
    let values = stack.values(scene.inside);
    for i in 0..tiles.shown {
        let r = tiles.tile(i);
        if values.is_some() {
            let (left, top) = spot.tile(i);
            // It fails only for a picture without pixels, and then there is nothing to show.
            let _ = context.draw_image_with_html_canvas_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
                sheet.canvas(),
                left as f64,
                top as f64,
                spot.size.0 as f64,
                spot.size.1 as f64,
                r.x,
                r.y,
                r.w,
                r.h,
            );
        } else {
            context.set_fill_style_str(&css(theme.sunk, 1.0));
            context.fill_rect(r.x, r.y, r.w, r.h);
        }
    }
    outline(context, stack, tiles, theme);
    if tiles.rest > 0 {
        rest(context, tiles, theme);
    }
    if let (Form::Answer, Some(values)) = (stack.form, values) {
        names(context, scene, tiles, values, theme);
    }
    if !stack.branch.is_empty() {
        let r = tiles.tile(0);
        context.set_font(&format!("{}px {}", 9.0 * text_scale(), theme.font));
        context.set_fill_style_str(&css(theme.faint, 1.0));
        context.set_text_align("left");
        context.set_text_baseline("bottom");
        let _ = context.fill_text(&stack.branch, r.x, r.y - 1.0);
    }
}

fn outline(context: &CanvasRenderingContext2d, stack: &Stack, tiles: &Tiles, theme: &Theme) {
    context.begin_path();
    for i in 0..tiles.shown {
        let r = tiles.tile(i);
        if stack.form == Form::Cells && r.w < 8.0 {
            return;
        }
        context.rect(r.x - 0.5, r.y - 0.5, r.w + 1.0, r.h + 1.0);
    }
    context.set_stroke_style_str(&css(mix(theme.line, theme.soft, 0.2), 1.0));
    context.set_line_width(1.0);
    context.stroke();
}

/// The sign of what is not shown.
fn rest(context: &CanvasRenderingContext2d, tiles: &Tiles, theme: &Theme) {
    let r = tiles.tile(tiles.shown);
    context.set_fill_style_str(&css(theme.sunk, 1.0));
    context.fill_rect(r.x, r.y, r.w, r.h);
    context.set_fill_style_str(&css(theme.accent, 1.0));
    context.set_font(&format!("600 {}px {}", (r.h * 0.45).min(10.0 * text_scale()), theme.font));
    context.set_text_align("center");
    context.set_text_baseline("middle");
    let _ =
        context.fill_text_with_max_width(&format!("+{}", tiles.rest), r.x + r.w / 2.0, r.y + r.h / 2.0, r.w);
}

/// Classes and their shares beside the answer's cells.
fn names(context: &CanvasRenderingContext2d, scene: &Scene, tiles: &Tiles, values: &[f32], theme: &Theme) {
    let best = argmax(values);
    context.set_text_align("left");
    context.set_text_baseline("middle");
    let scale = text_scale();
    for i in 0..tiles.shown {
        let r = tiles.tile(i);
        if r.h < 8.0 || tiles.across > 1 {
            return;
        }
        let own = i.to_string();
        let name = scene.plan.classes.get(i).unwrap_or(&own);
        let (weight, colour) = if best == Some(i) { (700, theme.ink) } else { (400, theme.faint) };
        context.set_font(&format!("{weight} {}px {}", 10.5 * scale, theme.font));
        context.set_fill_style_str(&css(colour, 1.0));
        let _ = context.fill_text_with_max_width(name, r.x + r.w + 5.0, r.y + r.h / 2.0 + 0.5, 40.0 * scale);
    }
}

fn arrows(context: &CanvasRenderingContext2d, layout: &Layout, theme: &Theme) {
    let shown: Vec<&Rect> = layout.places.iter().map(|p| &p.whole).filter(|r| r.w > 0.0).collect();
    let middle = layout.height / 2.0;
    context.begin_path();
    for pair in shown.windows(2) {
        let (from, to) = (pair[0].x + pair[0].w, pair[1].x);
        let half = ((to - from) / 2.0 - 2.0).clamp(2.0, 6.0);
        let x = (from + to) / 2.0;
        context.move_to(x - half, middle);
        context.line_to(x + half, middle);
        context.move_to(x + half - 3.0, middle - 3.0);
        context.line_to(x + half, middle);
        context.line_to(x + half - 3.0, middle + 3.0);
    }
    context.set_stroke_style_str(&css(theme.faint, 0.8));
    context.set_line_width(1.2);
    context.stroke();
}

fn frame(context: &CanvasRenderingContext2d, r: Rect, width: f64, theme: &Theme) {
    // Light within dark is seen on every colour.
    for (more, colour) in [(1.5, theme.panel), (0.0, theme.ink)] {
        context.set_stroke_style_str(&css(colour, 1.0));
        context.set_line_width(width + more);
        context.stroke_rect(r.x, r.y, r.w, r.h);
    }
}

fn mark_hot(context: &CanvasRenderingContext2d, scene: &Scene, theme: &Theme) {
    let Some((path, map)) = &scene.hot else { return };
    for (column, place) in scene.plan.columns.iter().zip(&scene.layout.places) {
        for (stack, tiles) in column.stacks.iter().zip(&place.stacks) {
            if stack.path == *path && *map < tiles.shown {
                frame(context, tiles.tile(*map), 2.0, theme);
            }
        }
    }
}

/// The part of a picture that these rows and columns take.
fn part(tile: Rect, shape: [usize; 3], (row, column): (f64, f64), [rows, columns]: [usize; 2]) -> Rect {
    let (w, h) = (tile.w / shape[2] as f64, tile.h / shape[1] as f64);
    Rect { x: tile.x + column * w, y: tile.y + row * h, w: w * columns as f64, h: h * rows as f64 }
}

/// The unit pointed at, its map, and its window in the layer before.
fn mark(context: &CanvasRenderingContext2d, scene: &Scene, at: &At, theme: &Theme) {
    let Some(of) = stack(scene.plan, at) else { return };
    let Some(tiles) = scene.layout.places.get(at.column).and_then(|p| p.stacks.get(at.stack)) else { return };
    if at.unit.map >= tiles.shown {
        return;
    }
    let tile = tiles.tile(at.unit.map);
    context.set_stroke_style_str(&css(theme.accent, 1.0));
    context.set_line_width(2.0);
    context.stroke_rect(tile.x - 1.5, tile.y - 1.5, tile.w + 3.0, tile.h + 3.0);
    let place = (at.unit.row as f64, at.unit.column as f64);
    if of.shape[1] * of.shape[2] > 1 {
        frame(context, part(tile, of.shape, place, [1, 1]), 1.0, theme);
    }
    let (Some(rule), Some((path, _, shape))) = (&of.rule, &of.source) else { return };
    let (window, channels) = match rule {
        Rule::Conv(rule) => {
            let (first, each) = rule.conv.channels(at.unit.map, shape[0]);
            (rule.conv.window(at.unit), first..first + each)
        }
        Rule::Pool(pool) => (pool.window(at.unit, [shape[1], shape[2]]), at.unit.map..at.unit.map + 1),
    };
    for (column, place) in scene.plan.columns.iter().zip(&scene.layout.places) {
        for (stack, tiles) in column.stacks.iter().zip(&place.stacks).filter(|(s, _)| s.path == *path) {
            let shown = if stack.form == Form::Picture { 0..1 } else { channels.clone() };
            for map in shown.filter(|&m| m < tiles.shown) {
                mark_window(context, tiles.tile(map), stack.shape, window, theme);
            }
        }
    }
}

fn mark_window(
    context: &CanvasRenderingContext2d,
    tile: Rect,
    shape: [usize; 3],
    window: Window,
    theme: &Theme,
) {
    let first = (window.first[0] as f64, window.first[1] as f64);
    frame(context, part(tile, shape, first, window.span()), 1.2, theme);
    if window.step != [1, 1] && window.len() <= 64 {
        for i in 0..window.len() {
            let (row, column) = window.place(i);
            let r = part(tile, shape, (row as f64, column as f64), [1, 1]);
            context.set_fill_style_str(&css(theme.ink, 0.55));
            context.fill_rect(r.x, r.y, r.w, r.h);
        }
    }
}
