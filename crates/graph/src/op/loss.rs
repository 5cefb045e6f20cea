//! Losses.

/// A loss over a whole batch; a mean where nothing else is said. Formulas as in PyTorch's `torch.nn`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Loss {
    /// Mean over all elements of (prediction - target)^2.
    Mse,
    /// Half of [`Loss::Mse`]: its gradient is prediction - target over the count, as older playgrounds have it.
    HalfMse,
    /// Sum over all elements of (prediction - target)^2.
    SumSquares,
    /// Mean over all elements of |prediction - target|; the gradient at 0 is 0.
    L1,
    /// Mean over all elements, with e = prediction - target, of e^2 / 2 where |e| <= delta, else
    /// delta (|e| - delta / 2).
    Huber {
        /// Where it turns from square to straight, > 0.
        delta: f32,
    },
    /// Mean over all elements of max(z, 0) - z t + ln(1 + exp(-|z|)): binary cross-entropy of logits z. With several
    /// columns each is a label of its own.
    BinaryCrossEntropy,
    /// Softmax cross-entropy of logits z, targets are class numbers: the mean over rows that are not ignored of
    /// ln(sum(exp(z))) - (1 - s) z\[class\] - s mean(z), s being the smoothing.
    CrossEntropy {
        /// The share of the target spread evenly over all classes, 0 <= s < 1.
        label_smoothing: f32,
        /// Rows whose target is this number count for nothing; a batch of such rows alone has loss 0.
        ignore_index: Option<u32>,
    },
}

impl Loss {
    /// Plain softmax cross-entropy.
    pub const CROSS_ENTROPY: Self = Self::CrossEntropy { label_smoothing: 0.0, ignore_index: None };

    /// The number by which kernels know it.
    pub fn code(self) -> u32 {
        match self {
            Self::Mse => 0,
            Self::HalfMse => 1,
            Self::BinaryCrossEntropy => 2,
            Self::CrossEntropy { .. } => 3,
            Self::SumSquares => 4,
            Self::L1 => 5,
            Self::Huber { .. } => 6,
        }
    }

    /// Whether targets are class numbers, one a row.
    pub fn takes_classes(self) -> bool {
        matches!(self, Self::CrossEntropy { .. })
    }
}
