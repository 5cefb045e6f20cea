//! An image on its way through the layers: a stack of maps for each, the filters of one, and any unit taken apart.

mod detail;
mod filters;
mod heads;
mod layout;
mod paint;
mod plan;
mod pointed;
mod pool;
mod reckon;
mod rules;
mod sheet;
mod window;

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use web_sys::{KeyboardEvent, PointerEvent};

use super::ramp::Ramp;
use crate::draw::canvas::{Redraw, on_size, text_scale};
use crate::state::{Page, Watch};
use crate::words::{fill, t};
use detail::Detail;
use filters::Filters;
use heads::Heads;
use layout::{Layout, Measures, layout};
use paint::{Painter, Scene};
use plan::{Plan, plan};
use pointed::{At, Hit, hit, moved, name, stack};
use rules::Rule;

/// What the parts of the stacks share.
#[derive(Clone, Copy)]
struct Stage {
    /// What is drawn.
    plan: Memo<Arc<Plan>>,
    /// Where.
    layout: Memo<Arc<Layout>>,
    /// The unit pointed at.
    at: RwSignal<Option<At>>,
    /// It stays when the pointer leaves.
    pinned: RwSignal<bool>,
    /// The column shown alone.
    open: RwSignal<Option<usize>>,
    /// The place of the convolution whose filters are shown.
    conv: RwSignal<Option<String>>,
    /// The map whose filter is pointed at.
    hot: RwSignal<Option<(String, usize)>>,
}

impl Stage {
    fn point(&self, at: Option<At>) {
        if self.at.get_untracked() != at {
            self.at.set(at);
        }
        let plan = self.plan.get_untracked();
        let conv = at.and_then(|at| stack(&plan, &at)).filter(|s| matches!(s.rule, Some(Rule::Conv(_))));
        if let Some(path) =
            conv.map(|s| s.path.clone()).filter(|p| self.conv.get_untracked().as_ref() != Some(p))
        {
            self.conv.set(Some(path));
        }
    }
}

/// The stacks.
#[component]
pub fn Stacks() -> impl IntoView {
    let page = Page::get();
    page.watch(Watch::Inside);
    page.watch(Watch::Parameters);
    // The facts come when a model is built; the experiment may be ahead of them for a moment.
    let plan = Memo::new(move |_| {
        let facts = page.facts.get();
        let made = facts.and_then(|facts| page.experiment.with_untracked(|e| plan(&facts, e)));
        Arc::new(made.unwrap_or_default())
    });
    let size = RwSignal::new((0.0, 0.0));
    let open = RwSignal::new(None);
    let layout = Memo::new(move |_| {
        let em = 16.0 * text_scale();
        let measures =
            Measures { head: 2.2 * em, foot: 0.9 * em, least: 3.3 * em, arrow: 0.9 * em, names: 2.9 * em };
        let columns = &plan.get().columns;
        let open = open.get().filter(|&i| i < columns.len());
        Arc::new(layout(columns, size.get(), measures, open))
    });
    let stage = Stage {
        plan,
        layout,
        at: RwSignal::new(None),
        pinned: RwSignal::new(false),
        open,
        conv: RwSignal::new(None),
        hot: RwSignal::new(None),
    };
    Effect::new(move || {
        plan.track();
        stage.at.set(None);
        stage.pinned.set(false);
        stage.open.set(None);
        stage.hot.set(None);
    });
    view! {
        <div class="stacks">
            <Field stage=stage size=size/>
            <Filters stage=stage/>
        </div>
    }
}

/// The stacks themselves, and what follows pointer and keys.
#[component]
fn Field(stage: Stage, size: RwSignal<(f64, f64)>) -> impl IntoView {
    let page = Page::get();
    let (room, field, canvas) =
        (NodeRef::<html::Div>::new(), NodeRef::<html::Div>::new(), NodeRef::<html::Canvas>::new());
    on_size(room, move |width, height| {
        if size.get_untracked() != (width, height) {
            size.set((width, height));
        }
    });
    let mut painter = Painter::default();
    let redraw = Redraw::new(move || {
        let Some(canvas) = canvas.get_untracked() else { return };
        let (plan, layout) = (stage.plan.get_untracked(), stage.layout.get_untracked());
        page.frame.with_value(|frame| {
            let (at, hot) = (stage.at.get_untracked(), stage.hot.get_untracked());
            let scene = Scene { plan: &plan, layout: &layout, inside: &frame.inside, at, hot };
            painter.draw(&canvas, &scene);
        });
    });
    Effect::new(move || {
        page.frame_version.track();
        page.taste.dark.track();
        stage.layout.track();
        stage.at.track();
        stage.hot.track();
        canvas.track();
        redraw.request();
    });
    let under = move |e: &PointerEvent| {
        let bounds = field.get_untracked()?.get_bounding_client_rect();
        let (x, y) = (f64::from(e.client_x()) - bounds.left(), f64::from(e.client_y()) - bounds.top());
        hit(&stage.plan.get_untracked(), &stage.layout.get_untracked(), x, y)
    };
    let pointed = move |e: PointerEvent| {
        if !stage.pinned.get_untracked() {
            let at = under(&e).and_then(|hit| if let Hit::Unit(at) = hit { Some(at) } else { None });
            stage.point(at);
        }
    };
    let pressed = move |e: PointerEvent| match under(&e) {
        Some(Hit::More(column)) => {
            stage.point(None);
            stage.open.set(Some(column));
        }
        Some(Hit::Unit(at)) => {
            let again = stage.pinned.get_untracked() && stage.at.get_untracked() == Some(at);
            stage.pinned.set(!again);
            stage.point(Some(at));
        }
        None => {
            stage.pinned.set(false);
            stage.point(None);
        }
    };
    let left = move |_| {
        if !stage.pinned.get_untracked() {
            stage.point(None);
        }
    };
    let keyed = move |e: KeyboardEvent| {
        let (plan, layout) = (stage.plan.get_untracked(), stage.layout.get_untracked());
        match e.key().as_str() {
            "Escape" if stage.at.get_untracked().is_some() => {
                stage.pinned.set(false);
                stage.point(None);
            }
            "Escape" if stage.open.get_untracked().is_some() => stage.open.set(None),
            "Enter" if e.target() == e.current_target() => {
                if let Some(column) = stage.at.get_untracked().map(|at| at.column) {
                    let more = layout.places.get(column).is_some_and(|p| p.stacks.iter().any(|s| s.rest > 0));
                    stage.open.set(Some(column).filter(|_| more && stage.open.get_untracked().is_none()));
                }
            }
            key => match moved(&plan, &layout, stage.at.get_untracked(), key) {
                Some(at) if e.target() == e.current_target() && is_move(key) => {
                    stage.pinned.set(true);
                    stage.point(Some(at));
                }
                _ => return,
            },
        }
        e.prevent_default();
    };
    let told = move || {
        let Some(at) = stage.at.get().filter(|_| stage.pinned.get()) else { return String::new() };
        name(&stage.plan.get(), &at)
    };
    view! {
        <div class="stacks-stage">
            <div class="stacks-room" node_ref=room>
                <div class="stacks-field" node_ref=field data-testid="stacks" tabindex="0" role="group"
                    aria-label=move || describe(&stage.plan.get()) title=t("stacks.help")
                    style=move || format!("width:{:.0}px", stage.layout.get().width)
                    on:pointermove=pointed on:pointerdown=pressed on:pointerleave=left on:keydown=keyed>
                    <canvas class="view-fill" node_ref=canvas aria-hidden="true"></canvas>
                    <Heads stage=stage/>
                    <span class="view-hidden" aria-live="polite">{told}</span>
                </div>
            </div>
            <Detail stage=stage/>
            <Show when=move || stage.open.get().is_some()
                fallback=|| view! { <Ramp signed=true help=t("stacks.ramp-help")/> }>
                <button type="button" class="small stacks-back" data-testid="stacks-back"
                    on:click=move |_| stage.open.set(None)>{t("stacks.all")}</button>
            </Show>
        </div>
    }
}

fn is_move(key: &str) -> bool {
    key.starts_with("Arrow") || matches!(key, "PageUp" | "PageDown" | "Home" | "End")
}

/// The stacks in words, for those who do not see them.
fn describe(plan: &Plan) -> String {
    let layers: Vec<String> = plan.columns.iter().map(|c| format!("{} {}", c.title(), c.shape)).collect();
    fill("stacks.seen", &[("layers", &layers.join(", "))])
}
