//! The whole page: its state, and which of its parts are shown.

use leptos::prelude::*;
use wasm_bindgen::prelude::*;

use crate::embed::Embed;
use crate::engine::Engine;
use crate::shell::{Shell, keys, speed};
use crate::state::{Errands, Page, Status, Taste, boot, choice, theme};
use crate::{api, fault, gallery};

/// The page.
#[component]
pub fn App() -> impl IntoView {
    let opened = boot::opened();
    let first = fault::rescued(&opened.experiment).unwrap_or_else(|| opened.experiment.clone());
    let page = page(first, boot::shown());
    provide_context(page);
    page.know_address();
    page.take_taste(&opened);
    speed::by_area(page);
    theme::keep(page.taste.theme, page.taste.dark);
    fault::keep(page);
    let first = page.start();
    page.tell_problems(&opened.problems);
    fault::tell(page);
    api::install(page, first);
    listen(page);
    let embedded = page.shown.with_value(|shown| shown.embedded);
    if let Some(boot) = document().get_element_by_id("boot") {
        boot.remove();
    }
    if embedded { view! { <Embed/> }.into_any() } else { view! { <Shell/> }.into_any() }
}

fn page(experiment: minibatch_session::Experiment, shown: crate::state::Shown) -> Page {
    let first_hint = gallery::to_try(&experiment).into();
    let experiment = RwSignal::new(experiment);
    let first = theme::first();
    Page {
        experiment,
        summary: Memo::new(move |_| experiment.with(|e| e.summary())),
        draft: RwSignal::new(None),
        history: StoredValue::default(),
        reach: RwSignal::new((false, false)),
        status: RwSignal::new(Status::default()),
        metrics: RwSignal::default(),
        notice: RwSignal::new(None),
        trouble: RwSignal::new(None),
        busy: RwSignal::new(None),
        hint: RwSignal::new(first_hint),
        asking: RwSignal::new(None),
        imported: RwSignal::new(None),
        files: StoredValue::new_local(vec![]),
        curve: StoredValue::default(),
        curve_version: RwSignal::new(0),
        runs: StoredValue::default(),
        runs_version: RwSignal::new(0),
        facts: RwSignal::new(None),
        sample: RwSignal::new(minibatch_session::Shown::Row(0)),
        watched: StoredValue::default(),
        frame: StoredValue::default(),
        frame_version: RwSignal::new(0),
        points: StoredValue::default(),
        points_version: RwSignal::new(0),
        hover: RwSignal::new(None),
        brush: RwSignal::new(None),
        speed: RwSignal::new(None),
        choice: RwSignal::new(choice::first()),
        taste: Taste {
            dark: RwSignal::new(theme::is_dark(&first)),
            theme: RwSignal::new(first),
            show_test: RwSignal::new(false),
            discretise: RwSignal::new(false),
            log_loss: RwSignal::new(false),
        },
        shown: StoredValue::new(shown),
        engine: StoredValue::new_local(Engine::default()),
        asides: StoredValue::new_local(vec![]),
        aside: RwSignal::new(vec![]),
        errands: StoredValue::new_local(Errands::default()),
    }
}

/// Listens to what the whole page listens to.
fn listen(page: Page) {
    let window = window();
    let on = |name: &str, heard: Box<dyn FnMut()>| {
        let closure = Closure::wrap(heard);
        let function: &js_sys::Function = closure.as_ref().unchecked_ref();
        // `visibilitychange` bubbles up to the window.
        let _added = window.add_event_listener_with_callback(name, function);
        closure.forget();
    };
    on("visibilitychange", Box::new(move || page.wake()));
    on("hashchange", Box::new(move || page.address_changed()));
    if !page.shown.with_value(|shown| shown.embedded) {
        keys::listen(page);
    }
}
