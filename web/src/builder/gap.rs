//! The place between two layers: the shape of the data that runs through it, and where a layer is added.

use leptos::prelude::*;

use super::lines::Line;
use super::names::shape_text;
use super::offers::Palette;
use super::state::Builder;
use super::tree::Place;
use crate::words::t;

/// A gap.
#[component]
pub fn Gap(
    /// Which.
    place: Place,
    /// It was the last of its list when it was drawn.
    last: bool,
) -> impl IntoView {
    let builder = Builder::get();
    let (id, depth) = (place.id(), place.list.len());
    let place = StoredValue::new(place);
    let line = Memo::new(move |_| {
        builder.lines.with(|lines| {
            lines.iter().find_map(|line| match line {
                Line::Gap { place: at, shape, last } if place.with_value(|p| p == at) => {
                    Some((shape.clone(), *last))
                }
                _ => None,
            })
        })
    });
    let shape = move || line.with(|l| l.as_ref().and_then(|(shape, _)| shape.as_deref().map(shape_text)));
    let last = Memo::new(move |_| line.with(|l| l.as_ref().map_or(last, |(_, last)| *last)));
    let open = Memo::new(move |_| builder.palette.with(|p| place.with_value(|at| p.as_ref() == Some(at))));
    let target = Memo::new(move |_| {
        builder.drag.with(|d| d.as_ref().is_some_and(|d| place.with_value(|p| d.to.as_ref() == Some(p))))
    });
    let add = move |_| {
        let here = place.get_value();
        builder.palette.update(|p| *p = if p.as_ref() == Some(&here) { None } else { Some(here) });
    };
    let outermost = depth == 0;
    let words = move || (last.get() && outermost).then(|| t("layers.add"));
    // The last of each list is a stop of Tab: an empty list has no layer that A could be pressed on.
    let tab = move || if last.get() { "0" } else { "-1" };
    view! {
        <li class="gap" class:last=move || last.get() && outermost class:target=move || target.get()
            class:open=move || open.get() style:--depth=depth.to_string() data-gap=id>
            <div class="gap-row">
                <span class="gap-shape" title=t("layers.shape-help")>{shape}</span>
                <button type="button" class="gap-add" tabindex=tab title=t("layers.add-help") aria-label=t("layers.add-help")
                    aria-expanded=move || open.get().to_string() on:click=add>
                    <svg viewBox="0 0 14 14" aria-hidden="true"><path d="M7 3v8M3 7h8"></path></svg>{words}
                </button>
            </div>
            <Show when=move || open.get()><Palette place=place.get_value()/></Show>
        </li>
    }
}
