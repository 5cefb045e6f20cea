//! Both losses in one chart, drawn as the loss chart draws the runs it compares with.

use leptos::html;
use leptos::prelude::*;

use super::drive::Drive;
use crate::draw::canvas::{Redraw, on_size};
use crate::state::PastRun;
use crate::views::draw_losses;
use crate::words::t;

/// The chart.
#[component]
pub fn Chart(drive: Drive, dark: RwSignal<bool>) -> impl IntoView {
    let (stage, canvas) = (NodeRef::<html::Div>::new(), NodeRef::<html::Canvas>::new());
    let size = RwSignal::new((0.0, 0.0));
    let redraw = Redraw::new(move || {
        let Some(canvas) = canvas.get_untracked() else { return };
        let runs = drive.sides.map(|side| PastRun {
            name: if side.place == 0 { 'A' } else { 'B' },
            experiment: minibatch_session::Experiment::default(),
            curve: side.curve.get_value(),
        });
        let _plane = draw_losses(&canvas, size.get_untracked(), (&[], &runs, None), false, ["", ""]);
    });
    on_size(stage, move |width, height| size.set((width, height)));
    Effect::new(move || {
        drive.turns.track();
        dark.track();
        size.track();
        canvas.track();
        redraw.request();
    });
    view! {
        <div class="pair-chart" role="img" data-testid="pair-chart" aria-label=t("pair.loss") title=t("pair.loss") node_ref=stage>
            <canvas class="view-fill" node_ref=canvas aria-hidden="true"></canvas>
            <span class="loss-unit">{t("view.epochs")}</span>
        </div>
    }
}
