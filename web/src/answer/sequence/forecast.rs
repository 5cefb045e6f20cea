//! Numbers at each step: the truth, the model's answer, and what it says when it listens to itself alone.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use minibatch_session::Facts;

use super::chart::{Pen, begin, line, range, rows};
use super::free::Free;
use crate::draw::canvas::{Redraw, on_size};
use crate::draw::theme::theme;
use crate::numbers::{signed, within};
use crate::sequence::{Kind, Steps, answer, axis, continues, sample};
use crate::state::Page;
use crate::words::{fill, t};

/// One number's way through time: (step, value).
type Way = Vec<(f64, f32)>;

/// One channel of (steps, width), from this step on.
fn channel(all: &[f32], width: usize, number: usize, from: usize) -> Way {
    let values = all.chunks_exact(width.max(1)).map(|row| row[number.min(width - 1)]);
    values.enumerate().map(|(i, v)| ((i + from) as f64, v)).collect()
}

/// The truth and the forecast of a channel. Where each target is the next input, both stand at the step they are about.
fn ways(input: &[f32], target: &[f32], answer: &[f32], width: usize, number: usize) -> (Way, Way) {
    if input.len() == target.len() && continues_by(input, target, width) {
        let mut truth = channel(&input[..width], width, number, 0);
        truth.extend(channel(target, width, number, 1));
        return (truth, channel(answer, width, number, 1));
    }
    (channel(target, width, number, 0), channel(answer, width, number, 0))
}

/// Whether each target is the next step's input.
fn continues_by(input: &[f32], target: &[f32], width: usize) -> bool {
    match width {
        1 => continues(input, target),
        _ => {
            let kept = target.len().saturating_sub(width);
            target.len() >= 4 * width && input.get(width..) == target.get(..kept)
        }
    }
}

/// The chart.
#[component]
pub fn Forecast(facts: Arc<Facts>) -> impl IntoView {
    let (page, steps) = (Page::get(), Steps::get());
    let Kind::NumbersEachStep(_, width) = Kind::of(&facts) else { return None };
    let canvas = NodeRef::<html::Canvas>::new();
    let number = RwSignal::new(0usize);
    let free = Free::new();
    on_cleanup(move || free.stop(false));
    let read = {
        let facts = Arc::clone(&facts);
        move || {
            let target = steps.target.get_untracked();
            page.frame.with_value(|f| {
                let (input, said) = (sample(&facts, &f.inside), answer(&facts, &f.inside));
                ways(&input, &target, said, width, number.get_untracked())
            })
        }
    };
    let redraw = {
        let read = read.clone();
        let first = axis(&facts).unwrap_or(0);
        Redraw::new(move || {
            let Some(canvas) = canvas.get_untracked() else { return };
            let (truth, said) = read();
            let own =
                free.said.with_untracked(|(from, all)| channel(all, width, number.get_untracked(), *from));
            draw(
                &canvas,
                [&truth, &said, &own],
                steps.pointed.get_untracked().or(steps.chosen.get_untracked()),
                first,
            );
        })
    };
    on_size(canvas, move |_, _| redraw.request());
    Effect::new(move |_| {
        page.frame_version.track();
        page.taste.dark.track();
        steps.target.track();
        steps.at();
        number.track();
        free.said.track();
        canvas.track();
        redraw.request();
    });
    // Another sample: what was said about the one before is no more.
    Effect::new(move |_| {
        page.sample.track();
        free.stop(true);
    });
    let can = {
        let facts = Arc::clone(&facts);
        Memo::new(move |_| {
            page.frame_version.track();
            let target = steps.target.get();
            page.frame.with_value(|f| {
                let input = sample(&facts, &f.inside);
                input.len() == target.len() && continues_by(&input, &target, width)
            })
        })
    };
    let go = {
        let facts = Arc::clone(&facts);
        move |_| {
            if free.runs.get_untracked() {
                return free.stop(false);
            }
            let series = page.frame.with_value(|f| sample(&facts, &f.inside));
            free.start(page, &facts, &series);
        }
    };
    let error = move || {
        page.frame_version.track();
        steps.target.track();
        number.track();
        let (truth, said) = read();
        let pairs: Vec<f32> = said
            .iter()
            .filter_map(|(at, v)| truth.iter().find(|t| t.0 == *at).map(|t| (t.1 - v).powi(2)))
            .collect();
        let mean = (!pairs.is_empty()).then(|| (pairs.iter().sum::<f32>() / pairs.len() as f32).sqrt())?;
        Some(fill("forecast.error", &[("error", &signed(mean))]))
    };
    let channels = move || {
        (width > 1).then(|| {
            let typed = move |event: web_sys::Event| {
                if let Ok(n) = event_target_value(&event).trim().parse::<usize>() {
                    number.set(within(n, 1, width) - 1);
                }
            };
            view! {
                <label class="unrolled-unit">{t("forecast.channel")}
                    <input type="number" min="1" max=width prop:value=move || (number.get() + 1).to_string() on:change=typed/>
                </label>
            }
        })
    };
    Some(view! {
        <section class="answer-part" aria-label=t("forecast.name")>
            <h3 title=t("forecast.help")>{t("forecast.name")}</h3>
            <div class="small-chart tall" role="img" aria-label=t("forecast.help")>
                <canvas node_ref=canvas data-testid="forecast"></canvas>
            </div>
            <p class="chart-key">
                <span class="key-truth">{t("forecast.truth")}</span>
                <span class="key-said">{move || if can.get() { t("forecast.ahead") } else { t("forecast.said") }}</span>
                <Show when=move || free.said.with(|s| !s.1.is_empty())><span class="key-own">{t("forecast.own")}</span></Show>
                <span class="chart-error">{error}</span>
            </p>
            {channels}
            <Show when=move || can.get()>
                <button type="button" class="small" data-testid="free-run" title=t("forecast.free-help") on:click=go.clone()>
                    {move || if free.runs.get() { t("writing.stop") } else { t("forecast.free") }}
                </button>
            </Show>
        </section>
    })
}

fn draw(canvas: &web_sys::HtmlCanvasElement, lines: [&Way; 3], at: Option<usize>, steps: usize) {
    let theme = theme();
    let all = || lines.into_iter().flatten();
    let up = range(all().map(|p| p.1));
    let last = all().map(|p| p.0).fold(steps.max(2) as f64 - 1.0, f64::max);
    let Some((context, plane)) = begin(canvas, ([0.0, last], up, false), &rows(up), &theme) else { return };
    if let Some(at) = at {
        let (x, _) = plane.at(at as f64, up[0]);
        let pen = Pen { colour: theme.faint, width: 1.0, dashed: false };
        line(&context, &[(x, plane.place[1]), (x, plane.place[1] + plane.place[3])], pen);
    }
    let pens = [(theme.faint, 3.5, false), (theme.positive, 1.6, false), (theme.negative, 1.8, true)];
    for (way, (colour, width, dashed)) in lines.into_iter().zip(pens) {
        let points: Vec<(f64, f64)> =
            way.iter().filter(|p| p.1.is_finite()).map(|&(x, y)| plane.at(x, f64::from(y))).collect();
        line(&context, &points, Pen { colour, width, dashed });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forecast_stands_at_the_step_it_is_about() {
        let (truth, said) = ways(&[1.0, 2.0, 3.0, 4.0], &[2.0, 3.0, 4.0, 5.0], &[2.1, 3.1, 4.1, 5.1], 1, 0);
        assert_eq!(truth, [(0.0, 1.0), (1.0, 2.0), (2.0, 3.0), (3.0, 4.0), (4.0, 5.0)]);
        assert_eq!(said[0], (1.0, 2.1));
    }

    #[test]
    fn other_answers_stand_at_their_own_step() {
        let (truth, said) = ways(&[0.5; 4], &[1.0, 2.0, 3.0, 4.0], &[0.0; 4], 2, 1);
        assert_eq!(truth, [(0.0, 2.0), (1.0, 4.0)]);
        assert_eq!(said.len(), 2);
    }
}
