//! Numbers for a whole sample: what was predicted against what is true, for many samples, the one shown among them.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use minibatch_session::Facts;

use super::chart::{Pen, begin, dot, line, range, rows};
use crate::draw::canvas::{Redraw, on_size};
use crate::draw::theme::theme;
use crate::numbers::signed;
use crate::sequence::{Steps, answer, glances};
use crate::state::{Page, Watch};
use crate::words::{fill, t};

/// Each sample's first numbers: (true, predicted).
fn pairs(truth: &[f32], said: &[f32], width: usize) -> Vec<(f32, f32)> {
    let first = |all: &[f32]| all.chunks_exact(width.max(1)).map(|row| row[0]).collect::<Vec<f32>>();
    first(truth).into_iter().zip(first(said)).filter(|(a, b)| a.is_finite() && b.is_finite()).collect()
}

/// The dots.
#[component]
pub fn Scatter(facts: Arc<Facts>) -> impl IntoView {
    let (page, steps) = (Page::get(), Steps::get());
    let canvas = NodeRef::<html::Canvas>::new();
    let (width, (first, count)) = (facts.output.iter().product::<usize>(), facts.examined);
    let truth = StoredValue::new(Vec::<f32>::new());
    let said = StoredValue::new(Vec::<f32>::new());
    let version = RwSignal::new(0u32);
    let asked = page.samples(first as u32, count as u32);
    spawn_local(async move {
        let Ok(Ok(mut arrays)) = asked.await else { return };
        // The view may be gone.
        if arrays.len() == 2 && truth.try_set_value(arrays.swap_remove(1)).is_none() {
            version.update(|v| *v += 1);
        }
    });
    glances(page, Watch::Examine, move |frame| {
        said.set_value(frame.examined.get(..count * width).unwrap_or_default().to_vec());
        version.update(|v| *v += 1);
    });
    let here = {
        let facts = Arc::clone(&facts);
        move || {
            let predicted = page.frame.with_value(|f| answer(&facts, &f.inside).first().copied())?;
            Some((steps.target.with_untracked(|t| t.first().copied()), predicted))
        }
    };
    let redraw = {
        let here = here.clone();
        Redraw::new(move || {
            let Some(canvas) = canvas.get_untracked() else { return };
            let all = truth.with_value(|truth| said.with_value(|said| pairs(truth, said, width)));
            draw(&canvas, &all, here());
        })
    };
    on_size(canvas, move |_, _| redraw.request());
    Effect::new(move |_| {
        version.track();
        page.frame_version.track();
        page.taste.dark.track();
        steps.target.track();
        canvas.track();
        redraw.request();
    });
    let read = move || {
        page.frame_version.track();
        steps.target.track();
        let (truth, predicted) = here()?;
        Some(match truth {
            Some(truth) => fill("forecast.this", &[("said", &signed(predicted)), ("truth", &signed(truth))]),
            None => fill("forecast.this-own", &[("said", &signed(predicted))]),
        })
    };
    view! {
        <section class="answer-part" aria-label=t("forecast.scatter")>
            <h3 title=t("forecast.scatter-help")>{t("forecast.scatter")}</h3>
            <div class="small-chart square" role="img" aria-label=t("forecast.scatter-help")>
                <canvas node_ref=canvas data-testid="scatter"></canvas>
            </div>
            <p class="chart-foot"><span></span><span>{t("forecast.true-axis")}</span></p>
            <p class="answer-share">{read}</p>
        </section>
    }
}

fn draw(canvas: &web_sys::HtmlCanvasElement, all: &[(f32, f32)], here: Option<(Option<f32>, f32)>) {
    let theme = theme();
    // The one shown may be of one's own, and lie beyond all others.
    let own = here.and_then(|(truth, said)| truth.map(|truth| (truth, said)));
    let every = || all.iter().copied().chain(own);
    let across = range(every().map(|p| p.0));
    let up = range(every().flat_map(|p| [p.0, p.1]));
    let Some((context, plane)) = begin(canvas, (across, up, false), &rows(up), &theme) else { return };
    let pen = Pen { colour: theme.faint, width: 1.0, dashed: true };
    line(&context, &[plane.at(across[0], across[0]), plane.at(across[1], across[1])], pen);
    let opacity = if all.len() > 200 { 0.45 } else { 0.75 };
    for &(truth, said) in all {
        dot(&context, plane.at(f64::from(truth), f64::from(said)), 2.2, theme.positive, opacity);
    }
    if let Some((Some(truth), said)) = here {
        let at = plane.at(f64::from(truth), f64::from(said));
        dot(&context, at, 5.5, theme.panel, 1.0);
        dot(&context, at, 4.0, theme.negative, 1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::pairs;

    #[test]
    fn the_first_number_of_each_sample_is_compared() {
        assert_eq!(pairs(&[1.0, 9.0, 2.0, 9.0], &[1.5, 0.0, f32::NAN, 0.0], 2), [(1.0, 1.5)]);
        assert_eq!(pairs(&[1.0], &[], 1), []);
    }
}
