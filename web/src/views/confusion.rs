//! The confusion matrix over what was held back.

use std::sync::Arc;

use leptos::prelude::*;
use minibatch_session::{Area, Facts};

use crate::answer::CellImages;
use crate::draw::colour::css;
use crate::draw::picture::image_shape;
use crate::draw::theme::theme;
use crate::state::{Page, task};
use crate::words::{fill, t};

/// Counts in rows, rows true, columns predicted; none when they are no square.
fn rows(counts: &[u32]) -> Option<Vec<Vec<u32>>> {
    let side = counts.len().isqrt();
    (side > 1 && side * side == counts.len()).then(|| counts.chunks(side).map(<[u32]>::to_vec).collect())
}

/// A cell's share of its row: how often that class is taken for this.
fn share(row: &[u32], column: usize) -> f32 {
    let all: u32 = row.iter().sum();
    if all == 0 { 0.0 } else { row[column] as f32 / all as f32 }
}

/// How strongly a cell is coloured, in percent. Of errors the square root counts, so that a single one is seen.
fn strength(share: f32, right: bool) -> f32 {
    match share {
        s if s <= 0.0 => 0.0,
        s if right => s * 55.0,
        s => 10.0 + s.sqrt() * 45.0,
    }
}

/// What the matrix counts.
fn caption(page: Page) -> &'static str {
    let stepwise = page.facts.with(|f| f.as_ref().is_some_and(|f| !f.target.is_empty()));
    match page.experiment.with(task::area) {
        Area::Points => t("view.confusion-points"),
        Area::Language if stepwise => t("view.confusion-symbols"),
        _ if stepwise => t("view.confusion-steps"),
        _ => t("view.confusion-samples"),
    }
}

/// The confusion matrix; nothing in regression. Of a model of images, a cell opens its images.
#[component]
pub fn Confusion(
    /// Colours alone, with the images beside it: for where there is little room.
    #[prop(optional)]
    compact: bool,
) -> impl IntoView {
    let page = Page::get();
    let matrix = Memo::new(move |_| page.metrics.with(|m| rows(&m.confusion)));
    let images =
        Memo::new(move |_| page.facts.with(|f| f.as_ref().is_some_and(|f| image_shape(&f.input).is_some())));
    let side = Memo::new(move |_| matrix.with(|m| m.as_ref().map(Vec::len)));
    let open = RwSignal::new(None::<(usize, usize)>);
    // What is built anew has other classes.
    Effect::new(move |_| {
        page.facts.track();
        open.set(None);
    });
    let cell = move || open.get().filter(|_| images.get());
    let large = Memo::new(move |_| {
        let classes = |f: &Arc<Facts>| f.output.last().copied().filter(|n| f.shares && *n > MOST);
        page.facts.with(|f| f.as_ref().and_then(classes))
    });
    let too_large = move || {
        large
            .get()
            .map(|n| view! { <p class="note">{fill("view.confusion-large", &[("n", &n.to_string())])}</p> })
    };
    view! {
        <div class="confusion" class:compact=compact class:opens=move || images.get()>
            {too_large}
            {move || side.get().map(|side| table(page, (matrix, side), images.get().then_some(open)))}
            <Show when=move || cell().is_some() fallback=move || {
                (side.get().is_some() && (compact || images.get())).then(|| view! { <p class="note">{t("view.confusion-open")}</p> })
            }>
                <CellImages cell=Signal::derive(move || cell().unwrap_or_default())/>
            </Show>
        </div>
    }
}

/// The most classes that are counted.
const MOST: usize = 32;
/// With more classes than these the cells are small.
const MANY: usize = 12;

type Matrix = Memo<Option<Vec<Vec<u32>>>>;
type Open = Option<RwSignal<Option<(usize, usize)>>>;

/// The cells stay while their counts change, so that one can be pressed while it trains.
fn table(page: Page, (matrix, side): (Matrix, usize), open: Open) -> impl IntoView {
    page.taste.dark.track();
    let theme = theme();
    let names: Vec<String> =
        page.facts.with(|f| f.as_ref().map(|f| f.class_names.clone())).unwrap_or_default();
    let called = move |class: usize| names.get(class).cloned().unwrap_or_else(|| class.to_string());
    let swatch = move |class: usize| css(theme.classes[class % theme.classes.len()], 1.0);
    let name = |class: usize| {
        let style = format!("background:{}", swatch(class));
        view! { <i style=style></i> <span>{called(class)}</span> }
    };
    let head = (0..side).map(|class| view! { <th scope="col">{name(class)}</th> }).collect_view();
    let row = |truth: usize| {
        let cells = (0..side).map(|guess| {
            view! { <Cell matrix=matrix at=(truth, guess) names=(called(truth), called(guess)) open=open/> }
        });
        view! { <tr><th scope="row">{name(truth)}</th>{cells.collect_view()}</tr> }
    };
    // Long names do not fit over narrow columns; the colours do.
    let long = (0..side).any(|class| called(class).chars().count() > 2);
    let many = side > MANY;
    view! {
        <div class="confusion-plane" class:many=many>
            <p class="confusion-caption">{move || caption(page)}</p>
            <span class="confusion-across" aria-hidden="true">{t("view.predicted")}</span>
            <span class="confusion-down" aria-hidden="true">{t("view.true")}</span>
            <div class="confusion-scroll" tabindex="0" role="region" aria-label=t("view.confusion-rows")>
                <table class:long=long>
                    <thead><tr><td></td>{head}</tr></thead>
                    <tbody>{(0..side).map(row).collect_view()}</tbody>
                </table>
            </div>
        </div>
    }
}

#[component]
fn Cell(matrix: Matrix, at: (usize, usize), names: (String, String), open: Open) -> impl IntoView {
    let (truth, guess) = at;
    let seen = Memo::new(move |_| {
        let of = |row: &Vec<u32>| (guess < row.len()).then(|| (row[guess], share(row, guess)));
        matrix.with(|m| m.as_ref().and_then(|rows| rows.get(truth).and_then(of))).unwrap_or_default()
    });
    let count = move || seen.get().0;
    let title = Memo::new(move |_| {
        let words = [("count", &*count().to_string()), ("truth", &names.0), ("guess", &names.1)];
        fill("view.confusion-cell", &words)
    });
    let tint = if truth == guess { "var(--good)" } else { "var(--bad)" };
    let style = move || {
        format!(
            "background:color-mix(in srgb, {tint} {:.0}%, transparent)",
            strength(seen.get().1, truth == guess)
        )
    };
    let inside = match open {
        None => count.into_any(),
        Some(open) => {
            let press = move |_| open.update(|o| *o = Some(at).filter(|new| *o != Some(*new)));
            view! {
                <button type="button" class="confusion-open" aria-label=move || title.get() data-truth=truth data-guess=guess
                    aria-pressed=move || (open.get() == Some(at)).to_string() on:click=press>{count}</button>
            }
            .into_any()
        }
    };
    view! { <td title=move || title.get() style=style class:none=move || count() == 0>{inside}</td> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_squares_are_matrices() {
        assert_eq!(rows(&[1, 2, 3, 4]), Some(vec![vec![1, 2], vec![3, 4]]));
        assert_eq!(rows(&[]), None);
        assert_eq!(rows(&[1, 2, 3]), None);
    }

    #[test]
    fn shares_are_of_the_true_class() {
        assert_eq!(share(&[3, 1], 0), 0.75);
        assert_eq!(share(&[0, 0], 1), 0.0);
    }

    #[test]
    fn one_error_is_seen_and_none_is_not() {
        assert_eq!((strength(0.0, false), strength(0.0, true)), (0.0, 0.0));
        assert!(strength(share(&[39, 1], 1), false) > 15.0);
        assert!(strength(0.5, false) > strength(0.1, false) && strength(1.0, false) <= 55.0);
    }
}
