//! A layer's settings, below it.

use leptos::html::Div;
use leptos::prelude::*;
use minibatch_session::Block;
use web_sys::KeyboardEvent;

use super::field::Field;
use super::settings::settings;
use super::state::Builder;
use super::tree::Place;
use crate::words::{fill, t};

/// Every setting of a layer, and what can be done with it.
#[component]
pub fn Editor(
    /// Where the layer is.
    place: Place,
    /// The layer as it is now.
    block: Memo<Option<Block>>,
) -> impl IntoView {
    let builder = Builder::get();
    let kind = Memo::new(move |_| block.with(|b| b.as_ref().map(Block::kind)));
    let place = StoredValue::new(place);
    let pressed = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            event.prevent_default();
            event.stop_propagation();
            builder.close();
            builder.focus_layer(Some(place.get_value()));
        }
    };
    let own = NodeRef::<Div>::new();
    Effect::new(move |_| {
        if let Some(own) = own.get() {
            super::focus::reveal(&own);
        }
    });
    let fields = move || {
        let kind = kind.get()?;
        let all = block.with_untracked(|b| b.as_ref().map_or(&[][..], settings));
        let fields = all.iter().map(|&(id, takes)| {
            view! { <Field place=place.get_value() kind=kind id=id takes=takes block=block/> }
        });
        Some(fields.collect_view())
    };
    let branches = move || kind.get() == Some("branches");
    let label = move || {
        block.with(|b| b.as_ref().map(|b| fill("layers.settings", &[("layer", &super::names::face(b).0)])))
    };
    let tool = move |name: &'static str, id: &'static str, act: fn(&Builder, &Place)| {
        view! {
            <button type="button" class="small" data-tool=id on:click=move |_| act(&builder, &place.get_value())>{name}</button>
        }
    };
    view! {
        <div class="layer-editor" node_ref=own role="group" aria-label=label on:keydown=pressed>
            <div class="layer-fields">{fields}</div>
            <div class="actions">
                <button type="button" class="small" title=t("layers.up") aria-label=t("layers.up")
                    on:click=move |_| builder.shift(&place.get_value(), false)>"↑"</button>
                <button type="button" class="small" title=t("layers.down") aria-label=t("layers.down")
                    on:click=move |_| builder.shift(&place.get_value(), true)>"↓"</button>
                {tool(t("layers.copy"), "copy", Builder::duplicate)}
                {tool(t("layers.delete"), "delete", Builder::remove)}
                <Show when=branches>{tool(t("layers.add-branch"), "add-branch", Builder::add_branch)}</Show>
            </div>
        </div>
    }
}
