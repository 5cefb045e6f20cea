//! Where a run stands: its read-outs, and the points of its curve.

use serde::{Deserialize, Serialize};

/// Where a run stands.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Metrics {
    /// Batches trained.
    pub step: u32,
    /// Epochs, in parts.
    pub epoch: f64,
    /// Where the losses, accuracies, R2 and the counts below were measured; they are of all samples of their side.
    pub evaluated: Option<Stand>,
    /// Mean loss over all training points.
    pub train_loss: Option<f32>,
    /// Mean loss over all test points.
    pub test_loss: Option<f32>,
    /// Share of training points classified right; none in regression.
    pub train_accuracy: Option<f32>,
    /// Share of test points classified right; none in regression.
    pub test_accuracy: Option<f32>,
    /// R2 on the test points; none in classification.
    pub test_r2: Option<f32>,
    /// Loss of the last batch.
    pub batch_loss: Option<f32>,
    /// The learning rate in force.
    pub learning_rate: f32,
    /// Batches a second of late.
    pub steps_per_second: f32,
    /// Counts over the test points, rows true, columns predicted; empty in regression.
    pub confusion: Vec<u32>,
    /// The best evaluation of this run.
    pub best: Option<Best>,
}

/// A place in a run.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Stand {
    /// Batches trained.
    pub step: u32,
    /// Epochs, in parts.
    pub epoch: f64,
}

impl Metrics {
    /// What was measured last, as a point of a curve.
    pub fn point(&self) -> Option<CurvePoint> {
        let Stand { step, epoch } = self.evaluated?;
        let Self { train_accuracy, test_loss, test_accuracy, test_r2, .. } = *self;
        let train_loss = self.train_loss?;
        Some(CurvePoint { step, epoch, train_loss, train_accuracy, test_loss, test_accuracy, test_r2 })
    }
}

/// The evaluation with the least test loss, or the least training loss where nothing is held back. The first of equals.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Best {
    /// Batches trained.
    pub step: u32,
    /// Epochs, in parts.
    pub epoch: f64,
    /// That loss.
    pub loss: f32,
}

/// One point of the loss curves; they depend on the experiment alone, not on when it was watched.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct CurvePoint {
    /// Batches trained.
    pub step: u32,
    /// Epochs, in parts.
    pub epoch: f64,
    /// Mean loss over all training points.
    pub train_loss: f32,
    /// Share of training answers right; none in regression.
    pub train_accuracy: Option<f32>,
    /// Mean loss over all test points; none where nothing is held back.
    pub test_loss: Option<f32>,
    /// Share of test points right; none in regression.
    pub test_accuracy: Option<f32>,
    /// R2 over the test points; none in classification.
    pub test_r2: Option<f32>,
}
