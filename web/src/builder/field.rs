//! One setting of a layer.

use leptos::prelude::*;
use minibatch_session::Block;
use web_sys::{HtmlInputElement, KeyboardEvent};

use super::settings::{Kind, choices, show, step};
use super::state::Builder;
use super::tree::Place;
use crate::words::{fill, named};

/// The sentence about a setting: of this kind of layer, or of all that have it.
pub fn help(kind: &str, id: &'static str) -> &'static str {
    let own = named(&format!("layers.help.{kind}"), id);
    if own == id { named("layers.help", id) } else { own }
}

/// A labelled field, switch or choice for a setting.
#[component]
pub fn Field(
    /// Where the layer is.
    place: Place,
    /// What it is.
    kind: &'static str,
    /// The setting.
    id: &'static str,
    /// What the setting takes.
    takes: Kind,
    /// The layer as it is now.
    block: Memo<Option<Block>>,
) -> impl IntoView {
    let value = Memo::new(move |_| block.with(|b| b.as_ref().map_or_else(String::new, |b| show(b, id))));
    let place = StoredValue::new(place);
    let label = named("layers.setting", id);
    let help = help(kind, id);
    let name = format!("layer-setting-{id}");
    match takes {
        Kind::Switch => {
            view! { <Switch place=place id=id name=name label=label help=help value=value/> }.into_any()
        }
        Kind::Choice(group) => {
            let builder = Builder::get();
            let choose = move |choice: &str| {
                if let Some(place) = place.try_get_value() {
                    builder.set(&place, id, choice, false);
                }
            };
            let option = move |choice: &'static str| {
                view! {
                    <option value=choice prop:selected=move || value.with(|v| v == choice)>{named(group, choice)}</option>
                }
            };
            view! {
                <label class="field" title=help>
                    <span class="field-name">{label}</span>
                    <select id=name on:change:target=move |e| choose(&e.target().value())>
                        {choices(group).into_iter().map(option).collect_view()}
                    </select>
                </label>
            }
            .into_any()
        }
        _ => view! { <Typed place=place id=id takes=takes name=name label=label help=help value=value/> }
            .into_any(),
    }
}

#[component]
fn Switch(
    place: StoredValue<Place>,
    id: &'static str,
    name: String,
    label: &'static str,
    help: &'static str,
    value: Memo<String>,
) -> impl IntoView {
    let builder = Builder::get();
    let switched = move |e: web_sys::Event| {
        let on = event_target::<HtmlInputElement>(&e).checked();
        if let Some(place) = place.try_get_value() {
            builder.set(&place, id, &on.to_string(), false);
        }
    };
    view! {
        <label class="switch" title=help>
            <input type="checkbox" id=name prop:checked=move || value.with(|v| v == "true") on:change=switched/>
            <span>{label}</span>
        </label>
    }
}

#[component]
fn Typed(
    place: StoredValue<Place>,
    id: &'static str,
    takes: Kind,
    name: String,
    label: &'static str,
    help: &'static str,
    value: Memo<String>,
) -> impl IntoView {
    let builder = Builder::get();
    let wrong = RwSignal::new(None::<String>);
    // What was wrong is not what stands there once it has changed otherwise, by undo say.
    Effect::new(move |_| {
        value.track();
        wrong.set(None);
    });
    // Whether what stands in the field is in force now.
    let commit = move |input: &HtmlInputElement, steps: bool| {
        let typed = input.value();
        // A sheet that closes takes its field away, and a field that loses the focus so is changed by that: what it was a
        // field for is gone by then.
        let (Some(now), Some(place)) = (value.try_get_untracked(), place.try_get_value()) else {
            return true;
        };
        let taken = typed == now || builder.set(&place, id, &typed, steps);
        wrong.set((!taken).then(|| fill(unread(takes), &[("text", typed.trim())])));
        if let (true, Some(now)) = (taken, value.try_get_untracked()) {
            input.set_value(&now);
        }
        taken
    };
    let pressed = move |event: KeyboardEvent| {
        let input = event_target::<HtmlInputElement>(&event);
        match event.key().as_str() {
            "Enter" => {
                event.prevent_default();
                let layer = place.try_get_value();
                if commit(&input, false) {
                    builder.close();
                    builder.focus_layer(layer);
                }
            }
            key @ ("ArrowUp" | "ArrowDown") if !event.alt_key() => {
                if let Some(next) = step(takes, &input.value(), key == "ArrowUp") {
                    event.prevent_default();
                    input.set_value(&next);
                    commit(&input, true);
                }
            }
            _ => {}
        }
    };
    let optional = matches!(takes, Kind::PairOrNone | Kind::WholeOrNone);
    let placeholder = if optional { named("layers.none", id) } else { "" };
    let described = format!("{name}-wrong");
    view! {
        <label class="field" title=help>
            <span class="field-name">{label}</span>
            <input type="text" inputmode="decimal" autocomplete="off" spellcheck="false" id=name placeholder=placeholder
                prop:value=move || value.get() aria-invalid=move || wrong.with(Option::is_some).to_string()
                aria-describedby=described.clone() on:keydown=pressed
                on:focus=select_all
                on:change=move |e| { commit(&event_target(&e), false); }/>
        </label>
        <p class="error" id=described>{move || wrong.get()}</p>
    }
}

/// Selects what stands in a field that gets the focus, after the press that gave it has put the cursor somewhere.
fn select_all(event: web_sys::FocusEvent) {
    let input = event_target::<HtmlInputElement>(&event);
    let before = input.value();
    input.select();
    request_animation_frame(move || {
        if input.value() == before && input.matches(":focus").unwrap_or(false) {
            input.select();
        }
    });
}

/// What is said where a setting cannot be read.
fn unread(takes: Kind) -> &'static str {
    match takes {
        Kind::Number => "layers.unread.number",
        Kind::Pair | Kind::PairOrNone => "layers.unread.pair",
        Kind::Wholes => "layers.unread.wholes",
        Kind::Whole | Kind::WholeOrNone | Kind::Switch | Kind::Choice(_) => "layers.unread.whole",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_of_layer_has_its_own_sentence_where_it_means_something_else() {
        assert_ne!(help("embedding", "padding"), help("conv2d", "padding"));
        for takes in [Kind::Number, Kind::Pair, Kind::Wholes, Kind::Whole] {
            assert!(fill(unread(takes), &[("text", "abc")]).contains("abc"), "{takes:?}");
        }
    }
}
