//! What a model of layers answers, and to what: the top of the right column.

mod image;
mod sequence;

use leptos::prelude::*;

use crate::state::Page;
pub use image::CellImages;
use image::ImageAnswer;
use sequence::SequenceAnswer;

/// The answer, by what goes in.
#[component]
pub fn Answer() -> impl IntoView {
    let page = Page::get();
    let image = page.image();
    view! { <Show when=move || image.get() fallback=|| view! { <SequenceAnswer/> }><ImageAnswer/></Show> }
}
