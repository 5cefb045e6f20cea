//! What the colours mean: the scale with its numbers, or the classes with their counts.

use leptos::prelude::*;

use super::plot::with_board;
use crate::draw::colour::css;
use crate::draw::theme::theme;
use crate::numbers::signed;
use crate::state::{Page, Unit};
use crate::views::meaning::Meaning;
use crate::words::{fill, t};

/// What is shown.
#[derive(Clone, PartialEq)]
enum Shown {
    /// The scale between two numbers, what they measure, and whether the picture shows its ends only.
    Scale(String, String, String, bool),
    /// A colour, a name and a count for each class.
    Classes(Vec<(String, String, usize)>),
}

/// The legend.
#[component]
pub fn Legend() -> impl IntoView {
    let page = Page::get();
    let shown = Memo::new(move |_| {
        page.points_version.track();
        page.facts.track();
        page.taste.dark.track();
        let (unit, stepped) = (page.hover.get(), page.taste.discretise.get());
        page.summary.with(|s| s.is_ok());
        // A layer without bounds rescales with every frame; its numbers need not.
        let limits =
            with_board(page, |board| (Meaning::of(board.summary), board.limit, board.summary.classes));
        let (meaning, limit, classes) = limits?;
        Some(match unit {
            Some(unit) => unit_scale(page, unit, meaning),
            None => match meaning {
                Meaning::Probability => {
                    let words = fill("view.legend-probability", &[("class", &page.class_name(1))]);
                    Shown::Scale("0".into(), "1".into(), words, stepped)
                }
                Meaning::Signed => {
                    let [low, high] = [0, 1].map(|class| page.class_name(class));
                    let words = match classes {
                        Some(_) => fill("view.legend-class", &[("low", &low), ("high", &high)]),
                        None => t("view.legend-prediction").into(),
                    };
                    Shown::Scale(signed(-limit), format!("+{}", signed(limit)), words, stepped)
                }
                Meaning::Classes(n) => Shown::Classes(class_counts(page, n)),
            },
        })
    });
    view! {
        <div class="output-legend">
            {move || match shown.get() {
                None => ().into_any(),
                Some(Shown::Scale(low, high, words, stepped)) => view! {
                    <span>{low}</span>
                    <i class="output-ramp" class:stepped=stepped aria-hidden="true"></i>
                    <span>{high}</span>
                    <span class="output-unit">{words}</span>
                }.into_any(),
                Some(Shown::Classes(classes)) => classes.into_iter().map(|(colour, name, count)| {
                    let key = if count == 1 { "view.legend-count-one" } else { "view.legend-count" };
                    let text = fill(key, &[("class", &*name), ("count", &count.to_string())]);
                    view! {
                        <span class="output-class" title=text>
                            <i style=format!("background:{colour}")></i>
                            <b>{name}</b>
                            <small>{count}</small>
                        </span>
                    }
                }).collect_view().into_any(),
            }}
        </div>
    }
}

/// The scale of the unit pointed at.
fn unit_scale(page: Page, unit: Unit, meaning: Meaning) -> Shown {
    let found = with_board(page, |board| {
        let output = matches!(unit, Unit::Layer(layer, _) if layer + 1 == board.summary.layers.len());
        (output && meaning != Meaning::Signed, super::board::unit_limit(unit, board))
    });
    match found {
        Some((true, _)) => Shown::Scale("0".into(), "1".into(), t("view.legend-share").into(), false),
        Some((false, limit)) => {
            Shown::Scale(signed(-limit), format!("+{}", signed(limit)), t("view.legend-value").into(), false)
        }
        None => Shown::Scale("−1".into(), "+1".into(), t("view.legend-value").into(), false),
    }
}

/// Each class's colour and name, and how many training and test points it has.
fn class_counts(page: Page, classes: usize) -> Vec<(String, String, usize)> {
    let theme = theme();
    page.points.with_value(|(train, test)| {
        let count = |c: usize| train.iter().chain(test).filter(|p| p.label as usize == c).count();
        let colour = |c: usize| css(theme.classes[c % theme.classes.len()], 1.0);
        (0..classes).map(|c| (colour(c), page.class_name(c), count(c))).collect()
    })
}
