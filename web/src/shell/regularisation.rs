//! Weight penalties: L1, and L2 or what an optimizer with decoupled weight decay has in its place, each with its rate.
//! Both apply at once.

use leptos::prelude::*;
use minibatch_session::OptimizerKind;

use crate::state::Page;
use crate::widgets::{Pop, Rate};
use crate::words::t;

/// The rates offered; any other can be typed.
const RATES: [f32; 10] = [0.0, 0.000_1, 0.000_3, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0];

/// Whether a rule takes the second rate from the weights themselves, past the gradient. Then it is no penalty in the loss.
fn decoupled(kind: OptimizerKind) -> bool {
    match kind {
        OptimizerKind::AdamW | OptimizerKind::Muon => true,
        OptimizerKind::Sgd
        | OptimizerKind::Momentum
        | OptimizerKind::Nesterov
        | OptimizerKind::RmsProp
        | OptimizerKind::Adagrad
        | OptimizerKind::Adadelta
        | OptimizerKind::Adam => false,
    }
}

/// Both rates in a sheet, in short on its button.
#[component]
pub fn Regularisation() -> impl IntoView {
    let page = Page::get();
    let l1 = Memo::new(move |_| page.experiment.with(|e| e.training.l1));
    let l2 = Memo::new(move |_| page.experiment.with(|e| e.training.l2));
    let decay = Memo::new(move |_| page.experiment.with(|e| decoupled(e.training.optimizer.kind)));
    let face = move || {
        view! {
            <span class="field">
                <span class="field-name">{t("training.regularisation")}</span>
                <span class="field-value">{move || summary(l1.get(), l2.get(), decay.get())}</span>
            </span>
        }
    };
    let second = move || {
        let (label, help) = match decay.get() {
            true => (t("training.decay"), t("training.decay-help")),
            false => ("L2", t("training.l2-help")),
        };
        view! {
            <Rate label=label help=help usual=&RATES value=l2 choose=move |rate| page.edit(|e| e.training.l2 = rate)/>
            <p class="note">{t(if decay.get() { "training.decay-note" } else { "training.regularisation-note" })}</p>
        }
    };
    view! {
        <Pop label=t("training.regularisation-help") class="field-pop regularisation" face=face>
            <Rate label="L1" help=t("training.l1-help") usual=&RATES value=l1
                choose=move |rate| page.edit(|e| e.training.l1 = rate)/>
            {second}
        </Pop>
    }
}

fn summary(l1: f32, l2: f32, decay: bool) -> String {
    let name = if decay { t("training.decay-short") } else { "L2" };
    match (l1 > 0.0, l2 > 0.0) {
        (false, false) => t("training.none").into(),
        (true, false) => format!("L1 · {l1}"),
        (false, true) => format!("{name} · {l2}"),
        (true, true) => format!("L1 {l1} · {name} {l2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_button_says_what_is_on() {
        assert_eq!(summary(0.0, 0.001, false), "L2 · 0.001");
        assert_eq!(summary(0.1, 0.01, false), "L1 0.1 · L2 0.01");
        assert_eq!(summary(0.0, 0.01, true), "Decay · 0.01");
        assert!(!summary(0.0, 0.0, false).contains('L'));
    }

    #[test]
    fn weight_decay_is_called_so_where_the_optimizer_has_it() {
        let named: Vec<_> = OptimizerKind::ALL.into_iter().filter(|k| decoupled(*k)).collect();
        assert_eq!(named, [OptimizerKind::AdamW, OptimizerKind::Muon]);
    }
}
