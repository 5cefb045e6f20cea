//! The last runs beside the chart: a letter each, in its line's colour, and what differed from the present one.

use leptos::prelude::*;

use crate::differ::differences;
use crate::draw::colour::{Rgb, css};
use crate::draw::theme::{Theme, theme};
use crate::state::pair::beside;
use crate::state::{Page, PastRun};
use crate::words::{fill, t};

/// The colour of the run at this place in the list.
pub fn colour(theme: &Theme, place: usize) -> Rgb {
    // The first two classes are the ends of the scale, which mean something else.
    theme.classes[(place + 2) % theme.classes.len()]
}

/// How many differences are written out; all are in the row's title.
const WRITTEN: usize = 2;

/// A row: letter, colour, differences, and the address of both beside each other.
type Row = (char, String, Vec<String>, Option<String>);

/// The list; nothing where there is no run to compare with.
#[component]
pub fn PastRuns(
    /// The runs that can be compared with the present one.
    kin: Memo<Vec<PastRun>>,
) -> impl IntoView {
    let page = Page::get();
    let told = move || {
        page.taste.dark.track();
        let now = page.experiment.get();
        let theme = theme();
        kin.with(|runs| {
            let one = |(place, run): (usize, &PastRun)| -> Row {
                let mut told = differences(&run.experiment, &now);
                if told.is_empty() {
                    told.push(t("runs.same").to_owned());
                }
                let beside = beside(&run.experiment, &now);
                (run.name, css(colour(&theme, place), 1.0), told, beside)
            };
            runs.iter().enumerate().map(one).collect::<Vec<_>>()
        })
    };
    let row = move |(name, colour, told, beside): Row| {
        let letter = name.to_string();
        let text = told[..told.len().min(WRITTEN)].join(" · ");
        let more =
            (told.len() > WRITTEN).then(|| view! { <small>{format!("+{}", told.len() - WRITTEN)}</small> });
        view! {
            <li title=told.join("\n")>
                <b style=format!("color:{colour}")>{letter.clone()}</b>
                <span>{text}</span>
                {more}
                <Beside address=beside/>
                <button type="button" class="tiny" aria-label=fill("runs.forget", &[("name", &letter)])
                    title=fill("runs.forget", &[("name", &letter)]) on:click=move |_| page.forget_run(name)>"×"</button>
            </li>
        }
    };
    let list = Memo::new(move |_| told());
    view! {
        <Show when=move || !list.with(Vec::is_empty)>
            <ul class="past-runs" aria-label=t("runs.name") tabindex=move || (list.with(Vec::len) > 2).then_some("0")>{move || list.get().into_iter().map(row).collect_view()}</ul>
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
