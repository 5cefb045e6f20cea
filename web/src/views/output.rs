//! The output over the plane, with the data on it; where own data is drawn.

mod board;
mod brush;
mod legend;
mod plot;

use leptos::prelude::*;

use crate::words::t;
use legend::Legend;
use plot::Plot;

/// The output over the plane, with what its colours mean.
#[component]
pub fn OutputView() -> impl IntoView {
    view! {
        <section class="output" data-testid="output" aria-label=t("view.output")>
            <Plot/>
            <Legend/>
        </section>
    }
}
