//! What the next submit does.

use minibatch_nn::names;

use super::backend::Work;
use super::best;
use super::flights::{Flight, Report};
use super::programs::{BuildError, EVALUATION_ROWS, LOSS_ROWS, Programs};
use super::run::Run;
use super::session::Session;
use super::snapshots::{self, Snapshots};
use super::update;
use crate::Look;

/// A part of a submit.
enum Part {
    /// Trains so many steps.
    Train(u32),
    /// Evaluates, at this step.
    Evaluate(u32),
    /// Keeps the parameters, for the step after it to be told apart.
    Keep,
}

impl Part {
    fn evaluated(&self) -> Option<u32> {
        match self {
            Self::Train(_) | Self::Keep => None,
            Self::Evaluate(step) => Some(*step),
        }
    }

    fn work<'a>(&self, programs: &'a Programs) -> Work<'a> {
        match self {
            Self::Train(steps) => Work::Run(&programs.train, *steps),
            Self::Evaluate(_) => Work::Run(&programs.evaluate, 1),
            Self::Keep => Work::Copy(names::PARAMETERS, update::BEFORE),
        }
    }
}

/// The same steps, the last one by itself with the parameters kept right before it.
fn with_kept(parts: Vec<Part>) -> Vec<Part> {
    let last = parts.iter().rposition(|part| matches!(part, Part::Train(_)));
    let split = |(i, part)| match part {
        Part::Train(steps) if Some(i) == last => {
            let before = (steps > 1).then_some(Part::Train(steps - 1));
            before.into_iter().chain([Part::Keep, Part::Train(1)]).collect()
        }
        other => vec![other],
    };
    parts.into_iter().enumerate().flat_map(split).collect()
}

impl Run {
    /// Goes on by up to `steps`, with an evaluation wherever one is due: at the curve's points, however the steps are
    /// divided among submits, and where somebody waits for one.
    fn advance(&mut self, steps: u32) -> Vec<Part> {
        let end = self.step + steps;
        let mut parts = vec![];
        if self.step == 0 && steps > 0 {
            // The curve begins at step 0 even when nobody waited for its read-outs.
            parts.push(Part::Evaluate(0));
        }
        while self.step < end && parts.len() < EVALUATION_ROWS {
            let n = (end - self.step).min(self.programs.next_point(self.step) - self.step);
            parts.push(Part::Train(n));
            self.step += n;
            if self.programs.has_point(self.step) {
                parts.push(Part::Evaluate(self.step));
            }
        }
        if self.arrived() && parts.last().and_then(Part::evaluated) != Some(self.step) {
            parts.push(Part::Evaluate(self.step));
        }
        parts
    }
}

impl Session {
    /// Submits the next steps, evaluations and pictures; false when there is nothing to do.
    pub(super) async fn launch(&mut self) -> Result<bool, BuildError> {
        let now = self.now();
        let (Some(run), Some(backend)) = (&mut self.run, &mut self.backend) else { return Ok(false) };
        let most = LOSS_ROWS as u32 / 2;
        let steps = match run.goals.iter().find(|g| g.step > run.step) {
            Some(goal) => (goal.step - run.step).min(self.pace.fitting()).min(most),
            None if run.playing => self.pace.steps(now, most),
            None => 0,
        };
        let from = run.step;
        let parts = run.advance(steps);
        let steps = run.step - from;
        let programs = &run.programs;
        let evaluations: Vec<u32> = parts.iter().filter_map(Part::evaluated).collect();
        let may = self.looks.may(now, steps, self.pace.in_time());
        let look = if may { run.look.take() } else { None };
        if look.is_some() {
            self.looks.taken(now);
        }
        if steps == 0 && evaluations.is_empty() && look.is_none() {
            return Ok(false);
        }
        run.update.prepare(backend, programs, look.as_ref())?;
        let parts = if run.update.keeps(steps, run.step) { with_kept(parts) } else { parts };
        let look = look.map(|look| Look { update: look.update && run.update.knows(run.step), ..look });
        let mut work: Vec<Work> = parts.iter().map(|part| part.work(programs)).collect();
        let snapshot = if steps > 0 { run.snapshots.take(run.step) } else { None };
        let copies: Vec<(&str, String)> = snapshot
            .iter()
            .flat_map(|s| programs.kept.iter().map(|v| (v.as_str(), Snapshots::name(s.slot, v))))
            .collect();
        work.extend(copies.iter().map(|(from, to)| Work::Copy(from, to)));
        work.extend((steps > 0).then_some(Work::Run(&programs.squares, 1)));
        let (insides, best): (Vec<String>, String);
        let mut reads = vec![];
        if steps > 0 {
            reads.extend([names::LOSSES, snapshots::SQUARES]);
        }
        if !evaluations.is_empty() {
            best = best::told();
            reads.extend([names::EVALUATIONS, best.as_str()]);
        }
        if let Some(look) = &look {
            run.probes.prepare(backend, &programs.model, &run.experiment.features, look).await?;
            run.inside.prepare(backend, &programs.model, &programs.data, (look, &run.shown)).await?;
            let (probes, results) = run.probes.work(look);
            work.extend(probes);
            reads.extend(results);
            let (looks, results) = run.inside.work(look);
            work.extend(looks);
            insides = results;
            reads.extend(insides.iter().map(String::as_str));
            reads.extend(look.update.then_some(update::BEFORE));
        }
        let ticket = backend.submit(&work, &reads).map_err(BuildError::from)?;
        let (loss_row, evaluation_row) = (run.loss_row, run.evaluation_row);
        run.loss_row = (loss_row + steps as usize) % LOSS_ROWS;
        run.evaluation_row = (evaluation_row + evaluations.len()) % EVALUATION_ROWS;
        let report = Some(Report { from, steps, loss_row, evaluations, evaluation_row, look });
        run.flights.push_back(Flight { ticket, started: now, steps, void: false, report });
        Ok(true)
    }
}
