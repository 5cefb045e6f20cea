//! A number on its colour.

use leptos::prelude::*;

use super::paint::ink_on;
use crate::draw::colour::css;
use crate::draw::theme::theme;
use crate::numbers::signed;

/// A short name and a value on the diverging scale, which ends at 1.
#[component]
pub fn Chip(
    /// "h", "f".
    name: &'static str,
    /// What that is.
    #[prop(into)]
    help: String,
    /// The value; none where it is not known.
    value: Option<f32>,
) -> impl IntoView {
    let theme = theme();
    let colour = value.and_then(|v| theme.scale.at(v)).unwrap_or(theme.sunk);
    let style = format!("background:{};color:{}", css(colour, 1.0), css(ink_on(colour, &theme), 1.0));
    view! {
        <span class="chip" title=help>
            <i>{name}</i>
            <b style=style>{value.map_or("–".to_owned(), signed)}</b>
        </span>
    }
}
