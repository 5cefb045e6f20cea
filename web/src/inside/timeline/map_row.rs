//! One layer's maps beside each other, the row of the step looked at marked in each.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use minibatch_session::Facts;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent, PointerEvent};

use super::attention::Near;
use super::maps::{Layer, Way};
use super::names;
use crate::sequence::{Along, Steps, sample};
use crate::state::Page;
use crate::words::{fill, t};

/// A name along a map's side has at least so many CSS pixels.
const NAMED: f64 = 11.0;

/// What a layer is called.
pub(super) fn name(layer: &Layer) -> String {
    let key = match layer.way {
        Way::Own => "attention.own",
        Way::Cross => "attention.cross",
        Way::Rows => "attention.rows",
        Way::Columns => "attention.columns",
    };
    fill(key, &[("number", &layer.number.to_string())])
}

/// What the steps along a side are called: tokens where there are some, else numbers.
pub(super) fn labels(facts: &Facts, (len, along): (usize, Option<Along>), input: &[f32]) -> Vec<String> {
    let name = |i: usize| match (along, facts.tokens) {
        (Some(along), Some(_)) => {
            input.get(along.from + i).map_or_else(String::new, |&v| names::token(&facts.vocabulary, v))
        }
        (along, _) => (along.map_or(0, |a| a.from) + i + 1).to_string(),
    };
    (0..len).map(name).collect()
}

/// A layer's heads.
#[component]
pub(super) fn MapRow(
    facts: Arc<Facts>,
    layer: Layer,
    /// Its number among all.
    number: usize,
    /// One a head.
    canvases: Vec<NodeRef<html::Canvas>>,
    /// A map's side in CSS pixels.
    side: Memo<f64>,
    /// What is pointed at.
    near: RwSignal<Option<Near>>,
    /// It stays when the pointer goes elsewhere.
    pinned: RwSignal<bool>,
) -> impl IntoView {
    let (page, steps) = (Page::get(), Steps::get());
    let (asking, asked, probe) = (layer.asking, layer.asked, layer.probe);
    // The place among the asking steps, of the step looked at or of the cell pointed at.
    let marked = move || match asking.1 {
        Some(along) => steps.at().and_then(|s| along.place(s)),
        None => near.get().and_then(|n| n.cell).map(|c| c.0).filter(|&q| q < asking.0),
    };
    let mark = move || {
        let q = marked()?;
        let (top, height) = (100.0 * q as f64 / asking.0 as f64, 100.0 / asking.0 as f64);
        Some(format!("top:{top:.3}%;height:{height:.3}%"))
    };
    let input = Memo::new({
        let facts = Arc::clone(&facts);
        move |_| {
            page.frame_version.track();
            page.frame.with_value(|f| sample(&facts, &f.inside))
        }
    });
    let axis = move |facts: Arc<Facts>, which: (usize, Option<Along>), class: &'static str| {
        move || {
            (side.get() / which.0 as f64 >= NAMED).then(|| {
                let names = input.with(|input| labels(&facts, which, input));
                view! { <span class=class aria-hidden="true">{names.into_iter().map(|n| view! { <i>{n}</i> }).collect_view()}</span> }
            })
        }
    };
    let called = name(&layer);
    let several = canvases.len() > 1;
    let maps = canvases.into_iter().enumerate().map(|(head, canvas)| {
        let label = fill("attention.head", &[("layer", &called), ("head", &(head + 1).to_string())]);
        let ours = move || near.get_untracked().is_some_and(|n| (n.layer, n.head) == (number, head));
        let point = move |event: &PointerEvent| {
            if pinned.get_untracked() && !ours() {
                return;
            }
            let Some(map) = event.current_target().and_then(|t| t.dyn_into::<Element>().ok()) else { return };
            let bounds = map.get_bounding_client_rect();
            let share = |at: i32, from: f64, size: f64| ((f64::from(at) - from) / size.max(1.0)).clamp(0.0, 0.9999);
            let q = (share(event.client_y(), bounds.top(), bounds.height()) * asking.0 as f64) as usize;
            let k = (share(event.client_x(), bounds.left(), bounds.width()) * asked.0 as f64) as usize;
            near.set(Some(Near { layer: number, head, cell: Some((q, k)), left: bounds.left() }));
            steps.head.set(Some((probe, head)));
            if let Some(along) = asking.1 {
                steps.pointed.set(Some(along.from + q));
            }
        };
        let pressed = move |event: PointerEvent| {
            // A second click lets go; one on another map takes that one.
            let again = pinned.get_untracked() && ours();
            pinned.set(false);
            point(&event);
            pinned.set(!again);
            if let Some(step) = steps.pointed.get_untracked() {
                steps.chosen.set(Some(step));
            }
        };
        let left = move |_| {
            steps.pointed.set(None);
            if pinned.try_get_untracked() == Some(true) && ours() {
                near.update(|n| n.iter_mut().for_each(|n| n.cell = None));
            }
        };
        // What has the focus may be taken away with its view.
        let gone = move |_| {
            if pinned.try_get_untracked() == Some(false) {
                near.set(None);
            }
        };
        let show = move |map: Option<web_sys::EventTarget>| {
            let map = map.and_then(|t| t.dyn_into::<Element>().ok());
            let left = map.map_or(0.0, |m| m.get_bounding_client_rect().left());
            near.set(Some(Near { layer: number, head, cell: None, left }));
            steps.head.set(Some((probe, head)));
        };
        // A click brings the focus too, and has said which cell.
        let focus = move |event: web_sys::FocusEvent| {
            if !pinned.get_untracked() && !ours() {
                show(event.current_target());
            }
        };
        let key = move |event: KeyboardEvent| match event.key().as_str() {
            "Enter" | " " => {
                event.prevent_default();
                let again = pinned.get_untracked() && ours();
                if !ours() {
                    show(event.current_target());
                }
                pinned.set(!again);
            }
            _ => move_row(steps, asking, (near, pinned), &event),
        };
        let held = move || pinned.get() && near.get().is_some_and(|n| (n.layer, n.head) == (number, head));
        let named = (number == 0 && several).then(|| {
            let name = fill("attention.head-number", &[("head", &(head + 1).to_string())]);
            view! { <small class="map-head" aria-hidden="true">{name}</small> }
        });
        let chosen = move || steps.head.get() == Some((probe, head));
        view! {
            <span class="map-frame">
                {named}
                {axis(Arc::clone(&facts), asked, "map-top")}
                <button type="button" class="map" class:chosen=chosen class:held=held data-probe=probe data-head=head aria-label=label
                    aria-pressed=move || chosen().to_string() title=t("attention.map-help")
                    on:pointermove=move |e| point(&e) on:pointerdown=pressed on:keydown=key on:focus=focus
                    on:blur=gone on:pointerleave=left>
                    <canvas node_ref=canvas></canvas>
                    {move || mark().map(|style| view! { <i class="map-row" style=style></i> })}
                </button>
            </span>
        }
    });
    let maps = maps.collect_view();
    view! {
        <div class="maps-row">
            <span class="maps-name">{called.clone()}</span>
            {axis(Arc::clone(&facts), asking, "map-left")}
            <div class="maps-heads">{maps}</div>
        </div>
    }
}

/// Up and down choose the step that asks.
fn move_row(
    steps: Steps,
    asking: (usize, Option<Along>),
    (near, pinned): (RwSignal<Option<Near>>, RwSignal<bool>),
    event: &KeyboardEvent,
) {
    let down = match event.key().as_str() {
        "ArrowDown" | "ArrowRight" => true,
        "ArrowUp" | "ArrowLeft" => false,
        "Escape" => {
            pinned.set(false);
            return near.set(None);
        }
        _ => return,
    };
    event.prevent_default();
    let from = asking.1.map_or(0, |a| a.from);
    let now = steps.chosen.get_untracked().and_then(|s| s.checked_sub(from));
    let next = match now {
        None => 0,
        Some(q) if down => (q + 1).min(asking.0 - 1),
        Some(q) => q.saturating_sub(1),
    };
    steps.pointed.set(None);
    steps.chosen.set(Some(from + next));
    near.update(|n| {
        if let Some(n) = n {
            n.cell = None;
        }
    });
}
