//! A sample's picture.

use std::sync::Arc;

use leptos::html::Canvas;
use leptos::prelude::*;

use crate::draw::picture::draw_picture;
use crate::state::Page;

/// A picture on a canvas of its own, a pixel for each of its own; styles say how large it is seen.
#[component]
pub fn Picture(
    /// (channels, rows, columns).
    values: Arc<[f32]>,
    /// Its extents.
    shape: [usize; 3],
) -> impl IntoView {
    let page = Page::get();
    let canvas = NodeRef::<Canvas>::new();
    Effect::new(move |_| {
        let _dark = page.taste.dark.get();
        let Some(canvas) = canvas.get() else { return };
        let values = Arc::clone(&values);
        // The theme's colours are in force at the next frame.
        request_animation_frame(move || draw_picture(&canvas, &values, shape));
    });
    // Large pictures seen small would lose lines; small ones seen large keep their pixels.
    let fine = shape[1].max(shape[2]) > 64;
    view! { <canvas class="picture" class:fine=fine node_ref=canvas aria-hidden="true"></canvas> }
}
