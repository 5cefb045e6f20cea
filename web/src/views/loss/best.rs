//! The best step so far, beside the chart: what it is, and the way back to it.

use leptos::prelude::*;
use minibatch_session::{Best, Metrics};

use crate::numbers::{grouped, loss};
use crate::state::Page;
use crate::words::{fill, t};

/// Goes to the best step; its face is the mark on the chart and the loss.
#[component]
pub fn BestButton() -> impl IntoView {
    let page = Page::get();
    let best = Memo::new(move |_| page.metrics.with(|m| m.best));
    let here = Memo::new(move |_| page.metrics.with(stands_there));
    let loaded = Memo::new(move |_| page.status.with(|s| s.loaded));
    let held = Memo::new(move |_| page.metrics.with(|m| m.test_loss.is_some()));
    let title = move || match best.get() {
        None => t("best.none").to_owned(),
        Some(_) if !loaded.get() => t("best.none").to_owned(),
        Some(best) if here.get() => told("best.here", best),
        Some(best) => told(if held.get() { "best.go" } else { "best.go-train" }, best),
    };
    let text = move || best.get().map_or_else(|| "–".into(), |best| loss(Some(best.loss)));
    view! {
        <button type="button" class="loss-best" data-testid="best" title=title aria-label=title
            disabled=move || best.get().is_none() || here.get() || !loaded.get()
            on:click=move |_| drop(page.go_to_best())>
            <i aria-hidden="true"></i>{t("best.name")}" "<b>{text}</b>
        </button>
    }
}

/// The best step in words.
pub fn told(key: &'static str, best: Best) -> String {
    fill(key, &[("loss", &loss(Some(best.loss))), ("step", &grouped(best.step.into()))])
}

/// Whether the run stands at its best step, with nothing changed by hand since.
fn stands_there(now: &Metrics) -> bool {
    let loss = now.test_loss.or(now.train_loss);
    now.best.is_some_and(|best| best.step == now.step && loss.is_none_or(|loss| loss <= best.loss))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stands_at_the_best_until_it_moves_on_or_a_weight_is_set() {
        let best = Some(Best { step: 25, epoch: 1.0, loss: 0.5 });
        let now =
            Metrics { step: 25, train_loss: Some(0.25), test_loss: Some(0.5), best, ..Metrics::default() };
        assert!(stands_there(&now));
        assert!(!stands_there(&Metrics { step: 26, ..now.clone() }));
        assert!(!stands_there(&Metrics { test_loss: Some(0.75), ..now.clone() }), "a weight was set by hand");
        assert!(!stands_there(&Metrics { best: None, ..now }));
    }

    #[test]
    fn it_is_told_with_loss_and_step() {
        let best = Best { step: 456, epoch: 1.0, loss: 0.123 };
        assert_eq!(told("best.at", best), "best 0.123 at step 456");
    }
}
