//! A number on a line.

use leptos::prelude::*;

/// A labelled slider with its value written out.
#[component]
pub fn Slider(
    /// What it sets.
    label: &'static str,
    /// What that is.
    help: &'static str,
    /// The least.
    min: f64,
    /// The most.
    max: f64,
    /// From one value to the next.
    step: f64,
    /// The value in force.
    #[prop(into)]
    value: Signal<f64>,
    /// The value as it is written.
    show: impl Fn(f64) -> String + Send + Sync + 'static,
    /// Takes the value chosen.
    slide: impl Fn(f64) + 'static,
) -> impl IntoView {
    let show = StoredValue::new(show);
    let text = move || show.with_value(|show| show(value.get()));
    let share = move || format!("{:.2}%", 100.0 * (value.get() - min) / (max - min));
    view! {
        <label class="slider" title=help>
            <span class="slider-name">{label}</span>
            // An output element would take the label for itself.
            <span class="slider-value">{text}</span>
            <input type="range" min=min max=max step=step style:--share=share
                aria-valuetext=text prop:value=move || value.get().to_string()
                on:input:target=move |event| {
                    if let Ok(number) = event.target().value().parse() {
                        slide(number);
                    }
                }/>
        </label>
    }
}
