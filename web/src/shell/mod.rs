//! The page's chrome: head, transport, foot, notices, keys.

mod columns;
mod footer;
mod header;
pub mod help;
pub mod keys;
mod notices;
pub mod numbers;
pub mod optimizer;
mod output;
mod presets;
mod regularisation;
mod schedule;
mod share;
mod speed;
mod training;
mod transport;

use leptos::prelude::*;

pub use columns::NetworkPanel;
use footer::Footer;
use header::Header;
use help::Help;
pub use notices::Notices;
pub use output::{OutputPanel, OutputTaste};
pub use speed::Speed;
pub use training::LearningRate;
use training::Training;
pub use transport::{Epoch, PlayButton, ResetButton, StepButton, StepEpochButton};
use transport::Transport;

use crate::panel::DataPanel;
use crate::words::t;

/// The whole page.
#[component]
pub fn Shell() -> impl IntoView {
    view! {
        <div class="page">
            <a class="skip" href="#main">{t("page.skip")}</a>
            <Header/>
            <div class="transport" role="region" aria-label=t("transport.name")>
                <Transport/>
                <Training/>
            </div>
            <main id="main" class="columns">
                <DataPanel/>
                <NetworkPanel/>
                <OutputPanel/>
            </main>
            <Notices/>
            <Footer/>
            <Help/>
        </div>
    }
}
