//! A rate: chosen among the usual ones, or typed.

use leptos::html::Input;
use leptos::prelude::*;

use super::number::{read, written};
use crate::state::{Notice, Page};
use crate::words::{self, t};

/// The value of the option that opens the field.
const OTHER: &str = "other";

/// A labelled select box of rates whose last option turns it into a field.
#[component]
pub fn Rate(
    /// What it is.
    label: &'static str,
    /// What that is.
    help: &'static str,
    /// The usual ones.
    usual: &'static [f32],
    /// The rate in force.
    #[prop(into)]
    value: Signal<f32>,
    /// Takes the rate chosen or typed.
    choose: impl Fn(f32) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let page = Page::get();
    let typing = RwSignal::new(false);
    let field = NodeRef::<Input>::new();
    let list = NodeRef::<leptos::html::Select>::new();
    Effect::new(move |_| {
        if let (true, Some(input)) = (typing.get(), field.get()) {
            // The property is written after this; what is typed would be added to it.
            input.set_value(&short(value.get_untracked()));
            let _focused = input.focus();
            input.select();
        }
    });
    let options = Memo::new(move |_| rates(usual, value.get()));
    let picked = move |event: web_sys::Event| {
        let select = event_target::<web_sys::HtmlSelectElement>(&event);
        match select.value().parse() {
            Ok(rate) => choose(rate),
            Err(_) => {
                // What goes away with the focus has no value any more.
                if let Some(value) = value.try_get_untracked() {
                    select.set_value(&value.to_string());
                    typing.set(true);
                }
            }
        }
    };
    let typed = move |event: web_sys::Event| {
        let text = event_target::<web_sys::HtmlInputElement>(&event).value();
        if typing.try_set(false).is_some() {
            return;
        }
        match read(&text, false) {
            Some(rate) => choose(rate as f32),
            None => {
                let text = words::fill("number.not-a-number", &[("name", label), ("text", text.trim())]);
                page.notice.set(Some(Notice::Mistake(text)));
            }
        }
    };
    let left = move |event: web_sys::KeyboardEvent| {
        let key = event.key();
        if key == "Escape" {
            typing.set(false);
        }
        // Once the field is gone, its list has the focus.
        if key == "Escape" || key == "Enter" {
            request_animation_frame(move || {
                if let Some(list) = list.get_untracked() {
                    let _focused = list.focus();
                }
            });
        }
    };
    view! {
        <label class="field rate" title=help>
            <span class="field-name">{label}</span>
            <Show when=move || typing.get() fallback=move || view! {
                <select on:change=picked node_ref=list>
                    <For each=move || options.get() key=|rate| rate.to_bits() let:rate>
                        <option value=rate.to_string() prop:selected=move || value.get() == rate>
                            {short(rate)}
                        </option>
                    </For>
                    <option value=OTHER>{t("rate.other")}</option>
                </select>
            }>
                <input type="text" inputmode="decimal" autocomplete="off" node_ref=field
                    prop:value=move || short(value.get())
                    on:change=typed on:keydown=left on:blur=move |_| typing.set(false)/>
            </Show>
        </label>
    }
}

/// A rate as one would type it.
fn short(rate: f32) -> String {
    written(rate.to_string().parse().unwrap_or_else(|_| rate.into()))
}

/// The usual rates with the one in force among them.
fn rates(usual: &[f32], value: f32) -> Vec<f32> {
    let mut rates = usual.to_vec();
    if !rates.contains(&value) {
        rates.push(value);
        rates.sort_by(f32::total_cmp);
    }
    rates
}

#[cfg(test)]
mod tests {
    use super::rates;

    #[test]
    fn a_rate_that_was_typed_has_its_place_among_the_usual_ones() {
        assert_eq!(rates(&[0.1, 1.0], 0.1), [0.1, 1.0]);
        assert_eq!(rates(&[0.1, 1.0], 0.5), [0.1, 0.5, 1.0]);
    }
}
