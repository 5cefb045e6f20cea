//! The first samples, as they come in: pictures, or strips of what happens over their steps.

mod strip;

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use minibatch_session::{Facts, Shown};
use web_sys::KeyboardEvent;

use crate::draw::picture::image_shape;
use crate::sequence::token_name;
use crate::state::Page;
use crate::widgets::{Picture, grid};
use crate::words::{fill, t};
use strip::{SampleStrip, written};

/// Pictures fetched at once, and strips.
const AT_ONCE: [usize; 2] = [30, 10];
/// The most numbers fetched at once.
const MOST: usize = 1 << 20;

/// A sample, ready to be drawn.
#[derive(Clone)]
struct Entry {
    row: u32,
    inputs: Arc<[f32]>,
    label: String,
}

/// How many samples are fetched at once.
fn at_once(facts: &Facts) -> usize {
    let size = facts.input.iter().product::<usize>().max(1);
    AT_ONCE[usize::from(image_shape(&facts.input).is_none())].min(MOST / size).max(1)
}

/// What a target says: a class by its name, tokens by theirs, numbers as they are.
fn label(facts: &Facts, target: &[f32]) -> String {
    match (&facts.target[..], target) {
        // A class of random data has no name but its number.
        ([], [class]) => token_name(&facts.class_names, *class),
        (_, []) => String::new(),
        (_, many) if facts.tokens.is_some() || !facts.class_names.is_empty() => {
            let names = if facts.class_names.is_empty() { &facts.vocabulary } else { &facts.class_names };
            written(many, names)
        }
        (_, many) if many.len() <= 3 => {
            many.iter().map(|v| crate::numbers::signed(*v)).collect::<Vec<_>>().join(", ")
        }
        _ => String::new(),
    }
}

fn entries(facts: &Facts, first: usize, inputs: &[f32], targets: &[f32]) -> Vec<Entry> {
    let size = facts.input.iter().product::<usize>().max(1);
    let rows = inputs.len() / size;
    let each = targets.len().checked_div(rows).unwrap_or(0);
    let target = |i: usize| targets.get(i * each..(i + 1) * each).unwrap_or_default();
    inputs
        .chunks_exact(size)
        .enumerate()
        .map(|(i, x)| Entry { row: (first + i) as u32, inputs: x.into(), label: label(facts, target(i)) })
        .collect()
}

/// The first samples to train on, or to test on; a click shows one to the model.
#[component]
pub fn SampleGallery() -> impl IntoView {
    let page = Page::get();
    let test = RwSignal::new(false);
    let wanted = RwSignal::new(1usize);
    let list = RwSignal::new(Vec::<Entry>::new());
    let grid = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        page.facts.track();
        test.track();
        wanted.set(1);
    });
    Effect::new(move |_| {
        let Some(facts) = page.facts.get() else { return list.set(vec![]) };
        let (first, have) = if test.get() { (facts.train, facts.test) } else { (0, facts.train) };
        let n = (at_once(&facts) * wanted.get()).min(have).min(4096);
        if n == 0 {
            return list.set(vec![]);
        }
        let receiver = page.samples(first as u32, n as u32);
        let now = (test.get(), wanted.get());
        spawn_local(async move {
            let Ok(Ok(arrays)) = receiver.await else { return };
            // What was asked for since has its own answer.
            let still = test.try_get_untracked().zip(wanted.try_get_untracked()) == Some(now)
                && page.facts.try_get_untracked().flatten().is_some_and(|f| Arc::ptr_eq(&f, &facts));
            if let (true, [inputs, targets]) = (still, arrays.as_slice()) {
                let _set = list.try_set(entries(&facts, first, inputs, targets));
            }
        });
    });
    let more = move || {
        page.facts.with(|f| {
            f.as_ref().is_some_and(|f| list.with(Vec::len) < if test.get() { f.test } else { f.train })
        }) && list.with(|l| !l.is_empty())
    };
    let image = Memo::new(move |_| page.facts.with(|f| f.as_ref().and_then(|f| image_shape(&f.input))));
    let some_test = move || page.facts.with(|f| f.as_ref().is_some_and(|f| f.test > 0));
    // Whether the sample shown stands here: a test sample is none of those to train on.
    let listed = Memo::new(move |_| match page.sample.get() {
        Shown::Row(row) => list.with(|l| l.iter().any(|e| e.row == row)),
        Shown::Own(_) => false,
    });
    let keyed = move |e: KeyboardEvent| {
        // Strips stand below each other.
        let across = if image.get_untracked().is_some() { grid::across(grid) } else { 1 };
        let Some(by) = grid::step(&e, across) else { return };
        e.prevent_default();
        let count = list.with_untracked(Vec::len) as i64;
        let now = match page.sample.get_untracked() {
            Shown::Row(row) => list.with_untracked(|l| l.iter().position(|e| e.row == row)),
            Shown::Own(_) => None,
        };
        let to = now.map_or(0, |now| now as i64 + by);
        if let Some(entry) = (0..count).contains(&to).then(|| list.with_untracked(|l| l[to as usize].row)) {
            page.show_sample(Shown::Row(entry));
            grid::focus(grid, to as u32);
        }
    };
    let side = move |wanted: bool, name: &'static str, help: &'static str| {
        view! {
            <button type="button" class="toggle" title=help aria-pressed=move || (test.get() == wanted).to_string()
                on:click=move |_| test.set(wanted)>{name}</button>
        }
    };
    view! {
        <section class="samples" aria-label=t("samples.name")>
            <div class="panel-head">
                <h2>{t("samples.name")}</h2>
                <Show when=some_test>
                    <div class="toggles" role="group" aria-label=t("samples.which")>
                        {side(false, t("samples.training"), t("samples.training-help"))}
                        {side(true, t("samples.test"), t("samples.test-help"))}
                    </div>
                </Show>
            </div>
            <div class="samples-grid" class:strips=move || image.get().is_none() node_ref=grid role="radiogroup"
                aria-label=t("samples.help") title=t("samples.help") data-testid="samples" on:keydown=keyed>
                {move || list.get().into_iter().enumerate().map(|(i, e)| one(page, i, e, image.get(), listed)).collect_view()}
            </div>
            <Show when=move || list.with(Vec::is_empty)><p class="note">{t("samples.waiting")}</p></Show>
            <Show when=more>
                <button type="button" class="link small" on:click=move |_| wanted.update(|n| *n += 1)>{t("samples.more")}</button>
            </Show>
        </section>
    }
}

fn one(page: Page, place: usize, e: Entry, image: Option<[usize; 3]>, listed: Memo<bool>) -> impl IntoView {
    let row = e.row;
    let here = Memo::new(move |_| page.sample.with(|s| *s == Shown::Row(row)));
    // One of them is reached by Tab: the one shown, or the first.
    let reached = move || here.get() || (place == 0 && !listed.get());
    let number = (row + 1).to_string();
    let name = match e.label.as_str() {
        "" => fill("samples.bare", &[("number", &number)]),
        label => fill("samples.one", &[("number", &number), ("label", label)]),
    };
    let inside = match image {
        Some(shape) => view! { <Picture values=e.inputs shape=shape/> }.into_any(),
        None => view! { <SampleStrip values=e.inputs/> }.into_any(),
    };
    view! {
        <button type="button" class="sample" role="radio" aria-checked=move || here.get().to_string() aria-label=name.clone() title=name
            tabindex=move || if reached() { "0" } else { "-1" } data-sample=row on:click=move |_| page.show_sample(Shown::Row(row))>
            {inside}<span class="sample-label">{e.label}</span>
        </button>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_labelled_by_what_it_is_for() {
        let classes = Facts { class_names: vec!["circle".into(), "star".into()], ..Facts::default() };
        assert_eq!(label(&classes, &[1.0]), "star");
        assert_eq!(label(&Facts::default(), &[2.0]), "2", "a class without a name");
        let tokens = Facts {
            tokens: Some(3),
            vocabulary: vec!["a".into(), "b".into(), "c".into()],
            target: vec![2],
            ..Facts::default()
        };
        assert_eq!(label(&tokens, &[2.0, 0.0]), "c a");
        let number = Facts { target: vec![1], ..Facts::default() };
        assert_eq!(label(&number, &[-0.5]), "−0.50");
        assert_eq!(label(&Facts { target: vec![9], ..Facts::default() }, &[0.0; 9]), "");
    }

    #[test]
    fn samples_are_taken_apart_by_their_shapes() {
        let facts = Facts { input: vec![2], class_names: vec!["x".into(), "y".into()], ..Facts::default() };
        let all = entries(&facts, 7, &[1.0, 2.0, 3.0, 4.0], &[0.0, 1.0]);
        assert_eq!(
            (all.len(), all[1].row, all[1].label.as_str(), &*all[1].inputs),
            (2, 8, "y", &[3.0, 4.0][..])
        );
        assert!(entries(&facts, 0, &[], &[]).is_empty());
    }

    #[test]
    fn pictures_are_fetched_in_bounds() {
        assert_eq!(at_once(&Facts { input: vec![3, 32, 32], ..Facts::default() }), 30);
        assert_eq!(at_once(&Facts { input: vec![3, 512, 512], ..Facts::default() }), 1);
        assert_eq!(at_once(&Facts { input: vec![15, 10], ..Facts::default() }), 10);
    }
}
