//! The layers of a model as a list that is edited in place.

mod drag;
mod editor;
mod entries;
mod field;
mod focus;
mod foot;
mod gap;
mod keys;
mod known;
mod lines;
mod mends;
#[cfg(test)]
mod mends_tests;
mod mistake;
mod names;
mod offers;
mod palette;
mod place;
mod row;
mod settings;
#[cfg(test)]
mod settings_tests;
mod state;
mod tree;
#[cfg(test)]
mod tree_tests;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use foot::Foot;
use gap::Gap;
use keys::{Deed, Held, deed};
use lines::Line;
use mistake::Seat;
use names::shape_text;
pub use names::{face, faces};
use row::{Complaint, Head, Row};
use state::Builder;
use tree::Place;

use crate::shell::keys::latin;
use crate::state::Page;
use crate::words::{fill, t};

/// The list of layers: input first, then each layer with the shape of the data before and after it.
#[component]
pub fn LayersPanel() -> impl IntoView {
    let page = Page::get();
    let builder = Builder::new(page);
    provide_context(builder);
    // An edit moves the focus nowhere: what had it keeps it, also where it is made anew; where that is gone, by an undo
    // say, its layer takes it.
    let within = StoredValue::new(false);
    let last = StoredValue::new(String::new());
    Effect::new(move |_| {
        builder.lines.track();
        // A field that is left tells of its change before the next one has the focus: that comes first.
        let after = move || {
            let lost = document().active_element().is_none_or(|e| e.tag_name() == "BODY");
            if lost && within.try_get_value() == Some(true) {
                let id = last.get_value();
                match document().get_element_by_id(&id) {
                    Some(_) if id.starts_with("layer-setting-") => focus::focus(id),
                    _ => builder.focus_layer(builder.anchor.get_untracked()),
                }
            }
        };
        set_timeout(after, std::time::Duration::ZERO);
    });
    let came = move |event: web_sys::FocusEvent| {
        within.set_value(true);
        let id = event.target().and_then(|t| t.dyn_into::<HtmlElement>().ok()).map(|e| e.id());
        last.set_value(id.unwrap_or_default());
    };
    let left = move |event: web_sys::FocusEvent| {
        if event.related_target().is_some() {
            return within.set_value(false);
        }
        // To nothing: by a click beside everything, or because it goes away, which is told while it is still there.
        let from = event.target().and_then(|t| t.dyn_into::<HtmlElement>().ok());
        let after = move || {
            let lost = document().active_element().is_none_or(|e| e.tag_name() == "BODY");
            if lost && from.is_some_and(|e| e.is_connected()) {
                let _gone = within.try_update_value(|within| *within = false);
            }
        };
        set_timeout(after, std::time::Duration::ZERO);
    };
    let none = move || builder.lines.with(|lines| lines.len() < 2);
    view! {
        <section class="layers-panel" aria-label=t("layers.name") on:keydown=move |event| pressed(builder, &event)
            on:focusin=came on:focusout=left>
            <div class="layers-head">
                <h2>{t("layers.name")}</h2>
                <div class="layers-history" role="group" aria-label=t("layers.history")>
                    <button type="button" class="icon" data-testid="undo" title=t("layers.undo") aria-label=t("layers.undo")
                        disabled=move || !page.reach.get().0 on:click=move |_| builder.travel(true)>{arrow("M5 8h9a5 5 0 0 1 0 10h-4M9 4L5 8l4 4")}</button>
                    <button type="button" class="icon" data-testid="redo" title=t("layers.redo") aria-label=t("layers.redo")
                        disabled=move || !page.reach.get().1 on:click=move |_| builder.travel(false)>{arrow("M19 8h-9a5 5 0 0 0 0 10h4M15 4l4 4-4 4")}</button>
                </div>
                <button type="button" class="small" data-testid="empty-layers" title=t("layers.empty-help")
                    disabled=none on:click=move |_| builder.empty()>{t("layers.empty")}</button>
            </div>
            <ol class="layers" class:dragging=move || builder.drag.with(Option::is_some) aria-label=t("layers.list")>
                <InputRow/>
                <For each=move || builder.lines.get() key=Line::key let:line>
                    {match line {
                        Line::Gap { place, last, .. } => view! { <Gap place=place last=last/> }.into_any(),
                        Line::Layer { place, .. } => view! { <Row place=place/> }.into_any(),
                        Line::Head { owner, part, .. } => view! { <Head owner=owner part=part/> }.into_any(),
                    }}
                </For>
            </ol>
            <p class="unseen" role="status" aria-live="polite" data-testid="layers-said">{move || builder.said.get()}</p>
            <Foot/>
        </section>
    }
}

fn arrow(path: &'static str) -> impl IntoView {
    view! {
        <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round"
            stroke-linejoin="round" aria-hidden="true"><path d=path></path></svg>
    }
}

/// What comes in.
#[component]
fn InputRow() -> impl IntoView {
    let builder = Builder::get();
    let input = Memo::new(move |_| builder.model.with(|m| m.as_ref().map(|(input, _)| input.clone())));
    let shape = move || input.with(|i| i.as_ref().map(|i| shape_text(&i.shape)));
    let tokens = move || {
        let tokens = input.with(|i| i.as_ref().and_then(|i| i.tokens));
        tokens.map(|n| fill("layers.tokens", &[("n", &n.to_string())]))
    };
    let tab = move || if builder.anchor.with(Option::is_none) { "0" } else { "-1" };
    view! {
        <li class="layer input">
            <div class="layer-row">
                <button type="button" class="layer-head" id="layer-input" tabindex=tab title=t("layers.input-help")
                    on:focus=move |_| builder.here.set(None) on:click=move |_| builder.palette.set(Some(Place::outer(0)))>
                    <span class="layer-words"><span class="layer-name">{t("layers.input")}</span><span class="layer-remark">{tokens}</span></span>
                    <span class="layer-figure">{shape}</span>
                </button>
            </div>
            <Complaint seat=Seat::Input/>
        </li>
    }
}

/// Does what a key is for, unless something is being typed.
fn pressed(builder: Builder, event: &KeyboardEvent) {
    let target = event.target().and_then(|t| t.dyn_into::<HtmlElement>().ok());
    let tag = target.as_ref().map(|t| t.tag_name()).unwrap_or_default();
    if event.default_prevented() || matches!(tag.as_str(), "INPUT" | "SELECT" | "TEXTAREA") {
        return;
    }
    let held = Held {
        alt: event.alt_key(),
        control: event.ctrl_key() || event.meta_key(),
        shift: event.shift_key(),
    };
    let (key, code) = (event.key(), event.code());
    let Some(deed) = deed(latin(&key, &code), held) else { return };
    let here = builder.anchor.get_untracked();
    // Other buttons of the panel have the letters, but not the keys that change the layer.
    let on_layer = target.is_some_and(|t| t.class_list().contains("layer-head"));
    if !on_layer && !matches!(deed, Deed::Add { .. } | Deed::Close) {
        return;
    }
    event.prevent_default();
    event.stop_propagation();
    perform(builder, deed, here);
}

fn perform(builder: Builder, deed: Deed, here: Option<Place>) {
    let layers = builder.layers();
    let all = tree::places(&layers);
    let number = here.as_ref().and_then(|here| all.iter().position(|p| p == here));
    match (deed, here) {
        (Deed::Go { down }, _) => {
            let next = match (number, down) {
                (None, true) => Some(0),
                (None, false) => return,
                (Some(n), true) => Some(n + 1),
                (Some(n), false) => n.checked_sub(1),
            };
            match next {
                Some(n) if n < all.len() => builder.focus_layer(Some(all[n].clone())),
                Some(_) => {}
                None => builder.focus_layer(None),
            }
        }
        (Deed::Far { last }, _) => builder.focus_layer(all.last().filter(|_| last).cloned()),
        (Deed::Depth { inner }, Some(here)) => {
            let to = if inner {
                all.iter().find(|p| p.owner().as_ref() == Some(&here)).cloned()
            } else {
                here.owner()
            };
            if to.is_some() {
                builder.focus_layer(to);
            }
        }
        (Deed::Shift { down }, Some(here)) => builder.shift(&here, down),
        (Deed::Add { before }, here) => {
            let gap = here.map_or(Place::outer(0), |p| p.beside(p.at + usize::from(!before)));
            builder.palette.set(Some(gap));
        }
        (Deed::Duplicate, Some(here)) => builder.duplicate(&here),
        (Deed::Remove, Some(here)) => builder.remove(&here),
        (Deed::Close, here) => {
            builder.close();
            builder.focus_layer(here);
        }
        (Deed::Depth { .. } | Deed::Shift { .. } | Deed::Duplicate | Deed::Remove, None) => {}
    }
}
