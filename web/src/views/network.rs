//! The network drawn as data: a map in every unit, every weight a line, everything to be pointed at and edited.

mod editor;
mod layout;
mod links;
mod paint;
mod pointed;

use leptos::prelude::*;
use minibatch_session::Summary;
use minibatch_session::data::Feature;
use web_sys::{KeyboardEvent, MouseEvent, PointerEvent};

use crate::draw::canvas::{Redraw, on_size};
use crate::draw::points::reach;
use crate::state::{Page, Unit};
use crate::words::{fill, t};
use editor::{Edit, Editor};
use layout::{Layout, layout};
use links::Link;
pub use paint::unit_map;
use paint::{Painter, Scene};
pub use pointed::unit_name;
use pointed::{Pointed, Tip, step, unit_of};

/// Everything the network's view shares among its parts.
#[derive(Clone, Copy)]
struct Network {
    page: Page,
    /// The newest network that could be built, and its inputs.
    shape: Memo<Option<(Summary, Vec<Feature>)>>,
    layout: Memo<Layout>,
    link: RwSignal<Option<Link>>,
    tip: RwSignal<Option<Tip>>,
    edit: RwSignal<Option<Edit>>,
    /// The unit that the Tab key comes to.
    stop: RwSignal<(usize, usize)>,
}

/// The network drawn as data.
#[component]
pub fn NetworkView() -> impl IntoView {
    let page = Page::get();
    let size = RwSignal::new((0.0, 0.0));
    let shape = Memo::new(move |last: Option<&Option<(Summary, Vec<Feature>)>>| {
        let now = page.summary.get().ok().map(|s| (s, page.experiment.with(|e| e.features.clone())));
        now.or_else(|| last.cloned().flatten())
    });
    let layout = Memo::new(move |_| {
        let (width, height) = size.get();
        let counts = shape.with(|s| s.as_ref().map(counts)).unwrap_or_default();
        layout(width, height, &counts)
    });
    let network = Network {
        page,
        shape,
        layout,
        link: RwSignal::new(None),
        tip: RwSignal::new(None),
        edit: RwSignal::new(None),
        stop: RwSignal::new((1, 0)),
    };
    let (stage, canvas) = (NodeRef::<leptos::html::Div>::new(), NodeRef::<leptos::html::Canvas>::new());
    redraws(network, canvas);
    on_size(stage, move |width, height| size.set((width, height)));
    let place = move |e: &MouseEvent| {
        let bounds = stage.get_untracked().map(|s| s.get_bounding_client_rect());
        let (width, height) = size.get_untracked();
        bounds.map_or((-1.0, -1.0), |b| {
            // A slide deck may have scaled the page: its pixels are then not ours.
            let x = (f64::from(e.client_x()) - b.left()) * width / b.width().max(1.0);
            (x, (f64::from(e.client_y()) - b.top()) * height / b.height().max(1.0))
        })
    };
    view! {
        <section class="network" data-testid="network" aria-label=t("view.network")>
            <p class="view-hidden" id="network-help">{t("view.network-help")}</p>
            <div
                class="network-stage"
                class:pointing=move || network.tip.with(Option::is_some)
                node_ref=stage
                on:pointermove=move |e: PointerEvent| network.point(place(&e))
                on:pointerleave=move |_| network.leave()
                on:click=move |e: MouseEvent| {
                    // The keyboard's clicks have no place; the unit's own button takes them.
                    if e.detail() > 0 {
                        network.click(place(&e));
                    }
                }
            >
                <canvas class="view-fill" node_ref=canvas aria-hidden="true"></canvas>
                <Stops network/>
                {move || network.tip.get().map(|tip| view! { <Bubble network tip/> })}
                {move || network.edit.get().map(|edit| view! { <Editor page edit close=network.edit/> })}
            </div>
        </section>
    }
}

/// How many units each column has.
fn counts((summary, features): &(Summary, Vec<Feature>)) -> Vec<usize> {
    std::iter::once(features.len()).chain(summary.layers.iter().map(|l| l.units)).collect()
}

/// Draws again when anything drawn has changed.
fn redraws(network: Network, canvas: NodeRef<leptos::html::Canvas>) {
    let page = network.page;
    let mut painter = None;
    let redraw = Redraw::new(move || {
        let Some(canvas) = canvas.get_untracked() else { return };
        if painter.is_none() {
            painter = Painter::new();
        }
        let Some(painter) = painter.as_mut() else { return };
        network.with_scene(|scene| painter.draw(&canvas, scene));
    });
    Effect::new(move || {
        page.frame_version.track();
        page.points_version.track();
        network.layout.track();
        network.shape.track();
        network.link.track();
        page.hover.track();
        page.taste.discretise.track();
        page.taste.dark.track();
        canvas.track();
        redraw.request();
    });
}

impl Network {
    /// Gathers what there is to draw.
    fn with_scene(self, draw: impl FnOnce(&Scene)) {
        let page = self.page;
        let Some((summary, features)) = self.shape.get_untracked() else { return };
        let limit = page.points.with_value(|(train, _)| reach(train, summary.classes));
        self.layout.with_untracked(|layout| {
            page.frame.with_value(|frame| {
                draw(&Scene {
                    layout,
                    summary: &summary,
                    features: &features,
                    frame,
                    limit,
                    discretise: page.taste.discretise.get_untracked(),
                    unit: page.hover.get_untracked(),
                    link: self.link.get_untracked(),
                });
            });
        });
    }

    /// What lies at a place: a bias, a unit or a link, in this order.
    fn what(self, at: (f64, f64)) -> Option<Pointed> {
        self.layout.with_untracked(|layout| {
            let bias = layout.bias_at(at).map(|(column, unit)| Pointed::Bias(column - 1, unit));
            let unit = || layout.unit_at(at).map(|(column, unit)| Pointed::Unit(unit_of(column, unit)));
            let link = || links::nearest(layout, at, 8.0).map(Pointed::Link);
            bias.or_else(unit).or_else(link)
        })
    }

    fn point(self, at: (f64, f64)) {
        if self.edit.with_untracked(Option::is_some) {
            return;
        }
        let what = self.what(at);
        let unit = match what {
            Some(Pointed::Unit(unit)) => Some(unit),
            Some(Pointed::Bias(layer, unit)) => Some(Unit::Layer(layer, unit)),
            _ => None,
        };
        let link = if let Some(Pointed::Link(link)) = what { Some(link) } else { None };
        set(self.page.hover, unit);
        set(self.link, link);
        let tip = what.filter(|w| !matches!(w, Pointed::Unit(_))).map(|what| Tip { at, what });
        set(self.tip, tip);
    }

    fn leave(self) {
        set(self.page.hover, None);
        set(self.link, None);
        set(self.tip, None);
    }

    fn click(self, at: (f64, f64)) {
        if self.edit.with_untracked(Option::is_some) {
            return;
        }
        if let Some(what) = self.what(at) {
            self.open(what, at, None);
        }
    }

    /// Opens the editor; `back` is the unit that gets the focus when it closes.
    fn open(self, what: Pointed, at: (f64, f64), back: Option<(usize, usize)>) {
        let room = self.layout.with_untracked(|l| (l.width, l.height));
        let edit = self.shape.with_untracked(|shape| {
            let (summary, features) = shape.as_ref()?;
            self.page.frame.with_value(|frame| {
                let values = Some(&frame.parameters).filter(|p| p.len() == summary.parameters)?;
                Edit::of(what, summary, features, values, at, room, back)
            })
        });
        self.tip.set(None);
        self.edit.set(edit);
    }
}

/// Sets a signal only when its value changes, so that a moving pointer redraws nothing.
fn set<T: PartialEq + Clone + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|old| *old != value) {
        signal.set(value);
    }
}

/// A button on every unit for the keyboard and for screen readers; the pointer looks through them.
#[component]
fn Stops(network: Network) -> impl IntoView {
    let all = move || {
        network.layout.with(|l| {
            let places = |(c, column): (usize, &layout::Column)| (0..column.units.len()).map(move |u| (c, u));
            l.columns.iter().enumerate().flat_map(places).collect::<Vec<_>>()
        })
    };
    let reachable = Memo::new(move |_| {
        let (column, unit) = network.stop.get();
        network.layout.with(|l| {
            let column = column.min(l.columns.len().saturating_sub(1));
            (column, l.columns.get(column).map_or(0, |c| unit.min(c.units.len().saturating_sub(1))))
        })
    });
    // While it trains the biases change with every frame, and nobody could hear them all.
    let newest = Memo::new(move |last: Option<&u32>| {
        let playing = network.page.status.with(|s| s.playing);
        let frame = if playing { None } else { Some(network.page.frame_version.get()) };
        frame.or(last.copied()).unwrap_or_default()
    });
    view! {
        <div role="group" aria-describedby="network-help">
            <For each=all key=|place| *place let:place>
                <Stop network place reachable newest/>
            </For>
        </div>
    }
}

/// One unit's button.
#[component]
fn Stop(
    network: Network,
    place: (usize, usize),
    reachable: Memo<(usize, usize)>,
    newest: Memo<u32>,
) -> impl IntoView {
    let (column, unit) = place;
    let style = move || {
        let rect = network.layout.with(|l| l.columns.get(column).and_then(|c| c.units.get(unit)).copied());
        rect.map_or(String::new(), |r| {
            format!("left:{:.1}px;top:{:.1}px;width:{s:.1}px;height:{s:.1}px", r.x, r.y, s = r.side)
        })
    };
    // It follows the network, its newest frame at rest, and the focus.
    let focused = RwSignal::new(());
    let name = move || {
        newest.track();
        focused.track();
        network.shape.track();
        network.named(place)
    };
    let focus = move |_| {
        network.stop.set(place);
        network.page.hover.set(Some(unit_of(column, unit)));
        focused.set(());
    };
    let key = move |e: KeyboardEvent| {
        let counts = network.shape.with_untracked(|s| s.as_ref().map(counts)).unwrap_or_default();
        if let Some(next) = step(place, &e.key(), &counts) {
            e.prevent_default();
            e.stop_propagation();
            focus_stop(next);
        }
    };
    let open = move |e: MouseEvent| {
        let rect = network.layout.with_untracked(|l| l.columns.get(column)?.units.get(unit).copied());
        if let (0, Some(r)) = (e.detail(), rect) {
            network.open(Pointed::Unit(unit_of(column, unit)), (r.x + r.side, r.y), Some(place));
        }
    };
    view! {
        <button
            type="button"
            class="network-stop"
            id=format!("unit-{column}-{unit}")
            style=style
            tabindex=move || if reachable.get() == place { "0" } else { "-1" }
            aria-label=name
            on:focus=focus
            on:blur=move |_| set(network.page.hover, None)
            on:keydown=key
            on:click=open
        ></button>
    }
}

/// Puts the focus on a unit's button.
fn focus_stop((column, unit): (usize, usize)) {
    use wasm_bindgen::JsCast;
    let found = document().get_element_by_id(&format!("unit-{column}-{unit}"));
    if let Some(button) = found.and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok()) {
        // It fails for no element that is in the page.
        let _ = button.focus();
    }
}

impl Network {
    /// A unit's name with its bias, for screen readers.
    fn named(self, (column, unit): (usize, usize)) -> String {
        let name = self.shape.with_untracked(|s| {
            s.as_ref().map(|(summary, features)| unit_name(unit_of(column, unit), summary, features))
        });
        let value = self.value(Pointed::Bias(column.wrapping_sub(1), unit)).filter(|_| column > 0);
        let name = name.unwrap_or_default();
        match value {
            Some(bias) => fill("view.unit-bias", &[("unit", &name), ("bias", &crate::numbers::signed(bias))]),
            None => name,
        }
    }

    /// The newest value of a bias or weight.
    fn value(self, what: Pointed) -> Option<f32> {
        let (index, all) = self.shape.with_untracked(|s| {
            s.as_ref().and_then(|(summary, _)| Some((what.index(summary)?, summary.parameters)))
        })?;
        // A frame of the network before has other parameters.
        self.page.frame.with_value(|f| f.parameters.get(index).copied().filter(|_| f.parameters.len() == all))
    }
}

/// A weight's or bias's value beside the pointer.
#[component]
fn Bubble(network: Network, tip: Tip) -> impl IntoView {
    let width = network.layout.with_untracked(|l| l.width);
    let (x, y) = tip.at;
    let side = if x > width / 2.0 {
        format!("right:{:.0}px", width - x + 10.0)
    } else {
        format!("left:{:.0}px", x + 12.0)
    };
    let text = move || {
        network.page.frame_version.track();
        let title = network.shape.with_untracked(|s| s.as_ref().map(|(sum, f)| tip.what.title(sum, f)));
        let value = network.value(tip.what).map_or("–".into(), crate::numbers::signed);
        view! { {title.unwrap_or_default()} " " <b>{value}</b> }
    };
    view! { <div class="network-tip" style=format!("{side};top:{:.0}px", (y - 34.0).max(0.0))>{text}</div> }
}
