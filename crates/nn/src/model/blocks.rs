//! Which kind of block becomes what, its name in files, and how many of PyTorch's modules it is.

use minibatch_graph::{Activation, Op, PoolKind};

use super::attention::Heads;
use super::lower::{Lower, Value};
use crate::{Block, NnError};

impl Lower<'_> {
    /// One block's nodes.
    pub(super) fn block(&mut self, block: &Block, x: Value) -> Result<Value, NnError> {
        match block {
            Block::Linear { units, bias, activation, init } => {
                self.linear(x, *units, *bias, *activation, *init)
            }
            Block::Activation { activation } => self.map(x, |l, x| l.activate(x, *activation)),
            Block::Softmax { log } => self.map(x, |l, x| l.node(Op::Softmax { log: *log }, &[x])),
            Block::Conv2d { activation, .. } => {
                let filters = self.filters(block)?;
                self.conv2d(x, &filters, *activation)
            }
            Block::ConvTranspose2d { output_padding, .. } => {
                let filters = self.filters(block)?;
                self.conv_transpose2d(x, &filters, *output_padding)
            }
            Block::MaxPool2d { kernel, stride, padding } => {
                self.pool(x, PoolKind::Max, *kernel, *stride, *padding)
            }
            Block::AvgPool2d { kernel, stride, padding } => {
                self.pool(x, PoolKind::Average, *kernel, *stride, *padding)
            }
            Block::AdaptiveAvgPool2d { size } => self.adaptive_pool(x, PoolKind::Average, *size),
            Block::AdaptiveMaxPool2d { size } => self.adaptive_pool(x, PoolKind::Max, *size),
            Block::BatchNorm { eps, momentum } => self.batch_norm(x, *eps, *momentum),
            Block::LayerNorm { eps } => self.map(x, |l, x| l.last_axis_norm(x, "", true, *eps)),
            Block::RmsNorm { eps } => self.map(x, |l, x| l.last_axis_norm(x, "", false, *eps)),
            Block::GroupNorm { groups, eps } => self.group_norm(x, *groups, *eps),
            Block::Dropout { rate } => self.map(x, |l, x| l.dropout(x, *rate)),
            Block::Flatten => self.flatten(x),
            Block::Reshape { shape } => self.reshape(x, shape),
            Block::Permute { axes } => self.reorder(x, axes),
            Block::Select { axis, start, len } => self.select(x, *axis, *start, *len),
            Block::Embedding { vocabulary, units, padding } => {
                self.embedding(x, *vocabulary, *units, *padding)
            }
            Block::Positions { kind } => self.positions(x, *kind),
            Block::Recurrent { .. } => self.recurrent(x, block),
            Block::SelfAttention { heads, causal, rotary } => {
                self.self_attention(x, Heads { heads: *heads, causal: *causal, rotary: *rotary })
            }
            Block::AdditiveAttention { hidden, causal, softmax } => {
                self.additive_attention(x, hidden, *causal, *softmax)
            }
            Block::AxialAttention { heads } => self.axial_attention(x, *heads),
            Block::TransformerEncoder(spec) => self.transformer(x, spec, false),
            Block::TransformerDecoder(spec) => self.transformer(x, spec, true),
            Block::EncoderDecoder { source, encoder, decoder } => {
                self.encoder_decoder(x, *source, encoder, decoder)
            }
            Block::Residual { body, shortcut } => self.residual(x, body, shortcut),
            Block::Branches { branches, axis } => self.branches(x, branches, *axis),
            Block::LastStep => self.last_step(x),
            Block::MeanOverSteps => self.mean_over_steps(x),
        }
    }
}

impl Block {
    /// How many modules of PyTorch's `nn.Sequential` the block counts as: a layer with its activation is two.
    pub fn modules(&self) -> usize {
        match self {
            Self::Linear { activation, .. } | Self::Conv2d { activation, .. } => {
                1 + usize::from(*activation != Activation::Linear)
            }
            _ => 1,
        }
    }

    /// The block's name in files.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Linear { .. } => "linear",
            Self::Activation { .. } => "activation",
            Self::Softmax { .. } => "softmax",
            Self::Conv2d { .. } => "conv2d",
            Self::ConvTranspose2d { .. } => "conv-transpose2d",
            Self::MaxPool2d { .. } => "max-pool2d",
            Self::AvgPool2d { .. } => "avg-pool2d",
            Self::AdaptiveAvgPool2d { .. } => "adaptive-avg-pool2d",
            Self::AdaptiveMaxPool2d { .. } => "adaptive-max-pool2d",
            Self::BatchNorm { .. } => "batch-norm",
            Self::LayerNorm { .. } => "layer-norm",
            Self::RmsNorm { .. } => "rms-norm",
            Self::GroupNorm { .. } => "group-norm",
            Self::Dropout { .. } => "dropout",
            Self::Flatten => "flatten",
            Self::Reshape { .. } => "reshape",
            Self::Permute { .. } => "permute",
            Self::Select { .. } => "select",
            Self::Embedding { .. } => "embedding",
            Self::Positions { .. } => "positions",
            Self::Recurrent { .. } => "recurrent",
            Self::SelfAttention { .. } => "self-attention",
            Self::AdditiveAttention { .. } => "additive-attention",
            Self::AxialAttention { .. } => "axial-attention",
            Self::TransformerEncoder(_) => "transformer-encoder",
            Self::TransformerDecoder(_) => "transformer-decoder",
            Self::EncoderDecoder { .. } => "encoder-decoder",
            Self::Residual { .. } => "residual",
            Self::Branches { .. } => "branches",
            Self::LastStep => "last-step",
            Self::MeanOverSteps => "mean-over-steps",
        }
    }
}
