//! Lets the engine's events into the page's signals.

use std::sync::Arc;

use leptos::prelude::*;
use minibatch_session::{Command, Event, Shown};

use super::reduce::{News, extend_curve, lost_at, read};
use super::waits::Wait;
use super::{Notice, Page, Status, cause};

impl Page {
    /// Takes an event in.
    pub fn receive(&self, event: Event, arrays: Vec<Vec<f32>>) {
        let generation = self.errands.with_value(|e| e.generation);
        let news = self.status.with_untracked(|status| read(generation, status, event, arrays));
        match news {
            News::Late => {}
            News::Listening => self.engine.with_value(|engine| engine.listens()),
            News::Pong => self.heard(),
            News::Building => {
                self.errands.update_value(|e| (e.patience.begun, e.patience.building) = (true, true))
            }
            News::Refused(why, kept, playing) => self.refused(why, kept, playing),
            News::Fell(why) => self.fell_soon(why),
            News::Swollen => self.swollen(),
            News::Status(status) => self.set_status(status),
            News::Loaded { status, train, test, facts } => {
                if let Some(left) = self.errands.with_value(|e| e.good.clone()) {
                    self.keep_run(&left);
                }
                self.loaded();
                self.errands.update_value(|e| {
                    e.good.clone_from(&e.built);
                    if e.running != e.built {
                        e.before = std::mem::replace(&mut e.running, e.built.clone());
                    }
                });
                self.facts.set(Some(Arc::from(*facts)));
                // The engine shows the first sample until told otherwise.
                self.sample.set(Shown::Row(0));
                self.frame.set_value(super::Frame::default());
                self.frame_version.update(|v| *v += 1);
                self.points.set_value((train, test));
                self.points_version.update(|v| *v += 1);
                self.curve.set_value(vec![]);
                self.curve_version.update(|v| *v += 1);
                self.set_status(status);
                self.stir();
                if self.errands.with_value(|e| e.wants_play) {
                    self.send(Command::Play);
                }
            }
            News::Metrics { now, curve, cut } => {
                if !curve.is_empty() || cut.is_some() {
                    self.curve.update_value(|all| extend_curve(all, curve, cut));
                    self.curve_version.update(|v| *v += 1);
                }
                let moved = self.metrics.with_untracked(|m| m.step != now.step) || cut.is_some();
                let at_start = now.step == 0;
                self.metrics.set(*now);
                let settled =
                    |w| matches!(w, Wait::Load(_)) || (w == Wait::Reset && (at_start || cut.is_some()));
                self.errands.update_value(|e| e.waits.settle(settled, &Ok(vec![])));
                if moved { self.stir() } else { self.wake() }
            }
            News::Frame(frame) => {
                self.rest();
                self.frame.set_value(*frame);
                self.frame_version.update(|v| *v += 1);
                let all = self.frame.with_value(|f| f.look.inside && f.look.gradients && f.look.parameters);
                self.errands.update_value(|e| {
                    e.pull.outstanding = false;
                    let whole = !std::mem::take(&mut e.pull.early) && all;
                    e.waits.settle(|w| whole && w == Wait::Frame, &Ok(vec![]));
                });
                self.wake();
            }
            News::Done(id) => self.settle(Wait::Done(id), vec![]),
            // A row where there is none as a rule.
            News::BrokenOff(id) => self.settle(Wait::Done(id), vec![vec![]]),
            News::Brought(source, class_names, taken) => self.take_images(&source, &class_names, &taken),
            News::Tables(files, taken) => {
                self.take_tables(files, minibatch_session::data::Choice::default(), &taken);
            }
            News::Samples(id, arrays) => self.settle_quietly(Wait::Samples(id), arrays),
            News::Asked(id, arrays) => self.settle_quietly(Wait::Asked(id), arrays),
            News::Predicted(id, rows) => self.settle(Wait::Predicted(id), rows),
            News::Memory(buffers, bytes, heap) => {
                self.settle(Wait::Memory, vec![vec![buffers as f32, bytes as f32, heap as f32]]);
            }
            News::Stopped(status, notice) => {
                let why = match &notice {
                    Notice::Fatal(why) => why.clone(),
                    Notice::Diverged { step, learning_rate, cause, .. } => {
                        cause::told(*step, *learning_rate, cause)
                    }
                    Notice::Mistake(text) | Notice::Hint(text) => text.clone(),
                };
                self.set_status(status);
                self.errands.update_value(|e| {
                    e.wants_play = false;
                    e.waits.settle(|_| true, &Err(why.clone()));
                });
                if let Notice::Diverged { step, .. } = &notice {
                    self.metrics.update(|m| lost_at(m, *step));
                }
                self.loaded();
                if self.trouble.with_untracked(Option::is_none) && matches!(notice, Notice::Fatal(_)) {
                    self.failed_again();
                }
                self.trouble.set(Some(notice));
                self.stir();
            }
            // A load that the worker could not even read.
            News::Notice(Notice::Mistake(why))
                if self.errands.with_value(|e| e.patience.loading.is_some()) =>
            {
                self.refused(why, None, false);
            }
            // Files that were sent again and are not what they were: the build says what is missing.
            News::Notice(Notice::Mistake(_)) if self.errands.with_value(|e| e.restoring) => {
                let _waited = self.restored();
            }
            News::Notice(notice) => {
                if let Notice::Mistake(why) = &notice {
                    self.errands.update_value(|e| e.waits.settle(|_| true, &Err(why.clone())));
                }
                // What was being done, reading files say, is over.
                self.hint.set(String::new());
                self.notice.set(Some(notice));
            }
        }
    }

    fn set_status(&self, status: Status) {
        if self.status.with_untracked(|old| *old != status) {
            self.status.set(status);
        }
        self.wake();
    }

    /// What was asked of the model changes nothing that is drawn.
    fn settle_quietly(&self, wait: Wait, arrays: Vec<Vec<f32>>) {
        self.errands.update_value(|e| e.waits.settle(|w| w == wait, &Ok(arrays.clone())));
    }

    fn settle(&self, wait: Wait, rows: Vec<Vec<f32>>) {
        self.errands.update_value(|e| e.waits.settle(|w| w == wait, &Ok(rows.clone())));
        self.stir();
    }
}
