//! Samples as arrays: what a model of layers trains on, wherever they come from.

/// Training samples, then test samples, as arrays. Token and class numbers stand as floats.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct SampleSet {
    /// The shape of one input: (channels, rows, columns), (steps, features), (steps) of tokens...
    pub input: Vec<usize>,
    /// Inputs are token numbers below this; none where they are numbers.
    pub tokens: Option<usize>,
    /// The shape of one target; empty for one class a sample.
    pub target: Vec<usize>,
    /// Targets are class numbers below this, or this number itself where no answer counts; none in regression.
    pub classes: Option<usize>,
    /// Samples to train on; they come first.
    pub train: usize,
    /// Samples held back; they come after.
    pub test: usize,
    /// (train + test, input).
    pub inputs: Vec<f32>,
    /// (train + test, target).
    pub targets: Vec<f32>,
    /// What each token is called; empty where there are none.
    pub vocabulary: Vec<String>,
    /// What each class is called; empty in regression.
    pub class_names: Vec<String>,
}
