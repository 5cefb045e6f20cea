//! The middle column: what each layer is, above the picture of it, and the sum below.

use leptos::prelude::*;

use crate::network::{LayerBar, NetworkFoot};
use crate::views::NetworkView;
use crate::words::t;

/// Layer headers, the network, and its sum.
#[component]
pub fn NetworkPanel() -> impl IntoView {
    view! {
        <section class="network-panel" aria-label=t("network.name")>
            <LayerBar/>
            <NetworkView/>
            <NetworkFoot/>
        </section>
    }
}
