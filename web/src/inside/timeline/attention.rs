//! Attention as maps: layers down and heads across; rows ask, columns answer.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use minibatch_session::Facts;

use super::big::Big;
use super::map_row::MapRow;
use super::maps::{Layer, layers, reach, shade, weights};
use crate::draw::canvas::{Redraw, on_size, text_scale};
use crate::draw::raster::Raster;
use crate::draw::theme::{Theme, theme};
use crate::inside::ramp::Ramp;
use crate::sequence::Steps;
use crate::state::Page;
use crate::widgets::Slider;
use crate::words::t;

/// Drawing takes no more than this share of the page's time.
const SHARE: f64 = 0.08;

/// Room for a layer's name and the names of the steps beside its maps, in CSS pixels.
const LABELS: f64 = 104.0;

/// A map pointed at: the layer's number, the head, and the cell (asking, asked) where there is one.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Near {
    /// Among all layers of attention.
    pub layer: usize,
    /// The head.
    pub head: usize,
    /// The cell under the pointer.
    pub cell: Option<(usize, usize)>,
    /// Where the map stands, in CSS pixels of the panel: the enlarged one goes elsewhere.
    pub left: f64,
}

/// The maps' side in CSS pixels: as large as fit, within limits; what does not fit scrolls.
pub(super) fn side(width: f64, height: f64, heads: usize, layers: usize, label: f64) -> f64 {
    const GAP: f64 = 10.0;
    let across = (width - label) / heads.max(1) as f64 - GAP;
    let down = height / layers.max(1) as f64 - GAP;
    across.min(down).clamp(52.0, 168.0).min(across.max(36.0)).floor()
}

/// All maps of the model.
#[component]
pub fn Attention(facts: Arc<Facts>) -> impl IntoView {
    let (page, steps) = (Page::get(), Steps::get());
    let all: Arc<Vec<Layer>> = Arc::new(layers(&facts));
    let heads = all.iter().map(|l| l.heads).max().unwrap_or(1);
    let rows = all.iter().map(|l| l.rows).max().unwrap_or(1);
    let row = RwSignal::new(0usize);
    let near = RwSignal::new(None::<Near>);
    // Clicked: it stays until Escape, a second click, or a click on another.
    let pinned = RwSignal::new(false);
    let escape = window_event_listener(leptos::ev::keydown, move |event| {
        if event.key() == "Escape" && pinned.get_untracked() {
            pinned.set(false);
            near.set(None);
        }
    });
    on_cleanup(move || escape.remove());
    // What has the pointer may be taken away with its view.
    let left = move |_| {
        if pinned.try_get_untracked() == Some(false) {
            near.set(None);
        }
    };
    let canvases: Vec<Vec<NodeRef<html::Canvas>>> =
        all.iter().map(|l| (0..l.heads).map(|_| NodeRef::new()).collect()).collect();
    let redraw = redraw(page, Arc::clone(&facts), Arc::clone(&all), canvases.clone(), row);
    Effect::new(move |_| {
        page.frame_version.track();
        page.taste.dark.track();
        row.track();
        redraw.request();
    });
    let (room, size) = (NodeRef::<html::Div>::new(), RwSignal::new((0.0, 0.0)));
    on_size(room, move |width, height| size.set((width, height)));
    let count = all.len();
    let side = Memo::new(move |_| {
        let (width, height) = size.get();
        // The heads' numbers stand above the first row.
        side(width, height - 14.0 * text_scale(), heads, count, LABELS * text_scale())
    });
    let maps = all.iter().enumerate().map(|(number, layer)| {
        let (layer, canvases) = (layer.clone(), canvases[number].clone());
        view! { <MapRow facts=Arc::clone(&facts) layer number canvases side near pinned/> }
    });
    let maps = maps.collect_view();
    let scores = all.iter().any(|l| l.scores);
    view! {
        <section class="attention" data-testid="attention" aria-label=t("attention.name") style=format!("--layers:{count}")>
            <div class="attention-head">
                <h2 title=t("attention.help")>{t("attention.name")}</h2>
                <small>{t("attention.rows-ask")}</small>
                {(rows > 1).then(|| view! {
                    <Slider label=t("attention.row") help=t("attention.row-help") min=0.0 max=rows as f64 - 1.0 step=1.0
                        value=Signal::derive(move || row.get() as f64) show=|v| format!("{}", v + 1.0)
                        slide=move |v| row.set(v as usize)/>
                })}
                <Show when=move || steps.head.get().is_some()>
                    <button type="button" class="small link" title=t("attention.all-help")
                        on:click=move |_| steps.head.set(None)>{t("attention.all")}</button>
                </Show>
                <Ramp signed=scores help=t("attention.ramp-help") note=t("attention.ramp-root")/>
            </div>
            <div class="maps-scroll" node_ref=room>
                <div class="maps" style=move || format!("--side:{}px", side.get()) on:pointerleave=left>
                    {maps}
                </div>
            </div>
            <Big facts all=Arc::clone(&all) near pinned row/>
        </section>
    }
}

/// Draws every map, as often as the page's time allows.
fn redraw(
    page: Page,
    facts: Arc<Facts>,
    all: Arc<Vec<Layer>>,
    canvases: Vec<Vec<NodeRef<html::Canvas>>>,
    row: RwSignal<usize>,
) -> Redraw {
    let mut rasters: Vec<Vec<Option<Raster>>> =
        canvases.iter().map(|l| l.iter().map(|_| None).collect()).collect();
    let again = StoredValue::new_local(None::<Redraw>);
    let (mut next, mut waits) = (0.0, false);
    let redraw = Redraw::new(move || {
        let now = js_sys::Date::now();
        if now < next {
            if !std::mem::replace(&mut waits, true) {
                let later = std::time::Duration::from_millis((next - now) as u64 + 1);
                let ask = move || {
                    if let Some(Some(redraw)) = again.try_get_value() {
                        redraw.request();
                    }
                };
                set_timeout(ask, later);
            }
            return;
        }
        waits = false;
        let theme = theme();
        page.frame.with_value(|frame| {
            for (l, layer) in all.iter().enumerate() {
                for (head, canvas) in canvases[l].iter().enumerate() {
                    let Some(canvas) = canvas.get_untracked() else { continue };
                    let raster = &mut rasters[l][head];
                    if raster.is_none() {
                        *raster = Raster::on(canvas);
                    }
                    let map = weights(&facts, layer, (row.get_untracked(), head), &frame.inside);
                    if let Some(raster) = raster {
                        paint(raster, layer, map, &theme);
                    }
                }
            }
        });
        next = now + (js_sys::Date::now() - now) / SHARE;
    });
    again.set_value(Some(redraw));
    redraw
}

/// One map, a pixel for each pair of steps. What may not be looked at is the page's own colour.
pub(super) fn paint(raster: &mut Raster, layer: &Layer, map: &[f32], theme: &Theme) {
    let (t, s) = (layer.asking.0, layer.asked.0);
    raster.resize(s, t);
    let reach = reach(layer, map);
    for (at, pixel) in raster.pixels().chunks_exact_mut(4).enumerate() {
        // Additive attention looks at the steps before alone, not at its own.
        let (q, k) = (at / s, at % s);
        let hidden = layer.causal && (k > q || (layer.scores && k == q));
        let colour = map.get(at).and_then(|v| theme.scale.at(shade(*v, reach)));
        let [r, g, b] = colour.filter(|_| !hidden).unwrap_or(theme.sunk);
        pixel.copy_from_slice(&[r, g, b, 255]);
    }
    raster.show();
}

#[cfg(test)]
mod tests {
    use super::side;

    #[test]
    fn maps_are_as_large_as_fit() {
        let two_by_four = side(700.0, 420.0, 4, 2, 72.0);
        assert!((140.0..=150.0).contains(&two_by_four), "{two_by_four}");
        assert_eq!(side(2000.0, 2000.0, 1, 1, 72.0), 168.0);
        assert_eq!(side(700.0, 90.0, 4, 6, 72.0), 52.0, "many layers scroll");
        assert!(side(300.0, 400.0, 8, 2, 72.0) >= 36.0);
    }
}
