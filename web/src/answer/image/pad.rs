//! A pad to draw on: what is drawn goes to the model with every frame, so that maps and scores follow the pen.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use minibatch_session::{ProbeKind, Shown};
use web_sys::{KeyboardEvent, PointerEvent};

use super::paper::{Paper, spread};
use super::sketch::Sketch;
use crate::draw::canvas::Redraw;
use crate::draw::colour::parse_hex;
use crate::draw::picture::{Style, image_shape, paint_as, range, style};
use crate::draw::raster::Raster;
use crate::draw::theme::theme;
use crate::state::Page;
use crate::words::t;

/// The pen's widths: shares of the picture's longer side, and their names.
const PENS: [(f64, &str); 3] = [(0.06, "draw.thin"), (0.095, "draw.medium"), (0.16, "draw.wide")];

/// What the pad knows.
#[derive(Clone, Copy)]
struct Pad {
    sketch: StoredValue<Sketch>,
    /// The samples' ground and ink.
    paper: RwSignal<Paper>,
    /// Changes with the sketch.
    version: RwSignal<u32>,
    /// Which of [`PENS`].
    pen: RwSignal<usize>,
    /// Red, green and blue as a page writes them; for one channel, whether the pen rubs out.
    colour: RwSignal<String>,
    rubs: RwSignal<bool>,
    /// Where the keyboard's pen stands, in pixels of the picture, and whether it touches.
    cursor: RwSignal<Option<((f64, f64), bool)>>,
}

impl Pad {
    fn paint(&self) -> Vec<f32> {
        let channels = self.sketch.with_value(|s| s.shape()[0]);
        if channels != 3 {
            let rubs = self.rubs.get_untracked();
            return self
                .paper
                .with_untracked(|paper| if rubs { paper.ground.clone() } else { paper.ink.clone() });
        }
        let colour = parse_hex(&self.colour.get_untracked()).unwrap_or([255; 3]);
        colour.map(|c| f32::from(c) / 255.0).to_vec()
    }

    fn radius(&self) -> f64 {
        let [_, rows, columns] = self.sketch.with_value(Sketch::shape);
        rows.max(columns) as f64 * PENS[self.pen.get_untracked()].0 / 2.0
    }

    fn line(&self, from: (f64, f64), to: (f64, f64)) {
        let (radius, paint) = (self.radius(), self.paint());
        self.change(|s| s.line(from, to, radius, &paint));
    }

    fn change(&self, change: impl FnOnce(&mut Sketch)) {
        self.sketch.update_value(change);
        self.version.update(|v| *v += 1);
    }
}

/// The picture that is shown, as the last look inside has it.
fn shown(page: Page) -> Option<Vec<f32>> {
    let range = page.facts.with_untracked(|f| {
        f.as_ref()?.probes.iter().find(|p| p.kind == ProbeKind::Input).map(|p| p.offset..p.offset + p.len())
    })?;
    page.frame.with_value(|f| f.inside.get(range).map(<[f32]>::to_vec))
}

/// Samples that tell the ground and the ink, at most.
const LOOKED_AT: usize = 40;
/// The most numbers of these.
const MOST: usize = 1 << 19;

/// Asks for some samples and takes their ground and ink.
fn take_paper(page: Page, pad: Pad) {
    let Some(facts) = page.facts.get() else { return };
    let Some(shape) = image_shape(&facts.input) else { return };
    let size = shape.iter().product::<usize>().max(1);
    let n = LOOKED_AT.min(MOST / size).max(1);
    let receivers: Vec<_> = spread(facts.train, n).into_iter().map(|place| page.samples(place, 1)).collect();
    if receivers.is_empty() {
        return;
    }
    spawn_local(async move {
        let mut inputs = vec![];
        for receiver in receivers {
            let Ok(Ok(arrays)) = receiver.await else { return };
            inputs.extend_from_slice(arrays.first().map_or(&[][..], |values| values));
        }
        // Another network's samples may have come in between.
        let still = page.facts.try_get_untracked().flatten().is_some_and(|f| Arc::ptr_eq(&f, &facts));
        if !still {
            return;
        }
        let paper = Paper::of(&inputs, shape);
        let hex = paper.ink.iter().map(|v| format!("{:02x}", (v.clamp(0.0, 1.0) * 255.0).round() as u8));
        if shape[0] == 3 {
            let _set = pad.colour.try_set(format!("#{}", hex.collect::<String>()));
        }
        if !matches!(page.sample.get_untracked(), Shown::Own(_)) {
            pad.change(|s| s.fill(&paper.ground));
        }
        let _set = pad.paper.try_set(paper);
    });
}

/// The pad with its tools.
#[component]
pub fn DrawPad(
    /// Further tools at the end of the row.
    children: Children,
) -> impl IntoView {
    let page = Page::get();
    let shape = Memo::new(move |_| page.facts.with(|f| f.as_ref().and_then(|f| image_shape(&f.input))));
    let pad = Pad {
        sketch: StoredValue::new(Sketch::default()),
        paper: RwSignal::new(Paper::plain(1)),
        version: RwSignal::new(0),
        pen: RwSignal::new(1),
        colour: RwSignal::new("#ffffff".into()),
        rubs: RwSignal::new(false),
        cursor: RwSignal::new(None),
    };
    Effect::new(move |_| {
        if let Some(shape) = shape.get() {
            pad.sketch.set_value(Sketch::new(shape));
            pad.paper.set(Paper::plain(shape[0]));
            pad.cursor.set(None);
        }
    });
    Effect::new(move |_| take_paper(page, pad));
    let own = Memo::new(move |_| page.sample.with(|s| matches!(s, Shown::Own(_))));
    let send = Redraw::new(move || page.show_sample(Shown::Own(pad.sketch.with_value(Sketch::scaled))));
    let coloured = move || shape.get().is_some_and(|s| s[0] == 3);
    let ground = Memo::new(move |_| pad.paper.with(|paper| paper.ground.clone()));
    let clear = move |_| {
        pad.change(|s| s.fill(&ground.get_untracked()));
        send.request();
    };
    let take = move |_| {
        if let Some(picture) = shown(page) {
            pad.change(|s| s.take(&picture));
            send.request();
        }
    };
    let pens = move || {
        PENS.iter()
            .enumerate()
            .map(|(i, (share, name))| {
                view! {
                    <button type="button" class="tiny pen" title=t(name) aria-label=t(name)
                        aria-pressed=move || (pad.pen.get() == i).to_string() on:click=move |_| pad.pen.set(i)>
                        <i style=format!("width:{0:.1}px;height:{0:.1}px", 3.0 + share * 60.0)></i>
                    </button>
                }
            })
            .collect_view()
    };
    view! {
        <div class="draw-pad">
            <Paper pad=pad own=own send=send ground=ground/>
            <div class="draw-tools" role="group" aria-label=t("draw.tools")>
                {pens}
                {move || if coloured() {
                    view! {
                        <label class="draw-colour" title=t("draw.colour-help")>
                            <span class="view-hidden">{t("draw.colour")}</span>
                            <input type="color" prop:value=pad.colour on:input:target=move |e| pad.colour.set(e.target().value())/>
                        </label>
                        <button type="button" class="toggle" title=t("draw.fill-help") data-testid="draw-fill" on:click=move |_| {
                            let paint = pad.paint();
                            pad.change(|s| s.fill(&paint));
                            send.request();
                        }>{t("draw.fill")}</button>
                    }.into_any()
                } else {
                    view! {
                        <button type="button" class="toggle" title=t("draw.rub-help") aria-pressed=move || pad.rubs.get().to_string()
                            on:click=move |_| pad.rubs.update(|r| *r = !*r)>{t("draw.rub")}</button>
                    }.into_any()
                }}
                <button type="button" class="toggle" title=t("draw.clear-help") data-testid="draw-clear" on:click=clear>{t("draw.clear")}</button>
                <button type="button" class="toggle" title=t("draw.take-help") data-testid="draw-take" disabled=move || own.get() on:click=take>{t("draw.take")}</button>
                {children()}
            </div>
        </div>
    }
}

/// What is drawn on. While a sample of the data is shown it lies there, pale, until the pen touches.
#[component]
fn Paper(pad: Pad, own: Memo<bool>, send: Redraw, ground: Memo<Vec<f32>>) -> impl IntoView {
    let page = Page::get();
    let canvas = NodeRef::<html::Canvas>::new();
    let raster = StoredValue::new_local(None::<Raster>);
    // A drawing is read as the data are, however much of it is filled.
    let reading = StoredValue::new(None::<Style>);
    let last_drawn = StoredValue::new(None::<(bool, Vec<f32>)>);
    let redraw = Redraw::new(move || {
        let Some(canvas) = canvas.get_untracked() else { return };
        raster.update_value(|raster| {
            if raster.as_ref().is_none_or(|r| r.canvas() != &canvas) {
                *raster = Raster::on(canvas);
            }
            let Some(raster) = raster else { return };
            let theme = theme();
            if own.get_untracked() {
                last_drawn.set_value(None);
                pad.sketch.with_value(|s| {
                    let [channels, rows, columns] = s.fine_shape();
                    raster.resize(columns, rows);
                    // Strokes on an empty ground are ink on the theme's paper; on another they are as they are.
                    let empty = pad.paper.with_untracked(|paper| vec![paper.ground[0]; rows * columns]);
                    let plain = if channels == 3 { Style::Colour } else { style(&empty, [1, rows, columns]) };
                    let style = reading.get_value().unwrap_or(plain);
                    paint_as(raster.pixels(), s.values(), s.fine_shape(), style, &theme);
                });
            } else if let Some(picture) = shown(page) {
                // While it trains the sample stays the same.
                let now = (page.taste.dark.get_untracked(), picture.clone());
                if last_drawn.try_update_value(|last| last.replace(now.clone()).as_ref() == Some(&now))
                    == Some(true)
                {
                    return;
                }
                let shape = pad.sketch.with_value(Sketch::shape);
                let style = style(&picture, shape);
                // Data beyond 0 and 1 are read by their own range, a drawing by 0 and 1.
                reading.set_value(Some(style).filter(|_| range(&picture) == (0.0, 1.0)));
                raster.resize(shape[2], shape[1]);
                paint_as(raster.pixels(), &picture, shape, style, &theme);
            }
            raster.show();
        });
    });
    Effect::new(move |_| {
        page.frame_version.track();
        page.taste.dark.track();
        pad.version.track();
        own.track();
        canvas.track();
        redraw.request();
    });
    let place = move |e: &PointerEvent| {
        let bounds = canvas.get_untracked()?.get_bounding_client_rect();
        let [_, rows, columns] = pad.sketch.with_value(Sketch::shape);
        let x = (f64::from(e.client_x()) - bounds.left()) / bounds.width().max(1.0) * columns as f64;
        let y = (f64::from(e.client_y()) - bounds.top()) / bounds.height().max(1.0) * rows as f64;
        Some((x, y))
    };
    let begin = move || {
        if !own.get_untracked() {
            pad.change(|s| s.fill(&ground.get_untracked()));
        }
    };
    let last = StoredValue::new(None::<(f64, f64)>);
    let down = move |e: PointerEvent| {
        let Some(at) = place(&e).filter(|_| e.button() == 0) else { return };
        if let Some(canvas) = canvas.get_untracked() {
            // Without it the stroke ends at the edge, which is no harm.
            let _ = canvas.set_pointer_capture(e.pointer_id());
        }
        begin();
        pad.cursor.set(None);
        pad.line(at, at);
        last.set_value(Some(at));
        send.request();
    };
    let moved = move |e: PointerEvent| {
        let (Some(from), Some(to)) = (last.get_value(), place(&e)) else { return };
        pad.line(from, to);
        last.set_value(Some(to));
        send.request();
    };
    let keyed = move |e: KeyboardEvent| {
        let [_, rows, columns] = pad.sketch.with_value(Sketch::shape);
        let (at, touches) =
            pad.cursor.get_untracked().unwrap_or(((columns as f64 / 2.0, rows as f64 / 2.0), false));
        let (dx, dy) = match e.key().as_str() {
            "ArrowLeft" => (-1.0, 0.0),
            "ArrowRight" => (1.0, 0.0),
            "ArrowUp" => (0.0, -1.0),
            "ArrowDown" => (0.0, 1.0),
            " " | "Enter" => {
                e.prevent_default();
                if !touches {
                    begin();
                    pad.line(at, at);
                    send.request();
                }
                return pad.cursor.set(Some((at, !touches)));
            }
            "Escape" => return pad.cursor.set(None),
            _ => return,
        };
        e.prevent_default();
        let to = ((at.0 + dx).clamp(0.0, columns as f64), (at.1 + dy).clamp(0.0, rows as f64));
        if touches {
            pad.line(at, to);
            send.request();
        }
        pad.cursor.set(Some((to, touches)));
    };
    let cross = move || {
        let ((x, y), touches) = pad.cursor.get()?;
        let [_, rows, columns] = pad.sketch.with_value(Sketch::shape);
        let style = format!(
            "left:{:.2}%;top:{:.2}%",
            x / columns.max(1) as f64 * 100.0,
            y / rows.max(1) as f64 * 100.0
        );
        Some(view! { <i class="draw-cursor" class:touches=touches style=style></i> })
    };
    view! {
        <div class="draw-paper" class:own=move || own.get()>
            <canvas class="picture" node_ref=canvas tabindex="0" role="img" data-testid="draw" aria-label=t("draw.name") title=t("draw.help")
                on:pointerdown=down on:pointermove=moved on:pointerup=move |_| last.set_value(None)
                on:pointercancel=move |_| last.set_value(None) on:keydown=keyed on:blur=move |_| pad.cursor.set(None)></canvas>
            {cross}
            <span class="draw-hint" aria-hidden="true">{t("draw.hint")}</span>
        </div>
    }
}
