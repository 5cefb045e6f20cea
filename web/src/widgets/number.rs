//! A number that is typed.

use leptos::prelude::*;

use crate::state::{Notice, Page};
use crate::words;

/// A labelled field for a number. What is no number is said, and the field goes back to what is in force.
#[component]
pub fn Number(
    /// What it is.
    label: &'static str,
    /// What that is.
    help: &'static str,
    /// The number in force.
    #[prop(into)]
    value: Signal<f64>,
    /// A whole number.
    #[prop(optional)]
    whole: bool,
    /// Takes the number typed.
    commit: impl Fn(f64) + 'static,
) -> impl IntoView {
    let page = Page::get();
    let typed = move |event: web_sys::Event| {
        let input = event_target::<web_sys::HtmlInputElement>(&event);
        let text = input.value();
        match read(&text, whole) {
            Some(number) => commit(number),
            None => {
                let key = if whole { "number.not-whole" } else { "number.not-a-number" };
                let text = words::fill(key, &[("name", label), ("text", text.trim())]);
                page.notice.set(Some(Notice::Mistake(text)));
            }
        }
        // A field that goes away while it has the focus is changed by that; then there is no value any more to go back to.
        if let Some(value) = value.try_get_untracked() {
            input.set_value(&written(value));
        }
    };
    view! {
        <label class="field number" title=help>
            <span class="field-name">{label}</span>
            <input type="text" inputmode="decimal" autocomplete="off" spellcheck="false"
                prop:value=move || written(value.get()) on:change=typed on:focus=select_all/>
        </label>
    }
}

fn select_all(event: web_sys::FocusEvent) {
    event_target::<web_sys::HtmlInputElement>(&event).select();
}

/// A number as one would type it: small and large ones with a power of ten, which a narrow field holds whole.
pub fn written(value: f64) -> String {
    let size = value.abs();
    if size >= 1e7 || (size > 0.0 && size < 1e-4) { format!("{value:e}") } else { value.to_string() }
}

/// A finite number, with a decimal point or comma.
pub fn read(text: &str, whole: bool) -> Option<f64> {
    let number: f64 = text.trim().replace(',', ".").parse().ok()?;
    (number.is_finite() && (!whole || (number >= 0.0 && number.fract() == 0.0))).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::{read, written};

    #[test]
    fn a_number_is_written_short_and_read_as_the_same() {
        for (value, text) in [
            (1e-8, "1e-8"),
            (0.00001, "1e-5"),
            (0.0001, "0.0001"),
            (0.999, "0.999"),
            (0.0, "0"),
            (3e9, "3e9"),
        ] {
            assert_eq!(written(value), text);
            assert_eq!(read(&written(value), false), Some(value));
        }
        assert_eq!(read(&written(12_345_678.0), true), Some(12_345_678.0));
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        assert_eq!(read(" 0,5 ", false), Some(0.5));
        assert_eq!(read("1e-3", false), Some(0.001));
        assert_eq!(read("12", true), Some(12.0));
        for text in ["", "abc", "NaN", "inf", "1.2.3"] {
            assert_eq!(read(text, false), None, "{text}");
        }
        assert_eq!(read("1.5", true), None);
        assert_eq!(read("-1", true), None);
    }
}
