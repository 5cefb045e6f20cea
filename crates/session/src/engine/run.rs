//! The experiment under way.

use std::collections::VecDeque;

use super::flights::Flight;
use super::inside::{Inside, finish_look};
use super::probes::{Probes, as_shown, outputs, widths};
use super::programs::Programs;
use super::snapshots::Snapshots;
use super::update::Update;
use crate::{Event, Experiment, Facts, Look, Metrics, Shown};

/// A number of steps to reach, and whom to tell.
pub(super) struct Goal {
    pub(super) step: u32,
    pub(super) id: u32,
    /// The evaluation for it has been submitted.
    pub(super) evaluated: bool,
    /// A pause put it before the step that was asked for.
    pub(super) early: bool,
}

/// The experiment under way.
pub(super) struct Run {
    pub(super) generation: u32,
    pub(super) experiment: Experiment,
    pub(super) programs: Programs,
    pub(super) probes: Probes,
    pub(super) inside: Inside,
    pub(super) update: Update,
    pub(super) facts: Box<Facts>,
    /// The sample that a look inside shows.
    pub(super) shown: Shown,
    pub(super) snapshots: Snapshots,
    /// Steps submitted so far.
    pub(super) step: u32,
    pub(super) playing: bool,
    pub(super) goals: VecDeque<Goal>,
    pub(super) look: Option<Look>,
    /// Read-outs are wanted for the step it stands at.
    pub(super) evaluate: bool,
    /// An evaluation of the step it stands at is under way: so many of its pieces were submitted.
    pub(super) evaluating: Option<u32>,
    /// The weights as they are were evaluated.
    pub(super) fresh: bool,
    /// Read-outs are wanted, and nothing has changed but what the learner set.
    pub(super) tell: bool,
    pub(super) loss_row: usize,
    pub(super) evaluation_row: usize,
    pub(super) flights: VecDeque<Flight>,
    /// Done by the machine, their read-back still on its way.
    pub(super) landed: VecDeque<Flight>,
    pub(super) metrics: Metrics,
    /// Step and least loss.
    pub(super) best: Option<(u32, f32)>,
    pub(super) curve_end: Option<u32>,
    pub(super) cut: Option<u32>,
    pub(super) diverged: Option<Event>,
    /// Learning rate, L1 and L2 with which it diverged last.
    pub(super) wild: Option<[f32; 3]>,
}

impl Run {
    /// A run at step 0.
    pub(super) fn new(
        generation: u32,
        experiment: Experiment,
        programs: Programs,
        facts: Box<Facts>,
    ) -> Self {
        let learning_rate = experiment.training.schedule.rate(experiment.training.learning_rate, 0);
        Self {
            generation,
            metrics: Metrics { learning_rate, ..Metrics::default() },
            experiment,
            snapshots: programs.no_copies(),
            programs,
            probes: Probes::default(),
            inside: Inside::default(),
            update: Update::default(),
            facts,
            shown: Shown::Row(0),
            step: 0,
            playing: false,
            goals: VecDeque::new(),
            // What was asked of the run before is no question to this one.
            look: None,
            evaluate: true,
            evaluating: None,
            fresh: false,
            tell: false,
            loss_row: 0,
            evaluation_row: 0,
            flights: VecDeque::new(),
            landed: VecDeque::new(),
            best: None,
            curve_end: None,
            cut: Some(0),
            diverged: None,
            wild: None,
        }
    }

    /// How many outputs the network has.
    pub(super) fn outputs(&self) -> u32 {
        outputs(&self.programs.model) as u32
    }

    /// Notes what somebody wants to see. Only points in the plane have pictures of the plane.
    pub(super) fn look(&mut self, look: Look) {
        let most = if self.programs.data.points.is_some() { [200, 64] } else { [0, 0] };
        let look = Look {
            boundary: look.boundary.min(most[0]),
            units: look.units.min(most[1]),
            parameters: look.parameters || look.update,
            ..look
        };
        if look != Look::default() {
            self.look = Some(look);
        }
    }

    /// Stands at `step` from now on: what is under way no longer counts. Gives the ids still waiting for an answer.
    pub(super) fn void(&mut self, step: u32) -> Vec<u32> {
        for flight in self.flights.iter_mut().chain(&mut self.landed) {
            flight.void = true;
            self.look = self.look.or(flight.report.as_ref().and_then(|r| r.look));
        }
        (self.step, self.loss_row, self.evaluation_row) = (step, 0, 0);
        (self.playing, self.evaluate, self.cut) = (false, true, Some(step));
        (self.evaluating, self.fresh, self.tell) = (None, false, false);
        self.diverged = None;
        self.update.forget();
        self.goals.drain(..).map(|g| g.id).collect()
    }

    /// Whether an evaluation is due for the step submitted last: the curve has a point there, a goal was reached, or somebody
    /// asked. Asking twice gives it once.
    pub(super) fn due(&mut self, goes_on: bool) -> bool {
        if self.diverged.is_some() {
            return false;
        }
        let asked = self.goals.is_empty() && std::mem::take(&mut self.evaluate);
        self.tell |= asked && self.fresh;
        let at = self.step;
        // The curve begins at step 0 even when nobody waited for its read-outs.
        let point = self.programs.points.has(at) && (at > 0 || goes_on);
        self.arrived() || (asked || point) && !self.fresh
    }

    /// Whether a goal was reached that has no evaluation yet; it has one now.
    pub(super) fn arrived(&mut self) -> bool {
        let at = self.step;
        let reached = self.goals.iter_mut().filter(|g| g.step == at && !g.evaluated);
        reached.map(|g| g.evaluated = true).count() > 0
    }

    /// Gives up an evaluation that nobody waits for any more: the curve has no point there, and no goal is reached. Gives
    /// whether the next one must begin anew.
    pub(super) fn hurry(&mut self) -> bool {
        let at = self.step;
        let waited = self.programs.points.has(at) || self.goals.iter().any(|g| g.step == at);
        !waited && self.evaluating.take().is_some()
    }

    /// What is told of the goals reached with `step`.
    pub(super) fn reached(&mut self, step: u32) -> Vec<Event> {
        let n = self.goals.iter().take_while(|g| g.step <= step).count();
        let told = |g: Goal| {
            let early = g.early.then_some(Event::BrokenOff { id: g.id, step });
            early.into_iter().chain([Event::Done { id: g.id }])
        };
        self.goals.drain(..n).flat_map(told).collect()
    }

    /// Nothing more is submitted than was: what was asked for ends at the step submitted last, once that is read out.
    pub(super) fn cut_short(&mut self) {
        let at = self.step;
        for goal in self.goals.iter_mut().filter(|g| g.step > at) {
            (goal.step, goal.early, goal.evaluated) = (at, true, false);
        }
    }

    /// Turns a picture's arrays into what the learner reads.
    pub(super) fn show(&self, look: &Look, arrays: &mut [Vec<f32>]) {
        finish_look(&self.programs.model, &self.facts, look, arrays);
        let last = widths(&self.programs.model).len().saturating_sub(1);
        let boundary = usize::from(look.boundary > 0);
        let output = (look.units > 0).then_some(boundary + last);
        for i in (boundary > 0).then_some(0).into_iter().chain(output) {
            if let Some(values) = arrays.get_mut(i) {
                as_shown(values, &self.programs.model);
            }
        }
    }
}
