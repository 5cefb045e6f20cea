//! Update rules.

/// An update rule, as in PyTorch's `torch.optim`. The learning rate and the L1 and L2 rates are read from the control
/// block at each step; what stands here is fixed when the graph is built.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Optimizer {
    /// w -= lr g; with momentum v = momentum v + g, w -= lr v (Nesterov: w -= lr (g + momentum v)).
    Sgd {
        /// 0 means no velocity is kept.
        momentum: f32,
        /// Look ahead along the velocity.
        nesterov: bool,
    },
    /// s = alpha s + (1 - alpha) g^2, w -= lr g / (sqrt(s) + eps)
    RmsProp {
        /// The decay of the mean square.
        alpha: f32,
        /// Added to the denominator.
        eps: f32,
    },
    /// s += g^2, w -= lr g / (sqrt(s) + eps)
    Adagrad {
        /// Added to the denominator.
        eps: f32,
    },
    /// Adadelta (Zeiler 2012): s = rho s + (1 - rho) g^2, d = g sqrt(u + eps) / sqrt(s + eps), u = rho u + (1 - rho) d^2,
    /// w -= lr d; s is the first state, u the second.
    Adadelta {
        /// The decay of both means.
        rho: f32,
        /// Added under both roots.
        eps: f32,
    },
    /// Adam (Kingma and Ba 2015); weight decay is added to the gradient.
    Adam {
        /// The decay of the first moment.
        beta1: f32,
        /// The decay of the second moment.
        beta2: f32,
        /// Added to the denominator.
        eps: f32,
    },
    /// AdamW (Loshchilov and Hutter 2019); weight decay shrinks the weights directly.
    AdamW {
        /// The decay of the first moment.
        beta1: f32,
        /// The decay of the second moment.
        beta2: f32,
        /// Added to the denominator.
        eps: f32,
    },
}

impl Optimizer {
    /// How many values it keeps for each parameter.
    pub fn state_count(self) -> usize {
        match self {
            Self::Sgd { momentum, .. } => usize::from(momentum != 0.0),
            Self::RmsProp { .. } | Self::Adagrad { .. } => 1,
            Self::Adadelta { .. } | Self::Adam { .. } | Self::AdamW { .. } => 2,
        }
    }
}
