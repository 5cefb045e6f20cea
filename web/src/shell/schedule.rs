//! How the learning rate changes, with a preview of it. Applies at once.

use leptos::prelude::*;
use minibatch_session::{Schedule, ScheduleKind};

use super::optimizer::short;
use crate::state::Page;
use crate::widgets::{Number, Pop, Select};
use crate::words::{self, named, t};

/// Size of the preview in its own units.
const WIDTH: f64 = 220.0;
const HEIGHT: f64 = 64.0;

/// One number of a schedule: label, help, whole, how to read it and how to set it.
type Setting = (&'static str, &'static str, bool, fn(&Schedule) -> f32, fn(&mut Schedule, f64));

/// The numbers that a shape uses.
fn settings(kind: ScheduleKind) -> Vec<Setting> {
    let period: Setting = (
        t("schedule.period"),
        t("schedule.period-help"),
        true,
        |s| s.period as f32,
        |s, v| s.period = v as u32,
    );
    let gamma: Setting =
        (t("schedule.gamma"), t("schedule.gamma-help"), false, |s| s.gamma, |s, v| s.gamma = v as f32);
    let total: Setting =
        (t("schedule.total"), t("schedule.total-help"), true, |s| s.total as f32, |s, v| s.total = v as u32);
    let min: Setting = (t("schedule.min"), t("schedule.min-help"), false, |s| s.min, |s, v| s.min = v as f32);
    let warmup: Setting = (
        t("schedule.warmup"),
        t("schedule.warmup-help"),
        true,
        |s| s.warmup as f32,
        |s, v| s.warmup = v as u32,
    );
    match kind {
        ScheduleKind::Constant => vec![warmup],
        ScheduleKind::Step | ScheduleKind::Exponential => vec![period, gamma, warmup],
        ScheduleKind::Cosine => vec![total, min, warmup],
    }
}

/// The shape, its numbers and a preview in a sheet.
#[component]
pub fn ScheduleChoice() -> impl IntoView {
    let page = Page::get();
    let kind = Memo::new(move |_| page.experiment.with(|e| e.training.schedule.kind));
    let value = Signal::derive(move || kind.get().id().to_owned());
    let options: Vec<_> =
        ScheduleKind::ALL.map(|s| (s.id().to_owned(), named("schedule", s.id()).to_owned())).into();
    let choose = move |id: String| {
        if let Some(kind) = ScheduleKind::ALL.into_iter().find(|s| s.id() == id) {
            page.edit(|e| e.training.schedule.kind = kind);
        }
    };
    let face = move || {
        view! {
            <span class="field">
                <span class="field-name">{t("training.schedule")}</span>
                <span class="field-value">{move || named("schedule", kind.get().id())}</span>
            </span>
        }
    };
    view! {
        <Pop label=t("training.schedule-help") class="field-pop schedule" face=face>
            <Select label=t("schedule.shape") help=t("training.schedule-help") value=value
                options=Signal::stored(options) choose=choose/>
            {move || settings(kind.get()).into_iter().map(field).collect_view()}
            <Preview/>
        </Pop>
    }
}

fn field((label, help, whole, get, set): Setting) -> impl IntoView {
    let page = Page::get();
    let value = Memo::new(move |_| page.experiment.with(|e| short(get(&e.training.schedule))));
    let commit = move |v: f64| page.edit(|e| set(&mut e.training.schedule, v));
    view! { <Number label=label help=help value=value whole=whole commit=commit/> }
}

/// The rate over the steps to come.
#[component]
fn Preview() -> impl IntoView {
    let page = Page::get();
    let shape =
        Memo::new(move |_| page.experiment.with(|e| (e.training.schedule.clone(), e.training.learning_rate)));
    let line = move || shape.with(|(schedule, rate)| path(schedule, *rate));
    let steps = move || {
        let last = shape.with(|(schedule, _)| span(schedule));
        words::fill("schedule.preview", &[("steps", &crate::numbers::grouped(last.into()))])
    };
    view! {
        <figure class="preview">
            <svg viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="img" aria-label=steps>
                <line x1="0" x2=WIDTH y1=HEIGHT - 1.0 y2=HEIGHT - 1.0 class="axis"/>
                <path d=line class="curve"/>
            </svg>
            <figcaption>{steps}</figcaption>
        </figure>
    }
}

/// How many steps the preview shows: enough for the shape to be seen.
fn span(schedule: &Schedule) -> u32 {
    let shape = match schedule.kind {
        ScheduleKind::Constant => 1000,
        ScheduleKind::Step | ScheduleKind::Exponential => schedule.period.saturating_mul(5),
        ScheduleKind::Cosine => schedule.total.saturating_add(schedule.total / 5),
    };
    shape.max(schedule.warmup.saturating_mul(3))
}

fn path(schedule: &Schedule, rate: f32) -> String {
    let last = f64::from(span(schedule));
    let rates: Vec<f32> =
        (0..=110).map(|i| schedule.rate(rate, (last * f64::from(i) / 110.0) as u32)).collect();
    let top = rates.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
    let place = |(i, rate): (usize, &f32)| {
        let y = 2.0 + (HEIGHT - 4.0) * (1.0 - f64::from(rate / top));
        format!("{}{:.1} {y:.1}", if i == 0 { 'M' } else { 'L' }, WIDTH * i as f64 / 110.0)
    };
    rates.iter().enumerate().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preview_stays_within_its_frame_and_falls() {
        let schedule = Schedule { kind: ScheduleKind::Cosine, total: 100, ..Schedule::default() };
        let path = path(&schedule, 0.1);
        assert!(path.starts_with("M0.0 2.0"), "{path}");
        assert!(path.ends_with(&format!("L220.0 {:.1}", HEIGHT - 2.0)), "{path}");
        assert_eq!(span(&schedule), 120);
        assert!(!self::path(&schedule, 0.0).contains("NaN"));
    }
}
