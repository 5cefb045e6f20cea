//! The left column: what goes in.

mod bring;
mod data;
mod drop;
mod features;
mod import;
mod own;
mod samples;
mod seed;
mod taken;
mod task;
mod text;
mod thumbnails;

use leptos::prelude::*;

pub use data::DataControls;
pub use drop::dropped;
use features::Features;
use import::ImportDialog;
pub use own::OwnTools;
use samples::SampleGallery;
use taken::Taken;
pub use task::TaskPanel;
use thumbnails::Thumbnails;

use crate::words::t;

/// Data sets, their settings, and features.
#[component]
pub fn DataPanel() -> impl IntoView {
    view! {
        <section class="data-panel" aria-label=t("data.name")>
            <Thumbnails/>
            <OwnTools/>
            <Taken/>
            <DataControls/>
            <Features/>
            <ImportDialog/>
        </section>
    }
}
