//! The test samples that are answered worst, and those of one cell of the confusion matrix.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use minibatch_session::Shown;
use web_sys::KeyboardEvent;

use super::examined::{Answered, Examination, Examined, examine};
use crate::numbers::{grouped, loss};
use crate::state::Page;
use crate::widgets::{Picture, grid};
use crate::words::{fill, t};

/// The most pictures shown.
const MOST: usize = 36;

/// A sample with its answer, ready to be drawn.
#[derive(Clone, PartialEq)]
struct Shot {
    sample: u32,
    answered: Answered,
    image: Arc<[f32]>,
    shape: [usize; 3],
}

impl Shot {
    /// The picture and the answer; not the loss, which changes with every step.
    fn key(&self) -> (u32, usize, usize) {
        (self.sample, self.answered.guess, Arc::as_ptr(&self.image) as *const f32 as usize)
    }
}

fn shots(examined: &Examined, answered: Vec<Answered>, before: &[Shot]) -> Vec<Shot> {
    let shot = |a: Answered| {
        let sample = (examined.first + a.row) as u32;
        // A picture that is there is kept, and drawn no second time.
        let known = before
            .iter()
            .find(|s| s.sample == sample && s.shape == examined.shape)
            .map(|s| Arc::clone(&s.image));
        let image = known.or_else(|| examined.image(a.row))?;
        Some(Shot { sample, answered: a, image, shape: examined.shape })
    };
    answered.into_iter().take(MOST).filter_map(shot).collect()
}

/// Which step the answers are of, where that is not the one that the read-outs beside them are of.
pub fn of_step(examination: Examination) -> impl Fn() -> Option<String> + Clone {
    move || {
        examination
            .of
            .get()
            .map(|step| format!(" {}", fill("images.of-step", &[("step", &grouped(step.into()))])))
    }
}

/// The worst mistakes as a strip: true class and the one answered.
#[component]
pub fn Mistakes() -> impl IntoView {
    let page = Page::get();
    let examination = examine(page, false);
    let count = Memo::new(move |_| {
        examination.version.track();
        examination.data.with_value(|e| (e.mistakes().len(), e.answered().len()))
    });
    let caption = move || match count.get() {
        (_, 0) => t("images.waiting").into(),
        (0, all) => fill("images.no-mistakes", &[("all", &grouped(all as u64))]),
        (some, all) => {
            fill("images.mistakes-of", &[("some", &grouped(some as u64)), ("all", &grouped(all as u64))])
        }
    };
    view! {
        <p class="note image-caption">{caption}{of_step(examination)}</p>
        <Strip examination=examination which=move |e: &Examined| e.mistakes()/>
    }
}

/// The test samples of one cell of the confusion matrix.
#[component]
pub fn CellImages(
    /// The cell: true class and the one answered.
    #[prop(into)]
    cell: Signal<(usize, usize)>,
) -> impl IntoView {
    let page = Page::get();
    let examination = examine(page, false);
    let of = move |e: &Examined| {
        let (truth, guess) = cell.get();
        let mut some: Vec<Answered> =
            e.answered().into_iter().filter(|a| (a.truth, a.guess) == (truth, guess)).collect();
        some.sort_by(|a, b| b.loss.total_cmp(&a.loss));
        some
    };
    let caption = move || {
        examination.version.track();
        let (truth, guess) = cell.get();
        let (some, all) = examination.data.with_value(|e| (of(e).len(), e.answered().len()));
        if all == 0 {
            return t("images.waiting").into();
        }
        let (some, all) = (grouped(some as u64), grouped(all as u64));
        let (truth, guess) = (page.class_name(truth), page.class_name(guess));
        fill("images.cell", &[("some", some.as_str()), ("all", &all), ("truth", &truth), ("guess", &guess)])
    };
    view! {
        <div class="cell-images" data-testid="cell-images">
            <p class="note image-caption">{caption}{of_step(examination)}</p>
            <Strip examination=examination which=of/>
        </div>
    }
}

#[component]
fn Strip(
    examination: Examination,
    which: impl Fn(&Examined) -> Vec<Answered> + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let page = Page::get();
    let list = Memo::new(move |before: Option<&Vec<Shot>>| {
        examination.version.track();
        examination.data.with_value(|e| shots(e, which(e), before.map_or(&[], Vec::as_slice)))
    });
    let grid = NodeRef::<html::Div>::new();
    // One of them is reached by Tab: the one that had the focus last, or the one shown, or the first.
    let last = RwSignal::new(None::<u32>);
    let stop = Memo::new(move |_| {
        let shown = if let Shown::Row(row) = page.sample.get() { Some(row) } else { None };
        let here = |sample: &u32| list.with(|l| l.iter().any(|s| s.sample == *sample));
        let first = || list.with(|l| l.first().map(|s| s.sample));
        last.get().filter(here).or_else(|| shown.filter(here)).or_else(first)
    });
    let keyed = move |e: KeyboardEvent| {
        let Some(by) = grid::step(&e, grid::across(grid)) else { return };
        e.prevent_default();
        let now = stop.get_untracked();
        let (count, place) =
            list.with_untracked(|l| (l.len() as i64, l.iter().position(|s| Some(s.sample) == now)));
        let to = place.map_or(0, |place| place as i64 + by);
        if (0..count).contains(&to) {
            grid::focus(grid, to as u32);
        }
    };
    let shot = move |s: Shot| {
        let Answered { truth, guess, loss: by, .. } = s.answered;
        let (truth_name, guess_name) = (page.class_name(truth), page.class_name(guess));
        let words = [("truth", truth_name.as_str()), ("guess", &guess_name), ("loss", &loss(Some(by)))];
        let title = fill("images.shot", &words);
        let sample = s.sample;
        let here = move || page.sample.get() == Shown::Row(sample);
        let (right, caption) = (truth == guess, guess_name.clone());
        view! {
            <button type="button" class="shot" title=title.clone() aria-label=title data-sample=sample data-truth=truth data-guess=guess
                tabindex=move || if stop.get() == Some(sample) { "0" } else { "-1" } on:focus=move |_| last.set(Some(sample))
                aria-pressed=move || here().to_string() on:click=move |_| page.show_sample(Shown::Row(sample))>
                <Picture values=s.image shape=s.shape/>
                <span class="shot-names"><b>{truth_name}</b>{(!right).then(|| view! { <i>{caption}</i> })}</span>
            </button>
        }
    };
    view! {
        <div class="shots" class:stale=move || examination.stale.get() role="group" aria-label=t("images.shots")
            title=t("images.shots-help") node_ref=grid on:keydown=keyed>
            <For each=move || list.get() key=Shot::key let:s>{shot(s)}</For>
        </div>
    }
}
