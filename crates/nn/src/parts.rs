//! What blocks are made of, and what they are where a file says nothing.

use minibatch_graph::Activation;
use serde::{Deserialize, Serialize};

use crate::Init;

/// Height and width; in JSON one number stands for both.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(from = "OneOrTwo", into = "OneOrTwo")]
pub struct Pair(pub [usize; 2]);

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(untagged)]
enum OneOrTwo {
    One(usize),
    Two([usize; 2]),
}

impl From<OneOrTwo> for Pair {
    fn from(value: OneOrTwo) -> Self {
        match value {
            OneOrTwo::One(n) => Self([n, n]),
            OneOrTwo::Two(pair) => Self(pair),
        }
    }
}

impl From<Pair> for OneOrTwo {
    fn from(Pair([a, b]): Pair) -> Self {
        if a == b { Self::One(a) } else { Self::Two([a, b]) }
    }
}

/// How positions are made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PositionKind {
    /// A learned vector for each step, normal with standard deviation 0.02 at first.
    Learned,
    /// Sines and cosines (Vaswani and others 2017): column 2 i is sin(t / 10000^(2 i / d)), column 2 i + 1 its cosine.
    Sinusoidal,
}

/// What a recurrent block gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecurrentOutput {
    /// Every step: (b, steps, units).
    #[default]
    Sequence,
    /// The state after the last step of each direction: (b, units).
    Last,
}

/// A stack of transformer layers.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transformer {
    /// Heads; divides the features.
    pub heads: usize,
    /// Units of the hidden layer of the feed-forward part.
    pub feedforward: usize,
    /// Layers on top of each other.
    #[serde(default = "single")]
    pub layers: usize,
    /// A step sees itself and those before.
    #[serde(default)]
    pub causal: bool,
    /// Normalise before attention and feed-forward part rather than after: pre-norm.
    #[serde(default)]
    pub norm_first: bool,
    /// A last layer norm after the stack, as pre-norm wants.
    #[serde(default)]
    pub final_norm: bool,
    /// The feed-forward part's non-linearity.
    #[serde(default = "relu")]
    pub activation: Activation,
    /// The share silenced in training, as PyTorch places it: after attention's and feed-forward's outputs and within the
    /// feed-forward part. PyTorch's default is 0.1. Attention weights themselves are not dropped.
    #[serde(default = "tenth")]
    pub dropout: f32,
    /// Rotary positions on queries and keys of self-attention.
    #[serde(default)]
    pub rotary: bool,
}

/// What each sample looks like on its way in.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Extents without the batch.
    pub shape: Vec<usize>,
    /// The elements are token numbers below this, rather than numbers.
    #[serde(default)]
    pub tokens: Option<usize>,
}

pub(crate) fn yes() -> bool {
    true
}
pub(crate) fn single() -> usize {
    1
}
pub(crate) fn one() -> Pair {
    Pair([1, 1])
}
pub(crate) fn tenth() -> f32 {
    0.1
}
pub(crate) fn epsilon() -> f32 {
    1e-5
}
pub(crate) fn linear() -> Activation {
    Activation::Linear
}
pub(crate) fn relu() -> Activation {
    Activation::Relu
}
pub(crate) fn pytorch() -> Init {
    Init::Pytorch
}
