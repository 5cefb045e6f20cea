//! The picture itself: the map, points and ticks over it, the read-out, and drawing with pointer or keyboard.

use leptos::html;
use leptos::prelude::*;
use minibatch_session::data::{DOMAIN, DatasetKind, Point};
use web_sys::{HtmlCanvasElement, KeyboardEvent, PointerEvent};

use super::board::{Board, Reading};
use super::brush::{ERASER, Stroke, commit};
use crate::draw::canvas::{Redraw, on_size, prepare_as, text_scale};
use crate::draw::colour::css;
use crate::draw::points::{Dot, Plane, draw_points, reach};
use crate::draw::raster::Raster;
use crate::draw::theme::{Theme, theme};
use crate::numbers::{percent, signed, within};
use crate::state::{Brush, Page};
use crate::views::network::unit_name;
use crate::words::{fill, t};

/// What the plot's parts share.
#[derive(Clone, Copy)]
struct Shared {
    page: Page,
    size: RwSignal<(f64, f64)>,
    /// Where the pointer or the keyboard's cross is, in the plane.
    cursor: RwSignal<Option<(f64, f64)>>,
    stroke: RwSignal<Option<Stroke>>,
}

/// Where the plane lies in a box of this size: square, with room for ticks unless it is tiny.
fn plane(width: f64, height: f64) -> Plane {
    plane_for(width, height, text_scale())
}

/// As [`plane`], for ticks whose text is this much larger than 10 CSS pixels.
fn plane_for(width: f64, height: f64, scale: f64) -> Plane {
    let ticks = width.min(height) >= 170.0 * scale;
    let (left, below) = if ticks { (20.0 * scale, 17.0 * scale) } else { (0.0, 0.0) };
    let side = (width - left).min(height - below).max(1.0);
    Plane {
        left: left + ((width - left - side) / 2.0).floor(),
        top: ((height - below - side) / 2.0).floor(),
        side,
    }
}

/// Gathers what the picture shows; none before an experiment stands.
pub fn with_board<T>(page: Page, ask: impl FnOnce(&Board) -> T) -> Option<T> {
    let summary = page.summary.get_untracked().ok()?;
    let features = page.experiment.with_untracked(|e| e.features.clone());
    let limit = page.points.with_value(|(train, _)| reach(train, summary.classes));
    let (discretise, unit) = (page.taste.discretise.get_untracked(), page.hover.get_untracked());
    let (summary, features) = (&summary, &*features);
    Some(page.frame.with_value(|frame| ask(&Board { frame, summary, features, limit, discretise, unit })))
}

/// The picture, its points and its read-out.
#[component]
pub fn Plot() -> impl IntoView {
    let page = Page::get();
    let shared = Shared {
        page,
        size: RwSignal::new((0.0, 0.0)),
        cursor: RwSignal::new(None),
        stroke: RwSignal::new(None),
    };
    let (stage, heat, over) =
        (NodeRef::<html::Div>::new(), NodeRef::<html::Canvas>::new(), NodeRef::<html::Canvas>::new());
    on_size(stage, move |width, height| shared.size.set((width, height)));
    redraw_heat(page, heat);
    redraw_points(shared, over);
    let place = move |e: &PointerEvent| {
        let bounds = stage.get_untracked()?.get_bounding_client_rect();
        let (width, height) = shared.size.get_untracked();
        let across = (f64::from(e.client_x()) - bounds.left()) * width / bounds.width().max(1.0);
        let down = (f64::from(e.client_y()) - bounds.top()) * height / bounds.height().max(1.0);
        plane(width, height).point(across, down)
    };
    let seen = RwSignal::new(String::new());
    view! {
        <div
            class="output-plot"
            class:drawing=move || page.brush.with(Option::is_some)
            tabindex="0"
            role="group"
            aria-label=move || t(if page.brush.with(Option::is_some) { "view.plot-drawing" } else { "view.plot" })
            aria-describedby="output-seen"
            node_ref=stage
            on:focus=move |_| seen.set(describe(page))
            on:pointerdown=move |e: PointerEvent| shared.down(&e, place(&e))
            on:pointermove=move |e: PointerEvent| shared.moved(place(&e))
            on:pointerup=move |_| shared.up()
            on:pointercancel=move |_| shared.stroke.set(None)
            on:pointerleave=move |_| shared.cursor.set(None)
            on:keydown=move |e: KeyboardEvent| shared.key(&e)
        >
            <canvas
                class="output-heat"
                node_ref=heat
                aria-hidden="true"
                style=move || {
                    let (width, height) = shared.size.get();
                    let p = plane(width, height);
                    // Shares of the plot: paper has another width, and nothing is drawn anew for it.
                    let (across, down) = (100.0 / width.max(1.0), 100.0 / height.max(1.0));
                    format!(
                        "left:{}%;top:{}%;width:{}%;height:{}%",
                        p.left * across, p.top * down, p.side * across, p.side * down
                    )
                }
            ></canvas>
            <canvas class="view-fill" node_ref=over aria-hidden="true"></canvas>
            <Cross shared/>
            <p class="output-caption" class:empty=move || page.hover.with(Option::is_none)>
                {move || page.hover.get().map(|unit| {
                    let name = with_board(page, |b| unit_name(unit, b.summary, b.features));
                    name.unwrap_or_default()
                })}
            </p>
        </div>
        <p class="view-hidden" id="output-seen">{seen}</p>
    }
}

/// Paints the map when it has changed.
fn redraw_heat(page: Page, heat: NodeRef<html::Canvas>) {
    let mut raster = None;
    let redraw = Redraw::new(move || {
        if raster.is_none() {
            raster = heat.get_untracked().and_then(Raster::on);
        }
        let Some(raster) = raster.as_mut() else { return };
        let theme = theme();
        with_board(page, |board| board.paint(raster, &theme));
        raster.show();
    });
    Effect::new(move || {
        page.frame_version.track();
        page.points_version.track();
        page.hover.track();
        page.summary.track();
        page.taste.discretise.track();
        page.taste.dark.track();
        heat.track();
        redraw.request();
    });
}

/// Draws points and ticks when they have changed, which is rare.
fn redraw_points(shared: Shared, over: NodeRef<html::Canvas>) {
    let page = shared.page;
    let redraw = Redraw::new(move || {
        if let Some(canvas) = over.get_untracked() {
            draw_over(&canvas, shared);
        }
    });
    Effect::new(move || {
        page.points_version.track();
        page.summary.track();
        page.taste.show_test.track();
        page.brush.track();
        page.taste.dark.track();
        shared.size.track();
        shared.stroke.track();
        over.track();
        redraw.request();
    });
}

fn draw_over(canvas: &HtmlCanvasElement, shared: Shared) {
    let (width, height) = shared.size.get_untracked();
    let Some(surface) = prepare_as(canvas, width, height) else { return };
    let (theme, page) = (theme(), shared.page);
    let (context, plane) = (&surface.context, plane(surface.width, surface.height));
    if plane.left > 0.0 || surface.height - plane.side > 10.0 {
        draw_ticks(context, plane, &theme);
    }
    // An experiment that does not stand yet has too few points, of classes as like as not.
    let classes = page.summary.with_untracked(|s| s.as_ref().map_or(Some(2), |s| s.classes));
    let stroke = shared.stroke.get_untracked();
    let radius = (plane.side / 95.0).clamp(1.8, 7.0);
    let filled = Dot { radius, outline: (radius * 0.55).clamp(1.0, 3.0), hollow: false };
    let hollow = Dot { radius: radius * 0.86, outline: (radius * 1.1).clamp(1.6, 4.0), hollow: true };
    let paint = |points: &[Point], dot: Dot, limit: f32| {
        let left: Vec<Point>;
        let points = match &stroke {
            Some(s) if s.brush == Brush::Erase => {
                left = points.iter().filter(|p| !s.erases(p)).copied().collect();
                &left[..]
            }
            _ => points,
        };
        draw_points(context, plane, points, dot, theme.panel, |label| theme.label(label, classes, limit));
    };
    // Before there are two points nothing is built, and what stands in the experiment is all there is.
    let few = page.experiment.with_untracked(|e| {
        let own = e.data.kind == DatasetKind::Own && e.data.points.len() < 2;
        own.then(|| e.data.points.clone())
    });
    page.points.with_value(|(train, test)| {
        let limit = reach(train, classes);
        match few {
            Some(points) => paint(&points, filled, limit),
            None => {
                // Who draws wants to see every point, on whichever side of the split it falls.
                if page.taste.show_test.get_untracked() || page.brush.with_untracked(Option::is_some) {
                    paint(test, hollow, limit);
                }
                paint(train, filled, limit);
            }
        }
        if let Some(stroke) = &stroke {
            paint(&stroke.added(), filled, limit);
        }
    });
}

fn draw_ticks(context: &web_sys::CanvasRenderingContext2d, plane: Plane, theme: &Theme) {
    context.set_fill_style_str(&css(theme.faint, 1.0));
    context.set_font(&format!("{:.1}px {}", 10.0 * text_scale(), theme.font));
    for v in [-6, -3, 0, 3, 6] {
        let (x, y) = plane.place(v.into(), v.into());
        let text = if v < 0 { format!("−{}", -v) } else { v.to_string() };
        // Text is never worth stopping for.
        context.set_text_align(if v == 6 { "right" } else { "center" });
        context.set_text_baseline("top");
        let _ = context.fill_text(&text, x, plane.top + plane.side + 4.0);
        context.set_text_align("right");
        context.set_text_baseline(match v {
            6 => "top",
            -6 => "bottom",
            _ => "middle",
        });
        let _ = context.fill_text(&text, plane.left - 5.0, y);
    }
}

impl Shared {
    fn down(self, event: &PointerEvent, place: Option<(f64, f64)>) {
        let (Some(brush), Some(place)) = (self.page.brush.get_untracked(), place) else { return };
        if event.button() != 0 {
            return;
        }
        use wasm_bindgen::JsCast;
        let target = event.current_target().and_then(|t| t.dyn_into::<web_sys::Element>().ok());
        if let Some(target) = target {
            // It fails when the pointer is already up; the stroke then ends with the next one.
            let _ = target.set_pointer_capture(event.pointer_id());
        }
        self.stroke.set(Some(Stroke::begin(brush, place)));
    }

    fn moved(self, place: Option<(f64, f64)>) {
        self.cursor.set(place);
        let Some(place) = place else { return };
        let mut now = self.stroke.get_untracked();
        if now.as_mut().is_some_and(|stroke| stroke.extend(place)) {
            self.stroke.set(now);
        }
    }

    fn up(self) {
        if let Some(stroke) = self.stroke.get_untracked() {
            self.stroke.set(None);
            commit(self.page, &stroke);
        }
    }

    /// Arrows move the cross (half a unit, with Shift a tenth), Enter draws there.
    fn key(self, event: &KeyboardEvent) {
        let pace = if event.shift_key() { 0.1 } else { 0.5 };
        let (dx, dy) = match event.key().as_str() {
            "ArrowLeft" => (-pace, 0.0),
            "ArrowRight" => (pace, 0.0),
            "ArrowUp" => (0.0, pace),
            "ArrowDown" => (0.0, -pace),
            "Enter" | " " => {
                if let (Some(brush), Some(place)) =
                    (self.page.brush.get_untracked(), self.cursor.get_untracked())
                {
                    event.prevent_default();
                    event.stop_propagation();
                    commit(self.page, &Stroke::begin(brush, place));
                }
                return;
            }
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        let reach = f64::from(DOMAIN);
        let (x, y) = self.cursor.get_untracked().unwrap_or((0.0, 0.0));
        self.cursor.set(Some((within(x + dx, -reach, reach), within(y + dy, -reach, reach))));
    }
}

/// The cross at the cursor, the eraser's reach, and what the picture says there.
#[component]
fn Cross(shared: Shared) -> impl IntoView {
    let page = shared.page;
    let style = move || {
        let Some((x, y)) = shared.cursor.get() else { return "display:none".into() };
        let (width, height) = shared.size.get();
        let plane = plane(width, height);
        let (across, down) = plane.place(x, y);
        let size = match page.brush.get() {
            Some(Brush::Erase) => 2.0 * ERASER / (2.0 * f64::from(DOMAIN)) * plane.side,
            _ => 11.0,
        };
        format!("left:{across:.1}px;top:{down:.1}px;width:{size:.1}px;height:{size:.1}px")
    };
    let text = move || {
        let (x, y) = shared.cursor.get()?;
        page.frame_version.track();
        page.hover.track();
        let value = match with_board(page, |board| board.read(x, y)).flatten() {
            None => String::new(),
            Some(Reading::Value(v)) => fill("view.read-value", &[("value", &signed(v))]),
            Some(Reading::Probability(p)) => fill("view.read-probability", &[("value", &format!("{p:.3}"))]),
            Some(Reading::Class(c, p)) => {
                fill("view.read-class", &[("class", &page.class_name(c)), ("value", &percent(Some(p)))])
            }
        };
        let place = |v: f64| format!("{}{:.2}", if v < -0.004 { "−" } else { "" }, v.abs());
        Some(fill("view.read", &[("x", &place(x)), ("y", &place(y)), ("value", &value)]))
    };
    let low = move || shared.cursor.get().is_some_and(|(_, y)| y > 2.0);
    view! {
        <i class="output-cross" class:eraser=move || page.brush.get() == Some(Brush::Erase) style=style></i>
        <p class="output-read" class:low=low aria-live="polite" class:empty=move || shared.cursor.with(Option::is_none)>
            {text}
        </p>
    }
}

/// What is seen, in words.
fn describe(page: Page) -> String {
    let (train, test) = page.points.with_value(|(a, b)| (a.len().to_string(), b.len().to_string()));
    let mut text = fill("view.seen-points", &[("train", &train), ("test", &test)]);
    let shares = with_board(page, |b| b.shares()).unwrap_or_default();
    for (class, share) in shares.into_iter().enumerate() {
        text.push(' ');
        let words = [("class", &*page.class_name(class)), ("share", &*percent(Some(share)))];
        text.push_str(&fill("view.seen-class", &words));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plane_is_square_and_inside_with_room_for_ticks() {
        for (width, height) in [(300.0, 300.0), (332.0, 200.0), (120.0, 120.0), (1500.0, 900.0)] {
            let p = plane_for(width, height, 1.0);
            assert!(p.left >= 0.0 && p.left + p.side <= width + 0.5, "{width}x{height}: {p:?}");
            assert!(p.top >= 0.0 && p.top + p.side <= height + 0.5, "{width}x{height}: {p:?}");
        }
        assert!(plane_for(300.0, 300.0, 1.0).left >= 18.0);
        assert!(plane_for(600.0, 600.0, 2.0).left >= 36.0, "larger text needs more room");
        assert_eq!(plane_for(120.0, 120.0, 1.0).side, 120.0);
    }
}
