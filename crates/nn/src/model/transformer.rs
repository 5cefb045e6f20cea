//! Transformer layers, pre-norm and post-norm, as PyTorch builds them.

use minibatch_graph::{Activation, Binary, NodeId};

use super::attention::Heads;
use super::lower::{Lower, Value};
use crate::{NnError, Transformer};

/// PyTorch's default.
const EPS: f32 = 1e-5;

impl Lower<'_> {
    /// `nn.TransformerEncoder`, or with `decoder` `nn.TransformerDecoder` over the memory of the encoder around it.
    pub(super) fn transformer(
        &mut self,
        x: Value,
        spec: &Transformer,
        decoder: bool,
    ) -> Result<Value, NnError> {
        let x = self.numbers(x)?;
        self.steps(x)?;
        self.steps_begin = self.steps_begin.or(Some(x.node));
        self.within("feedforward", spec.feedforward, 1, super::dense::MAX_UNITS)?;
        self.within("layers", spec.layers, 1, 64)?;
        let memory = match (decoder, self.memory) {
            (false, _) => None,
            (true, Some(memory)) => Some(memory),
            (true, None) => {
                let message =
                    "there is no encoder to look at; put it into the decoder of an encoder-decoder layer";
                return Err(self.refuse(message));
            }
        };
        if let Some(memory) = memory {
            let (ours, theirs) = (self.steps(x)?[2], self.steps(memory)?[2]);
            if ours != theirs {
                return Err(self.refuse(format!(
                    "the encoder gives {theirs} features and the decoder has {ours}; make them equal"
                )));
            }
        }
        let mut node = x.node;
        for layer in 0..spec.layers {
            node = self.within_path(&format!("layers.{layer}"), |l| l.layer(node, x.mask, memory, spec))?;
        }
        if spec.final_norm {
            node = self.last_axis_norm(node, "norm.", true, EPS)?;
        }
        Ok(Value { node, ..x })
    }

    /// Self-attention, attention to the encoder where there is one, feed-forward part.
    fn layer(
        &mut self,
        x: NodeId,
        mask: Option<NodeId>,
        memory: Option<Value>,
        spec: &Transformer,
    ) -> Result<NodeId, NnError> {
        let how = Heads { heads: spec.heads, causal: spec.causal, rotary: spec.rotary };
        let looks = Heads { causal: false, rotary: false, ..how };
        let mut x = self.sublayer(x, "norm1", spec, |l, x| l.multi_head("self_attn", x, None, mask, how))?;
        let mut last = "norm2";
        if let Some(memory) = memory {
            x = self.sublayer(x, "norm2", spec, |l, x| {
                l.multi_head("multihead_attn", x, Some(memory.node), memory.mask, looks)
            })?;
            last = "norm3";
        }
        self.sublayer(x, last, spec, |l, x| l.feed_forward(x, spec))
    }

    /// x + f(norm(x)), or norm(x + f(x)); f's result is dropped in part.
    fn sublayer(
        &mut self,
        x: NodeId,
        norm: &str,
        spec: &Transformer,
        f: impl FnOnce(&mut Self, NodeId) -> Result<NodeId, NnError>,
    ) -> Result<NodeId, NnError> {
        let name = format!("{norm}.");
        let own = if spec.norm_first { self.last_axis_norm(x, &name, true, EPS)? } else { x };
        let y = f(self, own)?;
        let y = self.dropout(y, spec.dropout)?;
        let sum = self.binary(Binary::Add, x, y)?;
        if spec.norm_first { Ok(sum) } else { self.last_axis_norm(sum, &name, true, EPS) }
    }

    fn feed_forward(&mut self, x: NodeId, spec: &Transformer) -> Result<NodeId, NnError> {
        let dims = self.g.shape(x).dims().to_vec();
        let e = dims[2];
        let [weight, bias] = self.plain_weights("linear1.", spec.feedforward, e, None)?;
        let rows = self.rows(x)?;
        let h = self.matmul((rows, false), (weight, true), Some(bias), spec.activation)?;
        let h = self.dropout(h, spec.dropout)?;
        let [weight, bias] = self.plain_weights("linear2.", e, spec.feedforward, None)?;
        let y = self.matmul((h, false), (weight, true), Some(bias), Activation::Linear)?;
        self.view(y, &dims)
    }
}
