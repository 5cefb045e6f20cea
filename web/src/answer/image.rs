//! Class scores of an image; draw one and the scores follow the pen. Below: the worst mistakes, the last hidden layer
//! in the plane, the confusion matrix.

mod examined;
mod mistakes;
mod pad;
mod paper;
mod plane;
mod projection;
mod scores;
mod sketch;

use leptos::prelude::*;
use minibatch_session::{Experiment, SampleSource};

use crate::state::Page;
use crate::views::Confusion;
use crate::words::t;
pub use mistakes::CellImages;
use mistakes::Mistakes;
use pad::DrawPad;
use projection::Projection;
use scores::Scores;

/// What is shown below the scores.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Below {
    Mistakes,
    Projection,
    Confusion,
}

/// Whether a learner could draw a sample: pictures have one channel or three, and random numbers show nothing.
fn drawable(experiment: &Experiment) -> bool {
    experiment.model.as_ref().is_some_and(|m| {
        let channels = m.input.shape.first();
        matches!(channels, Some(1 | 3)) && !matches!(m.samples, SampleSource::Random { .. })
    })
}

/// Drawing pad and scores; below them one of three views of the test samples.
#[component]
pub fn ImageAnswer() -> impl IntoView {
    let page = Page::get();
    let (below, best_first) = (RwSignal::new(Below::Mistakes), RwSignal::new(false));
    // Over the whole page, to look at closely.
    let large = RwSignal::new(false);
    // Mistakes are mistakes of classes.
    let classes =
        Memo::new(move |_| page.facts.with(|f| f.as_ref().is_some_and(|f| f.class_names.len() > 1)));
    let drawn = Memo::new(move |_| page.experiment.with(drawable));
    let tab = move |wanted: Below, id: &'static str, name: &'static str, help: &'static str| {
        let chosen = move || below.get() == wanted;
        view! {
            <button type="button" role="tab" id=format!("images-{id}") aria-controls="images-below" title=help
                aria-selected=move || chosen().to_string() tabindex=move || if chosen() { "0" } else { "-1" }
                data-testid=format!("images-{id}") on:click=move |_| below.set(wanted)>{name}</button>
        }
    };
    let keyed = move |e: web_sys::KeyboardEvent| {
        let order = [Below::Mistakes, Below::Projection, Below::Confusion];
        let at = order.iter().position(|b| *b == below.get_untracked()).unwrap_or(0);
        let next = match e.key().as_str() {
            "ArrowRight" => (at + 1) % 3,
            "ArrowLeft" => (at + 2) % 3,
            _ => return,
        };
        e.prevent_default();
        below.set(order[next]);
        let bar = e.current_target().and_then(|t| wasm_bindgen::JsCast::dyn_into::<web_sys::Element>(t).ok());
        let button = bar.and_then(|bar| bar.children().item(next as u32));
        if let Some(button) =
            button.and_then(|b| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(b).ok())
        {
            let _focused = button.focus();
        }
    };
    let closed = move |e: web_sys::KeyboardEvent| {
        if e.key() == "Escape" && large.get_untracked() {
            e.prevent_default();
            large.set(false);
        }
    };
    view! {
        <div class="answer image-answer">
            <div class="image-now" class:padless=move || !drawn.get()>
                <Show when=move || drawn.get()>
                    <DrawPad>
                        <button type="button" class="tiny best-first" title=t("images.best-first-help") aria-label=t("images.best-first")
                            aria-pressed=move || best_first.get().to_string()
                            on:click=move |_| best_first.update(|b| *b = !*b)>"⇅"</button>
                    </DrawPad>
                </Show>
                <Scores best_first=best_first/>
            </div>
            <Show when=move || classes.get()>
                <div class="image-tests" class:large=move || large.get() on:keydown=closed>
                    <div class="image-tests-head">
                        <div class="tabs image-tabs" role="tablist" aria-label=t("images.tabs") on:keydown=keyed>
                            {tab(Below::Mistakes, "mistakes", t("images.mistakes"), t("images.mistakes-help"))}
                            {tab(Below::Projection, "projection", t("images.projection"), t("images.projection-help"))}
                            {tab(Below::Confusion, "confusion", t("images.confusion"), t("images.confusion-help"))}
                        </div>
                        <button type="button" class="tiny" data-testid="images-large" title=t("images.large-help")
                            aria-label=t("images.large") aria-pressed=move || large.get().to_string()
                            on:click=move |_| large.update(|l| *l = !*l)>{move || if large.get() { "×" } else { "⤢" }}</button>
                    </div>
                    <div class="image-below" id="images-below" role="tabpanel">
                        {move || match below.get() {
                            Below::Mistakes => view! { <Mistakes/> }.into_any(),
                            Below::Projection => view! { <Projection/> }.into_any(),
                            Below::Confusion => view! { <Confusion compact=true/> }.into_any(),
                        }}
                    </div>
                </div>
            </Show>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::drawable;
    use minibatch_session::preset;

    #[test]
    fn nobody_draws_random_numbers() {
        let of = |name| drawable(&preset(name).expect("a preset"));
        assert!(of("digits") && of("textures"));
        assert!(!of("a4"));
    }
}
