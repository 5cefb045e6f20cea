//! The filters of one convolution as pictures: colours where they look at colours, else one channel or the mean of all.

use leptos::html;
use leptos::prelude::*;
use web_sys::{HtmlCanvasElement, PointerEvent};

use super::Stage;
use super::plan::{Column, Plan, Stack, reach};
use super::rules::{ConvRule, Rule};
use crate::draw::canvas::{Redraw, on_size, prepare_as, text_scale};
use crate::draw::colour::{Rgb, css};
use crate::draw::raster::Raster;
use crate::draw::theme::{Theme, theme};
use crate::numbers::within;
use crate::state::Page;
use crate::words::{fill, t};

/// Between two filters, in CSS pixels.
const GAP: f64 = 4.0;

/// The convolution of this place, or the first.
fn chosen<'a>(plan: &'a Plan, path: Option<&str>) -> Option<(&'a Column, &'a Stack, &'a ConvRule)> {
    let mut all =
        plan.columns.iter().flat_map(|c| c.stacks.iter().map(move |s| (c, s))).filter_map(|(c, s)| {
            if let Some(Rule::Conv(rule)) = &s.rule { Some((c, s, rule)) } else { None }
        });
    let first = all.clone().next();
    path.and_then(|path| all.find(|(_, s, _)| s.path == path)).or(first)
}

/// Whether its filters look at a colour picture.
fn coloured(stack: &Stack, rule: &ConvRule) -> bool {
    rule.depth() == 3 && stack.source.as_ref().is_some_and(|(path, ..)| path.is_empty())
}

/// One number a place of each filter: of a channel, or the mean of all.
fn plane(weights: &[f32], rule: &ConvRule, filter: usize, channel: Option<usize>) -> Vec<f32> {
    let (size, depth) = (rule.conv.kernel[0] * rule.conv.kernel[1], rule.depth());
    let at = |c: usize, i: usize| weights.get((filter * depth + c) * size + i).copied().unwrap_or(0.0);
    let one = |i: usize| match channel {
        Some(c) => at(c, i),
        None => (0..depth).map(|c| at(c, i)).sum::<f32>() / depth.max(1) as f32,
    };
    (0..size).map(one).collect()
}

/// Paints all filters, one below the other, (rows, columns) pixels each.
fn paint(
    pixels: &mut [u8],
    weights: &[f32],
    stack: &Stack,
    rule: &ConvRule,
    channel: Option<usize>,
    theme: &Theme,
) {
    let size = rule.conv.kernel[0] * rule.conv.kernel[1];
    let filters = pixels.chunks_exact_mut((size * 4).max(1)).enumerate();
    if coloured(stack, rule) && channel.is_none() {
        let most = reach(weights);
        for (filter, pixels) in filters {
            for (i, pixel) in pixels.chunks_exact_mut(4).enumerate() {
                let part = |c: usize| weights.get((filter * 3 + c) * size + i).map_or(0.0, |w| w / most);
                let [r, g, b]: Rgb =
                    std::array::from_fn(|c| ((0.5 + part(c) / 2.0).clamp(0.0, 1.0) * 255.0) as u8);
                pixel.copy_from_slice(&[r, g, b, 255]);
            }
        }
        return;
    }
    let planes: Vec<Vec<f32>> = (0..rule.conv.maps).map(|f| plane(weights, rule, f, channel)).collect();
    let most = planes
        .iter()
        .map(|p| reach(p) * f32::from(u8::from(p.iter().any(|v| *v != 0.0))))
        .fold(0.0, f32::max);
    for ((_, pixels), plane) in filters.zip(&planes) {
        for (pixel, v) in pixels.chunks_exact_mut(4).zip(plane) {
            let [r, g, b] = theme.scale.at(v / most.max(f32::MIN_POSITIVE)).unwrap_or(theme.faint);
            pixel.copy_from_slice(&[r, g, b, 255]);
        }
    }
}

/// The filters of the convolution chosen; nothing where there is none.
#[component]
pub fn Filters(stage: Stage) -> impl IntoView {
    let page = Page::get();
    let (room, canvas) = (NodeRef::<html::Div>::new(), NodeRef::<html::Canvas>::new());
    let (width, channel) = (RwSignal::new(0.0), RwSignal::new(None::<usize>));
    let any = Memo::new(move |_| chosen(&stage.plan.get(), None).is_some());
    let count = Memo::new(move |_| {
        chosen(&stage.plan.get(), stage.conv.get().as_deref()).map_or(0, |(_, _, r)| r.conv.maps)
    });
    let depth = Memo::new(move |_| {
        chosen(&stage.plan.get(), stage.conv.get().as_deref()).map_or(0, |(_, _, r)| r.depth())
    });
    Effect::new(move |_| {
        stage.conv.track();
        channel.set(None);
    });
    on_size(room, move |w, _| width.set(w));
    let side = move || side(count.get(), width.get());
    let sheet = StoredValue::new_local(None::<Raster>);
    let redraw = Redraw::new(move || {
        let Some(canvas) = canvas.get_untracked() else { return };
        let plan = stage.plan.get_untracked();
        let conv = stage.conv.get_untracked();
        let Some((_, stack, rule)) = chosen(&plan, conv.as_deref()) else { return };
        let marked = marked(stage, &stack.path);
        let channel = channel.get_untracked().filter(|&c| c < rule.depth());
        sheet.update_value(|sheet| {
            if sheet.is_none() {
                *sheet = Raster::new();
            }
            let Some(sheet) = sheet else { return };
            page.frame.with_value(|frame| {
                let Some(filters) = rule.filters(&frame.parameters) else { return };
                sheet.resize(rule.conv.kernel[1], rule.conv.kernel[0] * rule.conv.maps);
                paint(sheet.pixels(), filters.weights, stack, rule, channel, &theme());
                sheet.show();
            });
            let side = self::side(rule.conv.maps, width.get_untracked());
            draw(&canvas, sheet, rule, side, marked);
        });
    });
    Effect::new(move || {
        page.frame_version.track();
        page.taste.dark.track();
        stage.plan.track();
        stage.conv.track();
        stage.at.track();
        stage.hot.track();
        width.track();
        channel.track();
        canvas.track();
        redraw.request();
    });
    let pointed = move |e: PointerEvent| {
        let plan = stage.plan.get_untracked();
        let conv = stage.conv.get_untracked();
        let Some((_, stack, rule)) = chosen(&plan, conv.as_deref()) else { return };
        let at =
            (f64::from(e.offset_x()) / (self::side(rule.conv.maps, width.get_untracked()) + GAP)) as usize;
        stage.hot.set(Some((stack.path.clone(), at)).filter(|_| at < rule.conv.maps));
    };
    let title = move || {
        let plan = stage.plan.get();
        let found = chosen(&plan, stage.conv.get().as_deref()).map(|(_, s, _)| s.title.clone());
        fill("stacks.filters", &[("layer", &found.unwrap_or_default())])
    };
    let style = move || {
        let n = count.get() as f64;
        format!("width:{:.0}px;height:{:.0}px", n * (side() + GAP), side() + 4.0)
    };
    view! {
        <section class="stacks-filters" class:none=move || !any.get() aria-label=title data-testid="filters">
            <div class="stacks-filters-head">
                <h2>{title}</h2>
                <Show when=move || { depth.get() > 1 }>
                    <label title=t("stacks.channels-help")>
                        <span class="view-hidden">{t("stacks.channels")}</span>
                        <select on:change:target=move |e| channel.set(e.target().value().parse().ok())>
                            <option value="all" prop:selected=move || channel.get().is_none()>{move || all(stage)}</option>
                            {move || (0..depth.get()).map(|i| view! {
                                <option value=i prop:selected=move || channel.get() == Some(i)>
                                    {fill("stacks.channel-n", &[("channel", &(i + 1).to_string())])}
                                </option>
                            }).collect_view()}
                        </select>
                    </label>
                </Show>
            </div>
            <div class="stacks-filters-room" node_ref=room>
                <div class="stacks-strip" style=style role="img" aria-label=title
                    on:pointermove=pointed on:pointerleave=move |_| stage.hot.set(None)>
                    <canvas class="view-fill" node_ref=canvas aria-hidden="true"></canvas>
                </div>
            </div>
        </section>
    }
}

/// What the choice of all channels is called: colours where they are colours.
fn all(stage: Stage) -> &'static str {
    let plan = stage.plan.get();
    let found = chosen(&plan, stage.conv.get().as_deref()).is_some_and(|(_, s, r)| coloured(s, r));
    if found { t("stacks.channels-colour") } else { t("stacks.channels-mean") }
}

/// The side of a filter's picture, so that all fit where they can.
fn side(count: usize, width: f64) -> f64 {
    within(width / count.max(1) as f64 - GAP, 18.0 * text_scale(), 40.0 * text_scale()).floor()
}

/// The filter to be marked: of the map pointed at, or itself pointed at.
fn marked(stage: Stage, path: &str) -> Option<usize> {
    let plan = stage.plan.get_untracked();
    let at = stage.at.get_untracked();
    let of_unit =
        at.filter(|at| super::stack(&plan, at).is_some_and(|s| s.path == path)).map(|at| at.unit.map);
    of_unit.or(stage.hot.get_untracked().filter(|(p, _)| p == path).map(|(_, map)| map))
}

fn draw(canvas: &HtmlCanvasElement, sheet: &Raster, rule: &ConvRule, side: f64, marked: Option<usize>) {
    let count = rule.conv.maps;
    let Some(surface) = prepare_as(canvas, count as f64 * (side + GAP), side + 4.0) else { return };
    let (context, theme) = (&surface.context, theme());
    context.set_image_smoothing_enabled(false);
    let [rows, columns] = rule.conv.kernel.map(|n| n as f64);
    for i in 0..count {
        let x = i as f64 * (side + GAP) + GAP / 2.0;
        // It fails only for a picture without pixels, and then there is nothing to show.
        let _ = context.draw_image_with_html_canvas_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
            sheet.canvas(),
            0.0,
            i as f64 * rows,
            columns,
            rows,
            x,
            2.0,
            side,
            side,
        );
        let strong = marked == Some(i);
        context.set_stroke_style_str(&css(if strong { theme.accent } else { theme.line }, 1.0));
        context.set_line_width(if strong { 3.0 } else { 1.0 });
        context.stroke_rect(x, 2.0, side, side);
    }
}

#[cfg(test)]
mod tests {
    use super::super::window::Conv;
    use super::*;
    use minibatch_session::Activation;

    fn rule() -> ConvRule {
        let conv = Conv {
            maps: 2,
            kernel: [1, 2],
            stride: [1, 1],
            padding: [0, 0],
            dilation: [1, 1],
            groups: 1,
            activation: Activation::Linear,
        };
        ConvRule { conv, weights: (0, vec![2, 2, 1, 2]), biases: None }
    }

    #[test]
    fn a_filter_is_seen_by_channel_or_as_their_mean() {
        let weights = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
        assert_eq!(plane(&weights, &rule(), 1, Some(0)), [5.0, 6.0]);
        assert_eq!(plane(&weights, &rule(), 1, Some(1)), [7.0, 8.0]);
        assert_eq!(plane(&weights, &rule(), 0, None), [2.0, 3.0]);
    }
}
