//! Scores as bars, the true class marked.

use std::sync::Arc;

use leptos::prelude::*;
use minibatch_session::{Facts, Shown};

use crate::numbers::percent;
use crate::sequence::{Steps, answer, token_name};
use crate::state::Page;
use crate::words::{fill, t};

/// A bar: the class's number and its score, 0 to 1.
pub type Bar = (usize, f32);

/// The `most` largest, likeliest first, with the true one in the last place where it is not among them. Up to `most`
/// classes keep their own order, so that bars do not jump about.
pub fn top(scores: &[f32], most: usize, truth: Option<usize>) -> Vec<Bar> {
    let mut all: Vec<Bar> = scores.iter().copied().enumerate().collect();
    if all.len() <= most {
        return all;
    }
    all.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let kept = all[..most].iter().any(|b| Some(b.0) == truth);
    let last = truth.and_then(|t| all.iter().copied().find(|b| b.0 == t));
    all.truncate(most);
    if let (false, Some(last)) = (kept, last) {
        all[most - 1] = last;
    }
    all
}

/// Bars with names and numbers.
#[component]
pub fn Bars(
    /// What classes are called.
    facts: Arc<Facts>,
    /// What to draw.
    #[prop(into)]
    bars: Signal<Vec<Bar>>,
    /// The true class.
    #[prop(into)]
    truth: Signal<Option<usize>>,
    /// Room is kept for so many.
    #[prop(optional)]
    least: usize,
) -> impl IntoView {
    let rows = move || {
        let truth = truth.get();
        let best = bars.with(|bars| bars.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1)));
        let row = |(class, score): Bar| {
            let is = truth == Some(class);
            let wrong = truth.is_some() && !is && best.is_some_and(|b| b.0 == class);
            view! {
                <li class="bar" class:truth=is class:wrong=wrong data-class=class>
                    <span class="bar-name">{token_name(&facts.class_names, class as f32)}</span>
                    <span class="bar-line"><i style=format!("width:{:.2}%", 100.0 * score.clamp(0.0, 1.0))></i></span>
                    <span class="bar-value">{percent(Some(score))}</span>
                    {is.then(|| view! { <span class="bar-mark" title=t("next.true-help")>"✓" <span class="view-hidden">{t("next.true")}</span></span> })}
                </li>
            }
        };
        bars.get().into_iter().map(row).collect_view()
    };
    view! { <ul class="bars" data-testid="bars" style=format!("--rows:{least}")>{rows}</ul> }
}

/// One answer for the whole sample: all classes.
#[component]
pub fn ClassScores(facts: Arc<Facts>) -> impl IntoView {
    let (page, steps) = (Page::get(), Steps::get());
    let truth = Memo::new(move |_| steps.target.with(|t| t.first().map(|&t| t as usize)));
    let bars = {
        let facts = Arc::clone(&facts);
        Memo::new(move |_| {
            page.frame_version.track();
            page.frame.with_value(|f| top(answer(&facts, &f.inside), 8, truth.get()))
        })
    };
    let which = move || match page.sample.get() {
        Shown::Row(row) => fill("next.sample", &[("row", &row.to_string())]),
        Shown::Own(_) => t("next.own-sample").to_owned(),
    };
    view! {
        <section class="answer-part" aria-label=t("next.scores")>
            <h3 title=t("next.scores-help")>{t("next.scores")} " " <small>{which}</small></h3>
            <Bars facts bars truth/>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::top;

    #[test]
    fn few_keep_their_order_and_many_are_ranked() {
        assert_eq!(top(&[0.1, 0.9], 8, None), [(0, 0.1), (1, 0.9)]);
        assert_eq!(top(&[0.1, 0.5, 0.2, 0.2], 2, None), [(1, 0.5), (2, 0.2)]);
    }

    #[test]
    fn the_truth_is_always_there() {
        assert_eq!(top(&[0.1, 0.5, 0.3, 0.1], 2, Some(3)), [(1, 0.5), (3, 0.1)]);
        assert_eq!(top(&[0.1, 0.5, 0.3, 0.1], 2, Some(2)), [(1, 0.5), (2, 0.3)]);
        assert_eq!(top(&[], 2, Some(2)), []);
    }
}
