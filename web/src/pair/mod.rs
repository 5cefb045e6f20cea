//! Two experiments beside each other, each in a frame of the ordinary page, trained in lockstep from one seed.

mod bar;
mod chart;
mod drive;
mod keys;
mod pace;
mod side;
mod told;

use leptos::prelude::*;
use wasm_bindgen::prelude::*;

use bar::Bar;
use chart::Chart;
use drive::Drive;
use side::Side;

use crate::draw::colour::css;
use crate::draw::theme::theme;
use crate::numbers::{loss, percent};
use crate::state::boot::replace_hash;
use crate::state::pair::{Half, frame, read, write};
use crate::state::theme as themes;
use crate::views::run_colour;
use crate::words::{fill, t};

/// The page of two.
#[component]
pub fn Pair() -> impl IntoView {
    let location = window().location();
    let opened = read(&location.search().unwrap_or_default(), &location.hash().unwrap_or_default());
    let drive = Drive::new(&opened);
    let name = themes::first();
    let dark = RwSignal::new(themes::is_dark(&name));
    themes::keep(RwSignal::new(name), dark);
    keep_address(drive);
    keys::listen(drive);
    drive.start();
    if let Some(boot) = document().get_element_by_id("boot") {
        boot.remove();
    }
    let frames = drive.sides.into_iter().zip(opened.halves).map(|(side, half)| {
        let address = frame(&half, opened.seed);
        view! { <Frame side half address dark/> }
    });
    view! {
        <div class="pair">
            <Bar drive/>
            <Chart drive dark/>
            <main class="pair-sides">{frames.collect_view()}</main>
        </div>
    }
}

/// A side's head, and its page.
#[component]
fn Frame(side: Side, half: Half, address: String, dark: RwSignal<bool>) -> impl IntoView {
    let colour = move || {
        dark.track();
        format!("background:{}", css(run_colour(&theme(), side.place), 1.0))
    };
    let numbers = move || {
        let now = side.now.get();
        let mut told = format!("{} {}", t("view.train"), loss(now.train_loss));
        if now.test_loss.is_some() {
            told += &format!(" · {} {}", t("view.test"), loss(now.test_loss));
        }
        if now.test_accuracy.is_some() {
            told += &format!(" · {}", percent(now.test_accuracy));
        }
        told
    };
    let id = if side.place == 0 { "left" } else { "right" };
    view! {
        <section class="pair-side" data-testid=id aria-label=side.name()>
            <div class="pair-head">
                <i class="pair-mark" style=colour aria-hidden="true"></i>
                <h2>{side.name()}</h2>
                <span class="pair-numbers">{numbers}</span>
            </div>
            {problems(side, half)}
            <iframe node_ref=side.frame src=address title=fill("pair.frame", &[("side", side.name())])></iframe>
        </section>
    }
}

/// What of the side's address could not be read, until something else is trained there.
fn problems(side: Side, half: Half) -> impl IntoView {
    let same = Memo::new(move |_| side.experiment.with(|e| same_but_seed(e, &half.experiment)));
    let told = (!half.problems.is_empty())
        .then(|| fill("pair.problems", &[("side", side.name()), ("problems", &half.problems.join("; "))]));
    told.map(|told| {
        view! { <Show when=move || same.get()><p class="pair-problems error" role="alert" title=told.clone()>{told.clone()}</p></Show> }
    })
}

fn same_but_seed(a: &minibatch_session::Experiment, b: &minibatch_session::Experiment) -> bool {
    minibatch_session::Experiment { seed: b.seed, ..a.clone() } == *b
}

/// The address follows what is edited in the frames, so that a link is a lesson; one that is written by hand is opened.
fn keep_address(drive: Drive) {
    let [left, right] = drive.sides.map(|side| side.experiment);
    Effect::new(move |before: Option<()>| {
        left.track();
        right.track();
        if before.is_some() {
            let hash = left.with_untracked(|left| right.with_untracked(|right| write(left, right)));
            // A sandboxed frame may refuse; the page does without then.
            let _written = replace_hash(&hash);
        }
    });
    let changed = Closure::<dyn FnMut()>::new(|| {
        let _reloads = window().location().reload();
    });
    let _added = window().add_event_listener_with_callback("hashchange", changed.as_ref().unchecked_ref());
    // As long as the page lives.
    changed.forget();
}
