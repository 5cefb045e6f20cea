//! The sums of all layers; pressing one shows that count beside each layer.

use leptos::prelude::*;

use super::mistake::Seat;
use super::names::{Figure, faces};
use super::row::Complaint;
use super::state::Builder;
use crate::state::Page;
use crate::words::{fill, named, t};

/// Totals, and what is wrong at none of the layers.
#[component]
pub fn Foot() -> impl IntoView {
    let builder = Builder::get();
    let page = Page::get();
    let trains = Memo::new(move |_| {
        let drafted = builder.mistake.with(|m| m.as_ref().is_some_and(|m| !m.doubt));
        drafted.then(|| {
            page.experiment.with(|e| e.model.as_ref().map_or_else(String::new, |m| faces(&m.layers)))
        })
    });
    let draft = move || {
        trains.get().map(|layers| {
        view! { <p class="note" data-testid="layers-draft">{fill("layers.draft", &[("layers", &layers)])}</p> }
    })
    };
    let none =
        Memo::new(move |_| builder.model.with(|m| m.as_ref().is_some_and(|(_, layers)| layers.is_empty())));
    let total = move |figure: Figure, number: usize| {
        let id = figure.id();
        let text =
            move || builder.totals.get().map_or("–".to_string(), |totals| figure.text(totals[number]));
        view! {
            <button type="button" class="total" data-testid=format!("total-{id}") title=named("layers.figure-help", id)
                aria-pressed=move || (builder.figure.get() == figure).to_string() on:click=move |_| builder.figure.set(figure)>
                <b>{text}</b><small>{named("layers.figure", id)}</small>
            </button>
        }
    };
    view! {
        <div class="layers-foot">
            <Show when=move || none.get() fallback=|| view! { <Complaint seat=Seat::Foot/> }>
                <p class="note">{t("layers.empty-hint")}</p>
            </Show>
            {draft}
            <div class="totals" role="group" aria-label=t("layers.totals")>
                {Figure::ALL.into_iter().enumerate().map(|(number, figure)| total(figure, number)).collect_view()}
            </div>
        </div>
    }
}
