//! The palette: what can be added here, found by typing or by looking.

use leptos::html::Input;
use leptos::prelude::*;
use minibatch_session::Block;
use web_sys::KeyboardEvent;

use super::names::face;
use super::palette::{Offer, offers, search};
use super::settings::settings;
use super::state::Builder;
use super::tree::Place;
use crate::words::{named, t};

/// A search field over all layers, by family.
#[component]
pub fn Palette(
    /// The gap that what is chosen goes into.
    place: Place,
) -> impl IntoView {
    let builder = Builder::get();
    let typed = RwSignal::new(String::new());
    let all = builder.model.with_untracked(|m| {
        let (input, layers) = m.as_ref()?;
        Some(builder.wanted.with_untracked(|wanted| offers(input, layers, &place, wanted.as_ref())))
    });
    let all = StoredValue::new(all.unwrap_or_default());
    let found = Memo::new(move |_| all.with_value(|all| search(all, &typed.get())));
    // What Enter takes: at first the best that fits.
    let active = RwSignal::new(0);
    Effect::new(move |_| found.with(|found| active.set(found.iter().position(|o| o.fits).unwrap_or(0))));
    let field = NodeRef::<Input>::new();
    Effect::new(move |_| {
        if let Some(input) = field.get() {
            let _focused = input.focus();
            if let Some(palette) = input.closest(".palette").ok().flatten() {
                super::focus::reveal(&palette);
            }
        }
    });
    let place = StoredValue::new(place);
    let take = move |block: Block, by_key: bool| {
        let numbers = typed.with_untracked(|t| t.chars().any(|c| c.is_ascii_digit()));
        let open = !settings(&block).is_empty() && !numbers;
        let place = place.get_value();
        builder.add(&place, block.clone(), open);
        if let Some((id, _)) = settings(&block).first().filter(|_| open && by_key) {
            super::focus::focus(format!("layer-setting-{id}"));
        }
    };
    let pressed = move |event: KeyboardEvent| {
        let count = found.with_untracked(Vec::len);
        match event.key().as_str() {
            "ArrowDown" | "ArrowRight" if count > 0 => active.update(|n| *n = (*n + 1) % count),
            "ArrowUp" | "ArrowLeft" if count > 0 => active.update(|n| *n = (*n + count - 1) % count),
            "Enter" => {
                let chosen = found.with_untracked(|found| found.get(active.get_untracked()).cloned());
                if let Some(offer) = chosen {
                    take(offer.block, true);
                }
            }
            "Escape" => {
                builder.palette.set(None);
                builder.focus_layer(builder.anchor.get_untracked());
            }
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let about = move || {
        found.with(|found| {
            found.get(active.get()).map(|offer| {
                let name = face(&offer.block).0;
                let fits = (!offer.fits).then(|| view! { <em>{t("layers.unfit")}</em> });
                view! { <b>{name}</b>" "{named("layers.about", offer.id)}" "{fits} }
            })
        })
    };
    view! {
        <div class="palette" role="group" aria-label=t("layers.palette")>
            <input type="text" id="palette-search" data-testid="palette-search" node_ref=field placeholder=t("layers.search") aria-label=t("layers.search-help")
                title=t("layers.search-help") role="combobox" aria-expanded="true" aria-controls="palette-list" autocomplete="off" spellcheck="false"
                aria-activedescendant=move || found.with(|f| f.get(active.get()).map(|o| format!("offer-{}", o.id)))
                prop:value=move || typed.get() on:input:target=move |e| typed.set(e.target().value()) on:keydown=pressed/>
            <div class="palette-list" id="palette-list" role="listbox" aria-label=t("layers.palette")>
                {move || families(found.get(), active, take)}
            </div>
            <p class="palette-about">{about}</p>
        </div>
    }
}

/// The layers found, below the names of their families.
fn families(
    found: Vec<Offer>,
    active: RwSignal<usize>,
    take: impl Fn(Block, bool) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    if found.is_empty() {
        return view! { <p class="note">{t("layers.none-found")}</p> }.into_any();
    }
    let mut groups: Vec<(&'static str, Vec<(usize, Offer)>)> = vec![];
    for (number, offer) in found.into_iter().enumerate() {
        match groups.last_mut().filter(|(family, _)| *family == offer.family) {
            Some((_, group)) => group.push((number, offer)),
            None => groups.push((offer.family, vec![(number, offer)])),
        }
    }
    let chip = move |(number, offer): (usize, Offer)| {
        let Offer { id, block, fits, .. } = offer;
        view! {
            <span class="offer" role="option" id=format!("offer-{id}") data-offer=id class:unfit=!fits class:active=move || active.get() == number
                aria-selected=move || (active.get() == number).to_string() title=named("layers.about", id)
                on:pointerenter=move |_| active.set(number) on:click=move |_| take(block.clone(), false)>{named("layers.kind", id)}</span>
        }
    };
    let group = move |(family, offers): (&'static str, Vec<(usize, Offer)>)| {
        let name = named("layers.family", family);
        view! {
            <div class="family" role="group" aria-label=name>
                <span class="family-name" aria-hidden="true">{name}</span>
                <div class="family-offers">{offers.into_iter().map(chip).collect_view()}</div>
            </div>
        }
    };
    groups.into_iter().map(group).collect_view().into_any()
}
