//! The bottom line: where it runs, how fast, from which seed, and what to try.

use leptos::prelude::*;

use super::backend::Backend;
use crate::numbers::pace;
use crate::state::Page;
use crate::words::t;

/// Backend, pace, seed and hint.
#[component]
pub fn Footer() -> impl IntoView {
    let page = Page::get();
    // What was stopped has no pace.
    let pace = Memo::new(move |_| match page.status.with(|s| s.playing) {
        true => page.metrics.with(|m| pace(m.steps_per_second)),
        false => "–".into(),
    });
    let seed = Memo::new(move |_| page.experiment.with(|e| e.seed));
    view! {
        <footer class="footer">
            <Backend/>
            <span class="pace" title=t("footer.pace-help")>
                <b data-testid="steps-per-second">{pace}</b>" "{t("footer.pace")}
            </span>
            <span class="seed" title=t("footer.seed-help")>{t("footer.seed")}" "<b>{seed}</b></span>
            <span class="hint" role="status" aria-live="polite" title=move || page.hint.get()>{move || page.hint.get()}</span>
        </footer>
    }
}
