//! All presets, by what they learn from, each with a picture, a few words and something to try.

mod picture;

use leptos::prelude::*;
use minibatch_session::{Area, Experiment, PRESETS, Preset, preset};
use wasm_bindgen::JsCast;
use web_sys::HtmlDialogElement;

use crate::shell::help::close_on_backdrop;
use crate::state::{Notice, Page};
use crate::words::{named, t};
use picture::{PictureOf, picture};

/// Whether the gallery has been opened: its pictures are drawn then, not before.
#[derive(Clone, Copy)]
struct Opened(RwSignal<bool>);

fn dialog() -> Option<HtmlDialogElement> {
    document().get_element_by_id("gallery")?.dyn_into().ok()
}

/// The button that opens the gallery, and the gallery.
#[component]
pub fn Gallery() -> impl IntoView {
    let opened = Opened(RwSignal::new(false));
    provide_context(opened);
    let open = move |_| {
        opened.0.set(true);
        if let Some(dialog) = dialog().filter(|d| !d.open()) {
            let _shown = dialog.show_modal();
        }
    };
    view! {
        <button type="button" data-testid="gallery" title=t("gallery.open") on:click=open>{t("gallery.name")}</button>
        <dialog id="gallery" class="dialog gallery" aria-labelledby="gallery-title" on:click=close_on_backdrop>
            <form method="dialog">
                <div class="gallery-head">
                    <h2 id="gallery-title">{t("gallery.title")}</h2>
                    <button class="icon" aria-label=t("gallery.close") title=t("gallery.close")>"×"</button>
                </div>
                <p class="note">{t("gallery.codes")}</p>
                <Show when=move || opened.0.get()>
                    {Area::ALL.map(|area| view! { <Section area/> }).collect_view()}
                </Show>
            </form>
        </dialog>
    }
}

#[component]
fn Section(area: Area) -> impl IntoView {
    let cards = PRESETS.into_iter().filter(|p| p.area == area).map(|p| view! { <li><Card preset=p/></li> });
    view! {
        <section class="gallery-part">
            <h3>{named("gallery", area.id())}</h3>
            <ul class="cards">{cards.collect_view()}</ul>
        </section>
    }
}

#[component]
fn Card(preset: Preset) -> impl IntoView {
    let page = Page::get();
    let read = self::preset(preset.name).ok();
    let picture = read.as_ref().map(|e| view! { <PictureOf picture=picture(e)/> });
    view! {
        <button type="button" class="card" data-preset=preset.name on:click=move |_| open(page, preset.name)>
            {picture}
            <b>{named("preset", preset.name)}</b>
            <span>{named("preset-text", preset.name)}</span>
            <small>{named("preset-try", preset.name)}</small>
        </button>
    }
}

/// What to try with an experiment that is a preset, or a network over the plane; nothing for any other.
pub fn to_try(experiment: &Experiment) -> &'static str {
    let is = |p: &&Preset| preset(p.name).is_ok_and(|known| known == *experiment);
    let other = if experiment.model.is_none() { named("preset-try", "circle") } else { "" };
    PRESETS.iter().find(is).map_or(other, |p| named("preset-try", p.name))
}

/// Opens a preset by name and closes the gallery.
pub fn open(page: Page, name: &'static str) {
    if let Some(dialog) = dialog().filter(HtmlDialogElement::open) {
        dialog.close();
        // Not back to the button that opened it: what was chosen is there to be played.
        leptos::task::spawn_local(async {
            leptos::task::tick().await;
            let play = document().query_selector(".transport .play").ok().flatten();
            if let Some(play) = play.and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok()) {
                let _focused = play.focus();
            }
        });
    }
    match preset(name) {
        Ok(experiment) => {
            drop(page.go(experiment));
            // Behind what is said of the run that was left.
            page.hint
                .update(|hint| *hint = format!("{hint} {}", named("preset-try", name)).trim_start().into());
        }
        Err(error) => page.notice.set(Some(Notice::Mistake(error.to_string()))),
    }
}
