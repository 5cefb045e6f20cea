//! The top line: one transport and one seed for both, and between them what differs.

use leptos::prelude::*;

use super::drive::{Drive, Job};
use super::side::Standing;
use super::told::Told;
use crate::numbers::grouped;
use crate::widgets::{PlayIcon, ResetIcon, StepIcon};
use crate::words::{fill, t};

/// Home, reset, play, step, counter, what differs, seed.
#[component]
pub fn Bar(drive: Drive) -> impl IntoView {
    let label = move || if drive.playing.get() { t("transport.pause") } else { t("transport.play") };
    let ready = Memo::new(move |_| drive.ready());
    // What was stopped by its losses is mended by a reset.
    let opened = Memo::new(move |_| drive.sides.iter().all(|s| s.standing.with(|s| *s != Standing::Opening)));
    let steps = Memo::new(move |_| {
        let [left, right] = drive.sides.map(|side| side.now.get().step);
        let (left, right) = (grouped(left.into()), grouped(right.into()));
        if left == right { left } else { format!("{left} | {right}") }
    });
    view! {
        <header class="pair-bar">
            <a class="brand" href="index.html" title=t("pair.home") aria-label=t("pair.home")>
                <span class="mark" aria-hidden="true"></span>
                <span class="pair-name">{t("pair.name")}</span>
            </a>
            <div class="run" role="region" aria-label=t("pair.transport")>
                <button type="button" class="round" data-testid="reset" title=t("pair.reset") aria-label=t("pair.reset")
                    disabled=move || !opened.get() on:click=move |_| drive.now(Job::Reset)>
                    <ResetIcon/>
                </button>
                <button type="button" class="play" data-testid="play" title=label aria-label=label
                    aria-pressed=move || drive.playing.get().to_string()
                    disabled=move || !ready.get() on:click=move |_| drive.toggle()>
                    <PlayIcon playing=drive.playing/>
                </button>
                <button type="button" class="round" data-testid="step" title=t("pair.step") aria-label=t("pair.step")
                    disabled=move || !ready.get() on:click=move |_| drive.now(Job::Step)>
                    <StepIcon/>
                </button>
                <div class="field counter" title=t("pair.steps-help")>
                    <span class="field-name">{t("transport.steps")}</span>
                    <span class="step-count" data-testid="step-count">{steps}</span>
                </div>
            </div>
            <Told drive/>
            <Seed drive/>
        </header>
    }
}

/// The seed of both, and a new one.
#[component]
fn Seed(drive: Drive) -> impl IntoView {
    let seed = Memo::new(move |_| drive.sides[0].experiment.with(|e| e.seed));
    let typed = move |event: web_sys::Event| {
        let input = event_target::<web_sys::HtmlInputElement>(&event);
        let text = input.value();
        match text.trim().parse::<u32>() {
            Ok(seed) => drive.now(Job::Seed(seed)),
            Err(_) => {
                input.set_value(&seed.try_get_untracked().unwrap_or_default().to_string());
                drive.told.set(fill("pair.seed-wrong", &[("text", text.trim())]));
            }
        }
    };
    view! {
        <div class="pair-seed">
            <label class="field number" title=t("pair.seed-help")>
                <span class="field-name">{t("pair.seed")}</span>
                <input type="text" inputmode="numeric" autocomplete="off" spellcheck="false" data-testid="seed"
                    prop:value=move || seed.get().to_string() on:change=typed/>
            </label>
            <button type="button" class="small" data-testid="new-seed" title=t("pair.new-seed-help")
                on:click=move |_| drive.new_seed()>{t("data.new-seed")}</button>
        </div>
    }
}
