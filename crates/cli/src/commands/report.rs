//! What `train` says while it trains: a progress bar on a terminal, lines of JSON, or a few plain lines; and the same lines
//! of JSON into the metrics file.

use indicatif::{ProgressBar, ProgressStyle};
use minibatch_session::{CurvePoint, Metrics, Training};
use serde::Serialize;

use crate::engine::{Loaded, Round};
use crate::error::Result;
use crate::output::{json, line, watched};
use crate::save::{Growing, Target};

/// Plain lines over a whole run.
const PLAIN_LINES: u32 = 20;

/// A step, as it stands in a line of JSON. docs/cli.md lists the fields.
#[derive(Serialize, Clone, Debug, Default, PartialEq)]
pub struct Line {
    step: u32,
    epoch: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    loss: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    learning_rate: Option<f32>,
    #[serde(flatten)]
    evaluation: Option<Evaluation>,
}

/// An evaluation over all samples.
#[derive(Serialize, Clone, Debug, Default, PartialEq)]
pub struct Evaluation {
    #[serde(skip_serializing_if = "Option::is_none")]
    train_loss: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    train_accuracy: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    test_loss: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    test_accuracy: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    test_r2: Option<f32>,
}

impl Evaluation {
    /// The evaluation that a point of the curve holds.
    pub fn of(p: &CurvePoint) -> Self {
        Self {
            train_loss: Some(p.train_loss),
            train_accuracy: p.train_accuracy,
            test_loss: p.test_loss,
            test_accuracy: p.test_accuracy,
            test_r2: p.test_r2,
        }
    }

    /// The evaluation that read-outs hold.
    pub fn of_metrics(m: &Metrics) -> Self {
        Self {
            train_loss: m.train_loss,
            train_accuracy: m.train_accuracy,
            test_loss: m.test_loss,
            test_accuracy: m.test_accuracy,
            test_r2: m.test_r2,
        }
    }

    /// For people: "train loss 0.1234 (97.5 % right), test loss 0.2345 (95.0 % right)"; `tests` samples are held back.
    pub fn words(&self, tests: usize) -> String {
        let part = |name: &str, loss: Option<f32>, accuracy: Option<f32>, r2: Option<f32>| {
            let accuracy = accuracy.map(|a| format!("{:.1} % right", 100.0 * a));
            let more = accuracy.or(r2.map(|r2| format!("R2 {}", rounded(r2, 4))));
            let more = more.map_or(String::new(), |text| format!(" ({text})"));
            match loss {
                Some(loss) => format!("{name} loss {}{more}", number(loss)),
                None if name == "test" && tests == 0 => "no test samples".into(),
                None => format!("no {name} loss"),
            }
        };
        let train = part("train", self.train_loss, self.train_accuracy, None);
        let test = part("test", self.test_loss, self.test_accuracy, self.test_r2);
        format!("{train}, {test}")
    }
}

/// A loss for people: 0.178721, and 1.79e33 where that would be a row of digits.
fn number(loss: f32) -> String {
    rounded(loss, 6)
}

/// A number with so many digits behind the point, or as 1.79e33 where that would be a row of digits, or of zeros.
fn rounded(value: f32, digits: usize) -> String {
    if value == 0.0 || (1e-4..1e6).contains(&value.abs()) {
        format!("{value:.digits$}")
    } else {
        format!("{value:.2e}")
    }
}

enum Mode {
    Json,
    Bar(ProgressBar),
    Plain,
}

/// Where a run's steps are told.
pub struct Report {
    mode: Mode,
    metrics: Option<Growing>,
    training: Training,
    loaded: Loaded,
    total: u32,
    /// The evaluation told last with its step, for the bar and the plain lines.
    last: Option<(u32, String)>,
    /// The last loss: what was measured at its step may still be on its way.
    held: Option<(u32, f32)>,
    /// Evaluations whose steps have not been told.
    evaluations: Vec<CurvePoint>,
}

impl Report {
    /// Begins to tell of `total` steps.
    ///
    /// # Errors
    /// When the metrics file cannot be begun.
    pub fn begin(
        as_json: bool,
        metrics: Option<&Target>,
        training: &Training,
        loaded: Loaded,
        total: u32,
    ) -> Result<Self> {
        let mode = match () {
            () if as_json => Mode::Json,
            () if watched() => Mode::Bar(bar(total)),
            () => Mode::Plain,
        };
        let metrics = metrics.map(Target::grow).transpose()?;
        Ok(Self {
            mode,
            metrics,
            training: training.clone(),
            loaded,
            total,
            last: None,
            held: None,
            evaluations: vec![],
        })
    }

    /// Tells what a tick brought, step by step; nothing after the first loss that is no number. Where it was an evaluation
    /// that found the numbers gone, the line of the step that would come next says so.
    ///
    /// # Errors
    /// When the metrics file cannot be written.
    pub fn tell(&mut self, round: &Round) -> Result<()> {
        self.evaluations.extend(&round.evaluations);
        if self.evaluations.first().is_some_and(|p| p.step == 0) {
            let evaluation = Some(Evaluation::of(&self.evaluations.remove(0)));
            self.line(&Line { evaluation, ..Line::default() })?;
        }
        let losses: Vec<(u32, f32)> =
            self.held.take().into_iter().chain(round.losses.iter().copied()).collect();
        for &(step, loss) in &losses {
            let known = self.evaluations.last().is_some_and(|p| p.step >= step);
            if Some(&(step, loss)) == losses.last() && loss.is_finite() && !known && !round.ended() {
                self.held = Some((step, loss));
                return Ok(());
            }
            self.step(step, Some(loss))?;
            if !loss.is_finite() {
                return Ok(());
            }
        }
        match (&round.diverged, losses.last()) {
            (Some(_), Some(&(step, _))) => self.step(step + 1, None),
            _ => Ok(()),
        }
    }

    fn step(&mut self, step: u32, loss: Option<f32>) -> Result<()> {
        let evaluation = self.evaluations.iter().find(|p| p.step == step).map(Evaluation::of);
        self.evaluations.retain(|p| p.step > step);
        let samples = self.loaded.samples.max(1) as f64;
        self.line(&Line {
            step,
            epoch: f64::from(step) * f64::from(self.loaded.batch_size) / samples,
            loss: Some(loss.unwrap_or(f32::NAN)),
            learning_rate: Some(self.training.schedule.rate(self.training.learning_rate, step - 1)),
            evaluation,
        })
    }

    fn line(&mut self, told: &Line) -> Result<()> {
        if self.metrics.is_some() || matches!(self.mode, Mode::Json) {
            let text = json(told)?;
            if let Some(file) = &mut self.metrics {
                file.write(text.as_bytes())?;
                file.write(b"\n")?;
            }
            if matches!(self.mode, Mode::Json) {
                line(&text);
                return Ok(());
            }
        }
        if let Some(evaluation) = &told.evaluation {
            self.last = Some((told.step, evaluation.words(self.loaded.tests)));
        }
        let (step, loss) =
            (told.step, told.loss.map_or(String::new(), |loss| format!("loss {}", number(loss))));
        // What was measured at another step says so.
        let measured = match &self.last {
            Some((at, words)) if *at == step => words.clone(),
            Some((at, words)) => format!("at step {at}: {words}"),
            None => String::new(),
        };
        match &self.mode {
            Mode::Json => {}
            Mode::Bar(bar) => {
                bar.set_position(step.into());
                bar.set_message(format!("{loss}  {measured}"));
            }
            Mode::Plain => {
                let part =
                    |step: u32| u64::from(step) * u64::from(PLAIN_LINES) / u64::from(self.total.max(1));
                if step == 0 || part(step) > part(step - 1) {
                    let text = format!("step {step} of {}  {loss}  {measured}", self.total);
                    line(text.replace("    ", "  ").trim_end());
                }
            }
        }
        Ok(())
    }

    /// The run is over, well or not: the bar goes. The metrics file is handed over; dropped, it disappears.
    pub fn end(&mut self) -> Option<Growing> {
        if let Mode::Bar(bar) = &self.mode {
            bar.finish_and_clear();
        }
        self.metrics.take()
    }
}

fn bar(total: u32) -> ProgressBar {
    let bar = ProgressBar::new(total.into());
    let template = "{bar:30} {human_pos}/{human_len} steps, {per_sec}, {eta} left  {wide_msg}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("━╸─"));
    }
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_told_with_what_there_is() {
        let plain =
            Line { step: 1, epoch: 0.04, loss: Some(0.5), learning_rate: Some(0.1), evaluation: None };
        let told = r#"{"step":1,"epoch":0.04,"loss":0.5,"learning_rate":0.1}"#;
        assert_eq!(json(&plain).expect("JSON"), told);
        let evaluation =
            Evaluation { train_loss: Some(0.25), test_accuracy: Some(1.0), ..Evaluation::default() };
        let full = Line { evaluation: Some(evaluation), ..plain };
        assert!(
            json(&full)
                .expect("JSON")
                .ends_with(r#""learning_rate":0.1,"train_loss":0.25,"test_accuracy":1.0}"#)
        );
        let gone = Line { loss: Some(f32::NAN), ..full };
        assert!(json(&gone).expect("JSON").contains(r#""loss":null"#));
    }

    #[test]
    fn evaluations_are_told_in_words() {
        let e = Evaluation { train_loss: Some(0.5), train_accuracy: Some(0.975), ..Evaluation::default() };
        assert_eq!(e.words(0), "train loss 0.500000 (97.5 % right), no test samples");
        assert_eq!(e.words(7), "train loss 0.500000 (97.5 % right), no test loss", "its targets are ignored");
        let e = Evaluation {
            train_loss: Some(0.5),
            test_loss: Some(0.25),
            test_r2: Some(0.9),
            ..Evaluation::default()
        };
        assert_eq!(e.words(7), "train loss 0.500000, test loss 0.250000 (R2 0.9000)");
        let e = Evaluation { test_r2: Some(-1.793_23e33), ..e };
        assert!(e.words(7).ends_with("(R2 -1.79e33)"), "{}", e.words(7));
        let told = [0.0, 0.178_721, 1.793_23e33, 2.5e-7, -51.49, 1e6].map(number);
        assert_eq!(told, ["0.000000", "0.178721", "1.79e33", "2.50e-7", "-51.490002", "1.00e6"]);
    }
}
