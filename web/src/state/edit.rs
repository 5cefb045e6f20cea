//! Edits of the experiment: which apply at once, which need a rebuild, and what is done about those that do not fit.

use std::time::Duration;

use leptos::prelude::*;
use minibatch_session::data::DataError;
use minibatch_session::{Command, Experiment, ExperimentError, LossKind};

use super::{Draft, Notice, Page};
use crate::words;

/// How long edits are gathered before a rebuild, so that a slider does not rebuild at every pixel.
const GATHER: Duration = Duration::from_millis(60);

/// What an edit asks of the engine.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Effect {
    /// Nothing.
    Nothing,
    /// What can change while it trains.
    Tune,
    /// A rebuild; the key of the words for why.
    Rebuild(&'static str),
}

/// What the engine must do to get from the old experiment to the new.
pub fn effect(old: &Experiment, new: &Experiment) -> Effect {
    let (a, b) = (&old.training, &new.training);
    if old.data != new.data {
        Effect::Rebuild("rebuilt.data")
    } else if old.seed != new.seed {
        Effect::Rebuild("rebuilt.seed")
    } else if old.model.as_ref().map(|m| &m.samples) != new.model.as_ref().map(|m| &m.samples) {
        Effect::Rebuild("rebuilt.data")
    } else if old.model != new.model {
        Effect::Rebuild("rebuilt.network")
    } else if old.features != new.features {
        Effect::Rebuild("rebuilt.features")
    } else if old.hidden != new.hidden || old.output_init != new.output_init {
        Effect::Rebuild("rebuilt.network")
    } else if old.loss != new.loss || old.loss_options != new.loss_options {
        Effect::Rebuild("rebuilt.loss")
    } else if (a.clip_norm, a.clip_value) != (b.clip_norm, b.clip_value) {
        Effect::Rebuild("rebuilt.clip")
    } else if a.optimizer != b.optimizer {
        Effect::Rebuild("rebuilt.optimizer")
    } else if a.batch_size != b.batch_size {
        Effect::Rebuild("rebuilt.batch")
    } else if a != b {
        Effect::Tune
    } else {
        Effect::Nothing
    }
}

/// What kind of edit it was, for the history.
fn kind(effect: Effect) -> &'static str {
    match effect {
        Effect::Nothing => "nothing",
        Effect::Tune => "tune",
        Effect::Rebuild(why) => why,
    }
}

/// Where the loss no longer fits the task, takes the task's own. Whether it did.
pub fn mend_loss(experiment: &mut Experiment) -> bool {
    // A model of layers says itself which losses its output fits.
    let unfit = experiment.model.is_none() && experiment.resolved_loss().is_err();
    if unfit {
        experiment.loss = LossKind::Auto;
    }
    unfit
}

/// Whether the learner is still placing the first points.
fn unfinished(mistake: &ExperimentError) -> bool {
    matches!(mistake, ExperimentError::Data(DataError::TooFewPoints { .. }))
}

impl Page {
    /// Changes the experiment: at once where it can be changed while it trains, by a rebuild where it cannot. What
    /// breaks a limit is said, and the last valid experiment trains on.
    pub fn edit(&self, change: impl FnOnce(&mut Experiment)) {
        let old = self.written();
        let mut new = old.clone();
        change(&mut new);
        let mended = mend_loss(&mut new);
        if old == new {
            return;
        }
        if new.model.is_some() {
            self.remember(kind(effect(&old, &new)));
            return self.take(new);
        }
        let valid = new.validate();
        // A plane that is still being filled is shown as it is; any other mistake is said and changes nothing.
        if let Err(mistake) = valid {
            if unfinished(&mistake) {
                self.experiment.set(new);
                self.note_address();
                self.pause();
            }
            self.notice.set(Some(self.complaint(&mistake)));
            return;
        }
        self.remember(kind(effect(&old, &new)));
        self.experiment.set(new);
        self.note_address();
        self.notice.set(None);
        let words = self.apply();
        if mended {
            self.hint.set(words::t("rebuilt.loss-mended").into());
        } else {
            self.tell(words);
        }
    }

    /// Takes an experiment as it was written: in force where it fits together, else a draft beside the last that did.
    pub(super) fn take(&self, new: Experiment) {
        match new.validate() {
            Err(mistake) => self.draft.set(Some(Draft { experiment: new, mistake })),
            Ok(()) => {
                self.draft.set(None);
                self.experiment.set(new);
                self.note_address();
                self.notice.set(None);
                let words = self.apply();
                self.tell(words);
            }
        }
    }

    /// Says why it is rebuilt. Where it is not, what was said of the edit before is over.
    fn tell(&self, words: Option<&'static str>) {
        self.hint.set(words.map(words::t).unwrap_or_default().into());
    }

    /// How a mistake is told. A plane that is still to be filled with points is none.
    pub fn complaint(&self, mistake: &ExperimentError) -> Notice {
        if !unfinished(mistake) {
            return Notice::Mistake(mistake.to_string());
        }
        // Nothing is built that would bring the points back, so the page shows those there are.
        self.points.set_value((self.experiment.with_untracked(|e| e.data.points.clone()), vec![]));
        self.points_version.update(|v| *v += 1);
        Notice::Hint(words::t("own.few").into())
    }

    /// Has the engine follow the present, valid experiment. Returns the words' key when that takes a rebuild.
    fn apply(&self) -> Option<&'static str> {
        let new = self.experiment.get_untracked();
        let effect = self.errands.with_value(|e| e.built.as_ref().map(|old| effect(old, &new)));
        match effect.unwrap_or(Effect::Rebuild("rebuilt.network")) {
            Effect::Nothing => {
                // Back to what is built: what was about to be rebuilt need not be.
                self.errands.update_value(|e| {
                    if let Some(timer) = e.rebuild.take() {
                        timer.clear();
                    }
                });
                None
            }
            // An engine that has stopped builds whatever comes next.
            Effect::Tune if self.stopped().is_some() => {
                self.rebuild_soon();
                None
            }
            Effect::Tune => {
                let training = Box::new(new.training.clone());
                self.answered();
                self.errands.update_value(|e| {
                    if e.running.is_some() {
                        e.running = Some(new.clone());
                    }
                    e.built = Some(new);
                });
                self.send(Command::Tune { training });
                self.stir();
                None
            }
            Effect::Rebuild(why) => {
                self.rebuild_soon();
                Some(why)
            }
        }
    }

    fn rebuild_soon(&self) {
        let page = *self;
        let timer = set_timeout_with_handle(
            move || {
                drop(page.load());
            },
            GATHER,
        );
        self.errands.update_value(|e| {
            if let Some(timer) = e.rebuild.take() {
                timer.clear();
            }
            e.rebuild = timer.ok();
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use minibatch_session::data::{DatasetKind, Feature};
    use minibatch_session::{Init, ScheduleKind};

    #[test]
    fn rates_and_schedule_change_while_it_trains_and_nothing_else_does() {
        let old = Experiment::default();
        let after = |change: fn(&mut Experiment)| {
            let mut new = old.clone();
            change(&mut new);
            effect(&old, &new)
        };
        assert_eq!(after(|_| ()), Effect::Nothing);
        assert_eq!(after(|e| e.training.learning_rate = 1.0), Effect::Tune);
        assert_eq!(after(|e| e.training.l1 = 0.1), Effect::Tune);
        assert_eq!(after(|e| e.training.l2 = 0.1), Effect::Tune);
        assert_eq!(after(|e| e.training.schedule.kind = ScheduleKind::Cosine), Effect::Tune);
        let rebuilds: [fn(&mut Experiment); 9] = [
            |e| e.data.noise = 5.0,
            |e| e.data.train_share = 0.7,
            |e| e.seed = 1,
            |e| e.features.push(Feature::SinX),
            |e| e.hidden[0].dropout = 0.1,
            |e| e.output_init = Init::Zeros,
            |e| e.loss = LossKind::Mse,
            |e| e.training.optimizer.momentum = 0.5,
            |e| e.training.batch_size = 1,
        ];
        for (number, change) in rebuilds.into_iter().enumerate() {
            assert!(matches!(after(change), Effect::Rebuild(_)), "rebuild {number}");
        }
    }

    #[test]
    fn a_loss_that_no_longer_fits_gives_way() {
        let mut experiment = Experiment { loss: LossKind::BinaryCrossEntropy, ..Experiment::default() };
        assert!(!mend_loss(&mut experiment));
        experiment.data.kind = DatasetKind::Plane;
        assert!(mend_loss(&mut experiment));
        assert_eq!(experiment.loss, LossKind::Auto);
        assert!(experiment.validate().is_ok());
    }
}
