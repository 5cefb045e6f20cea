//! The best checkpoint: everything that training changes, as it was at the evaluation with the least test loss of this run
//! (the least training loss where nothing is held back). The evaluation itself keeps it, on the device
//! ([`minibatch_graph::Op::KeepLeast`]), so that it is of the very step that was evaluated, however many are under way.
//! A way back after a divergence leaves it as it is; a reset forgets it.

use minibatch_graph::{DType, control};
use minibatch_nn::names;

use super::backend::{Backend, Lost, Work};
use super::programs::BuildError;
use super::run::Goal;
use super::session::Session;
use super::snapshots::Snapshots;
use crate::Event;

/// The loss before there is any: every other one is less.
const NONE: f32 = f32::MAX;

/// Makes room for these variables, (name, length, type), with nothing kept yet.
pub fn prepare(backend: &mut Backend, kept: &[(&str, usize, DType)]) -> Result<(), Lost> {
    for &(name, len, dtype) in kept {
        match dtype {
            DType::F32 => backend.set_f32(&names::best(name), &vec![0.0; 1 + len])?,
            DType::U32 => backend.set_u32(&names::best(name), &vec![0; 1 + len])?,
        }
        forget_one(backend, name)?;
    }
    Ok(())
}

/// Keeps nothing of these variables any more.
pub fn forget(backend: &mut Backend, kept: &[String]) -> Result<(), Lost> {
    kept.iter().try_for_each(|name| forget_one(backend, name))
}

fn forget_one(backend: &mut Backend, name: &str) -> Result<(), Lost> {
    match name {
        control::NAME => backend.write_u32(&names::best(name), 0, &[NONE.to_bits()]),
        _ => backend.write_f32(&names::best(name), 0, &[NONE]),
    }
}

/// What is read to learn of the best: the control block of its step.
pub fn told() -> String {
    names::best(control::NAME)
}

/// Step and loss of the best, from what was read; none as long as nothing was evaluated.
pub fn read(kept: &[f32]) -> Option<(u32, f32)> {
    let (loss, step) = (kept.first()?, kept.get(1 + control::STEP)?);
    (*loss < NONE).then_some((step.to_bits(), *loss))
}

impl Session {
    /// Puts the run back to its best step, paused, and answers `id` when its read-outs are there. The optimizer's state
    /// and the place in the data come back too: to train on from there is what it would have been to stop there. What
    /// the learner sets (learning rate and the like) stays as it is set now.
    pub(super) async fn go_to_best(&mut self, id: u32) -> Result<(), BuildError> {
        self.pause();
        let (Some(run), Some(backend)) = (&mut self.run, &mut self.backend) else {
            return self.nothing_built();
        };
        // From the device, which knows of evaluations whose numbers are still on their way.
        let keeps = run.programs.keep.best && run.programs.keep.best_state;
        let kept = if keeps { read(&backend.read_f32(&told()).await?) } else { None };
        let Some((step, _)) = kept else {
            let message = "there is no best step yet; train until the first evaluation".into();
            self.say(Event::Failed { message, fatal: false });
            return Ok(());
        };
        for name in &run.programs.kept {
            let kept = backend.read_f32(&names::best(name)).await?;
            if name == control::NAME {
                let words: Vec<u32> = kept[1..][..control::SETTINGS].iter().map(|w| w.to_bits()).collect();
                backend.write_u32(name, 0, &words)?;
            } else {
                backend.write_f32(name, 0, &kept[1..])?;
            }
        }
        run.programs.clear_rings(backend)?;
        // The way back from here is here.
        let slot = run.snapshots.trust(step).slot;
        let copies: Vec<(&str, String)> =
            run.programs.kept.iter().map(|v| (v.as_str(), Snapshots::name(slot, v))).collect();
        let work: Vec<Work> = copies.iter().map(|(from, to)| Work::Copy(from, to)).collect();
        backend.submit(&work, &[])?;
        self.stand_at(step);
        if let Some(run) = &mut self.run {
            run.evaluate = false;
            run.goals.push_back(Goal { step, id, evaluated: false, early: false });
        }
        Ok(())
    }

    /// What the run did after `step` no longer counts.
    pub(super) fn stand_at(&mut self, step: u32) {
        let Some(run) = &mut self.run else { return };
        self.losses.iter_mut().for_each(|losses| losses.retain(|l| l.0 <= step));
        let at = run.step;
        let ids = run.void(step);
        run.curve_end = run.curve_end.filter(|_| step > 0).map(|end| end.min(step));
        self.break_off(ids, at);
    }
}
