//! The answer to a sequence: classes, the next token, or a forecast beside the truth.

mod bars;
mod chart;
mod forecast;
mod free;
mod gradient;
mod next;
mod scatter;
mod write;
mod writing;

use std::sync::Arc;

use leptos::prelude::*;
use minibatch_session::{Facts, ProbeKind};
use wasm_bindgen::JsCast;

use crate::sequence::{Kind, Steps, axis, next_token, sample};
use crate::state::{Page, Watch};
use crate::words::t;
use bars::ClassScores;
use forecast::Forecast;
use gradient::GradientChart;
use next::NextToken;
use scatter::Scatter;
use writing::Writing;

/// The answer.
#[component]
pub fn SequenceAnswer() -> impl IntoView {
    let page = Page::get();
    page.watch(Watch::Inside);
    view! {
        <div class="answer">{move || page.facts.get().map(|facts| view! { <Drawn facts/> })}</div>
    }
}

/// The gradient over time: in sight where a recurrent layer has to carry it, else a click away and nothing until then.
fn gradient(facts: Arc<Facts>) -> AnyView {
    if facts.probes.iter().any(|p| p.kind == ProbeKind::States) {
        return view! { <GradientChart facts/> }.into_any();
    }
    let open = RwSignal::new(false);
    let toggled = move |event: web_sys::Event| {
        let details = event.target().and_then(|t| t.dyn_into::<web_sys::HtmlDetailsElement>().ok());
        open.set(details.is_some_and(|d| d.open()));
    };
    view! {
        <details class="answer-more" on:toggle=toggled>
            <summary title=t("gradient.help")>{t("gradient.name")}</summary>
            {move || open.get().then(|| view! { <GradientChart facts=Arc::clone(&facts)/> })}
        </details>
    }
    .into_any()
}

/// One model's.
#[component]
fn Drawn(facts: Arc<Facts>) -> impl IntoView {
    let (page, steps) = (Page::get(), Steps::get());
    let own = Arc::clone(&facts);
    let answer = match Kind::of(&facts) {
        Kind::Class(_) => view! { <ClassScores facts=own/> }.into_any(),
        Kind::ClassEachStep(..) => view! { <NextToken facts=own/> }.into_any(),
        Kind::NumbersEachStep(..) => view! { <Forecast facts=own/> }.into_any(),
        Kind::Numbers(_) => view! { <Scatter facts=own/> }.into_any(),
        Kind::Other => ().into_any(),
    };
    // A model shows itself to be one of language by its samples; the learner's own sample does not change that.
    let language = {
        let facts = Arc::clone(&facts);
        Memo::new(move |known: Option<&bool>| {
            page.frame_version.track();
            let target = steps.target.get();
            let known = known.copied().unwrap_or(false);
            known || page.frame.with_value(|f| next_token(&facts, &sample(&facts, &f.inside), &target))
        })
    };
    let over_time = facts.gradient_steps > 1 && axis(&facts) == Some(facts.gradient_steps);
    let of_writing = Arc::clone(&facts);
    view! {
        {answer}
        {move || language.get().then(|| view! { <Writing facts=Arc::clone(&of_writing)/> })}
        {over_time.then(|| gradient(facts))}
    }
}
