//! The last runs beside the chart: a letter each, in its line's colour, and what differed from the present one.

use leptos::prelude::*;

use crate::draw::colour::{Rgb, css};
use crate::draw::theme::{Theme, theme};
use crate::state::pair::beside;
use crate::state::{Page, differences};
use crate::words::{fill, t};

/// The colour of the run at this place in the list.
pub fn colour(theme: &Theme, place: usize) -> Rgb {
    // The first two classes are the ends of the scale, which mean something else.
    theme.classes[(place + 2) % theme.classes.len()]
}

/// The list; nothing where there is no run to compare with.
#[component]
pub fn PastRuns() -> impl IntoView {
    let page = Page::get();
    let told = move || {
        page.runs_version.track();
        page.taste.dark.track();
        let now = page.experiment.get();
        let theme = theme();
        page.runs.with_value(|runs| {
            let one = |(place, run): (usize, &crate::state::PastRun)| {
                let told = differences(&run.experiment, &now);
                let text = if told.is_empty() { t("runs.same").to_owned() } else { told.join(" · ") };
                let beside = beside(&run.experiment, &now);
                (run.name, css(colour(&theme, place), 1.0), text, beside)
            };
            runs.iter().enumerate().map(one).collect::<Vec<_>>()
        })
    };
    let row = move |(name, colour, text, beside): (char, String, String, Option<String>)| {
        let (letter, title) = (name.to_string(), text.clone());
        view! {
            <li title=title>
                <b style=format!("color:{colour}")>{letter.clone()}</b>
                <span>{text}</span>
                <Beside address=beside/>
                <button type="button" class="tiny" aria-label=fill("runs.forget", &[("name", &letter)])
                    title=fill("runs.forget", &[("name", &letter)]) on:click=move |_| page.forget_run(Some(name))>"×"</button>
            </li>
        }
    };
    let list = Memo::new(move |_| told());
    view! {
        <Show when=move || !list.with(Vec::is_empty)>
            <ul class="past-runs" aria-label=t("runs.name")>{move || list.get().into_iter().map(row).collect_view()}</ul>
        </Show>
    }
}

/// Opens a run beside the present one; says why where that cannot be. A frame in a slide opens nothing.
#[component]
fn Beside(address: Option<String>) -> impl IntoView {
    let title = if address.is_some() { t("runs.beside-help") } else { t("runs.beside-own") };
    let off = address.is_none().then_some("true");
    let alone = Page::get().shown.with_value(|shown| !shown.embedded);
    alone.then(|| {
        view! {
            <a class="beside" href=address target="_blank" rel="noopener" title=title role="link" aria-disabled=off>
                {t("runs.beside")}
            </a>
        }
    })
}
