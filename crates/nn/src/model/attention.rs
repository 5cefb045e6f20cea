//! Attention: multi-head, axial and additive.

use minibatch_graph::{Activation, Attention, Binary, NodeId, Op, Rotary};

use super::inside::ProbeKind;
use super::lower::{Lower, Value, unflatten};
use crate::{Begin, NnError, Rule};

/// How a multi-head attention looks.
#[derive(Clone, Copy)]
pub(super) struct Heads {
    pub heads: usize,
    pub causal: bool,
    pub rotary: bool,
}

impl Lower<'_> {
    /// The extents of (b, steps, features); anything else is refused.
    pub(super) fn steps(&self, x: Value) -> Result<[usize; 3], NnError> {
        let dims = self.dims(x);
        <[usize; 3]>::try_from(&dims[..]).map_err(|_| {
            let (shape, mend) = (&dims[1..], unflatten(&dims));
            self.refuse(format!("it takes (steps, features), and a sample is {shape:?}; {mend}"))
        })
    }

    fn heads_divide(&self, heads: usize, width: usize) -> Result<(), NnError> {
        if heads > 0 && width.is_multiple_of(heads) {
            return Ok(());
        }
        Err(self.refuse(format!("heads is {heads}; give a number that divides the {width} features")))
    }

    /// `nn.MultiheadAttention` within `name`, of (b, t, e) with itself or with `memory`. One product makes queries, keys
    /// and values; with `memory` the queries have one of their own.
    pub(super) fn multi_head(
        &mut self,
        name: &str,
        x: NodeId,
        memory: Option<NodeId>,
        mask: Option<NodeId>,
        how: Heads,
    ) -> Result<NodeId, NnError> {
        let dims = self.g.shape(x).dims().to_vec();
        let (b, t, e) = (dims[0], dims[1], dims[2]);
        self.heads_divide(how.heads, e)?;
        if how.rotary && !(e / how.heads).is_multiple_of(2) {
            return Err(self.refuse(format!(
                "rotary positions turn pairs, and each of {} heads has {} features; give fewer heads or more features",
                how.heads,
                e / how.heads
            )));
        }
        self.within_path(name, |l| {
            // Xavier's bound over the packed (3 e, e).
            let begin = l.begin(Rule::Uniform(libm::sqrt(6.0 / (4 * e) as f64)));
            let parts: &[usize] = if memory.is_some() { &[e, 2 * e] } else { &[3 * e] };
            let weight = l.param_parts("in_proj_weight", &[3 * e, e], begin, parts)?;
            let bias = l.param_parts("in_proj_bias", &[3 * e], Begin::constant(0.0), parts)?;
            let [out, out_bias] = l.plain_weights("out_proj.", e, e, Some(Begin::constant(0.0)))?;
            let mut inputs = vec![];
            for (i, source) in [Some(x), memory].into_iter().flatten().enumerate() {
                let steps = l.g.shape(source).dims()[1];
                let matrix = l.rows(source)?;
                let product =
                    l.matmul((matrix, false), (weight[i], true), Some(bias[i]), Activation::Linear)?;
                inputs.push(l.view(product, &[b, steps, parts[i]])?);
            }
            if how.rotary && memory.is_none() {
                let (heads, base) = (how.heads, 10_000.0);
                let rotary = Rotary { heads, parts: 3, turned: 2, base, inverse: false };
                inputs[0] = l.node(Op::Rotary(rotary), &[inputs[0]])?;
            }
            inputs.extend(mask);
            let attention = Attention {
                heads: how.heads,
                causal: how.causal,
                cross: memory.is_some(),
                mask: mask.is_some(),
            };
            l.show_attention(&attention, &inputs)?;
            let seen = l.g.add_node(Op::Attention(attention), &inputs)?;
            let seen = l.view(seen, &[b * t, e])?;
            let y = l.matmul((seen, false), (out, true), Some(out_bias), Activation::Linear)?;
            l.view(y, &[b, t, e])
        })
    }

    pub(super) fn self_attention(&mut self, x: Value, how: Heads) -> Result<Value, NnError> {
        let x = self.numbers(x)?;
        self.steps(x)?;
        self.steps_begin = self.steps_begin.or(Some(x.node));
        let node = self.multi_head("attention", x.node, None, x.mask, how)?;
        Ok(Value { node, ..x })
    }

    /// Along the rows, then along the columns, of (b, height, width, features), each added to what came in.
    pub(super) fn axial_attention(&mut self, x: Value, heads: usize) -> Result<Value, NnError> {
        let x = self.numbers(x)?;
        let dims = self.dims(x);
        let &[b, h, w, e] = &dims[..] else {
            let (shape, mend) = (&dims[1..], unflatten(&dims));
            let message = format!("it takes (height, width, features), and a sample is {shape:?}; {mend}");
            return Err(self.refuse(message));
        };
        let how = Heads { heads, causal: false, rotary: false };
        let rows = self.view(x.node, &[b * h, w, e])?;
        let seen = self.multi_head("row_attention", rows, None, None, how)?;
        let seen = self.view(seen, &dims)?;
        let across = self.binary(Binary::Add, x.node, seen)?;
        let turned = self.permute(across, &[0, 2, 1, 3])?;
        let columns = self.view(turned, &[b * w, h, e])?;
        let seen = self.multi_head("column_attention", columns, None, None, how)?;
        let seen = self.view(seen, &[b, w, h, e])?;
        let seen = self.permute(seen, &[0, 2, 1, 3])?;
        let node = self.binary(Binary::Add, across, seen)?;
        Ok(Value { node, mask: None, ..x })
    }

    /// Scores by an MLP over [x_u, x_t] for every pair of steps, (b, t, u), as weights for x_u. The MLP's first layer is
    /// the sum of two products, one for each half of its weight, so that the pairs are never joined.
    pub(super) fn additive_attention(
        &mut self,
        x: Value,
        hidden: &[usize],
        causal: bool,
        softmax: bool,
    ) -> Result<Value, NnError> {
        let x = self.numbers(x)?;
        let [b, t, e] = self.steps(x)?;
        self.steps_begin = self.steps_begin.or(Some(x.node));
        self.within("hidden layers", hidden.len(), 0, 16)?;
        hidden.iter().try_for_each(|&n| self.within("hidden units", n, 1, 1 << 14))?;
        let rows = self.rows(x.node)?;
        let widths: Vec<usize> = hidden.iter().copied().chain([1]).collect();
        let [weight, bias] = self.plain_weights("score.0.", widths[0], 2 * e, None)?;
        let mut halves = vec![];
        for (start, bias) in [(0, None), (e, Some(bias))] {
            let half = self.node(Op::Slice { axis: 1, start, len: e }, &[weight])?;
            halves.push(self.matmul((rows, false), (half, true), bias, Activation::Linear)?);
        }
        let asked = self.view(halves[0], &[b, 1, t, widths[0]])?;
        let asking = self.view(halves[1], &[b, t, 1, widths[0]])?;
        let pairs = self.binary(Binary::Add, asked, asking)?;
        let mut h = self.view(pairs, &[b * t * t, widths[0]])?;
        for (i, pair) in widths.windows(2).enumerate() {
            h = self.activate(h, Activation::Relu)?;
            let [weight, bias] =
                self.plain_weights(&format!("score.{}.", 2 * i + 2), pair[1], pair[0], None)?;
            h = self.matmul((h, false), (weight, true), Some(bias), Activation::Linear)?;
        }
        let scores = self.view(h, &[b, t, t])?;
        let seen = self.seen(x, t, causal)?;
        let weights = self.score_weights(scores, seen, softmax)?;
        self.show("", ProbeKind::Attention, weights, &[b, 1, t, t], causal);
        let context = self.matmul((weights, false), (x.node, false), None, Activation::Linear)?;
        let node = self.node(Op::Concat { axis: 2 }, &[x.node, context])?;
        Ok(Value { node, ..x })
    }

    /// 1 where step t may look at step u: (t, t) or (b, t, t); none where it may look everywhere.
    fn seen(&mut self, x: Value, t: usize, causal: bool) -> Result<Option<NodeId>, NnError> {
        let mut seen = None;
        if causal {
            let before = (0..t * t).map(|i| if i % t < i / t { 1.0 } else { 0.0 }).collect();
            let table = self.buffer(&[t, t], vec![("mask", before)], (false, false))?;
            seen = Some(self.view(table, &[t, t])?);
        }
        if let Some(mask) = x.mask {
            let b = self.g.shape(mask).dims()[0];
            let mask = self.view(mask, &[b, 1, t])?;
            seen = Some(match seen {
                Some(table) => self.binary(Binary::Mul, mask, table)?,
                None => mask,
            });
        }
        Ok(seen)
    }

    /// The scores themselves, or their softmax, 0 where nothing is seen.
    fn score_weights(
        &mut self,
        scores: NodeId,
        seen: Option<NodeId>,
        softmax: bool,
    ) -> Result<NodeId, NnError> {
        if !softmax {
            return match seen {
                Some(seen) => self.binary(Binary::Mul, scores, seen),
                None => Ok(scores),
            };
        }
        let Some(seen) = seen else { return self.node(Op::Softmax { log: false }, &[scores]) };
        // (seen - 1) 1e9 leaves nothing of the others; a step that sees none would share evenly, hence the product.
        let (one, far) = (self.g.full([1], 1.0), self.g.full([1], 1e9));
        let hidden = self.binary(Binary::Sub, seen, one)?;
        let hidden = self.binary(Binary::Mul, hidden, far)?;
        let scores = self.binary(Binary::Add, scores, hidden)?;
        let weights = self.node(Op::Softmax { log: false }, &[scores])?;
        self.binary(Binary::Mul, weights, seen)
    }
}
