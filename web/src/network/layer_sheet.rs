//! The settings of one layer.

use leptos::prelude::*;
use minibatch_session::{Activation, Init, Layer};

use crate::shell::optimizer::short;
use crate::state::Page;
use crate::widgets::{Number, Select, Slider, close_all};
use crate::words::{named, t};

fn inits() -> Signal<Vec<(String, String)>> {
    let all: Vec<_> = Init::ALL.map(|i| (i.id().to_owned(), named("init", i.id()).to_owned())).into();
    Signal::stored(all)
}

fn init_of(id: &str) -> Option<Init> {
    Init::ALL.into_iter().find(|i| i.id() == id)
}

/// Units, activation, dropout, initialisation; and whether the layer is there at all.
#[component]
pub fn LayerSheet(index: usize, layer: Memo<Layer>) -> impl IntoView {
    let page = Page::get();
    let edit = move |change: Box<dyn FnOnce(&mut Layer)>| {
        page.edit(|e| {
            if let Some(layer) = e.hidden.get_mut(index) {
                change(layer);
            }
        });
    };
    let activations: Vec<_> =
        Activation::ALL.map(|a| (a.id().to_owned(), named("activation", a.id()).to_owned())).into();
    let activate = move |id: String| {
        if let Some(activation) = Activation::ALL.into_iter().find(|a| a.id() == id) {
            edit(Box::new(move |l| l.activation = activation));
        }
    };
    let initialise = move |id: String| {
        if let Some(init) = init_of(&id) {
            edit(Box::new(move |l| l.init = init));
        }
    };
    let units = Memo::new(move |_| layer.with(|l| f64::from(l.units)));
    let activation = Memo::new(move |_| layer.with(|l| l.activation.id().to_owned()));
    let dropout = Memo::new(move |_| layer.with(|l| short(l.dropout)));
    let init = Memo::new(move |_| layer.with(|l| l.init.id().to_owned()));
    let remove = move |_| {
        close_all(None);
        page.edit(|e| {
            if index < e.hidden.len() {
                e.hidden.remove(index);
            }
        });
    };
    view! {
        <Number label=t("network.units") help=t("network.units-help") value=units whole=true
            commit=move |n| edit(Box::new(move |l| l.units = n as u32))/>
        <Select label=t("network.activation") help=t("network.activation-help") value=activation
            options=Signal::stored(activations) choose=activate/>
        <Select label=t("network.init") help=t("network.init-help") value=init options=inits() choose=initialise/>
        <Slider label=t("network.dropout") help=t("network.dropout-help") min=0.0 max=0.9 step=0.05 value=dropout
            show=|v| format!("{:.0}%", 100.0 * v) slide=move |v| edit(Box::new(move |l| l.dropout = v as f32))/>
        <button type="button" class="small" on:click=remove>{t("network.remove-this")}</button>
    }
}

/// How the output's weights begin. Its units and activation follow from the data and the loss.
#[component]
pub fn OutputSheet() -> impl IntoView {
    let page = Page::get();
    let init = Memo::new(move |_| page.experiment.with(|e| e.output_init.id().to_owned()));
    let initialise = move |id: String| {
        if let Some(init) = init_of(&id) {
            page.edit(|e| e.output_init = init);
        }
    };
    view! {
        <Select label=t("network.init") help=t("network.init-help") value=init options=inits() choose=initialise/>
        <p class="note">{t("network.output-note")}</p>
    }
}
