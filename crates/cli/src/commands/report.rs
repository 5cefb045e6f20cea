//! What `train` says while it trains: a progress bar on a terminal, lines of JSON, or a few plain lines; and the same lines
//! of JSON into the metrics file.

use indicatif::{ProgressBar, ProgressStyle};
use minibatch_session::{Metrics, Training};
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
    /// The evaluation that read-outs hold.
    pub fn of(m: &Metrics) -> Self {
        Self {
            train_loss: m.train_loss,
            train_accuracy: m.train_accuracy,
            test_loss: m.test_loss,
            test_accuracy: m.test_accuracy,
            test_r2: m.test_r2,
        }
    }

    /// For people: "train loss 0.1234 (97.5 % right), test loss 0.2345 (95.0 % right)".
    pub fn words(&self) -> String {
        let part = |name: &str, loss: Option<f32>, accuracy: Option<f32>, r2: Option<f32>| {
            let accuracy = accuracy.map(|a| format!("{:.1} % right", 100.0 * a));
            let more = accuracy.or(r2.map(|r2| format!("R2 {r2:.4}")));
            let more = more.map_or(String::new(), |text| format!(" ({text})"));
            loss.map(|loss| format!("{name} loss {loss:.6}{more}"))
        };
        let train = part("train", self.train_loss, self.train_accuracy, None);
        let test = part("test", self.test_loss, self.test_accuracy, self.test_r2);
        [train, test].into_iter().flatten().collect::<Vec<_>>().join(", ")
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
    /// The evaluation told last, for the bar and the plain lines.
    last: String,
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
        Ok(Self { mode, metrics, training: training.clone(), loaded, total, last: String::new() })
    }

    /// Tells what a tick brought, step by step; nothing after the first loss that is no number.
    ///
    /// # Errors
    /// When the metrics file cannot be written.
    pub fn tell(&mut self, round: &Round) -> Result<()> {
        let evaluation = |step| round.evaluations.iter().find(|m| m.step == step);
        for m in round.evaluations.iter().filter(|m| m.step == 0) {
            let evaluation = Some(Evaluation::of(m));
            self.line(&Line { evaluation, ..Line::default() })?;
        }
        for &(step, loss) in &round.losses {
            let samples = self.loaded.samples.max(1) as f64;
            let told = Line {
                step,
                epoch: f64::from(step) * f64::from(self.loaded.batch_size) / samples,
                loss: Some(loss),
                learning_rate: Some(self.training.schedule.rate(self.training.learning_rate, step - 1)),
                evaluation: evaluation(step).map(Evaluation::of),
            };
            self.line(&told)?;
            if !loss.is_finite() {
                break;
            }
        }
        Ok(())
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
            self.last = evaluation.words();
        }
        let (step, loss) = (told.step, told.loss.map_or(String::new(), |loss| format!("loss {loss:.6}")));
        match &self.mode {
            Mode::Json => {}
            Mode::Bar(bar) => {
                bar.set_position(step.into());
                bar.set_message(format!("{loss}  {}", self.last));
            }
            Mode::Plain => {
                let part =
                    |step: u32| u64::from(step) * u64::from(PLAIN_LINES) / u64::from(self.total.max(1));
                if step == 0 || part(step) > part(step - 1) {
                    let text = format!("step {step} of {}  {loss}  {}", self.total, self.last);
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
        assert_eq!(e.words(), "train loss 0.500000 (97.5 % right)");
        let e = Evaluation {
            train_loss: Some(0.5),
            test_loss: Some(0.25),
            test_r2: Some(0.9),
            ..Evaluation::default()
        };
        assert_eq!(e.words(), "train loss 0.500000, test loss 0.250000 (R2 0.9000)");
    }
}
