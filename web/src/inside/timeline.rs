//! A sequence on its way through the layers: time runs from left to right on one axis for all rows, and attention is
//! drawn below it.

mod attention;
mod big;
mod chip;
mod formula;
mod lane;
mod lanes;
mod map_row;
mod maps;
mod names;
mod own;
mod paint;
mod positions;
mod shade;
mod stack;
mod unrolled;
mod values;

use std::sync::Arc;

use leptos::prelude::*;
use minibatch_session::{Facts, ProbeKind};

use crate::sequence::Steps;
use crate::state::{Page, Watch};
use attention::Attention;
use own::OwnSample;
use stack::Stack;
use unrolled::Unrolled;

/// What is under the pointer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Pointed {
    /// The row's number.
    lane: usize,
    /// The step along the axis.
    step: usize,
    /// The unit, counted from the top.
    unit: usize,
}

/// States, gates and attention over the steps.
#[component]
pub fn Timeline() -> impl IntoView {
    let page = Page::get();
    page.watch(Watch::Inside);
    move || page.facts.get().map(|facts| view! { <Drawn facts/> })
}

/// Attention within a model of images, along rows and columns; nothing where there is none.
#[component]
pub fn ImageAttention() -> impl IntoView {
    let page = Page::get();
    move || {
        let facts = page.facts.get()?;
        let any = facts.probes.iter().any(|p| p.kind == ProbeKind::Attention);
        any.then(|| view! { <Attention facts/> })
    }
}

/// One model's.
#[component]
fn Drawn(facts: Arc<Facts>) -> impl IntoView {
    let any = |kind| facts.probes.iter().any(|p| p.kind == kind);
    let (recurrent, attends) = (any(ProbeKind::States), any(ProbeKind::Attention));
    let (tokens, steps) = (facts.tokens.is_some(), Steps::get());
    let leave = move |_| steps.pointed.set(None);
    view! {
        <div class="timeline" class:attends=attends class:recurrent=recurrent on:pointerleave=leave>
            {tokens.then(|| view! { <OwnSample facts=Arc::clone(&facts)/> })}
            <Stack facts=Arc::clone(&facts)/>
            {recurrent.then(|| view! { <Unrolled facts=Arc::clone(&facts)/> })}
            {attends.then(|| view! { <Attention facts=Arc::clone(&facts)/> })}
        </div>
    }
}
