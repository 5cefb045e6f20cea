//! How far back in time the gradient reaches: its norm at each step, on a logarithmic axis, with the run before.

use std::cell::RefCell;
use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use minibatch_session::{Block, Cell, Experiment, Facts};

use super::chart::{Pen, begin, decades, line, powers};
use crate::draw::canvas::{Redraw, on_size};
use crate::draw::theme::theme;
use crate::numbers::signed;
use crate::sequence::glances;
use crate::state::{Page, Watch, akin};
use crate::words::{fill, t};

/// A run's gradients, the last step first, and what the run was.
#[derive(Clone, Default, PartialEq, Debug)]
struct Run {
    experiment: Experiment,
    name: &'static str,
    norms: Vec<f32>,
}

impl Run {
    /// Whether another run's gradients can be told beside these: of the same loss of the same data, over as many steps.
    fn comparable(&self, other: &Self) -> bool {
        !other.norms.is_empty()
            && self.norms.len() == other.norms.len()
            && akin(&self.experiment, &other.experiment)
    }
}

thread_local! {
    /// The newest run, and the one before it. It outlives the view: another model has another view.
    static RUNS: RefCell<(Run, Run)> = RefCell::default();
}

/// What passes time on: the first layer that does.
fn name(blocks: &[Block]) -> &'static str {
    let find = |block: &Block| match block {
        Block::Recurrent { cell, .. } => Some(match cell {
            Cell::Lstm => "LSTM",
            Cell::Gru => "GRU",
            Cell::RnnTanh | Cell::RnnRelu => "RNN",
        }),
        Block::TransformerEncoder(_) | Block::TransformerDecoder(_) | Block::SelfAttention { .. } => {
            Some(t("gradient.attention"))
        }
        Block::AdditiveAttention { .. } => Some(t("gradient.attention")),
        Block::EncoderDecoder { encoder, .. } => Some(name(encoder)),
        Block::Residual { body, .. } => Some(name(body)),
        _ => None,
    };
    blocks.iter().find_map(find).unwrap_or(t("gradient.model"))
}

/// The norms with the last step first, and how much of the last step's the farthest still has.
fn back(norms: &[f32]) -> (Vec<f32>, Option<f32>) {
    let all: Vec<f32> = norms.iter().rev().copied().collect();
    let most = all.iter().copied().filter(|v| v.is_finite()).fold(0.0, f32::max);
    let last = all.last().copied().filter(|_| most > 0.0);
    (all, last.map(|v| v / most))
}

/// The chart.
#[component]
pub fn GradientChart(facts: Arc<Facts>) -> impl IntoView {
    let page = Page::get();
    let steps = facts.gradient_steps;
    let canvas = NodeRef::<html::Canvas>::new();
    let version = RwSignal::new(0u32);
    let experiment = page.experiment.get_untracked();
    let name = experiment.model.as_ref().map_or("", |m| name(&m.layers));
    RUNS.with_borrow_mut(|(now, before)| {
        if !now.norms.is_empty() {
            *before = std::mem::take(now);
        }
        *now = Run { experiment, name, norms: vec![] };
    });
    glances(page, Watch::Gradients, move |frame| {
        let from = frame.gradients.len().saturating_sub(steps);
        let (norms, _) = back(&frame.gradients[from..]);
        RUNS.with_borrow_mut(|(now, _)| now.norms = norms);
        version.update(|v| *v += 1);
    });
    let redraw = Redraw::new(move || {
        if let Some(canvas) = canvas.get_untracked() {
            RUNS.with_borrow(|(now, before)| draw(&canvas, now, Some(before).filter(|b| now.comparable(b))));
        }
    });
    on_size(canvas, move |_, _| redraw.request());
    Effect::new(move |_| {
        version.track();
        page.taste.dark.track();
        canvas.track();
        redraw.request();
    });
    let said = move || {
        version.track();
        RUNS.with_borrow(|(now, _)| {
            let most = now.norms.iter().copied().fold(0.0, f32::max);
            let share = now.norms.last().filter(|_| most > 0.0).map(|v| v / most);
            match share {
                None => t("gradient.none").to_owned(),
                Some(s) => fill(
                    "gradient.share",
                    &[("share", &signed(s)), ("steps", &steps.saturating_sub(1).to_string())],
                ),
            }
        })
    };
    // The keys of the lines that are drawn.
    let names = Memo::new(move |_| {
        version.track();
        RUNS.with_borrow(|(now, before)| (now.name, now.comparable(before).then_some(before.name)))
    });
    let before = move || {
        let text = names.get().1.map(|name| fill("gradient.before", &[("name", name)]));
        text.map(|text| view! { <span class="key-own">{text}</span> })
    };
    view! {
        <section class="answer-part" aria-label=t("gradient.name")>
            <h3 title=t("gradient.help")>{t("gradient.name")}</h3>
            <div class="small-chart" role="img" aria-label=said>
                <canvas node_ref=canvas data-testid="gradient"></canvas>
            </div>
            <p class="chart-foot">
                <span>{t("gradient.last")}</span>
                <span>{fill("gradient.back", &[("steps", &steps.saturating_sub(1).to_string())])}</span>
            </p>
            <p class="chart-key" data-testid="gradient-key"><span class="key-said">{move || names.get().0}</span>{before}</p>
        </section>
    }
}

fn draw(canvas: &web_sys::HtmlCanvasElement, now: &Run, before: Option<&Run>) {
    let theme = theme();
    let before = before.map_or(&[][..], |run| &run.norms);
    let up = decades(now.norms.iter().chain(before).copied());
    let far = now.norms.len().max(2) - 1;
    let Some((context, plane)) = begin(canvas, ([0.0, far as f64], up, true), &powers(up), &theme) else {
        return;
    };
    for (norms, colour, dashed) in [(before, theme.negative, true), (&now.norms, theme.positive, false)] {
        let points: Vec<(f64, f64)> = norms
            .iter()
            .enumerate()
            .filter(|(_, v)| v.is_finite())
            .map(|(i, &v)| plane.at(i as f64, f64::from(v).max(up[0])))
            .collect();
        line(&context, &points, Pen { colour, width: 1.8, dashed });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_step_comes_first() {
        assert_eq!(back(&[0.25, 0.5, 1.0]), (vec![1.0, 0.5, 0.25], Some(0.25)));
        assert_eq!(back(&[]).1, None);
        assert_eq!(back(&[0.0, 0.0]).1, None, "nothing flows at all");
    }

    #[test]
    fn only_a_run_of_the_same_task_is_drawn_beside_another() {
        let run = |preset, norms: &[f32]| Run {
            experiment: minibatch_session::preset(preset).expect("there is one"),
            name: "",
            norms: norms.to_vec(),
        };
        let now = run("r2", &[1.0, 0.5]);
        assert!(now.comparable(&run("r2", &[2.0, 0.1])));
        assert!(!now.comparable(&run("r2", &[2.0, 0.1, 0.05])), "over other steps");
        assert!(!now.comparable(&run("copy-memory", &[2.0, 0.1])), "of another task");
        assert!(!now.comparable(&Run::default()));
    }

    #[test]
    fn a_run_is_called_by_what_passes_time_on() {
        let of = |preset| {
            name(&minibatch_session::preset(preset).expect("there is one").model.expect("layers").layers)
        };
        assert_eq!([of("r2"), of("copy-memory"), of("r1")], ["LSTM", "GRU", "RNN"]);
        assert_eq!(of("language"), t("gradient.attention"));
    }
}
