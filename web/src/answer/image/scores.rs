//! The class scores of the sample shown as bars.

use leptos::prelude::*;
use leptos::task::spawn_local;
use minibatch_session::{ProbeKind, Shown};

use crate::draw::heatmap::argmax;
use crate::numbers::{percent, signed};
use crate::state::Page;
use crate::words::{fill, t};

/// The most bars.
const MOST: usize = 10;

/// Classes in the order shown: as they are numbered, or the likeliest first.
fn order(scores: &[f32], best_first: bool) -> Vec<usize> {
    let mut classes: Vec<usize> = (0..scores.len()).collect();
    if best_first {
        classes.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    }
    classes.truncate(MOST);
    classes
}

/// The class of the sample shown; none for a drawing, and until it is known.
fn truth(page: Page) -> RwSignal<Option<usize>> {
    let truth = RwSignal::new(None);
    Effect::new(move |_| {
        let classes =
            page.facts.with(|f| f.as_ref().is_some_and(|f| f.target.is_empty() && f.output.len() == 1));
        let sample = page.sample.get();
        truth.set(None);
        let Shown::Row(row) = sample else { return };
        if !classes {
            return;
        }
        let receiver = page.samples(row, 1);
        spawn_local(async move {
            let Ok(Ok(arrays)) = receiver.await else { return };
            let still = page.sample.try_get_untracked() == Some(Shown::Row(row));
            let class = arrays.get(1).and_then(|t| t.first()).map(|t| t.max(0.0) as usize);
            if still {
                let _set = truth.try_set(class);
            }
        });
    });
    truth
}

/// A bar a class with its share; the best in ink, the true class marked.
#[component]
pub fn Scores(
    /// The likeliest class on top, rather than the order of the classes.
    best_first: RwSignal<bool>,
) -> impl IntoView {
    let page = Page::get();
    let truth = truth(page);
    let scores = Memo::new(move |_| {
        page.frame_version.track();
        let probe =
            page.facts.with(|f| f.as_ref()?.probes.iter().find(|p| p.kind == ProbeKind::Answer).cloned());
        let range = probe.map(|p| p.offset..p.offset + p.len());
        page.frame
            .with_value(|f| range.and_then(|range| f.inside.get(range)).map(<[f32]>::to_vec))
            .unwrap_or_default()
    });
    let count = Memo::new(move |_| scores.with(|s| s.len().min(MOST)));
    let shown = Memo::new(move |_| scores.with(|s| order(s, best_first.get())));
    let name = move |class: usize| {
        page.facts
            .with(|f| f.as_ref().and_then(|f| f.class_names.get(class).cloned()))
            .unwrap_or_else(|| class.to_string())
    };
    let shares = Memo::new(move |_| page.facts.with(|f| f.as_ref().is_some_and(|f| f.shares)));
    let row = move |place: usize| {
        let class = Memo::new(move |_| shown.with(|s| s.get(place).copied().unwrap_or(0)));
        let score = Memo::new(move |_| scores.with(|s| s.get(class.get()).copied().unwrap_or(0.0)));
        let best = Memo::new(move |_| scores.with(|s| argmax(s) == Some(class.get())));
        let right = Memo::new(move |_| truth.get() == Some(class.get()));
        // A number to predict is no share of anything; its bar is as long as it is large among them.
        let along = move || {
            let most = scores.with(|s| s.iter().fold(f32::MIN_POSITIVE, |most, v| most.max(v.abs())));
            if shares.get() { score.get() } else { score.get().abs() / most }
        };
        let text = move || if shares.get() { percent(Some(score.get())) } else { signed(score.get()) };
        let title = move || {
            let words = [("class", name(class.get())), ("share", text())];
            let words: Vec<(&str, &str)> = words.iter().map(|(k, v)| (*k, v.as_str())).collect();
            if right.get() { fill("images.score-true", &words) } else { fill("images.score", &words) }
        };
        view! {
            <li class:best=move || best.get() && shares.get() class:right=move || right.get() title=title data-class=move || class.get()
                data-share=move || score.get().to_string()>
                <span class="score-name">{move || name(class.get())}</span>
                <i style:--share=move || format!("{:.2}%", along().clamp(0.0, 1.0) * 100.0)></i>
                <span class="score-share">{text}</span>
            </li>
        }
    };
    view! {
        <ol class="scores" class:few=move || { count.get() <= 6 } data-testid="scores" aria-label=t("images.scores")>
            {move || (0..count.get()).map(row).collect_view()}
        </ol>
    }
}

#[cfg(test)]
mod tests {
    use super::order;

    #[test]
    fn classes_stand_in_order_or_the_best_first() {
        let scores = [0.1, 0.7, 0.2];
        assert_eq!(order(&scores, false), [0, 1, 2]);
        assert_eq!(order(&scores, true), [1, 2, 0]);
        assert_eq!(order(&[0.0; 20], true).len(), 10);
    }
}
