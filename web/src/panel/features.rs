//! What the network sees of each point.

use leptos::html::Canvas;
use leptos::prelude::*;
use minibatch_session::data::Feature;

use crate::draw::draw_feature;
use crate::state::Page;
use crate::words::{fill, t};

/// All features, each with its picture, to switch on and off.
#[component]
pub fn Features() -> impl IntoView {
    view! {
        <div class="feature-set" role="group" aria-label=t("features.name")>
            <h2 title=t("features.help")>{t("features.name")}</h2>
            <div class="features">{Feature::ALL.map(|f| view! { <Toggle feature=f/> }).collect_view()}</div>
        </div>
    }
}

#[component]
fn Toggle(feature: Feature) -> impl IntoView {
    let page = Page::get();
    let on = Memo::new(move |_| page.experiment.with(|e| e.features.contains(&feature)));
    let canvas = NodeRef::<Canvas>::new();
    Effect::new(move |_| {
        let _dark = page.taste.dark.get();
        if let Some(canvas) = canvas.get() {
            request_animation_frame(move || draw_feature(&canvas, feature));
        }
    });
    let toggle = move |_| {
        page.edit(|e| {
            let on = !e.features.contains(&feature);
            let chosen = |f: &Feature| if *f == feature { on } else { e.features.contains(f) };
            e.features = Feature::ALL.into_iter().filter(chosen).collect();
        });
    };
    let help = fill("features.one", &[("name", feature.title())]);
    view! {
        <button type="button" class="feature" data-feature=feature.id() title=help.clone() aria-label=help
            aria-pressed=move || on.get().to_string() on:click=toggle>
            <canvas node_ref=canvas></canvas>
            <span>{feature.title()}</span>
        </button>
    }
}
