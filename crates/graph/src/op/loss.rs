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

    /// Above it a target of two classes means the second one, as a prediction above 0 does: half for 0 and 1, else 0, for -1
    /// and 1.
    pub fn half(self) -> f32 {
        if matches!(self, Self::BinaryCrossEntropy) { 0.5 } else { 0.0 }
    }

    /// Targets of this number count for nothing.
    pub fn ignored(self) -> Option<u32> {
        match self {
            Self::CrossEntropy { ignore_index, .. } => ignore_index,
            _ => None,
        }
    }

    /// Whether targets are class numbers, one a row.
    pub fn takes_classes(self) -> bool {
        matches!(self, Self::CrossEntropy { .. })
    }
}

/// Which samples are trained on and which are held back: those to train on come first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sides {
    /// Samples to train on.
    pub train: usize,
    /// Samples held back.
    pub test: usize,
}

impl Sides {
    /// Pieces whose sums are added up by themselves before they join the rest: the error of a long sum in f32 grows with the
    /// block and the number of blocks, not with their product.
    pub const BLOCK: usize = 64;

    /// 0 for a sample to train on, 1 for one held back, none past the last.
    pub fn of(self, sample: usize) -> Option<usize> {
        match sample {
            s if s < self.train => Some(0),
            s if s < self.train + self.test => Some(1),
            _ => None,
        }
    }
}
