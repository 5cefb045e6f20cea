//! The page: a pure function of the engine's last events, over an experiment that the learner edits.

mod answer;
mod api;
mod app;
mod builder;
mod clock;
mod differ;
mod draw;
mod embed;
mod engine;
mod fault;
mod gallery;
mod inside;
mod network;
mod numbers;
mod pair;
mod panel;
mod sequence;
mod shell;
mod state;
mod views;
mod widgets;
mod words;

fn main() {
    fault::watch();
    let root = leptos::prelude::document().document_element();
    if root.is_some_and(|root| root.has_attribute("data-pair")) {
        leptos::mount::mount_to_body(pair::Pair);
    } else {
        leptos::mount::mount_to_body(app::App);
    }
}
