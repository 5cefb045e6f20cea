//! The map pointed at, enlarged with its axes and the numbers under the pointer.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use minibatch_session::Facts;

use super::attention::{Near, paint};
use super::map_row::{labels, name};
use super::maps::{Layer, weights};
use crate::draw::canvas::{Redraw, Surface, on_size, prepare};
use crate::draw::colour::css;
use crate::draw::raster::Raster;
use crate::draw::theme::{Theme, theme};
use crate::numbers::signed;
use crate::sequence::{Along, Steps, sample};
use crate::state::Page;
use crate::words::{fill, t};

/// The enlarged map; nothing while no map is pointed at.
#[component]
pub(super) fn Big(
    facts: Arc<Facts>,
    all: Arc<Vec<Layer>>,
    near: RwSignal<Option<Near>>,
    /// It stays.
    pinned: RwSignal<bool>,
    /// The sequence looked at, of those a sample is taken apart to.
    row: RwSignal<usize>,
) -> impl IntoView {
    let shown = Memo::new(move |_| near.get().map(|n| (n.layer, n.head)));
    let card = move || {
        let (number, head) = shown.get()?;
        let (facts, layer) = (Arc::clone(&facts), all.get(number)?.clone());
        Some(view! { <Card facts layer head near pinned row/> })
    };
    view! { {card} }
}

#[component]
fn Card(
    facts: Arc<Facts>,
    layer: Layer,
    head: usize,
    near: RwSignal<Option<Near>>,
    pinned: RwSignal<bool>,
    row: RwSignal<usize>,
) -> impl IntoView {
    let (page, steps) = (Page::get(), Steps::get());
    let canvas = NodeRef::<html::Canvas>::new();
    let title = fill("attention.head", &[("layer", &name(&layer)), ("head", &(head + 1).to_string())]);
    // The cell under the pointer, else the row of the step looked at.
    let marked = {
        let layer = layer.clone();
        move || {
            let cell = near.get().and_then(|n| n.cell);
            let row = || layer.asking.1.and_then(|a| a.place(steps.at()?));
            (cell.map(|c| c.0).or_else(row), cell.map(|c| c.1))
        }
    };
    let redraw = {
        let (facts, layer, marked) = (Arc::clone(&facts), layer.clone(), marked);
        let mut raster = Raster::new();
        Redraw::new(move || {
            let (Some(canvas), Some(raster)) = (canvas.get_untracked(), &mut raster) else { return };
            let Some(surface) = prepare(&canvas) else { return };
            let theme = theme();
            page.frame.with_value(|f| {
                let map = weights(&facts, &layer, (row.get_untracked(), head), &f.inside);
                paint(raster, &layer, map, &theme);
                let input = sample(&facts, &f.inside);
                let names = [labels(&facts, layer.asking, &input), labels(&facts, layer.asked, &input)];
                draw(&surface, raster, &names, untrack(marked), &theme);
            });
        })
    };
    on_size(canvas, move |_, _| redraw.request());
    {
        Effect::new(move |_| {
            page.frame_version.track();
            page.taste.dark.track();
            canvas.track();
            row.track();
            marked();
            redraw.request();
        });
    }
    let first = |side: (usize, Option<Along>)| side.1.map_or(0, |a| a.from);
    let read = move || {
        page.frame_version.track();
        let (Some(q), k) = marked() else { return String::new() };
        page.frame.with_value(|f| {
            let map = weights(&facts, &layer, (row.get(), head), &f.inside);
            let input = sample(&facts, &f.inside);
            let line = map.get(q * layer.asked.0..(q + 1) * layer.asked.0).unwrap_or_default();
            let most = (0..line.len()).max_by(|&a, &b| line[a].total_cmp(&line[b]));
            let Some(k) = k.or(most) else { return String::new() };
            let (from, to) = (labels(&facts, layer.asking, &input), labels(&facts, layer.asked, &input));
            let words = [
                ("from", from[q].clone()),
                ("q", (first(layer.asking) + q + 1).to_string()),
                ("to", to[k].clone()),
                ("k", (first(layer.asked) + k + 1).to_string()),
                ("weight", line.get(k).map_or("–".into(), |v| signed(*v))),
            ];
            fill("attention.read", &words.each_ref().map(|(k, v)| (*k, v.as_str())))
        })
    };
    // On the side of the panel where the small map is not.
    let right = move || {
        let width = window().inner_width().ok().and_then(|w| w.as_f64()).unwrap_or(1280.0);
        near.get().is_some_and(|n| n.left < width * 0.42)
    };
    view! {
        <aside class="map-big" class:right=right class:held=move || pinned.get() data-testid="map-big">
            <b>{title}</b>
            <canvas node_ref=canvas></canvas>
            <small>{read}</small>
            <Show when=move || pinned.get()><small>{t("attention.held")}</small></Show>
        </aside>
    }
}

/// The map within its axes, the row marked.
fn draw(
    surface: &Surface,
    raster: &Raster,
    names: &[Vec<String>; 2],
    (row, column): (Option<usize>, Option<usize>),
    theme: &Theme,
) {
    let Surface { context, width, height } = surface;
    let [asking, asked] = names;
    let letters = |names: &[String]| names.iter().map(|n| n.chars().count()).max().unwrap_or(1) as f64;
    let size = 10.0;
    let left = (letters(asking) * size * 0.62 + 6.0).min(width * 0.3);
    let top = size + 6.0;
    let (w, h) = (width - left - 1.0, height - top - 1.0);
    context.set_image_smoothing_enabled(false);
    // It fails only for a picture without pixels.
    let _ = context.draw_image_with_html_canvas_element_and_dw_and_dh(raster.canvas(), left, top, w, h);
    let (cell_w, cell_h) = (w / asked.len().max(1) as f64, h / asking.len().max(1) as f64);
    context.set_font(&format!("{size}px ui-monospace, Menlo, Consolas, monospace"));
    context.set_text_baseline("middle");
    let label = |text: &str, x: f64, y: f64, strong: bool| {
        context.set_fill_style_str(&css(if strong { theme.ink } else { theme.soft }, 1.0));
        // It fails only where there is no text to draw.
        let _ = context.fill_text(text, x, y);
    };
    // As many names as have room, the marked ones always.
    let every = |cell: f64, need: f64| (need / cell).ceil().max(1.0) as usize;
    context.set_text_align("right");
    for (i, name) in asking.iter().enumerate() {
        let due = i % every(cell_h, size + 1.0) == 0
            && row.is_none_or(|r| r.abs_diff(i) >= every(cell_h, size + 1.0));
        if due || row == Some(i) {
            label(name, left - 4.0, top + (i as f64 + 0.5) * cell_h, row == Some(i));
        }
    }
    context.set_text_align("center");
    let need = letters(asked) * size * 0.62 + 3.0;
    for (i, name) in asked.iter().enumerate() {
        let due = i % every(cell_w, need) == 0 && column.is_none_or(|c| c.abs_diff(i) >= every(cell_w, need));
        if due || column == Some(i) {
            label(name, left + (i as f64 + 0.5) * cell_w, top / 2.0, column == Some(i));
        }
    }
    context.set_stroke_style_str(&css(theme.line, 1.0));
    context.set_line_width(1.0);
    context.stroke_rect(left, top, w, h);
    context.set_stroke_style_str(&css(theme.ink, 0.9));
    if let Some(q) = row {
        context.stroke_rect(left, top + q as f64 * cell_h, w, cell_h);
    }
    if let Some(k) = column {
        context.stroke_rect(left + k as f64 * cell_w, top, cell_w, h);
    }
}
