//! The data sets, each with a picture of itself.

use leptos::html::Canvas;
use leptos::prelude::*;
use minibatch_session::data::{DatasetKind, Task, thumbnail};

use crate::draw::draw_points_thumbnail;
use crate::state::{Brush, Page};
use crate::words::t;

/// All data sets as a group of radio buttons.
#[component]
pub fn Thumbnails() -> impl IntoView {
    let page = Page::get();
    let kind = Memo::new(move |_| page.experiment.with(|e| e.data.kind));
    view! {
        <fieldset class="data-sets">
            <legend class="panel-head">
                <h2>{t("data.name")}</h2><span class="chosen">{move || kind.get().title()}</span>
            </legend>
            <div class="thumbs">
                {DatasetKind::ALL.map(|k| view! { <Thumbnail kind=k chosen=kind/> }).collect_view()}
            </div>
        </fieldset>
    }
}

#[component]
fn Thumbnail(kind: DatasetKind, chosen: Memo<DatasetKind>) -> impl IntoView {
    let page = Page::get();
    let canvas = NodeRef::<Canvas>::new();
    Effect::new(move |_| {
        let _dark = page.taste.dark.get();
        if let Some(canvas) = canvas.get() {
            let classes = match kind.task(&[]) {
                Task::Classification { classes } => Some(classes),
                Task::Regression => None,
            };
            let draw = move || draw_points_thumbnail(&canvas, &thumbnail(kind), classes);
            // The theme's colours are in force at the next frame.
            request_animation_frame(draw);
        }
    });
    view! {
        <label class="thumb" title=format!("{}. {}", kind.title(), kind.description())>
            <input type="radio" name="dataset" class="unseen" value=kind.id() aria-label=kind.title()
                prop:checked=move || chosen.get() == kind on:change=move |_| choose(page, kind)/>
            <canvas node_ref=canvas data-dataset=kind.id()></canvas>
        </label>
    }
}

/// Takes a data set. The learner's own begins with the points that are there, for a blank plane teaches nobody.
fn choose(page: Page, kind: DatasetKind) {
    let own = kind == DatasetKind::Own;
    page.brush.set(own.then_some(Brush::Add(1.0)));
    page.edit(|e| {
        if own && e.data.points.is_empty() {
            e.data.own_regression = e.data.task() == Task::Regression;
            e.data.points = page.points.with_value(|(train, test)| [train.as_slice(), test].concat());
            // Those of points that are gone.
            e.data.own_train = None;
            e.data.class_names.clear();
        }
        e.data.kind = kind;
    });
}
