//! The loss over time: training and test, with axes, a logarithmic scale, and a read-out under the pointer.

mod axis;
mod best;
mod decimate;
mod paint;
mod past;

use leptos::html;
use leptos::prelude::*;
use minibatch_session::CurvePoint;
use web_sys::PointerEvent;

use crate::draw::canvas::{Redraw, on_size};
use crate::numbers::{grouped, loss};
use crate::state::Page;
use crate::words::{fill, t};
use best::{BestButton, told};
use decimate::nearest;
use paint::Geometry;
pub use paint::draw;
use past::PastRuns;
pub use past::colour;

/// The loss over time.
#[component]
pub fn LossChart() -> impl IntoView {
    let page = Page::get();
    let (stage, canvas) = (NodeRef::<html::Div>::new(), NodeRef::<html::Canvas>::new());
    let size = RwSignal::new((0.0, 0.0));
    let geometry = StoredValue::new(None::<Geometry>);
    // The pointer's place, as a share of the chart's width.
    let cursor = RwSignal::new(None::<f64>);
    let best = Memo::new(move |_| page.metrics.with(|m| m.best));
    let kin = page.kin();
    let stands = Memo::new(move |_| page.status.with(|s| !s.playing).then(|| page.metrics.with(|m| m.step)));
    let redraw = Redraw::new(move || {
        let Some(canvas) = canvas.get_untracked() else { return };
        let (log, names) = (page.taste.log_loss.get_untracked(), [t("view.train"), t("view.test")]);
        let curve = page.so_far();
        geometry.set_value(kin.with_untracked(|past| {
            draw(&canvas, size.get_untracked(), (&curve, past, best.get_untracked()), log, names)
        }));
    });
    on_size(stage, move |width, height| size.set((width, height)));
    Effect::new(move || {
        page.curve_version.track();
        kin.track();
        best.track();
        stands.track();
        page.taste.log_loss.track();
        page.taste.dark.track();
        size.track();
        canvas.track();
        redraw.request();
    });
    let moved = move |e: PointerEvent| {
        let Some(bounds) = stage.get_untracked().map(|s| s.get_bounding_client_rect()) else { return };
        let across =
            (f64::from(e.client_x()) - bounds.left()) / bounds.width().max(1.0) * size.get_untracked().0;
        let share =
            geometry.with_value(|g| g.as_ref().map(|g| ((across - g.left) / g.width).clamp(0.0, 1.0)));
        cursor.set(share);
    };
    view! {
        <section class="loss-chart" data-testid="loss-chart" aria-label=t("view.loss")>
            <div class="loss-head">
                <h2>{t("view.loss")}</h2>
                <BestButton/>
                <label class="view-tick">
                    <input
                        type="checkbox"
                        prop:checked=page.taste.log_loss
                        on:change=move |e| page.taste.log_loss.set(event_target_checked(&e))
                    />
                    {t("view.log")}
                </label>
            </div>
            <PastRuns kin/>
            <div
                class="loss-stage"
                role="img"
                aria-label=move || describe(page)
                node_ref=stage
                on:pointermove=moved
                on:pointerdown=moved
                on:pointerleave=move |_| cursor.set(None)
            >
                <canvas class="view-fill" node_ref=canvas aria-hidden="true"></canvas>
                <span class="loss-unit">{t("view.epochs")}</span>
                {move || cursor.get().and_then(|share| readout(page, geometry, share))}
            </div>
        </section>
    }
}

/// The point of the curve nearest to a share of the chart's width, with its epoch's share.
fn under(page: Page, plane: &Geometry, share: f64) -> Option<(CurvePoint, f64)> {
    page.curve.with_value(|curve| {
        let epochs: Vec<f64> = curve.iter().map(|p| p.epoch).collect();
        let point = curve[nearest(&epochs, plane.across.at(share))?];
        Some((point, plane.across.share(point.epoch)))
    })
}

/// A line through the nearest point, and its numbers.
fn readout(page: Page, geometry: StoredValue<Option<Geometry>>, share: f64) -> Option<impl IntoView> {
    page.curve_version.track();
    let plane = geometry.get_value()?;
    let (point, share) = under(page, &plane, share)?;
    let x = plane.left + share.clamp(0.0, 1.0) * plane.width;
    // Above the chart, so that it covers no line.
    let side = if share > 0.5 { "right:0" } else { "left:0" };
    let epoch = format!("{:.2}", point.epoch);
    let best = page.metrics.with_untracked(|m| m.best).filter(|best| best.step == point.step);
    let head = fill("view.loss-at", &[("epoch", &epoch), ("step", &grouped(point.step.into()))]);
    Some(view! {
        <i class="loss-line" style=format!("left:{x:.1}px;top:{:.0}px;height:{:.0}px", plane.top, plane.height)></i>
        <p class="loss-tip" style=side>
            <span>{head}</span>
            <span>{t("view.train")} " " <b>{loss(Some(point.train_loss))}</b></span>
            {point.test_loss.map(|test| view! { <span>{t("view.test")} " " <b>{loss(Some(test))}</b></span> })}
            {best.map(|best| view! { <span>{told("best.at", best)}</span> })}
        </p>
    })
}

/// The curve in words, for those who do not see it. It follows the metrics, not every point.
fn describe(page: Page) -> String {
    let (train, test) = page.metrics.with(|m| (loss(m.train_loss), loss(m.test_loss)));
    let seen = fill("view.loss-seen", &[("train", &train), ("test", &test)]);
    match page.metrics.with(|m| m.best) {
        Some(best) => format!("{seen} {}", told("best.seen", best)),
        None => seen,
    }
}
