//! What came back: batch losses, evaluations, pictures; and what they mean.

use super::backend::Read;
use super::best;
use super::flights::{Report, ring_rows};
use super::run::Run;
use super::session::Session;
use crate::{Best, Event, Loss, Message, Metrics, Stand};

impl Session {
    /// Deals with read-backs, in the order they were submitted.
    pub(super) fn receive(&mut self, reads: Vec<Read>) {
        for read in reads {
            let Some(run) = &mut self.run else { return };
            let mut flights = run.landed.iter_mut().chain(&mut run.flights);
            let Some(flight) = flights.find(|f| f.ticket.id == read.ticket) else { continue };
            let (void, report) = (flight.void, flight.report.take());
            run.landed.retain(|f| f.report.is_some());
            if let (false, Some(report)) = (void, report) {
                self.report(&report, read.values);
            }
        }
    }

    fn report(&mut self, report: &Report, values: Vec<Vec<f32>>) {
        let rate = self.pace.rate(self.now());
        let Some(run) = &mut self.run else { return };
        let mut values = values.into_iter();
        let ring = if report.steps > 0 { values.next() } else { None };
        let losses: Vec<f32> =
            ring.map_or(vec![], |ring| ring_rows(&ring, 1, report.loss_row, report.steps as usize).concat());
        let weighed = report.steps > 0 && run.programs.keep.snapshots;
        if let Some(squares) = if weighed { values.next() } else { None } {
            run.snapshots.weigh(report.from + report.steps, &squares);
        }
        run.snapshots.judge(report.from, &losses);
        if let Some(kept) = &mut self.losses {
            kept.extend((report.from + 1..).zip(losses.iter().copied()));
        }
        let wrong = losses.iter().position(|l| !l.is_finite()).map(|i| report.from + i as u32 + 1);
        let mut next = || if report.evaluations.is_empty() { None } else { values.next() };
        let ring = next();
        let best = if run.programs.keep.best { next() } else { None };
        run.best = best.map_or(run.best, |kept| best::read(&kept));
        let rows = ring.map_or(vec![], |ring| run.evaluations(report, &ring));
        let gone = |r: &&Metrics| r.train_loss.is_some_and(|loss| !loss.is_finite());
        let wrong = wrong.or(rows.iter().find(gone).map(|r| r.step));
        if let Some(step) = wrong {
            // Its pictures are of weights that are gone; whoever asked sees those gone back to.
            run.look = run.look.or(report.look);
            return self.diverge(step).unwrap_or_else(|error| self.fail(&error));
        }
        let mut events = vec![];
        if report.steps > 0 || !rows.is_empty() {
            events.push(run.measured(report, &losses, rows, rate));
        }
        // A goal is reached when its step is evaluated.
        if let Some(&at) = report.evaluations.last() {
            events.extend(run.reached(at));
        }
        events.into_iter().for_each(|event| self.say(event));
        if let Some(message) = self.frame(report, values.collect()) {
            self.messages.push(message);
        }
    }

    fn frame(&self, report: &Report, mut arrays: Vec<Vec<f32>>) -> Option<Message> {
        let (look, run) = (report.look?, self.run.as_ref()?);
        run.show(&look, &mut arrays);
        let step = report.from + report.steps;
        let event = Event::Frame { generation: run.generation, step, look, outputs: run.outputs() };
        Some(Message { event, arrays })
    }
}

impl Run {
    /// The rows of evaluation that a submit made, as read-outs.
    fn evaluations(&self, report: &Report, ring: &[f32]) -> Vec<Metrics> {
        let width = self.programs.model.evaluation_width();
        let rows = ring_rows(ring, width, report.evaluation_row, report.evaluations.len());
        report.evaluations.iter().zip(rows).map(|(&step, row)| self.evaluation(step, row)).collect()
    }

    /// One evaluation, from its numbers; see [`minibatch_nn::Model::evaluation_width`].
    fn evaluation(&self, step: u32, row: &[f32]) -> Metrics {
        let model = &self.programs.model;
        let (train, rest) = row.split_at(3);
        let (test, rest) = rest.split_at(3);
        let (squares, counts) = rest.split_at(model.columns());
        let loss = |side: &[f32]| {
            let mean = if model.loss == Loss::SumSquares { side[0] } else { side[0] / side[1] };
            (side[1] > 0.0).then_some(mean)
        };
        let accuracy = |side: &[f32]| (model.classifies() && side[1] > 0.0).then(|| side[2] / side[1]);
        let epoch = self.epoch(step);
        Metrics {
            step,
            epoch,
            evaluated: Some(Stand { step, epoch }),
            train_loss: loss(train),
            test_loss: loss(test).filter(|loss| loss.is_finite()),
            train_accuracy: accuracy(train),
            test_accuracy: accuracy(test),
            test_r2: if test[1] > 0.0 { r2(squares, &self.programs.spread) } else { None },
            confusion: counts[counts.len() / 2..].iter().map(|&n| n as u32).collect(),
            ..self.metrics.clone()
        }
    }

    fn epoch(&self, step: u32) -> f64 {
        f64::from(step) * self.programs.batch as f64 / self.programs.samples.train as f64
    }

    /// The run stands at the end of a submit: read-outs, and what is new on the curve.
    fn measured(&mut self, report: &Report, losses: &[f32], rows: Vec<Metrics>, rate: f32) -> Event {
        let mut curve = vec![];
        for row in &rows {
            let new = self.curve_end.is_none_or(|end| row.step > end);
            if let (true, Some(point)) = (new && self.programs.points.has(row.step), row.point()) {
                curve.push(point);
                self.curve_end = Some(row.step);
            }
        }
        if let Some(last) = rows.into_iter().last() {
            self.metrics = last;
        }
        let step = report.from + report.steps;
        let best = |(step, loss)| Best { step, epoch: self.epoch(step), loss };
        self.metrics.best = self.best.map(best);
        self.metrics.step = step;
        self.metrics.epoch = self.epoch(step);
        self.metrics.batch_loss = losses.last().copied().or(self.metrics.batch_loss.filter(|_| step > 0));
        let cut = self.cut.take();
        match self.stand(rate) {
            Event::Metrics { generation, now, .. } => Event::Metrics { generation, now, curve, cut },
            event => event,
        }
    }

    /// Where the run stands, as last measured, with what the learner has set since.
    pub(super) fn stand(&mut self, rate: f32) -> Event {
        let training = &self.experiment.training;
        let step = self.metrics.step.saturating_sub(1);
        self.metrics.learning_rate = training.schedule.rate(training.learning_rate, step);
        self.metrics.steps_per_second = if self.playing || !self.goals.is_empty() { rate } else { 0.0 };
        let (generation, now) = (self.generation, Box::new(self.metrics.clone()));
        Event::Metrics { generation, now, curve: vec![], cut: None }
    }

    /// What is on its way.
    pub(super) fn landing(&self) -> impl Iterator<Item = &Report> {
        let flights = self.landed.iter().chain(&self.flights).filter(|f| !f.void);
        flights.filter_map(|f| f.report.as_ref())
    }
}

/// R2, the mean of the columns', as scikit-learn's `r2_score` has it: of each 1 - squared errors / spread about the mean. A
/// column that does not vary counts 1 where every answer is its number, else 0; where none varies there is nothing to explain.
fn r2(squares: &[f32], spread: &[f64]) -> Option<f32> {
    let column = |(&error, &spread): (&f32, &f64)| match spread {
        0.0 => f64::from(u8::from(error == 0.0)),
        _ => 1.0 - f64::from(error) / spread,
    };
    let mean = squares.iter().zip(spread).map(column).sum::<f64>() / squares.len() as f64;
    Some(mean as f32).filter(|r2| spread.iter().any(|&s| s > 0.0) && r2.is_finite())
}
