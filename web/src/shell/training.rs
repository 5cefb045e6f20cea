//! How the network is trained: rate, update rule, loss, regularisation, schedule, batch, speed.

use leptos::prelude::*;
use minibatch_session::{Experiment, Loss, LossKind};

use super::optimizer::OptimizerChoice;
use super::regularisation::Regularisation;
use super::schedule::ScheduleChoice;
use super::speed::Speed;
use crate::state::Page;
use crate::widgets::{Number, Rate, Select};
use crate::words::{fill, named, t};

/// The learning rates offered; any other can be typed.
const RATES: [f32; 12] = [0.000_01, 0.000_1, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0];

/// All settings of training.
#[component]
pub fn Training() -> impl IntoView {
    view! {
        <div class="settings">
            <LearningRate/>
            <OptimizerChoice/>
            <LossChoice/>
            <Regularisation/>
            <ScheduleChoice/>
            <BatchSize/>
            <Speed/>
        </div>
    }
}

/// The learning rate; applies at once.
#[component]
pub fn LearningRate() -> impl IntoView {
    let page = Page::get();
    let value = Memo::new(move |_| page.experiment.with(|e| e.training.learning_rate));
    let choose = move |rate| page.edit(|e| e.training.learning_rate = rate);
    view! { <Rate label=t("training.rate") help=t("training.rate-help") usual=&RATES value=value choose=choose/> }
}

/// The loss; those that do not fit the data are not offered.
#[component]
fn LossChoice() -> impl IntoView {
    let page = Page::get();
    let value = Memo::new(move |_| page.experiment.with(|e| e.loss.id().to_owned()));
    let fitting = Memo::new(move |_| {
        page.experiment.with(|e| {
            let mut trial = match e.model {
                Some(_) => e.clone(),
                None => Experiment { data: e.data.clone(), ..Default::default() },
            };
            let fits = |loss: &LossKind| {
                trial.loss = *loss;
                if e.model.is_some() { trial.validate().is_ok() } else { trial.resolved_loss().is_ok() }
            };
            LossKind::ALL.into_iter().filter(fits).collect::<Vec<_>>()
        })
    });
    // What auto comes to for this data.
    let usual = Memo::new(move |_| {
        let auto = page.experiment.with(|e| Experiment { loss: LossKind::Auto, ..e.clone() }.model());
        match auto.map(|model| model.loss) {
            Ok(Loss::BinaryCrossEntropy | Loss::CrossEntropy { .. }) => named("loss", "cross-entropy"),
            Ok(_) | Err(_) => named("loss", "mse"),
        }
    });
    let options = Signal::derive(move || {
        let names = |loss: &LossKind| match loss {
            LossKind::Auto => fill("loss.auto-is", &[("loss", usual.get())]),
            other => named("loss", other.id()).to_owned(),
        };
        fitting.with(|f| f.iter().map(|l| (l.id().to_owned(), names(l))).collect::<Vec<_>>())
    });
    let choose = move |id: String| {
        if let Some(loss) = LossKind::ALL.into_iter().find(|l| l.id() == id) {
            page.edit(|e| e.loss = loss);
        }
    };
    view! { <Select label=t("training.loss") help=t("training.loss-help") value=value options=options choose=choose/> }
}

/// Points a batch.
#[component]
fn BatchSize() -> impl IntoView {
    let page = Page::get();
    let value = Memo::new(move |_| page.experiment.with(|e| f64::from(e.training.batch_size)));
    let commit = move |n: f64| page.edit(|e| e.training.batch_size = n as u32);
    view! { <Number label=t("training.batch") help=t("training.batch-help") value=value whole=true commit=commit/> }
}
