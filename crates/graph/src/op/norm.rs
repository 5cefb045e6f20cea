//! What normalisations are told.

/// Normalises rows: y = (x - mean) / sqrt(variance + eps), then weight and bias. The value is seen as rows of `columns`
/// elements. Element c of row r has the weight and bias number (r mod groups) (columns / span) + c / span:
///
/// | layer | columns | groups | span |
/// |---|---|---|---|
/// | layer norm, RMS norm | the normalised axes | 1 | 1 |
/// | group norm of (n, c, h, w), g groups | c / g h w | g | h w |
/// | batch norm, after a permute to (c, n, h, w) | n h w | c | n h w |
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Norm {
    /// Elements normalised together.
    pub columns: usize,
    /// Rows until the weights repeat.
    pub groups: usize,
    /// Neighbouring elements that share a weight.
    pub span: usize,
    /// Whether the mean is taken out. Without it the variance is the mean square: RMS norm.
    pub center: bool,
    /// Added to the variance.
    pub eps: f32,
    /// There is a weight.
    pub weight: bool,
    /// There is a bias.
    pub bias: bool,
}

impl Norm {
    /// Numbers kept of each row for its gradient: the mean, what rounding took from it, and 1 / sqrt(variance + eps).
    pub const MOMENTS: usize = 3;

    /// Elements of the flat result over `numel` elements.
    pub fn len(&self, numel: usize) -> usize {
        numel + numel / self.columns * Self::MOMENTS
    }

    /// Elements of the flat gradient of weight and bias.
    pub fn weights(&self) -> usize {
        (usize::from(self.weight) + usize::from(self.bias)) * self.channels()
    }

    /// How many weights, and how many biases, there are.
    pub fn channels(&self) -> usize {
        self.groups * (self.columns / self.span)
    }
}
