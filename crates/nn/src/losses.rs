//! Which loss goes with which task.

use minibatch_graph::{Activation, Loss};
use serde::{Deserialize, Serialize};

/// The losses a learner chooses among.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LossKind {
    /// The usual partner of the task: mean squared error for regression, binary cross-entropy for two classes, softmax
    /// cross-entropy for more.
    Auto,
    /// Mean squared error; two classes become -1 and 1 behind a tanh.
    Mse,
    /// Half of it, so that the gradient is prediction - target.
    HalfMse,
    /// Sigmoid and binary cross-entropy.
    BinaryCrossEntropy,
    /// Softmax and cross-entropy.
    CrossEntropy,
}

impl LossKind {
    /// All of them, in the order shown.
    pub const ALL: [Self; 5] =
        [Self::Auto, Self::Mse, Self::HalfMse, Self::BinaryCrossEntropy, Self::CrossEntropy];

    /// Its name in files and addresses.
    pub fn id(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Mse => "mse",
            Self::HalfMse => "half-mse",
            Self::BinaryCrossEntropy => "binary-cross-entropy",
            Self::CrossEntropy => "cross-entropy",
        }
    }

    /// The loss for a task of `classes` classes (none: regression), or none when they do not fit.
    pub fn resolve(self, classes: Option<u32>) -> Option<Loss> {
        match (self, classes) {
            (Self::Auto | Self::Mse, None) => Some(Loss::Mse),
            (Self::HalfMse, None) => Some(Loss::HalfMse),
            (Self::Auto | Self::BinaryCrossEntropy, Some(2)) => Some(Loss::BinaryCrossEntropy),
            (Self::Mse, Some(2)) => Some(Loss::Mse),
            (Self::HalfMse, Some(2)) => Some(Loss::HalfMse),
            (Self::Auto | Self::CrossEntropy, Some(_)) => Some(Loss::CROSS_ENTROPY),
            (Self::Mse | Self::HalfMse | Self::BinaryCrossEntropy, Some(_)) => None,
            (Self::BinaryCrossEntropy | Self::CrossEntropy, None) => None,
        }
    }

    /// How many outputs the network needs for a resolved loss.
    pub fn outputs(loss: Loss, classes: Option<u32>) -> u32 {
        match (loss, classes) {
            (loss, Some(classes)) if loss.takes_classes() => classes.max(2),
            _ => 1,
        }
    }

    /// The activation inside the network before the loss. Sigmoid and softmax belong to their losses, which take
    /// logits.
    pub fn output_activation(loss: Loss, classes: Option<u32>) -> Activation {
        match (loss, classes) {
            (Loss::Mse | Loss::HalfMse, Some(_)) => Activation::Tanh,
            _ => Activation::Linear,
        }
    }

    /// The target for class `label` (or the label itself in regression) as the float losses want it.
    pub fn float_target(loss: Loss, classes: Option<u32>, label: f32) -> f32 {
        match (loss, classes) {
            (Loss::Mse | Loss::HalfMse, Some(_)) => {
                if label > 0.5 {
                    1.0
                } else {
                    -1.0
                }
            }
            _ => label,
        }
    }
}
