//! A language model writes, while it trains and when it does not: each symbol is drawn from its own probabilities.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use minibatch_session::Facts;
use minibatch_session::data::Rng;

use super::write::window;
use crate::clock::sleep;
use crate::sequence::choose::{Taste, draw};
use crate::sequence::text::{compose, parse};
use crate::sequence::{Kind, Pace};
use crate::state::Page;
use crate::widgets::Slider;
use crate::words::{fill, t};

/// Between two questions, in milliseconds at least: at most one a frame.
const LEAST: f64 = 40.0;
/// The share of the time that questions may take while it trains.
const SHARE: f64 = 0.06;
/// So many symbols are written by a model that does not train.
const MOST: usize = 160;
/// So many are kept to be read.
const KEPT: usize = 220;
/// A stream of random numbers of its own.
const STREAM: u64 = 0x7772_6974;

/// The text under way.
#[derive(Clone, Copy)]
struct Pen {
    page: Page,
    /// The beginning, and what was written after it.
    prompt: RwSignal<Vec<u32>>,
    text: RwSignal<Vec<u32>>,
    taste: RwSignal<Taste>,
    /// It shall write.
    on: RwSignal<bool>,
    /// The turn under way; a newer one ends it.
    turn: StoredValue<u32>,
    place: NodeRef<html::Section>,
}

impl Pen {
    fn begin(self, facts: Arc<Facts>) {
        self.turn.update_value(|n| *n += 1);
        let turn = self.turn.get_value();
        self.text.set(vec![]);
        self.on.set(true);
        spawn_local(async move {
            self.write(facts, turn).await;
            if self.turn.try_get_value() == Some(turn) {
                self.on.set(false);
            }
        });
    }

    fn stop(self) {
        self.turn.update_value(|n| *n += 1);
        self.on.set(false);
    }

    /// Whether the turn goes on and somebody sees it.
    fn seen(self) -> bool {
        let Some(place) = self.place.get_untracked() else { return false };
        let (bounds, height) = (place.get_bounding_client_rect(), window_height());
        !document().hidden() && bounds.height() > 0.0 && bounds.top() < height && bounds.bottom() > 0.0
    }

    async fn write(self, facts: Arc<Facts>, turn: u32) {
        let Kind::ClassEachStep(steps, classes) = Kind::of(&facts) else { return };
        let mut pace = Pace::new(LEAST, SHARE);
        let mut rng = Rng::with_stream(self.page.experiment.with_untracked(|e| e.seed).into(), STREAM);
        let mut left = MOST;
        while self.turn.try_get_value() == Some(turn) {
            let (playing, loaded) = self.page.status.with_untracked(|s| (s.playing, s.loaded));
            if !self.seen() || !loaded {
                sleep(300.0).await;
                continue;
            }
            left = if playing { MOST } else { left - 1 };
            if left == 0 {
                return;
            }
            let mut history: Vec<f32> = self.prompt.get_untracked().iter().map(|&t| t as f32).collect();
            if history.is_empty() {
                history.push(start(&facts.vocabulary) as f32);
            }
            self.text.with_untracked(|text| history.extend(text.iter().map(|&t| t as f32)));
            let (input, place) = window(&history, 1, steps, 0.0);
            let since = js_sys::Date::now();
            let Ok(Ok(arrays)) = self.page.ask(input).await else { return };
            pace.took(js_sys::Date::now() - since);
            let row = arrays.first().and_then(|a| a.get(place * classes..(place + 1) * classes));
            let next = row.and_then(|row| draw(row, self.taste.get_untracked(), rng.uniform()));
            // A model whose loss has left the numbers has nothing to say.
            let Some(next) = next else { return };
            if self.turn.try_get_value() != Some(turn) {
                return;
            }
            self.text.update(|text| {
                text.push(next as u32);
                // As much more than the model can see as is read.
                let extra = text.len().saturating_sub(KEPT.max(steps));
                text.drain(..extra);
            });
            sleep(if playing { pace.rest() } else { LEAST }).await;
        }
    }
}

fn window_height() -> f64 {
    leptos::prelude::window().inner_height().ok().and_then(|h| h.as_f64()).unwrap_or(720.0)
}

/// What comes before a text that has no beginning: a line end, or a blank.
fn start(names: &[String]) -> usize {
    ["↵", "␣"].iter().find_map(|s| names.iter().position(|n| n == s)).unwrap_or(0)
}

/// The beginning and what was written after it, as they are read together; of a long text its end alone.
fn parts(prompt: &[u32], text: &[u32], names: &[String]) -> (String, String) {
    if text.len() >= KEPT {
        return ("…".into(), compose(&text[text.len() - KEPT..], names));
    }
    let (beginning, whole) = (compose(prompt, names), compose(&[prompt, text].concat(), names));
    let rest = whole[beginning.len()..].to_owned();
    (beginning, rest)
}

/// The text, and how boldly it is written.
#[component]
pub fn Writing(facts: Arc<Facts>) -> impl IntoView {
    let page = Page::get();
    let pen = Pen {
        page,
        prompt: RwSignal::new(vec![]),
        text: RwSignal::new(vec![]),
        taste: RwSignal::new(Taste::default()),
        on: RwSignal::new(false),
        turn: StoredValue::new(0),
        place: NodeRef::new(),
    };
    let (names, classes) = (facts.vocabulary.clone(), facts.vocabulary.len());
    let said = RwSignal::new(String::new());
    on_cleanup(move || pen.turn.update_value(|n| *n += 1));
    // It writes on its own as soon as it trains, until it is stopped.
    let stopped = StoredValue::new(false);
    {
        let facts = Arc::clone(&facts);
        Effect::new(move |_| {
            let playing = page.status.with(|s| s.playing);
            if playing && !pen.on.get_untracked() && !stopped.get_value() {
                pen.begin(Arc::clone(&facts));
            }
        });
    }
    let typed = {
        let (facts, names) = (Arc::clone(&facts), names.clone());
        move |event: web_sys::Event| match parse(&event_target_value(&event), &names) {
            Ok(tokens) => {
                said.set(String::new());
                pen.prompt.set(tokens);
                if pen.on.get_untracked() {
                    pen.begin(Arc::clone(&facts));
                }
            }
            Err(what) => said.set(fill("writing.unknown", &[("what", &what)])),
        }
    };
    let press = {
        let facts = Arc::clone(&facts);
        move |_| {
            let on = pen.on.get_untracked();
            stopped.set_value(on);
            if on { pen.stop() } else { pen.begin(Arc::clone(&facts)) }
        }
    };
    // Enter writes from here, and says nothing while the beginning cannot be read.
    let entered = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Enter" && !event.is_composing() && said.with_untracked(String::is_empty) {
            stopped.set_value(false);
            pen.begin(Arc::clone(&facts));
        }
    };
    let shown = Memo::new(move |_| {
        let (prompt, text) = (pen.prompt.get(), pen.text.get());
        parts(&prompt, &text, &names)
    });
    let set = move |change: fn(&mut Taste, f64), to: f64| pen.taste.update(|t| change(t, to));
    let value = move |get: fn(&Taste) -> f64| Signal::derive(move || pen.taste.with(get));
    view! {
        <section class="answer-part writing" aria-label=t("writing.name") node_ref=pen.place>
            <h3 title=t("writing.help")>{t("writing.name")} " " <small class="error" role="status">{move || said.get()}</small></h3>
            <div class="writing-row">
                <input type="text" data-testid="prompt" aria-label=t("writing.prompt") placeholder=t("writing.prompt")
                    title=t("writing.prompt-help") autocomplete="off" autocapitalize="off" spellcheck="false" on:input=typed on:keydown=entered/>
                <button type="button" class="small" data-testid="write" title=t("writing.write-help") on:click=press>
                    {move || if pen.on.get() { t("writing.stop") } else { t("writing.write") }}
                </button>
            </div>
            <p class="written" data-testid="written" aria-live="off"><span><b>{move || shown.get().0}</b>{move || shown.get().1}</span></p>
            <div class="writing-sliders">
                <Slider label=t("writing.temperature") help=t("writing.temperature-help") min=0.0 max=2.0 step=0.1
                    value=value(|t| t.temperature) show=|v| format!("{v:.1}")
                    slide=move |v| set(|t, v| t.temperature = v, v)/>
                <Slider label=t("writing.top-k") help=t("writing.top-k-help") min=0.0 max=classes as f64 step=1.0
                    value=value(|t| t.top_k as f64) show=|v| if v < 1.0 { t("writing.every").into() } else { format!("{v:.0}") }
                    slide=move |v| set(|t, v| t.top_k = v as usize, v)/>
                <Slider label=t("writing.top-p") help=t("writing.top-p-help") min=0.05 max=1.0 step=0.05
                    value=value(|t| t.top_p) show=|v| format!("{v:.2}")
                    slide=move |v| set(|t, v| t.top_p = v, v)/>
            </div>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::{KEPT, parts, start};

    #[test]
    fn a_text_without_a_beginning_starts_on_a_new_line() {
        let names = |all: &[&str]| all.iter().map(|&n| n.to_owned()).collect::<Vec<_>>();
        assert_eq!(start(&names(&["a", "␣", "↵"])), 2);
        assert_eq!(start(&names(&["a", "␣"])), 1);
        assert_eq!(start(&names(&["a"])), 0);
    }

    #[test]
    fn words_stand_apart_from_their_beginning() {
        let names: Vec<String> = ["the", "dog", "."].map(str::to_owned).to_vec();
        assert_eq!(parts(&[0], &[1, 2], &names), ("the".into(), " dog.".into()));
        assert_eq!(parts(&[], &[1], &names), (String::new(), "dog".into()));
        assert_eq!(parts(&[0], &[1; KEPT], &names).0, "…");
    }
}
