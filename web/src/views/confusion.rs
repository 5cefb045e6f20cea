//! The confusion matrix over the test points.

use leptos::prelude::*;

use crate::draw::colour::css;
use crate::draw::theme::theme;
use crate::state::Page;
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

/// The confusion matrix; nothing in regression.
#[component]
pub fn Confusion() -> impl IntoView {
    let page = Page::get();
    let matrix = Memo::new(move |_| page.metrics.with(|m| rows(&m.confusion)));
    view! { <div class="confusion">{move || matrix.get().map(|rows| table(page, rows))}</div> }
}

fn table(page: Page, rows: Vec<Vec<u32>>) -> impl IntoView {
    page.taste.dark.track();
    let theme = theme();
    let swatch = move |class: usize| css(theme.classes[class % theme.classes.len()], 1.0);
    let name = move |class: usize| {
        view! { <i style=format!("background:{}", swatch(class))></i> {class} }
    };
    let head = (0..rows.len()).map(name.clone()).map(|n| view! { <th scope="col">{n}</th> }).collect_view();
    let body = rows.into_iter().enumerate().map(move |(truth, row)| {
        let name = name(truth);
        let cells = (0..row.len()).map(|guess| cell(&row, truth, guess)).collect_view();
        view! { <tr><th scope="row">{name}</th>{cells}</tr> }
    });
    view! {
        <table>
            <caption>{t("view.confusion-caption")}</caption>
            <thead><tr><td></td>{head}</tr></thead>
            <tbody>{body.collect_view()}</tbody>
        </table>
    }
}

fn cell(row: &[u32], truth: usize, guess: usize) -> impl IntoView + use<> {
    let (count, share) = (row[guess], share(row, guess));
    let words = [("count", count.to_string()), ("truth", truth.to_string()), ("guess", guess.to_string())];
    let words: Vec<(&str, &str)> = words.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let tint = if truth == guess { "var(--good)" } else { "var(--bad)" };
    view! {
        <td
            title=fill("view.confusion-cell", &words)
            style=format!("background:color-mix(in srgb, {tint} {:.0}%, transparent)", share * 55.0)
        >
            {count}
        </td>
    }
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
}
