//! Weight penalties: L1 and L2, each with its rate. Both apply at once.

use leptos::prelude::*;

use crate::state::Page;
use crate::widgets::{Pop, Rate};
use crate::words::t;

/// The rates offered; any other can be typed.
const RATES: [f32; 10] = [0.0, 0.000_1, 0.000_3, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0];

/// Both rates in a sheet, in short on its button.
#[component]
pub fn Regularisation() -> impl IntoView {
    let page = Page::get();
    let l1 = Memo::new(move |_| page.experiment.with(|e| e.training.l1));
    let l2 = Memo::new(move |_| page.experiment.with(|e| e.training.l2));
    let face = move || {
        view! {
            <span class="field">
                <span class="field-name">{t("training.regularisation")}</span>
                <span class="field-value">{move || summary(l1.get(), l2.get())}</span>
            </span>
        }
    };
    view! {
        <Pop label=t("training.regularisation-help") class="field-pop regularisation" face=face>
            <Rate label="L1" help=t("training.l1-help") usual=&RATES value=l1
                choose=move |rate| page.edit(|e| e.training.l1 = rate)/>
            <Rate label="L2" help=t("training.l2-help") usual=&RATES value=l2
                choose=move |rate| page.edit(|e| e.training.l2 = rate)/>
            <p class="note">{t("training.regularisation-note")}</p>
        </Pop>
    }
}

fn summary(l1: f32, l2: f32) -> String {
    match (l1 > 0.0, l2 > 0.0) {
        (false, false) => t("training.none").into(),
        (true, false) => format!("L1 · {l1}"),
        (false, true) => format!("L2 · {l2}"),
        (true, true) => format!("L1 {l1} · L2 {l2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::summary;

    #[test]
    fn the_button_says_what_is_on() {
        assert_eq!(summary(0.0, 0.001), "L2 · 0.001");
        assert_eq!(summary(0.1, 0.01), "L1 0.1 · L2 0.01");
        assert!(!summary(0.0, 0.0).contains('L'));
    }
}
