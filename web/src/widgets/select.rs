//! A choice among a few names.

use leptos::prelude::*;

/// A labelled select box. `value` and `choose` speak in ids, `options` are ids and names.
#[component]
pub fn Select(
    /// What it chooses.
    label: &'static str,
    /// What that is.
    help: &'static str,
    /// The id in force.
    #[prop(into)]
    value: Signal<String>,
    /// Ids and names.
    #[prop(into)]
    options: Signal<Vec<(String, String)>>,
    /// Takes the id chosen.
    choose: impl Fn(String) + 'static,
) -> impl IntoView {
    let chosen = move |id: String| Memo::new(move |_| value.with(|v| *v == id));
    view! {
        <label class="field" title=help>
            <span class="field-name">{label}</span>
            <select on:change:target=move |event| choose(event.target().value())>
                <For each=move || options.get() key=|option| option.clone() let:option>
                    <option value=option.0.clone() prop:selected=chosen(option.0)>{option.1}</option>
                </For>
            </select>
        </label>
    }
}
