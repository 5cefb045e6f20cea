//! The middle column: what each layer is, above the picture of it or its numbers, and the sum below.

use leptos::prelude::*;

use crate::inside::Numbers;
use crate::network::{LayerBar, NetworkFoot};
use crate::views::NetworkView;
use crate::words::t;

/// Layer headers, the network or its numbers, and its sum.
#[component]
pub fn NetworkPanel() -> impl IntoView {
    let numbers = RwSignal::new(false);
    view! {
        <section class="network-panel" aria-label=t("network.name")>
            <LayerBar/>
            <Show when=move || numbers.get() fallback=|| view! { <NetworkView/> }><Numbers/></Show>
            <NetworkFoot numbers/>
        </section>
    }
}
