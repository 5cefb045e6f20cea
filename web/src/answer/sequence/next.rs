//! An answer at each step: what is likely at the one looked at, and the share that is right.

use std::sync::Arc;

use leptos::prelude::*;
use minibatch_session::Facts;

use super::bars::{Bars, top};
use crate::numbers::percent;
use crate::sequence::{Kind, Steps, answer, axis, next_token, sample, share_right, step_name};
use crate::state::Page;
use crate::words::{fill, t};

/// So many of the likeliest.
const MOST: usize = 6;

/// The likeliest answers at the step looked at.
#[component]
pub fn NextToken(facts: Arc<Facts>) -> impl IntoView {
    let (page, steps) = (Page::get(), Steps::get());
    let Kind::ClassEachStep(answers, classes) = Kind::of(&facts) else { return None };
    // Answers belong to the last steps where there are fewer of them.
    let first = axis(&facts).unwrap_or(answers).saturating_sub(answers);
    let place = {
        let facts = Arc::clone(&facts);
        Memo::new(move |_| {
            let at = steps.at_or_last(&facts);
            at.checked_sub(first).filter(|&p| p < answers)
        })
    };
    let truth = Memo::new(move |_| {
        let target = steps.target.get();
        place.get().and_then(|p| target.get(p).copied()).map(|t| t as usize).filter(|&t| t < classes)
    });
    let bars = {
        let facts = Arc::clone(&facts);
        Memo::new(move |_| {
            page.frame_version.track();
            let Some(p) = place.get() else { return vec![] };
            page.frame.with_value(|f| {
                let row = answer(&facts, &f.inside).get(p * classes..(p + 1) * classes);
                top(row.unwrap_or_default(), MOST, truth.get())
            })
        })
    };
    let right = {
        let facts = Arc::clone(&facts);
        Memo::new(move |_| {
            page.frame_version.track();
            let target = steps.target.get();
            page.frame.with_value(|f| share_right(answer(&facts, &f.inside), &target, classes))
        })
    };
    let title = {
        let facts = Arc::clone(&facts);
        move || {
            page.frame_version.track();
            let target = steps.target.get();
            let next = page.frame.with_value(|f| next_token(&facts, &sample(&facts, &f.inside), &target));
            if next { t("next.next") } else { t("next.answer") }
        }
    };
    let at = {
        let facts = Arc::clone(&facts);
        move || {
            page.frame_version.track();
            let at = place.get().map_or_else(|| steps.at_or_last(&facts), |p| p + first);
            let step = page.frame.with_value(|f| step_name(&facts, &sample(&facts, &f.inside), at));
            let none = truth.get().is_none() && steps.target.with(|t| !t.is_empty());
            fill(if none { "next.unasked" } else { "next.at" }, &[("step", &step)])
        }
    };
    let share = move || {
        let (right, all) = right.get();
        (all > 0).then(|| {
            let words = [
                ("right", right.to_string()),
                ("all", all.to_string()),
                ("share", percent(Some(right as f32 / all as f32))),
            ];
            fill("next.right", &words.each_ref().map(|(k, v)| (*k, v.as_str())))
        })
    };
    Some(view! {
        <section class="answer-part" aria-label=t("next.answer")>
            <h3 title=t("next.help")>{title} " " <small>{at}</small></h3>
            <Bars facts bars truth least=MOST.min(classes)/>
            <p class="answer-share" data-testid="share-right">{share}</p>
        </section>
    })
}
