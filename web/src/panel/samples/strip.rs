//! A sequence in one line: tokens by name, numbers as a small heat strip with time from left to right.

use std::sync::Arc;

use leptos::html::Canvas;
use leptos::prelude::*;

use crate::draw::raster::Raster;
use crate::draw::theme::theme;
use crate::state::Page;

/// The most tokens that are written out.
const WRITTEN: usize = 48;

/// Token numbers by their names: closed up where each is one character, else with spaces between.
pub fn written(tokens: &[f32], names: &[String]) -> String {
    // The number past all names stands where no answer counts.
    let name = |v: &f32| match v.max(0.0) as usize {
        at if at == names.len() && at > 0 => "·".to_owned(),
        at => names.get(at).cloned().unwrap_or_else(|| v.to_string()),
    };
    let closed = !names.is_empty() && names.len() > 12 && names.iter().all(|n| n.chars().count() == 1);
    let mut text =
        tokens.iter().take(WRITTEN).map(name).collect::<Vec<_>>().join(if closed { "" } else { " " });
    if tokens.len() > WRITTEN {
        text.push('…');
    }
    text
}

/// Steps and numbers a step of an input: what has one axis has one number a step.
fn steps(shape: &[usize]) -> (usize, usize) {
    match shape {
        [] => (1, 1),
        [steps] => (*steps, 1),
        [steps, rest @ ..] => (*steps, rest.iter().product()),
    }
}

/// A sample that is a sequence.
#[component]
pub fn SampleStrip(
    /// (steps, features), or token numbers.
    values: Arc<[f32]>,
) -> impl IntoView {
    let page = Page::get();
    let facts = page.facts.get_untracked();
    let tokens = facts.as_ref().is_some_and(|f| f.tokens.is_some());
    if tokens {
        let text = facts.map(|f| written(&values, &f.vocabulary)).unwrap_or_default();
        return view! { <span class="sample-tokens">{text}</span> }.into_any();
    }
    let (steps, features) = steps(&facts.map(|f| f.input.clone()).unwrap_or_default());
    let canvas = NodeRef::<Canvas>::new();
    Effect::new(move |_| {
        let _dark = page.taste.dark.get();
        let Some(canvas) = canvas.get() else { return };
        let values = Arc::clone(&values);
        // The theme's colours are in force at the next frame.
        request_animation_frame(move || {
            let Some(mut raster) = Raster::on(canvas) else { return };
            raster.resize(steps, features);
            let (theme, most) = (theme(), values.iter().fold(1e-6f32, |m, v| m.max(v.abs())));
            for (i, pixel) in raster.pixels().chunks_exact_mut(4).enumerate() {
                let value = values.get(i % steps * features + i / steps).copied().unwrap_or(0.0);
                let [r, g, b] = theme.scale.at(value / most).unwrap_or(theme.faint);
                pixel.copy_from_slice(&[r, g, b, 255]);
            }
            raster.show();
        });
    });
    view! { <canvas class="sample-heat" node_ref=canvas aria-hidden="true"></canvas> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn tokens_are_written_by_name() {
        assert_eq!(written(&[0.0, 1.0, 7.0], &names("( )")), "( ) 7");
        let letters = names("a b c d e f g h i j k l m");
        assert_eq!(written(&[2.0, 0.0, 1.0], &letters), "cab", "many single characters are a text");
        assert!(written(&[0.0; 60], &names("x y")).ends_with('…'));
    }

    #[test]
    fn time_is_the_first_axis() {
        assert_eq!(steps(&[15, 10]), (15, 10));
        assert_eq!(steps(&[20]), (20, 1));
    }
}
