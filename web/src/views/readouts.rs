//! Losses, accuracy and R² as numbers.

use leptos::prelude::*;

use crate::numbers::{grouped, loss, percent, r_squared};
use crate::state::Page;
use crate::words::{fill, t};

/// Three numbers that say how well it goes, and a fourth that says how the last batch went.
#[component]
pub fn Readouts() -> impl IntoView {
    let page = Page::get();
    let regression = Memo::new(move |last: Option<&bool>| {
        let plane = page.summary.with(|s| s.as_ref().ok().map(|s| s.classes.is_none()));
        // Of a model of layers, what is measured tells.
        let told = || page.metrics.with(|m| m.test_accuracy.map(|_| false).or(m.test_r2.map(|_| true)));
        plane.or_else(told).or(last.copied()).unwrap_or(false)
    });
    let train = Memo::new(move |_| page.metrics.with(|m| loss(m.train_loss)));
    let test = Memo::new(move |_| page.metrics.with(|m| loss(m.test_loss)));
    let batch = Memo::new(move |_| page.metrics.with(|m| loss(m.batch_loss)));
    let train_accuracy = Memo::new(move |_| page.metrics.with(|m| percent(m.train_accuracy)));
    let right = Memo::new(move |_| {
        page.metrics.with(|m| if regression.get() { r_squared(m.test_r2) } else { percent(m.test_accuracy) })
    });
    // What is measured at another step than the run stands at says so.
    let measured = Memo::new(move |_| {
        let at = page.metrics.with(|m| m.evaluated.filter(|at| at.step != m.step))?;
        Some(fill("view.measured", &[("step", &grouped(at.step.into()))]))
    });
    let score = move || t(if regression.get() { "view.r2" } else { "view.accuracy" });
    view! {
        <dl class="readouts">
            <div class="readout">
                <dt>{t("view.train-loss")}</dt>
                <dd data-testid="train-loss">{train}</dd>
                <dd class="readout-more">{t("view.batch")} " " <span>{batch}</span></dd>
            </div>
            <div class="readout">
                <dt>{t("view.test-loss")}</dt>
                <dd data-testid="test-loss">{test}</dd>
                <dd class="readout-more" data-testid="measured">{measured}</dd>
            </div>
            <div class="readout">
                <dt>{score}</dt>
                <dd data-testid="test-accuracy">{right}</dd>
                <dd class="readout-more" class:empty=move || regression.get()>
                    {t("view.train")} " " <span>{train_accuracy}</span>
                </dd>
            </div>
        </dl>
    }
}
