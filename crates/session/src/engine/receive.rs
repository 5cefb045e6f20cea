//! What came back: batch losses, evaluations, pictures; and what they mean.

use super::backend::Read;
use super::best;
use super::flights::{Report, ring_rows};
use super::run::Run;
use super::session::Session;
use crate::{Best, CurvePoint, Event, Message, Metrics};

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
        if let Some(squares) = if report.steps > 0 { values.next() } else { None } {
            run.snapshots.weigh(report.from + report.steps, &squares);
        }
        run.snapshots.judge(report.from, &losses);
        if let Some(kept) = &mut self.losses {
            kept.extend((report.from + 1..).zip(losses.iter().copied()));
        }
        let wrong = losses.iter().position(|l| !l.is_finite()).map(|i| report.from + i as u32 + 1);
        let mut next = || if report.evaluations.is_empty() { None } else { values.next() };
        let (ring, best) = (next(), next());
        run.best = best.map_or(run.best, |kept| best::read(&kept));
        let rows = ring.map_or(vec![], |ring| run.evaluations(report, &ring));
        let wrong = wrong.or(rows.iter().find(|r| !r.train_loss.is_some_and(f32::is_finite)).map(|r| r.step));
        if let Some(step) = wrong {
            // Its pictures are of weights that are gone; whoever asked sees those gone back to.
            run.look = run.look.or(report.look);
            return self.diverge(step).unwrap_or_else(|error| self.fail(&error));
        }
        let mut events = vec![];
        if report.steps > 0 || !rows.is_empty() {
            events.push(run.measured(report, &losses, rows, rate));
        }
        let end = report.from + report.steps;
        events.extend(run.reached(end));
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
        let model = &self.programs.model;
        let rows = ring_rows(ring, model.evaluation_width(), report.evaluation_row, report.evaluations.len());
        let k2 = model.classes.map_or(0, |k| k * k);
        let of = |(&step, row): (&u32, &[f32])| Metrics {
            step,
            epoch: self.epoch(step),
            train_loss: Some(row[0]),
            test_loss: Some(row[1]).filter(|loss| loss.is_finite()),
            train_accuracy: accuracy(&row[2..2 + k2], model.classes),
            test_accuracy: accuracy(&row[2 + k2..], model.classes),
            test_r2: self.r2(row[1]),
            confusion: row[2 + k2..].iter().map(|&n| n as u32).collect(),
            ..self.metrics.clone()
        };
        report.evaluations.iter().zip(rows).map(of).collect()
    }

    /// 1 - mean squared error / variance; half squared errors count double. None where the targets do not vary.
    fn r2(&self, test_loss: f32) -> Option<f32> {
        let scale = if self.programs.model.loss == crate::Loss::HalfMse { 2.0 } else { 1.0 };
        self.programs.test_variance.filter(|&v| v > 0.0).map(|v| 1.0 - scale * test_loss / v)
    }

    fn epoch(&self, step: u32) -> f64 {
        f64::from(step) * self.programs.batch as f64 / self.programs.samples.train as f64
    }

    /// The run stands at the end of a submit: read-outs, and what is new on the curve.
    fn measured(&mut self, report: &Report, losses: &[f32], rows: Vec<Metrics>, rate: f32) -> Event {
        let mut curve = vec![];
        for row in &rows {
            let new = self.curve_end.is_none_or(|end| row.step > end);
            if let (true, Some(train_loss)) = (new, row.train_loss)
                && self.programs.has_point(row.step)
            {
                let Metrics { step, epoch, test_loss, test_accuracy, .. } = *row;
                curve.push(CurvePoint { step, epoch, train_loss, test_loss, test_accuracy });
                self.curve_end = Some(row.step);
            }
        }
        if let Some(last) = rows.into_iter().last() {
            self.metrics = last;
        }
        let step = report.from + report.steps;
        let best = |(step, loss)| Best { step, epoch: self.epoch(step), loss };
        self.metrics.best = self.best.map(best);
        let training = &self.experiment.training;
        self.metrics.step = step;
        self.metrics.epoch = self.epoch(step);
        self.metrics.batch_loss = losses.last().copied().or(self.metrics.batch_loss.filter(|_| step > 0));
        self.metrics.learning_rate = training.schedule.rate(training.learning_rate, step.saturating_sub(1));
        self.metrics.steps_per_second = if self.playing || !self.goals.is_empty() { rate } else { 0.0 };
        let (generation, now, cut) = (self.generation, Box::new(self.metrics.clone()), self.cut.take());
        Event::Metrics { generation, now, curve, cut }
    }
}

/// The share on the diagonal of (classes, classes) counts; none where nothing was counted.
fn accuracy(counts: &[f32], classes: Option<usize>) -> Option<f32> {
    let k = classes?;
    let right: f32 = (0..k).map(|c| counts[c * k + c]).sum();
    let all = counts.iter().sum::<f32>();
    (all > 0.0).then(|| right / all)
}
