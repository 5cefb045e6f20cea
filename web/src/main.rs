//! The page: a pure function of the engine's last events, over an experiment that the learner edits.

mod app;
mod draw;
mod engine;
mod state;
mod views;

fn main() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(app::App);
}
