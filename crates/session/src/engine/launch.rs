//! What the next submit does.

use minibatch_nn::names;

use super::backend::Work;
use super::best;
use super::flights::{Flight, PIECE, Report, Room, STEP};
use super::programs::{BuildError, LOSS_ROWS, Programs};
use super::run::Run;
use super::session::Session;
use super::snapshots::{self, Snapshots};
use super::update;
use crate::Look;

/// A part of a submit.
enum Part {
    /// Trains so many steps.
    Train(u32),
    /// Goes through so many pieces of an evaluation.
    Pieces(u32),
    /// Ends the evaluation of this step.
    Conclude(u32),
    /// Keeps the parameters, for the step after it to be told apart.
    Keep,
}

impl Part {
    fn evaluated(&self) -> Option<u32> {
        match self {
            Self::Train(_) | Self::Pieces(_) | Self::Keep => None,
            Self::Conclude(step) => Some(*step),
        }
    }

    fn pieces(&self) -> u32 {
        if let Self::Pieces(n) = self { *n } else { 0 }
    }

    fn work<'a>(&self, programs: &'a Programs) -> Work<'a> {
        match self {
            Self::Train(steps) => Work::Run(&programs.train, *steps),
            Self::Pieces(n) => Work::Run(&programs.piece, *n),
            Self::Conclude(_) => Work::Run(&programs.conclude, 1),
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
    /// Goes on by up to `steps` as far as there is room, with an evaluation wherever one is due: at the curve's points,
    /// however the steps are divided among submits, and where somebody waits for one. Its pieces may take several submits;
    /// no step is trained between them, so that it is of one step.
    fn advance(&mut self, steps: u32, room: &mut Room) -> Vec<Part> {
        let (mut left, mut evaluations) = (steps, 0);
        let mut parts = vec![];
        while evaluations < self.programs.evaluation_rows {
            if self.evaluating.is_none() && self.due(left > 0) {
                self.evaluating = Some(0);
            }
            if let Some(done) = self.evaluating {
                let rest = self.programs.pieces - done;
                let n = room.take(PIECE, rest);
                if n > 0 {
                    parts.push(Part::Pieces(n));
                }
                self.evaluating = Some(done + n).filter(|_| n < rest);
                if self.evaluating.is_some() {
                    break;
                }
                parts.push(Part::Conclude(self.step));
                (self.fresh, evaluations) = (true, evaluations + 1);
                // Goals that were set meanwhile have theirs.
                self.arrived();
                continue;
            }
            let n = room.take(STEP, left.min(self.programs.points.after(self.step) - self.step));
            if n == 0 {
                break;
            }
            parts.push(Part::Train(n));
            (self.step, left, self.fresh) = (self.step + n, left - n, false);
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
        let (mut room, wanted) = (self.pace.room(), steps);
        let parts = run.advance(steps, &mut room);
        let steps = run.step - from;
        if run.goals.is_empty() {
            self.pace.give_back(wanted - steps);
        }
        let pieces = parts.iter().map(Part::pieces).sum();
        if std::mem::take(&mut run.tell) && run.landing().all(|r| r.steps == 0 && r.evaluations.is_empty()) {
            let event = run.stand(self.pace.rate(now));
            self.messages.push(event.into());
        }
        let programs = &run.programs;
        let evaluations: Vec<u32> = parts.iter().filter_map(Part::evaluated).collect();
        let may = self.looks.may(now, steps + pieces, self.pace.in_time());
        let look = if may { run.look.take() } else { None };
        if look.is_some() {
            self.looks.taken(now);
        }
        if parts.is_empty() && look.is_none() {
            return Ok(false);
        }
        run.update.prepare(backend, programs, look.as_ref())?;
        let parts = if run.update.keeps(steps, run.step) { with_kept(parts) } else { parts };
        let look = look.map(|look| Look { update: look.update && run.update.knows(run.step), ..look });
        let mut work: Vec<Work> = parts.iter().map(|part| part.work(programs)).collect();
        let keeps = steps > 0 && programs.keep.snapshots;
        let snapshot = if keeps { run.snapshots.take(run.step) } else { None };
        let copies: Vec<(&str, String)> = snapshot
            .iter()
            .flat_map(|s| programs.kept.iter().map(|v| (v.as_str(), Snapshots::name(s.slot, v))))
            .collect();
        work.extend(copies.iter().map(|(from, to)| Work::Copy(from, to)));
        work.extend(keeps.then_some(Work::Run(&programs.squares, 1)));
        let (insides, best): (Vec<String>, String);
        let mut reads = vec![];
        if steps > 0 {
            reads.push(names::LOSSES);
        }
        if keeps {
            reads.push(snapshots::SQUARES);
        }
        if !evaluations.is_empty() {
            reads.push(names::EVALUATIONS);
            if programs.keep.best {
                best = best::told();
                reads.push(best.as_str());
            }
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
        run.evaluation_row = (evaluation_row + evaluations.len()) % programs.evaluation_rows;
        // What reads nothing back has nothing to tell.
        let report = Report { from, steps, loss_row, evaluations, evaluation_row, look };
        let report = (!reads.is_empty()).then_some(report);
        run.flights.push_back(Flight { ticket, started: now, steps, pieces, void: false, report });
        Ok(true)
    }
}
