//! What a model of layers learns from: the task, its settings, its samples.

use leptos::prelude::*;
use minibatch_session::data::{Setting, TaskConfig, TaskKind};
use minibatch_session::{Area, SampleSource};

use super::SampleGallery;
use super::bring::BringFiles;
use super::seed::Seed;
use super::taken::Taken;
use super::text::OwnText;
use crate::numbers::{grouped, percentage};
use crate::state::{Imported, Notice, Page, task};
use crate::widgets::Slider;
use crate::words::{fill, t};

/// Task, settings and samples.
#[component]
pub fn TaskPanel() -> impl IntoView {
    let page = Page::get();
    let area = Memo::new(move |_| page.experiment.with(task::area));
    let config = config(page);
    view! {
        <section class="task-panel" aria-label=t("data.name")>
            {move || view! { <Tasks area=area.get()/> }}
            <About/>
            <Taken/>
            <SampleGallery/>
            <Show when=move || config.with(Option::is_some)>
                <div class="sliders">
                    {move || config.with(|c| c.as_ref().map(|c| c.task)).map(|kind| view! { <Settings kind/> })}
                </div>
                <Show when=move || config.with(|c| c.as_ref().is_some_and(|c| c.task == TaskKind::Language))>
                    <OwnText/>
                </Show>
            </Show>
            <Seed/>
            <Show when=move || area.get() == Area::Images><BringFiles/></Show>
        </section>
    }
}

/// The settings of the task in force, if it is one.
fn config(page: Page) -> Memo<Option<TaskConfig>> {
    Memo::new(move |_| page.experiment.with(|e| task::config(e).cloned()))
}

/// Another task, or the same with other settings; what cannot be is said and changes nothing.
pub fn choose(page: Page, wanted: TaskConfig) {
    match task::retarget(&page.experiment.get_untracked(), wanted) {
        Ok(new) => page.edit(|e| *e = new),
        Err(why) => page.notice.set(Some(Notice::Mistake(why))),
    }
}

/// A task as it is when it is chosen: the samples of its preset, where there is one.
fn fresh(kind: TaskKind) -> TaskConfig {
    let shown = task::showcase(kind).and_then(|e| task::config(&e).cloned());
    shown.unwrap_or(TaskConfig { task: kind, ..TaskConfig::default() })
}

/// The tasks of an area as a group of radio buttons.
#[component]
fn Tasks(area: Area) -> impl IntoView {
    let page = Page::get();
    let config = config(page);
    let tasks = task::tasks(area);
    let card = move |kind: TaskKind| {
        let about = kind.about();
        view! {
            <label class="task" title=about.sentence>
                <input type="radio" name="task" class="unseen" value=about.id
                    prop:checked=move || config.with(|c| c.as_ref().is_some_and(|c| c.task == kind))
                    on:change=move |_| choose(page, fresh(kind))/>
                <span>{about.title}</span>
            </label>
        }
    };
    (!tasks.is_empty()).then(|| {
        view! {
            <fieldset class="tasks">
                <legend class="panel-head"><h2>{t("task.name")}</h2></legend>
                <div class="task-list">{tasks.iter().map(|kind| card(*kind)).collect_view()}</div>
            </fieldset>
        }
    })
}

/// What the task asks, with its length and delay in place of their names.
fn sentence(config: &TaskConfig) -> String {
    let about = config.task.about();
    let of = |given: Option<u32>, setting: Option<Setting>| {
        given.or(setting.map(|s| s.default)).map(|n| n.to_string()).unwrap_or_default()
    };
    let (length, delay) = (of(config.length, about.length), of(config.delay, about.delay));
    about
        .sentence
        .replace("(length) ", &format!("{length} "))
        .replace("length", &length)
        .replace("`delay`", &delay)
}

/// What the samples are, in a sentence, and where the task comes from.
#[component]
fn About() -> impl IntoView {
    let page = Page::get();
    let samples = Memo::new(move |_| page.experiment.with(|e| e.model.as_ref().map(|m| m.samples.clone())));
    let told = Memo::new(move |_| {
        let of = |imported: &Imported| matches!(imported, Imported::Images { source, .. } if Some(source) == samples.get().as_ref());
        page.imported.with(|imported| imported.as_ref().is_some_and(of))
    });
    let text = move || match samples.get()? {
        SampleSource::Task(config) => Some(sentence(&config)),
        SampleSource::Random { train, test } => {
            Some(fill("task.random", &[("train", &grouped(train.into())), ("test", &grouped(test.into()))]))
        }
        // Said with how they were read.
        SampleSource::Own { .. } if told.get() => None,
        SampleSource::Own { name, classes, train, test, .. } => {
            let numbers = [classes, train, test].map(|n| grouped(n.into()));
            let [classes, train, test] = numbers.each_ref().map(String::as_str);
            Some(fill("task.own", &[("name", &name), ("classes", classes), ("train", train), ("test", test)]))
        }
        SampleSource::Table { inputs, .. } => {
            Some(fill("task.table", &[("rows", &grouped(inputs.len() as u64))]))
        }
    };
    let citation = move || match samples.get()? {
        SampleSource::Task(config) => config.task.citation(),
        SampleSource::Random { .. } | SampleSource::Own { .. } | SampleSource::Table { .. } => None,
    };
    view! {
        <p class="task-text" data-testid="task-text">{text}</p>
        {move || citation().map(|citation| view! { <p class="task-source">{citation}</p> })}
    }
}

/// Counts that the slider of samples stops at.
const COUNTS: [u32; 10] = [100, 200, 500, 1000, 2000, 3500, 5000, 8000, 12_000, 20_000];

/// The settings that a task has.
#[component]
fn Settings(kind: TaskKind) -> impl IntoView {
    let page = Page::get();
    let config = config(page);
    let about = kind.about();
    let read =
        move |of: fn(&TaskConfig) -> f64| Memo::new(move |_| config.with(|c| c.as_ref().map_or(0.0, of)));
    let change = move |set: &dyn Fn(&mut TaskConfig)| {
        if let Some(mut new) = config.get_untracked() {
            set(&mut new);
            choose(page, new);
        }
    };
    let train = read(|c| f64::from(c.train));
    let place = Memo::new(move |_| {
        COUNTS.iter().position(|n| f64::from(*n) >= train.get()).unwrap_or(COUNTS.len() - 1) as f64
    });
    // What there are pairs of cannot be more.
    let counted = kind != TaskKind::ModularAddition;
    let whole = move |name: &'static str,
                      help: &'static str,
                      setting: Setting,
                      get: fn(&TaskConfig) -> Option<u32>,
                      put: fn(&mut TaskConfig, u32)| {
        let value = Memo::new(move |_| {
            config.with(|c| f64::from(c.as_ref().and_then(get).unwrap_or(setting.default)))
        });
        view! {
            <Slider label=name help=help min=f64::from(setting.low) max=f64::from(setting.high) step=1.0 value=value
                show=|v| format!("{v}") slide=move |v| change(&|c| put(c, v as u32))/>
        }
    };
    view! {
        {counted.then(|| view! {
            <Slider label=t("task.train") help=t("task.train-help") min=0.0 max=COUNTS.len() as f64 - 1.0 step=1.0
                value=place show=move |_| grouped(train.get() as u64)
                slide=move |at| if let Some(n) = COUNTS.get(at as usize) { change(&|c| c.train = *n) }/>
        })}
        {about.noise.then(|| {
            let noise = read(|c| f64::from(c.noise));
            view! {
                <Slider label=t("data.noise") help=t("data.noise-help") min=0.0 max=50.0 step=1.0 value=noise
                    show=percentage slide=move |v| change(&|c| c.noise = v as f32)/>
            }
        })}
        {about.length.map(|s| whole(t("task.length"), t("task.length-help"), s, |c| c.length, |c, n| c.length = Some(n)))}
        {about.symbols.map(|s| whole(t("task.symbols"), t("task.symbols-help"), s, |c| c.symbols, |c, n| c.symbols = Some(n)))}
        {about.delay.map(|s| whole(t("task.delay"), t("task.delay-help"), s, |c| c.delay, |c, n| c.delay = Some(n)))}
    }
}
