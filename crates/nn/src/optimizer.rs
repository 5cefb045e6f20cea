//! The optimizers a learner chooses among.

use minibatch_graph::Optimizer;
use serde::{Deserialize, Serialize};

use crate::{Adjust, Muon};

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
    /// Moves the matrices inside the network by momentum made orthogonal, and the rest as AdamW does.
    Muon,
}

impl OptimizerKind {
    /// All of them, in the order shown.
    pub const ALL: [Self; 9] = [
        Self::Sgd,
        Self::Momentum,
        Self::Nesterov,
        Self::RmsProp,
        Self::Adagrad,
        Self::Adadelta,
        Self::Adam,
        Self::AdamW,
        Self::Muon,
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
            Self::Muon => "muon",
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
    /// Muon's momentum. 0 to 0.999.
    pub muon_momentum: f32,
    /// Adam's first decay, and that of Muon's other parameters. 0 to 0.9999.
    pub beta1: f32,
    /// Their second decay. 0 to 0.99999.
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
        Self {
            kind,
            momentum: 0.9,
            muon_momentum: 0.95,
            beta1: 0.9,
            beta2: 0.999,
            alpha: 0.99,
            rho: 0.9,
            eps: 1e-8,
        }
    }
}

/// How a step moves the parameters.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum UpdateRule {
    /// All of them alike.
    All(Optimizer),
    /// Matrices inside the network by Muon, see [`crate::Parameter::inner`], the others by its other rule.
    Muon(Muon),
}

impl UpdateRule {
    /// How many values it keeps for each parameter.
    pub fn state_count(&self) -> usize {
        match self {
            Self::All(rule) => rule.state_count(),
            Self::Muon(_) => 2,
        }
    }
}

impl OptimizerConfig {
    /// The update rule. Muon's steps are as large as AdamW's, so that one learning rate suits all parameters.
    pub fn rule(&self) -> UpdateRule {
        let Self { momentum, muon_momentum, beta1, beta2, alpha, rho, eps, .. } = *self;
        UpdateRule::All(match self.kind {
            OptimizerKind::Sgd => Optimizer::Sgd { momentum: 0.0, nesterov: false },
            OptimizerKind::Momentum => Optimizer::Sgd { momentum, nesterov: false },
            OptimizerKind::Nesterov => Optimizer::Sgd { momentum, nesterov: true },
            OptimizerKind::RmsProp => Optimizer::RmsProp { alpha, eps },
            OptimizerKind::Adagrad => Optimizer::Adagrad { eps },
            OptimizerKind::Adadelta => Optimizer::Adadelta { rho, eps },
            OptimizerKind::Adam => Optimizer::Adam { beta1, beta2, eps },
            OptimizerKind::AdamW => Optimizer::AdamW { beta1, beta2, eps },
            OptimizerKind::Muon => {
                let others = Optimizer::AdamW { beta1, beta2, eps };
                let adjust = Adjust::MatchRmsAdamW;
                return UpdateRule::Muon(Muon { momentum: muon_momentum, adjust, others, ..Muon::default() });
            }
        })
    }
}
