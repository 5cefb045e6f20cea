//! Which loss goes with which task; losses made of other operations.

mod adversarial;
mod latent;

pub use adversarial::Adversarial;
pub use latent::gaussian_kl;

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
    /// The sum of squared errors, over a whole batch.
    SumSquares,
    /// Mean absolute error.
    L1,
    /// Squared errors below `delta`, absolute ones beyond.
    Huber,
    /// Sigmoid and binary cross-entropy.
    BinaryCrossEntropy,
    /// Softmax and cross-entropy.
    CrossEntropy,
}

/// What some losses are told besides; PyTorch's defaults.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LossOptions {
    /// Cross-entropy: the share of the target spread evenly over all classes, 0 <= share < 1.
    pub label_smoothing: f32,
    /// Cross-entropy: targets of this number count for nothing.
    pub ignore_index: Option<u32>,
    /// Huber: where it turns from square to straight, above 0.
    pub delta: f32,
}

impl Default for LossOptions {
    fn default() -> Self {
        Self { label_smoothing: 0.0, ignore_index: None, delta: 1.0 }
    }
}

impl LossKind {
    /// All of them, in the order shown.
    pub const ALL: [Self; 8] = [
        Self::Auto,
        Self::Mse,
        Self::HalfMse,
        Self::SumSquares,
        Self::L1,
        Self::Huber,
        Self::BinaryCrossEntropy,
        Self::CrossEntropy,
    ];

    /// Its name in files and addresses.
    pub fn id(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Mse => "mse",
            Self::HalfMse => "half-mse",
            Self::SumSquares => "sum-squares",
            Self::L1 => "l1",
            Self::Huber => "huber",
            Self::BinaryCrossEntropy => "binary-cross-entropy",
            Self::CrossEntropy => "cross-entropy",
        }
    }

    /// The loss for a task of `classes` classes (none: regression) with the usual options, or none when they do not fit.
    pub fn resolve(self, classes: Option<u32>) -> Option<Loss> {
        self.resolve_with(classes, &LossOptions::default())
    }

    /// The loss for a task of `classes` classes (none: regression), or none when they do not fit.
    pub fn resolve_with(self, classes: Option<u32>, options: &LossOptions) -> Option<Loss> {
        match (self, classes) {
            (Self::Auto, None) => Some(Loss::Mse),
            (Self::Auto, Some(2)) => Some(Loss::BinaryCrossEntropy),
            (Self::Auto, Some(_)) => Some(Self::CrossEntropy.of_output(2, options)),
            (Self::Mse | Self::HalfMse | Self::BinaryCrossEntropy, Some(2)) => {
                Some(self.of_output(1, options))
            }
            (Self::Mse | Self::HalfMse | Self::SumSquares | Self::L1 | Self::Huber, None) => {
                Some(self.of_output(1, options))
            }
            (Self::CrossEntropy, Some(_)) => Some(self.of_output(2, options)),
            (Self::Mse | Self::HalfMse | Self::SumSquares | Self::L1 | Self::Huber, Some(_)) => None,
            (Self::BinaryCrossEntropy, Some(_)) => None,
            (Self::BinaryCrossEntropy | Self::CrossEntropy, None) => None,
        }
    }

    /// The loss of a model whose output has `last` numbers along its last axis. Auto is cross-entropy where there are
    /// several, else mean squared error.
    pub fn of_output(self, last: usize, options: &LossOptions) -> Loss {
        let LossOptions { label_smoothing, ignore_index, delta } = *options;
        match self {
            Self::Auto if last > 1 => Loss::CrossEntropy { label_smoothing, ignore_index },
            Self::Auto | Self::Mse => Loss::Mse,
            Self::HalfMse => Loss::HalfMse,
            Self::SumSquares => Loss::SumSquares,
            Self::L1 => Loss::L1,
            Self::Huber => Loss::Huber { delta },
            Self::BinaryCrossEntropy => Loss::BinaryCrossEntropy,
            Self::CrossEntropy => Loss::CrossEntropy { label_smoothing, ignore_index },
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
