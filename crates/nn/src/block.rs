//! The layers a model is written in, as an experiment's file holds them. Blocks nest. Each has PyTorch's meaning and, where
//! nothing else is said, PyTorch's defaults; `crate::Init::Pytorch` begins each as PyTorch's own `reset_parameters`.
//!
//! Values between blocks have the batch in front: (b, features), (b, channels, height, width), (b, steps, features), or
//! (b, steps) of token numbers. A block says what it needs; what does not fit is refused with the block's place and the mend.

use minibatch_graph::{Activation, Cell};
use serde::{Deserialize, Serialize};

use crate::Init;
use crate::parts::{
    Pair, PositionKind, RecurrentOutput, Transformer, epsilon, linear, one, pytorch, single, tenth, yes,
};

/// One layer, or a composition of layers. In JSON `{"layer": "conv2d", "channels": 8, "kernel": 3}`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "layer", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Block {
    /// `nn.Linear` over the last axis: y = f(x W' + b).
    Linear {
        /// Values out.
        units: usize,
        /// There is a bias.
        #[serde(default = "yes")]
        bias: bool,
        /// What follows at once.
        #[serde(default = "linear")]
        activation: Activation,
        /// How the weights begin.
        #[serde(default = "pytorch")]
        init: Init,
    },
    /// A non-linearity of its own.
    Activation {
        /// Which.
        activation: Activation,
    },
    /// `nn.Softmax(dim=-1)` or `nn.LogSoftmax(dim=-1)`.
    Softmax {
        /// The logarithm.
        #[serde(default)]
        log: bool,
    },
    /// `nn.Conv2d` over (b, channels, height, width).
    Conv2d {
        /// Filters.
        channels: usize,
        /// Height and width of a filter.
        kernel: Pair,
        /// From one window to the next.
        #[serde(default = "one")]
        stride: Pair,
        /// Zeros around the image.
        #[serde(default)]
        padding: Pair,
        /// From one element of a window to the next.
        #[serde(default = "one")]
        dilation: Pair,
        /// Groups of channels.
        #[serde(default = "single")]
        groups: usize,
        /// There is a bias.
        #[serde(default = "yes")]
        bias: bool,
        /// What follows at once.
        #[serde(default = "linear")]
        activation: Activation,
        /// How the weights begin.
        #[serde(default = "pytorch")]
        init: Init,
    },
    /// `nn.ConvTranspose2d`.
    ConvTranspose2d {
        /// Channels out.
        channels: usize,
        /// Height and width of a filter.
        kernel: Pair,
        /// The growth.
        #[serde(default = "one")]
        stride: Pair,
        /// Taken off around the result.
        #[serde(default)]
        padding: Pair,
        /// Added below and to the right of the result, less than the stride.
        #[serde(default)]
        output_padding: Pair,
        /// From one element of a window to the next.
        #[serde(default = "one")]
        dilation: Pair,
        /// Groups of channels.
        #[serde(default = "single")]
        groups: usize,
        /// There is a bias.
        #[serde(default = "yes")]
        bias: bool,
        /// How the weights begin.
        #[serde(default = "pytorch")]
        init: Init,
    },
    /// `nn.MaxPool2d`.
    MaxPool2d {
        /// Height and width of a window.
        kernel: Pair,
        /// From one window to the next; the window's size when left out.
        #[serde(default)]
        stride: Option<Pair>,
        /// Around the image.
        #[serde(default)]
        padding: Pair,
    },
    /// `nn.AvgPool2d`.
    AvgPool2d {
        /// Height and width of a window.
        kernel: Pair,
        /// From one window to the next; the window's size when left out.
        #[serde(default)]
        stride: Option<Pair>,
        /// Around the image; counts as zeros.
        #[serde(default)]
        padding: Pair,
    },
    /// `nn.AdaptiveAvgPool2d`.
    AdaptiveAvgPool2d {
        /// Height and width of the result.
        size: Pair,
    },
    /// `nn.AdaptiveMaxPool2d`.
    AdaptiveMaxPool2d {
        /// Height and width of the result.
        size: Pair,
    },
    /// `nn.BatchNorm2d` over (b, channels, height, width), or `nn.BatchNorm1d` over (b, features).
    BatchNorm {
        /// Added to the variance.
        #[serde(default = "epsilon")]
        eps: f32,
        /// How far the running statistics move at each step.
        #[serde(default = "tenth")]
        momentum: f32,
    },
    /// `nn.LayerNorm` over the last axis.
    LayerNorm {
        /// Added to the variance.
        #[serde(default = "epsilon")]
        eps: f32,
    },
    /// `nn.RMSNorm` over the last axis.
    RmsNorm {
        /// Added to the mean square.
        #[serde(default = "epsilon")]
        eps: f32,
    },
    /// `nn.GroupNorm` over (b, channels, height, width).
    GroupNorm {
        /// Groups of channels.
        groups: usize,
        /// Added to the variance.
        #[serde(default = "epsilon")]
        eps: f32,
    },
    /// `nn.Dropout`.
    Dropout {
        /// The share silenced in training, 0 <= rate < 1.
        rate: f32,
    },
    /// `nn.Flatten`: (b, everything else).
    Flatten,
    /// `nn.Unflatten(1, shape)` and the like: the same elements of each sample in another shape.
    Reshape {
        /// Extents without the batch.
        shape: Vec<usize>,
    },
    /// The axes of each sample in another order; 0 is the first after the batch.
    Permute {
        /// Which axis comes where.
        axes: Vec<usize>,
    },
    /// Some places along an axis of each sample; 0 is the first axis after the batch.
    Select {
        /// Which axis.
        #[serde(default)]
        axis: usize,
        /// The first place.
        start: usize,
        /// How many.
        len: usize,
    },
    /// `nn.Embedding`: (b, ...) token numbers to (b, ..., units).
    Embedding {
        /// How many tokens there are.
        vocabulary: usize,
        /// Width of a vector.
        units: usize,
        /// This token is padding: attention after it does not look at its places as long as steps stay steps (docs/models.md
        /// says of every layer whether they do). Its vector is trained as any other, so this is not `padding_idx`.
        #[serde(default)]
        padding: Option<u32>,
    },
    /// Positions added to (b, steps, features).
    Positions {
        /// How they are made.
        kind: PositionKind,
    },
    /// `nn.RNN`, `nn.LSTM` or `nn.GRU` over (b, steps, features), batch first.
    Recurrent {
        /// The cell.
        cell: Cell,
        /// Hidden units in each direction.
        units: usize,
        /// Layers on top of each other.
        #[serde(default = "single")]
        layers: usize,
        /// A second pass from the last step to the first, joined by feature.
        #[serde(default)]
        bidirectional: bool,
        /// What comes out.
        #[serde(default)]
        output: RecurrentOutput,
        /// The initial state is learned rather than zero.
        #[serde(default)]
        learn_initial: bool,
    },
    /// `nn.MultiheadAttention(batch_first=True)` of a sequence with itself.
    SelfAttention {
        /// Heads.
        heads: usize,
        /// A step sees itself and those before.
        #[serde(default)]
        causal: bool,
        /// Rotary positions on queries and keys.
        #[serde(default)]
        rotary: bool,
    },
    /// Additive attention of a sequence with itself: each step t asks every step u before it (or at any place, where not
    /// causal) by a small MLP over \[x_u, x_t\], and gets \[x_t, the weighted sum of x_u\]: (b, steps, 2 features).
    AdditiveAttention {
        /// Units of the MLP's hidden layers, ReLU between; one score comes out.
        hidden: Vec<usize>,
        /// A step sees those before it alone, not itself.
        #[serde(default)]
        causal: bool,
        /// Scores pass a softmax over the steps seen (Bahdanau and others 2015); else they are the weights themselves.
        #[serde(default = "yes")]
        softmax: bool,
    },
    /// Attention along the rows, then along the columns, of (b, height, width, features), each with a residual path
    /// (Ho and others 2019).
    AxialAttention {
        /// Heads.
        heads: usize,
    },
    /// `nn.TransformerEncoder` of `nn.TransformerEncoderLayer(batch_first=True)`.
    TransformerEncoder(Transformer),
    /// `nn.TransformerDecoder` of `nn.TransformerDecoderLayer(batch_first=True)`; looks at the encoder of the
    /// [`Block::EncoderDecoder`] around it. Causal as a rule.
    TransformerDecoder(Transformer),
    /// The first `source` places of each sample (its first axis after the batch) go through `encoder`; the rest through
    /// `decoder`, whose decoders look at the result.
    EncoderDecoder {
        /// Places that belong to the source.
        source: usize,
        /// What reads the source.
        encoder: Vec<Block>,
        /// What reads the rest.
        decoder: Vec<Block>,
    },
    /// body(x) + shortcut(x); an empty shortcut is x itself.
    Residual {
        /// The path with the work.
        body: Vec<Block>,
        /// The other one.
        #[serde(default)]
        shortcut: Vec<Block>,
    },
    /// The same input through several branches, joined along an axis: an inception block along axis 0, the channels.
    Branches {
        /// The branches.
        branches: Vec<Vec<Block>>,
        /// The axis along which they are joined, 0 being the first after the batch.
        #[serde(default)]
        axis: usize,
    },
    /// The last step of (b, steps, features).
    LastStep,
    /// The mean over the steps of (b, steps, features).
    MeanOverSteps,
}
