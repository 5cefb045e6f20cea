//! Runs that were left for another area. Each keeps the worker that trained it, paused, and all that the page knew of it;
//! so the learner comes back to the very weights, whatever was changed by hand on the way.

use std::sync::Arc;

use futures_channel::oneshot::{Receiver, channel};
use leptos::prelude::*;
use minibatch_session::data::Point;
use minibatch_session::{Area, CurvePoint, Event, Experiment, Facts, Metrics, SampleSource, Shown};

use super::history::OPEN;
use super::waits::Answer;
use super::{Draft, Frame, Notice, Page, Status, task, url};
use crate::engine::Engine;
use crate::numbers::grouped;
use crate::words::{fill, named};

/// The most runs that wait at once; each has a worker with its memory.
const MOST: usize = 4;

/// A run that was left.
pub struct Aside {
    area: Area,
    engine: Engine,
    /// What its worker said since.
    said: Vec<(Event, Vec<Vec<f32>>)>,
    experiment: Experiment,
    draft: Option<Draft>,
    status: Status,
    seen: Seen,
    trouble: Option<Notice>,
    /// The worker's number, that of the last load asked of it; what it was asked to build, did build, and trains.
    errands: (u32, u32, [Option<Experiment>; 3]),
}

/// What the views show of a run.
struct Seen {
    metrics: Metrics,
    curve: Vec<CurvePoint>,
    facts: Option<Arc<Facts>>,
    sample: Shown,
    frame: Frame,
    points: (Vec<Point>, Vec<Point>),
}

impl Seen {
    /// Of what is not built yet.
    fn nothing() -> Self {
        Self {
            metrics: Metrics::default(),
            curve: vec![],
            facts: None,
            sample: Shown::Row(0),
            frame: Frame::default(),
            points: Default::default(),
        }
    }
}

/// Whether two experiments are the same, as far as an address tells: nothing of samples from files.
pub fn alike(a: &Experiment, b: &Experiment) -> bool {
    a == b || url::write(a) == url::write(b)
}

impl Page {
    /// Opens an experiment that the learner chose. Where that leads to another area, the run that is left is kept, and the
    /// one that was left there goes on where it stood.
    pub fn go(&self, experiment: Experiment) -> Receiver<Answer> {
        self.remember(OPEN);
        self.switch(experiment)
    }

    /// The same, without a note of what stood before.
    pub(super) fn switch(&self, experiment: Experiment) -> Receiver<Answer> {
        let (from, to) = (self.experiment.with_untracked(task::area), task::area(&experiment));
        let alone = self.shown.with_value(|shown| !shown.embedded);
        if from == to || !alone {
            return self.put(experiment);
        }
        // What was edited a moment ago belongs to the entry that is left, so that the browser's Back leads to this very run;
        // unless the browser has left it already.
        if self.knows_address() && task::area(&super::boot::opened().experiment) == from {
            self.write_address();
        }
        let told = self.put_aside(from);
        let answer = match self.taken_back(to, &experiment) {
            Some(aside) => self.resume(aside),
            None => {
                if told.is_some() {
                    self.connect();
                }
                self.put(experiment)
            }
        };
        if let Some(told) = told {
            self.hint.update(|hint| *hint = format!("{told} {hint}").trim().into());
        }
        answer
    }

    /// Keeps the run there is, if it was trained or holds what nobody has a second time. What is told of it, if it does.
    fn put_aside(&self, area: Area) -> Option<String> {
        let step = self.metrics.with_untracked(|m| m.step);
        let own = self.experiment.with_untracked(|e| {
            e.model.as_ref().is_some_and(|m| matches!(m.samples, SampleSource::Own { .. }))
        });
        let dead = self.stopped().is_some();
        let stands =
            self.status.with_untracked(|s| s.loaded) && self.errands.with_value(|e| e.rebuild.is_none());
        if dead || !stands || (step == 0 && !own) {
            return None;
        }
        self.pause();
        let (mut engine, mut errands) = (Engine::default(), None);
        self.engine.update_value(|e| std::mem::swap(e, &mut engine));
        self.errands.update_value(|e| {
            e.waits.settle(|_| true, &Err(crate::words::t("api.superseded").into()));
            e.pull = super::pull::Pull::default();
            e.before = None;
            errands = Some((e.worker, e.generation, [e.built.take(), e.good.take(), e.running.take()]));
        });
        let aside = Aside {
            area,
            engine,
            said: vec![],
            experiment: self.experiment.get_untracked(),
            draft: self.draft.get_untracked(),
            status: Status { playing: false, ..self.status.get_untracked() },
            seen: Seen {
                metrics: self.metrics.get_untracked(),
                curve: self.curve.get_value(),
                facts: self.facts.get_untracked(),
                sample: self.sample.get_untracked(),
                frame: self.frame.get_value(),
                points: self.points.get_value(),
            },
            trouble: self.trouble.get_untracked(),
            errands: errands?,
        };
        let gone = self.asides.try_update_value(|all| {
            let same = all.iter().position(|other| alike(&other.experiment, &aside.experiment));
            let oldest = same.or((all.len() == MOST).then_some(0));
            let gone = oldest.map(|at| all.remove(at));
            all.push(aside);
            gone
        });
        self.list_asides();
        self.see(Seen::nothing());
        let told = |key, area: Area, step: u32| {
            let words = [("area", named("area", area.id())), ("step", &*grouped(step.into()))];
            if step > 0 { fill(key, &words) } else { String::new() }
        };
        let kept = told("aside.kept", area, step);
        let gone = gone.flatten().map(|run| told("aside.gone", run.area, run.seen.metrics.step));
        Some(format!("{kept} {}", gone.unwrap_or_default()).trim().into())
    }

    /// The run of this experiment that was left in an area, if it waits.
    fn taken_back(&self, area: Area, experiment: &Experiment) -> Option<Aside> {
        let found = self.asides.try_update_value(|all| {
            let at =
                all.iter().rposition(|aside| aside.area == area && alike(&aside.experiment, experiment))?;
            Some(all.remove(at))
        });
        self.list_asides();
        found.flatten()
    }

    /// Goes on with a run that was left, paused.
    fn resume(&self, aside: Aside) -> Receiver<Answer> {
        let (worker, generation, [built, good, running]) = aside.errands;
        self.engine.set_value(aside.engine);
        self.errands.update_value(|e| {
            (e.worker, e.generation) = (worker, generation);
            (e.built, e.good, e.running, e.before) = (built, good, running, None);
            e.patience.renew();
            e.swollen = false;
            e.waits.settle(|_| true, &Err(crate::words::t("api.superseded").into()));
            e.pull = super::pull::Pull::default();
            e.wants_play = false;
            if let Some(timer) = e.rebuild.take() {
                timer.clear();
            }
        });
        let step = aside.seen.metrics.step;
        self.hover.set(None);
        self.brush.set(None);
        self.draft.set(aside.draft);
        self.experiment.set(aside.experiment);
        self.note_address();
        self.status.set(aside.status);
        self.notice.set(None);
        self.trouble.set(aside.trouble);
        self.busy.set(None);
        self.see(aside.seen);
        for (event, arrays) in aside.said {
            self.receive(event, arrays);
        }
        self.set_speed(self.speed.get_untracked());
        let words = [("area", named("area", aside.area.id())), ("step", &grouped(step.into()))];
        self.hint.set(if step > 0 { fill("aside.back", &words) } else { String::new() });
        self.stir();
        let (sender, receiver) = channel();
        // Nobody may listen.
        let _told = sender.send(Ok(vec![]));
        receiver
    }

    /// Has all views show this.
    fn see(&self, Seen { metrics, curve, facts, sample, frame, points }: Seen) {
        self.facts.set(facts);
        self.sample.set(sample);
        self.frame.set_value(frame);
        self.points.set_value(points);
        self.curve.set_value(curve);
        self.metrics.set(metrics);
        for version in [self.frame_version, self.points_version, self.curve_version] {
            version.update(|v| *v += 1);
        }
    }

    /// Whether this worker is the one that trains what the page shows.
    pub(super) fn at_work(&self, worker: u32) -> bool {
        self.errands.with_value(|e| e.worker == worker)
    }

    /// Takes in what a worker says; what one says that was put aside waits until it comes back.
    pub(super) fn heard_from(&self, worker: u32, event: Event, arrays: Vec<Vec<f32>>) {
        if self.at_work(worker) {
            return self.receive(event, arrays);
        }
        match event {
            Event::Failed { fatal: true, .. } => self.lost_soon(worker),
            Event::Frame { .. } => {}
            event => self.asides.update_value(|all| {
                if let Some(aside) = all.iter_mut().find(|aside| aside.errands.0 == worker) {
                    aside.said.push((event, arrays));
                }
            }),
        }
    }

    /// A run that was put aside is gone: later, since a closure of its worker says it.
    pub(super) fn lost_soon(&self, worker: u32) {
        let page = *self;
        let gone = move || {
            page.asides.update_value(|all| all.retain(|aside| aside.errands.0 != worker));
            page.list_asides();
        };
        set_timeout(gone, std::time::Duration::ZERO);
    }

    fn list_asides(&self) {
        let all = self
            .asides
            .with_value(|all| all.iter().map(|a| (a.experiment.clone(), a.seen.metrics.step)).collect());
        self.aside.set(all);
    }
}
