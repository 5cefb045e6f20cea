//! The last hidden layer of the test samples in two dimensions, with the boundary that the last layer draws there.

use leptos::html;
use leptos::prelude::*;
use minibatch_session::{Block, Shown};
use web_sys::{HtmlCanvasElement, KeyboardEvent, PointerEvent};

use super::examined::{Answered, Examined, examine};
use super::mistakes::of_step;
use super::plane::{OnPlane, Plane, fit};
use crate::draw::canvas::{Redraw, on_size, prepare_as, text_scale};
use crate::draw::colour::{Rgb, blend, css, mix};
use crate::draw::raster::Raster;
use crate::draw::theme::{Theme, theme};
use crate::numbers::percent;
use crate::state::Page;
use crate::words::{fill, t};

/// Cells of the background across and down.
const CELLS: (usize, usize) = (72, 44);

/// Where the last dense layer's numbers are: weights and biases; none where something bends its outputs afterwards.
fn last_layer(page: Page) -> Option<(std::ops::Range<usize>, Option<std::ops::Range<usize>>)> {
    page.experiment.with_untracked(|e| {
        let blocks = &e.model.as_ref()?.layers;
        let at = blocks.iter().rposition(|b| matches!(b, Block::Linear { .. }))?;
        if !blocks[at + 1..].iter().all(|b| matches!(b, Block::Softmax { .. } | Block::Dropout { .. })) {
            return None;
        }
        let number: usize = blocks[..at].iter().map(Block::modules).sum();
        let layout = e.model().ok()?.layout;
        let find = |name: &str| {
            let name = format!("layers.{number}.{name}");
            layout.parameters.iter().find(|p| p.name == name).map(|p| p.offset..p.offset + p.len())
        };
        Some((find("weight")?, find("bias")))
    })
}

/// What is drawn.
#[derive(Clone, PartialEq, Default)]
struct Cloud {
    plane: Plane,
    places: Vec<[f32; 2]>,
    answered: Vec<Answered>,
    first: usize,
    boundary: Option<OnPlane>,
    classes: usize,
    /// The largest distance from the middle along each axis.
    reach: [f32; 2],
}

impl Cloud {
    fn of(page: Page, e: &Examined, before: Option<&Plane>) -> Option<Self> {
        let rounds = if before.is_some() { 3 } else { 12 };
        let plane = fit(&e.features, e.width, before, rounds)?;
        let places = plane.project(&e.features);
        let boundary = last_layer(page).and_then(|(weights, biases)| {
            let biases = biases.and_then(|b| e.parameters.get(b));
            plane.restrict(e.parameters.get(weights)?, biases)
        });
        let most = |n: usize| places.iter().fold(1e-6f32, |m, p| m.max(p[n].abs())) * 1.08;
        let reach = [most(0), most(1)];
        let answered = e.answered();
        Some(Self { plane, places, answered, first: e.first, boundary, classes: e.outputs, reach })
    }

    /// Where a point stands on a picture of this size.
    fn place(&self, at: [f32; 2], (width, height): (f64, f64)) -> (f64, f64) {
        let share = |n: usize| f64::from(at[n] / self.reach[n]) / 2.0;
        ((0.5 + share(0)) * width, (0.5 - share(1)) * height)
    }

    /// The point nearest to a place, within a few pixels.
    fn nearest(&self, (x, y): (f64, f64), size: (f64, f64)) -> Option<usize> {
        let far = |i: usize| {
            let (px, py) = self.place(self.places[i], size);
            (px - x).hypot(py - y)
        };
        (0..self.places.len()).min_by(|&a, &b| far(a).total_cmp(&far(b))).filter(|&i| far(i) < 14.0)
    }
}

/// One colour a class, again from the first where there are more.
fn colours(theme: &Theme, classes: usize) -> Vec<Rgb> {
    theme.classes.iter().copied().cycle().take(classes.max(1)).collect()
}

/// The points in the plane with the boundary behind them; pointing names one, a click shows it.
#[component]
pub fn Projection() -> impl IntoView {
    let page = Page::get();
    let examination = examine(page, true);
    let cloud = StoredValue::new(None::<Cloud>);
    let version = RwSignal::new(0u32);
    let (stage, canvas) = (NodeRef::<html::Div>::new(), NodeRef::<html::Canvas>::new());
    let size = RwSignal::new((0.0, 0.0));
    let at = RwSignal::new(None::<usize>);
    on_size(stage, move |width, height| size.set((width, height)));
    Effect::new(move |_| {
        examination.version.track();
        let made = examination.data.with_value(|e| {
            cloud.with_value(|before| {
                let before = before.as_ref().map(|c| &c.plane).filter(|p| p.mean.len() == e.width);
                Cloud::of(page, e, before)
            })
        });
        cloud.set_value(made);
        version.update(|v| *v += 1);
    });
    let back = StoredValue::new_local(None::<Raster>);
    let redraw = Redraw::new(move || {
        let Some(canvas) = canvas.get_untracked() else { return };
        cloud.with_value(|cloud| {
            back.update_value(|back| {
                if back.is_none() {
                    *back = Raster::new();
                }
                if let Some(back) = back {
                    draw(
                        &canvas,
                        size.get_untracked(),
                        cloud.as_ref(),
                        back,
                        marked(page, cloud.as_ref(), at.get_untracked()),
                    );
                }
            });
        });
    });
    Effect::new(move |_| {
        version.track();
        size.track();
        at.track();
        canvas.track();
        page.taste.dark.track();
        page.sample.track();
        redraw.request();
    });
    let pointed = move |e: PointerEvent| {
        let place = (f64::from(e.offset_x()), f64::from(e.offset_y()));
        at.set(cloud.with_value(|c| c.as_ref().and_then(|c| c.nearest(place, size.get_untracked()))));
    };
    let show = move || {
        let first = cloud.with_value(|c| c.as_ref().map(|c| c.first));
        if let Some((i, first)) = at.get_untracked().zip(first) {
            page.show_sample(Shown::Row((first + i) as u32));
        }
    };
    let keyed = move |e: KeyboardEvent| {
        let count = cloud.with_value(|c| c.as_ref().map_or(0, |c| c.places.len()));
        let now = at.get_untracked();
        match e.key().as_str() {
            "ArrowRight" | "ArrowDown" if count > 0 => at.set(Some(now.map_or(0, |i| (i + 1) % count))),
            "ArrowLeft" | "ArrowUp" if count > 0 => at.set(Some(now.map_or(0, |i| (i + count - 1) % count))),
            "Enter" => show(),
            _ => return,
        }
        e.prevent_default();
    };
    let told = move || {
        version.track();
        cloud.with_value(|c| c.as_ref().map_or(t("images.no-plane").into(), |c| caption(page, c, at.get())))
    };
    view! {
        <p class="note image-caption" aria-live="polite">{told}{of_step(examination)}</p>
        <div class="projection" node_ref=stage tabindex="0" role="img" data-testid="projection" aria-label=t("images.projection-help")
            on:pointermove=pointed on:pointerdown=move |e| { pointed(e); show(); } on:pointerleave=move |_| at.set(None) on:keydown=keyed>
            <canvas class="view-fill" node_ref=canvas aria-hidden="true"></canvas>
        </div>
        {move || { version.track(); page.taste.dark.track(); legend(page, cloud) }}
    }
}

/// The point that is pointed at, else that of the sample shown.
fn marked(page: Page, cloud: Option<&Cloud>, at: Option<usize>) -> Option<usize> {
    let shown = match page.sample.get_untracked() {
        Shown::Row(row) => (row as usize).checked_sub(cloud?.first),
        Shown::Own(_) => None,
    };
    at.or(shown).filter(|&i| cloud.is_some_and(|c| i < c.places.len()))
}

fn caption(page: Page, cloud: &Cloud, at: Option<usize>) -> String {
    let Some(a) = at.and_then(|i| cloud.answered.get(i)) else {
        let boundary =
            if cloud.boundary.is_some() { t("images.plane-boundary") } else { t("images.plane-bare") };
        return format!(
            "{} {boundary}",
            fill("images.plane", &[("share", &percent(Some(cloud.plane.share)))])
        );
    };
    let (truth, guess) = (page.class_name(a.truth), page.class_name(a.guess));
    fill(
        "images.shot",
        &[("truth", &truth), ("guess", &guess), ("loss", &crate::numbers::loss(Some(a.loss)))],
    )
}

fn legend(page: Page, cloud: StoredValue<Option<Cloud>>) -> impl IntoView {
    let theme = theme();
    let count = cloud.with_value(|c| c.as_ref().map_or(0, |c| c.classes));
    let chip = move |(class, colour): (usize, Rgb)| {
        let style = format!("background:{}", css(colour, 1.0));
        view! { <span><i style=style></i>{page.class_name(class)}</span> }
    };
    let chips = colours(&theme, count).into_iter().enumerate().filter(|_| count > 0).map(chip).collect_view();
    view! { <div class="projection-legend" aria-hidden="true">{chips}</div> }
}

fn draw(
    canvas: &HtmlCanvasElement,
    size: (f64, f64),
    cloud: Option<&Cloud>,
    back: &mut Raster,
    marked: Option<usize>,
) {
    let Some(surface) = prepare_as(canvas, size.0, size.1) else { return };
    let (Some(cloud), theme, context) = (cloud, theme(), &surface.context) else { return };
    let colours = colours(&theme, cloud.classes);
    if let Some(boundary) = &cloud.boundary {
        let (across, down) = CELLS;
        back.resize(across, down);
        for (i, pixel) in back.pixels().chunks_exact_mut(4).enumerate() {
            let share = |n: usize, of: usize| (n as f32 + 0.5) / of as f32 * 2.0 - 1.0;
            let at = [share(i % across, across) * cloud.reach[0], -share(i / across, down) * cloud.reach[1]];
            let colour = blend(&colours, &boundary.classes(at), theme.zero).unwrap_or(theme.zero);
            let [r, g, b] = mix(theme.panel, colour, 0.42);
            pixel.copy_from_slice(&[r, g, b, 255]);
        }
        back.show();
        // It fails only for a picture without pixels, and then there is nothing to show.
        let _ = context.draw_image_with_html_canvas_element_and_dw_and_dh(
            back.canvas(),
            0.0,
            0.0,
            size.0,
            size.1,
        );
    }
    // Larger where there is more room.
    let radius = (size.0.min(size.1) / 110.0).clamp(2.2, 4.5) * text_scale();
    for (place, answered) in cloud.places.iter().zip(&cloud.answered) {
        let (x, y) = cloud.place(*place, size);
        context.begin_path();
        let wrong = answered.truth != answered.guess;
        let _ = context.arc(x, y, if wrong { radius * 1.25 } else { radius }, 0.0, std::f64::consts::TAU);
        context.set_fill_style_str(&css(colours[answered.truth % colours.len()], 1.0));
        context.fill();
        context.set_line_width(if wrong { 1.2 } else { 0.7 });
        context.set_stroke_style_str(&css(if wrong { theme.ink } else { theme.panel }, 1.0));
        context.stroke();
    }
    if let Some(place) = marked.and_then(|i| cloud.places.get(i)) {
        let (x, y) = cloud.place(*place, size);
        context.begin_path();
        let _ = context.arc(x, y, radius * 2.4, 0.0, std::f64::consts::TAU);
        context.set_line_width(2.0);
        context.set_stroke_style_str(&css(theme.ink, 1.0));
        context.stroke();
    }
}
