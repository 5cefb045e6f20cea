//! What a learner sets while a run goes on, and the way back after a divergence: the run stands at once where it was last
//! sound, so that all that looks at it sees good weights, and trains on once something has been set that may mend it.

use minibatch_graph::control;

use super::backend::Work;
use super::programs::{BuildError, live_settings};
use super::session::Session;
use super::snapshots::Snapshots;
use crate::{Event, Experiment, Training};

impl Session {
    /// The loss has left the numbers at `step`: training stops, what is under way no longer counts, and the weights are those
    /// of the last copy to trust. The step told stays that of the divergence until the learner has chosen.
    pub(super) fn diverge(&mut self, step: u32) -> Result<(), BuildError> {
        let (Some(run), Some(backend)) = (&mut self.run, &mut self.backend) else { return Ok(()) };
        let training = run.experiment.training.clone();
        let settings = [training.learning_rate, training.l1, training.l2];
        let calmer = run.wild.is_some_and(|wild| {
            wild != settings && settings.iter().zip(wild).all(|(now, before)| *now <= before)
        });
        run.wild = Some(settings);
        let good_step = match run.snapshots.fall_back(step, calmer) {
            Some(good) => {
                let copies: Vec<(String, &str)> =
                    run.programs.kept.iter().map(|v| (Snapshots::name(good.slot, v), v.as_str())).collect();
                let work: Vec<Work> = copies.iter().map(|(from, to)| Work::Copy(from, to)).collect();
                backend.submit(&work, &[])?;
                run.programs.clear_rings(backend)?;
                backend.write_u32(control::NAME, control::SETTINGS, &live_settings(&training))?;
                good.step
            }
            None => {
                // Where nothing is kept, nobody goes back.
                if run.programs.start.is_some() {
                    run.programs.rewind(backend, &run.experiment)?;
                }
                0
            }
        };
        let learning_rate = training.schedule.rate(training.learning_rate, step.saturating_sub(1));
        let scale = run.programs.scale;
        let cause = crate::cause(&run.experiment, scale, run.programs.batch, step);
        let event = Event::Diverged { step, learning_rate, good_step, cause };
        let ids = run.void(good_step);
        // Nothing is told of the step gone back to before the learner has gone there.
        (run.evaluate, run.cut) = (false, None);
        run.diverged = Some(event.clone());
        self.say(event);
        self.say(Event::Playing { playing: false });
        self.answer(ids);
        Ok(())
    }

    /// Goes on from where the run went back to after a divergence.
    fn mended(&mut self) {
        if let Some(step) = self.run.as_ref().filter(|r| r.diverged.is_some()).map(|r| r.step) {
            self.stand_at(step);
        }
    }

    /// Changes what can change while it trains. After a divergence that is the mend, whatever else was offered.
    pub(super) fn tune(&mut self, training: &Training) -> Result<(), BuildError> {
        let Some(run) = &self.run else { return Ok(()) };
        let mut next = run.experiment.clone();
        let t = &mut next.training;
        (t.learning_rate, t.l1, t.l2) = (training.learning_rate, training.l1, training.l2);
        t.schedule = training.schedule.clone();
        next.validate()?;
        if next.training != run.experiment.training {
            self.mended();
        }
        let (Some(run), Some(backend)) = (&mut self.run, &mut self.backend) else { return Ok(()) };
        let words = live_settings(&next.training);
        backend.write_u32(control::NAME, control::SETTINGS, &words)?;
        run.experiment = next;
        run.evaluate |= !run.playing && run.diverged.is_none();
        Ok(())
    }

    /// After a divergence: goes on from the last good weights with this learning rate.
    pub(super) fn recover(&mut self, learning_rate: f32) -> Result<(), BuildError> {
        let Some(run) = &self.run else { return self.nothing_built() };
        let training = Training { learning_rate, ..run.experiment.training.clone() };
        // A wrong rate is refused before the notice is answered.
        Experiment { training: training.clone(), ..run.experiment.clone() }.validate()?;
        self.mended();
        self.tune(&training)
    }
}
