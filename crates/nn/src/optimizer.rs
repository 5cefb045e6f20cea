//! The optimizers a learner chooses among.

use minibatch_graph::Optimizer;
use serde::{Deserialize, Serialize};

/// The update rules, by the names they are known by.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OptimizerKind {
    /// Plain gradient descent.
    Sgd,
    /// Gradient descent with a velocity.
    Momentum,
    /// Momentum that looks ahead.
    Nesterov,
    /// Divides by a moving root mean square.
    RmsProp,
    /// Divides by the root of all squares so far.
    Adagrad,
    /// Steps the size of past steps, over the root of moving squares.
    Adadelta,
    /// Moving first and second moments.
    Adam,
    /// Adam with weight decay apart from the gradient.
    AdamW,
}

impl OptimizerKind {
    /// All of them, in the order shown.
    pub const ALL: [Self; 8] = [
        Self::Sgd,
        Self::Momentum,
        Self::Nesterov,
        Self::RmsProp,
        Self::Adagrad,
        Self::Adadelta,
        Self::Adam,
        Self::AdamW,
    ];

    /// Its name in files and addresses.
    pub fn id(self) -> &'static str {
        match self {
            Self::Sgd => "sgd",
            Self::Momentum => "momentum",
            Self::Nesterov => "nesterov",
            Self::RmsProp => "rms-prop",
            Self::Adagrad => "adagrad",
            Self::Adadelta => "adadelta",
            Self::Adam => "adam",
            Self::AdamW => "adam-w",
        }
    }
}

/// An optimizer with its settings; those that its kind does not use are ignored. Defaults are PyTorch's.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct OptimizerConfig {
    /// Which rule.
    pub kind: OptimizerKind,
    /// The velocity's decay, for momentum and Nesterov. 0 to 0.999.
    pub momentum: f32,
    /// Adam's first decay. 0 to 0.9999.
    pub beta1: f32,
    /// Adam's second decay. 0 to 0.99999.
    pub beta2: f32,
    /// RMSprop's decay. 0 to 0.9999.
    pub alpha: f32,
    /// Adadelta's decay. 0 to 0.9999.
    pub rho: f32,
    /// Added to denominators.
    pub eps: f32,
}

impl Default for OptimizerConfig {
    fn default() -> Self {
        let kind = OptimizerKind::Sgd;
        Self { kind, momentum: 0.9, beta1: 0.9, beta2: 0.999, alpha: 0.99, rho: 0.9, eps: 1e-8 }
    }
}

impl OptimizerConfig {
    /// The graph's update rule.
    pub fn rule(&self) -> Optimizer {
        let Self { momentum, beta1, beta2, alpha, rho, eps, .. } = *self;
        match self.kind {
            OptimizerKind::Sgd => Optimizer::Sgd { momentum: 0.0, nesterov: false },
            OptimizerKind::Momentum => Optimizer::Sgd { momentum, nesterov: false },
            OptimizerKind::Nesterov => Optimizer::Sgd { momentum, nesterov: true },
            OptimizerKind::RmsProp => Optimizer::RmsProp { alpha, eps },
            OptimizerKind::Adagrad => Optimizer::Adagrad { eps },
            OptimizerKind::Adadelta => Optimizer::Adadelta { rho, eps },
            OptimizerKind::Adam => Optimizer::Adam { beta1, beta2, eps },
            OptimizerKind::AdamW => Optimizer::AdamW { beta1, beta2, eps },
        }
    }
}
