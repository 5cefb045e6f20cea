//! One row over time: its name, and its picture on a canvas of its own.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use minibatch_session::Facts;
use wasm_bindgen::JsCast;
use web_sys::{HtmlCanvasElement, PointerEvent};

use super::lanes::{Lane, Source, Style};
use super::paint::{self, heat, pixels};
use super::positions::Tables;
use super::shade::shading;
use super::values::{reach, values};
use super::{Pointed, names};
use crate::draw::canvas::{Redraw, on_size};
use crate::draw::raster::Raster;
use crate::draw::theme::theme;
use crate::sequence::{Steps, axis};
use crate::state::Page;

/// A row; its number among all, and its height in CSS pixels.
#[component]
pub fn LaneRow(
    /// What the model and its data look like.
    facts: Arc<Facts>,
    /// What it shows.
    lane: Lane,
    /// Its number among the rows.
    number: usize,
    /// Its height.
    #[prop(into)]
    height: Signal<f64>,
    /// What is pointed at, among all rows.
    pointed: RwSignal<Option<Pointed>>,
    /// The tables of positions.
    tables: Tables,
) -> impl IntoView {
    let (page, steps) = (Page::get(), Steps::get());
    let canvas = NodeRef::<html::Canvas>::new();
    let (name, help) = names::lane(&facts, &lane);
    let redraw = redraw((page, steps, tables), canvas, Arc::clone(&facts), lane.clone());
    Effect::new(move |_| {
        page.frame_version.track();
        page.taste.dark.track();
        canvas.track();
        steps.target.track();
        tables.version.track();
        redraw.request();
    });
    if lane.source == Source::Input && lane.style == Style::Tokens {
        Effect::new(move |_| {
            steps.at();
            steps.head.track();
            redraw.request();
        });
    }
    if !pixels(lane.style) {
        on_size(canvas, move |_, _| redraw.request());
    }
    let all = axis(&facts).unwrap_or(lane.along.len).max(1) as f64;
    let place = format!(
        "left:{:.4}%;width:{:.4}%",
        100.0 * lane.along.from as f64 / all,
        100.0 * lane.along.len as f64 / all
    );
    let (along, units) = (lane.along, lane.units);
    let find = move |event: &PointerEvent| {
        let canvas: HtmlCanvasElement = event.target()?.dyn_into().ok()?;
        let bounds = canvas.get_bounding_client_rect();
        let share =
            |at: i32, from: f64, size: f64| ((f64::from(at) - from) / size.max(1.0)).clamp(0.0, 0.9999);
        let step = share(event.client_x(), bounds.left(), bounds.width()) * along.len as f64;
        let unit = share(event.client_y(), bounds.top(), bounds.height()) * units as f64;
        Some(Pointed { lane: number, step: along.from + step as usize, unit: unit as usize })
    };
    let moved = move |event: PointerEvent| {
        let at = find(&event);
        if pointed.get_untracked() != at {
            pointed.set(at);
            steps.pointed.set(at.map(|p| p.step));
        }
    };
    let states = match lane.source {
        Source::States(p) | Source::Cells(p) | Source::Gate(p, _) => {
            let path = facts.probes[p].path.clone();
            facts.probes.iter().position(|q| q.path == path)
        }
        _ => None,
    };
    let pressed = move |event: PointerEvent| {
        let Some(at) = find(&event) else { return };
        pointed.set(Some(at));
        steps.chosen.set(Some(at.step));
        if states.is_some() {
            steps.unit.set(at.unit);
            steps.pass.set(states);
        }
    };
    let style = lane.style;
    view! {
        <span class="lane-name" title=help>{name.clone()}</span>
        <div class="lane" data-lane=name class:tokens=style == Style::Tokens class:pixels=pixels(style)
            style:height=move || format!("{}px", height.get())>
            <canvas node_ref=canvas style=place on:pointermove=moved on:pointerdown=pressed></canvas>
        </div>
    }
}

/// Draws the row from the newest frame.
fn redraw(
    (page, steps, tables): (Page, Steps, Tables),
    canvas: NodeRef<html::Canvas>,
    facts: Arc<Facts>,
    lane: Lane,
) -> Redraw {
    let mut raster: Option<Raster> = None;
    // Tokens and classes of random data have no names but their numbers.
    let named = |names: &[String], count: usize| match names {
        [] => (0..count).map(|n| n.to_string()).collect(),
        names => names.to_vec(),
    };
    let vocabulary = named(&facts.vocabulary, facts.tokens.unwrap_or(0));
    let classes = named(&facts.class_names, facts.output.last().copied().unwrap_or(0));
    Redraw::new(move || {
        let Some(canvas) = canvas.get_untracked() else { return };
        let (target, theme) = (steps.target.get_untracked(), theme());
        page.frame.with_value(|frame| {
            let mut shown = values(&lane, &facts, &frame.inside, &target, tables);
            if shown.all.is_empty() {
                shown.all = vec![f32::NAN; lane.along.len * lane.units];
            }
            match lane.style {
                Style::Signed | Style::Share => {
                    if raster.as_ref().is_none_or(|r| *r.canvas() != canvas) {
                        raster = Raster::on(canvas.clone());
                    }
                    let reach = reach(&lane, &shown);
                    if let Some(raster) = &mut raster {
                        heat(raster, &shown, reach, &theme);
                    }
                }
                Style::Line => {
                    let truth: &[f32] = if lane.source == Source::Answer { &target } else { &[] };
                    paint::line(&canvas, &shown.all, truth, &theme);
                }
                Style::Tokens => {
                    let input = lane.source == Source::Input;
                    let looked = if input { shading(&facts, steps, &frame.inside) } else { vec![] };
                    let names = if input { &vocabulary } else { &classes };
                    let asked = lane.source == Source::Prediction && !target.is_empty();
                    let truth = asked.then_some(&target[..]);
                    let tokens = paint::Tokens { tokens: &shown.all, names, truth, looked: &looked };
                    paint::tokens(&canvas, &tokens, &theme);
                }
            }
        });
    })
}
