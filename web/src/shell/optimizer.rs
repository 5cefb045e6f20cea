//! The update rule and its settings.

use leptos::prelude::*;
use minibatch_session::{OptimizerConfig, OptimizerKind};

use crate::state::Page;
use crate::widgets::{Number, Pop, Select};
use crate::words::{named, t};

/// One number of an optimizer: label, help, how to read it and how to set it.
type Setting = (&'static str, &'static str, fn(&OptimizerConfig) -> f32, fn(&mut OptimizerConfig, f32));

/// The numbers that a rule uses.
fn settings(kind: OptimizerKind) -> Vec<Setting> {
    let momentum: Setting =
        (t("optimizer.momentum-name"), t("optimizer.momentum-help"), |o| o.momentum, |o, v| o.momentum = v);
    let muon_momentum: Setting = (
        t("optimizer.momentum-name"),
        t("optimizer.muon-momentum-help"),
        |o| o.muon_momentum,
        |o, v| o.muon_momentum = v,
    );
    let beta1: Setting = (t("optimizer.beta1"), t("optimizer.beta1-help"), |o| o.beta1, |o, v| o.beta1 = v);
    let beta2: Setting = (t("optimizer.beta2"), t("optimizer.beta2-help"), |o| o.beta2, |o, v| o.beta2 = v);
    let alpha: Setting = (t("optimizer.alpha"), t("optimizer.alpha-help"), |o| o.alpha, |o, v| o.alpha = v);
    let rho: Setting = (t("optimizer.rho"), t("optimizer.rho-help"), |o| o.rho, |o, v| o.rho = v);
    let eps: Setting = (t("optimizer.eps"), t("optimizer.eps-help"), |o| o.eps, |o, v| o.eps = v);
    match kind {
        OptimizerKind::Sgd => vec![],
        OptimizerKind::Momentum | OptimizerKind::Nesterov => vec![momentum],
        OptimizerKind::RmsProp => vec![alpha, eps],
        OptimizerKind::Adagrad => vec![eps],
        OptimizerKind::Adadelta => vec![rho, eps],
        OptimizerKind::Adam | OptimizerKind::AdamW => vec![beta1, beta2, eps],
        OptimizerKind::Muon => vec![muon_momentum, beta1, beta2, eps],
    }
}

/// Chooses the rule; its settings, where it has any, stand behind a button.
#[component]
pub fn OptimizerChoice() -> impl IntoView {
    let page = Page::get();
    let kind = Memo::new(move |_| page.experiment.with(|e| e.training.optimizer.kind));
    let value = Signal::derive(move || kind.get().id().to_owned());
    let options: Vec<_> =
        OptimizerKind::ALL.map(|o| (o.id().to_owned(), named("optimizer", o.id()).to_owned())).into();
    let choose = move |id: String| {
        if let Some(kind) = OptimizerKind::ALL.into_iter().find(|o| o.id() == id) {
            page.edit(|e| e.training.optimizer.kind = kind);
        }
    };
    view! {
        <div class="with-more">
            <Select label=t("training.optimizer") help=t("training.optimizer-help") value=value
                options=Signal::stored(options) choose=choose/>
            <Show when=move || !settings(kind.get()).is_empty()>
                <Pop label=t("optimizer.settings") class="more" face=gear>
                    {move || settings(kind.get()).into_iter().map(field).collect_view()}
                </Pop>
            </Show>
        </div>
    }
}

fn gear() -> impl IntoView {
    view! {
        <svg viewBox="0 0 20 20" aria-hidden="true">
            <path d="M3 6h8m4 0h2M3 14h2m4 0h8" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"/>
            <circle cx="13" cy="6" r="2" fill="none" stroke="currentColor" stroke-width="1.6"/>
            <circle cx="7" cy="14" r="2" fill="none" stroke="currentColor" stroke-width="1.6"/>
        </svg>
    }
}

fn field((label, help, get, set): Setting) -> impl IntoView {
    let page = Page::get();
    let value = Memo::new(move |_| page.experiment.with(|e| short(get(&e.training.optimizer))));
    let commit = move |v: f64| page.edit(|e| set(&mut e.training.optimizer, v as f32));
    view! { <Number label=label help=help value=value commit=commit/> }
}

/// The shortest number that is the same in 32 bits, so that 0.9 is not shown as 0.8999999762.
pub fn short(value: f32) -> f64 {
    value.to_string().parse().unwrap_or_else(|_| value.into())
}
