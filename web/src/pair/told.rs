//! What differs between the two, and whom one waits for.

use leptos::prelude::*;

use super::drive::Drive;
use super::side::Standing;
use crate::differ::{Difference, compare};
use crate::words::{fill, t};

/// The lines beside the transport.
#[component]
pub fn Told(drive: Drive) -> impl IntoView {
    let [left, right] = drive.sides.map(|side| side.experiment);
    let differs = Memo::new(move |_| left.with(|left| right.with(|right| compare(left, right))));
    let whole = move || {
        let one = |d: &Difference| format!("{} {} | {}", d.what, d.from, d.to);
        differs.with(|all| all.iter().map(one).collect::<Vec<_>>().join("\n"))
    };
    let one = |d: Difference| view! { <li>{d.what}" "<b>{d.from}</b>" | "<b>{d.to}</b></li> };
    view! {
        <div class="pair-told">
            <ul class="pair-differs" data-testid="differs" aria-label=t("pair.differs") title=whole>
                {move || differs.get().into_iter().map(one).collect_view()}
                <Show when=move || differs.with(Vec::is_empty)><li>{t("pair.same")}</li></Show>
            </ul>
            <p class="pair-status" role="status" data-testid="status">{move || status(drive)}</p>
        </div>
    }
}

/// Whom one waits for, who stopped and why, or what just happened.
fn status(drive: Drive) -> String {
    let which = |is: &dyn Fn(usize) -> bool, one: &'static str, both: &'static str| match (is(0), is(1)) {
        (true, true) => Some(t(both).to_owned()),
        (true, false) => Some(fill(one, &[("side", &drive.sides[0].name().to_lowercase())])),
        (false, true) => Some(fill(one, &[("side", &drive.sides[1].name().to_lowercase())])),
        (false, false) => None,
    };
    let opening = |i: usize| drive.sides[i].standing.with(|s| *s == Standing::Opening);
    let late = |i: usize| drive.sides[i].late.get();
    let stopped = drive.sides.iter().find_map(|side| match side.standing.get() {
        Standing::Stopped(why, _) => Some(fill("pair.stopped", &[("side", side.name()), ("why", &why)])),
        Standing::Opening | Standing::Ready => None,
    });
    which(&opening, "pair.opening", "pair.opening-both")
        .or_else(|| which(&late, "pair.late", "pair.late-both"))
        .or(stopped)
        .unwrap_or_else(|| drive.told.get())
}
