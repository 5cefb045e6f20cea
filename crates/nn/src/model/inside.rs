//! Looking inside: every layer's result for one sample, with the states, gates and attention that have no place between
//! layers; gradients; and a model's answers to many samples at once.

use minibatch_graph::{Activation, Attention, Binary, Graph, NodeId, Op, Reduction, Unary, backward};
use serde::{Deserialize, Serialize};

use super::lower::Lower;
use super::{Model, Samples};
use crate::{Block, NnError, names};

/// What a probe shows.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum ProbeKind {
    /// The sample itself.
    Input,
    /// A layer's result.
    Output,
    /// A recurrent layer's states, (steps, units).
    States,
    /// An LSTM's cells, (steps, units).
    Cells,
    /// A recurrent layer's gates after their non-linearities, (steps, gates, units), in PyTorch's order.
    Gates,
    /// Attention weights, (rows, heads, asking steps, asked steps); a row for each sequence the sample is taken apart to.
    Attention,
    /// The model's output as the learner reads it: probabilities behind sigmoid or softmax.
    Answer,
}

/// A part of what a look inside gives.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct Probe {
    /// The layer's place, as in the names of its weights: `layers.3.body.0`.
    pub path: String,
    /// What the layer is: `conv2d`.
    pub layer: String,
    /// What is shown.
    pub kind: ProbeKind,
    /// Without the batch.
    pub shape: Vec<usize>,
    /// Where it begins in the flat result.
    pub offset: usize,
    /// Attention: a step sees itself and those before.
    #[serde(default)]
    pub causal: bool,
}

impl Probe {
    /// How many numbers it has.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A node to be shown.
pub(super) struct Seen {
    pub probe: Probe,
    pub node: NodeId,
}

/// A probe of more numbers is left out: nobody could look at them.
const MOST: usize = 1 << 20;
/// All probes together.
const MOST_TOGETHER: usize = 1 << 22;

impl Lower<'_> {
    /// Notes a node to be shown, where somebody looks.
    pub(super) fn show(&mut self, part: &str, kind: ProbeKind, node: NodeId, shape: &[usize], causal: bool) {
        let (path, layer) = (self.named(part), self.kind().to_owned());
        let Some(seen) = &mut self.seen else { return };
        let path = path.trim_end_matches('.').to_owned();
        let probe = Probe { path, layer, kind, shape: shape.to_vec(), offset: 0, causal };
        if !probe.is_empty() && probe.len() <= MOST {
            seen.push(Seen { probe, node });
        }
    }

    /// The scores q k' / sqrt(d) of an attention, (b, heads, steps, steps asked), with 1e9 taken off where the padding
    /// mask hides a step. [`finish`] makes weights of them.
    pub(super) fn show_attention(&mut self, attention: &Attention, inputs: &[NodeId]) -> Result<(), NnError> {
        if self.seen.is_none() {
            return Ok(());
        }
        let dims = self.g.shape(inputs[0]).dims().to_vec();
        let (b, t) = (dims[0], dims[1]);
        let e = if attention.cross { dims[2] } else { dims[2] / 3 };
        let (source, start) = if attention.cross { (inputs[1], 0) } else { (inputs[0], e) };
        let s = self.g.shape(source).dims()[1];
        let (heads, d) = (attention.heads, e / attention.heads);
        let head = |l: &mut Self, of: NodeId, start: usize, steps: usize| {
            let part = l.node(Op::Slice { axis: 2, start, len: e }, &[of])?;
            let part = l.view(part, &[b, steps, heads, d])?;
            let part = l.permute(part, &[0, 2, 1, 3])?;
            l.view(part, &[b * heads, steps, d])
        };
        let (q, k) = (head(self, inputs[0], 0, t)?, head(self, source, start, s)?);
        let scores = self.matmul((q, false), (k, true), None, Activation::Linear)?;
        let scale = self.g.full([1], 1.0 / libm::sqrtf(d as f32));
        let scores = self.binary(Binary::Mul, scores, scale)?;
        let mut scores = self.view(scores, &[b, heads, t, s])?;
        if let (true, Some(&mask)) = (attention.mask, inputs.last()) {
            let (one, far) = (self.g.full([1], 1.0), self.g.full([1], 1e9));
            let mask = self.view(mask, &[b, 1, 1, s])?;
            let hidden = self.binary(Binary::Sub, mask, one)?;
            let hidden = self.binary(Binary::Mul, hidden, far)?;
            scores = self.binary(Binary::Add, scores, hidden)?;
        }
        self.show("", ProbeKind::Attention, scores, &[b, heads, t, s], attention.causal);
        Ok(())
    }
}

/// Turns the scores of attention into weights, softmax over the steps that may be seen, in place.
pub fn finish(probes: &[Probe], values: &mut [f32]) {
    for p in probes.iter().filter(|p| p.kind == ProbeKind::Attention && p.layer != "additive-attention") {
        let &[_, _, t, s] = &p.shape[..] else { continue };
        let Some(part) = values.get_mut(p.offset..p.offset + p.len()) else { continue };
        for (i, row) in part.chunks_exact_mut(s).enumerate() {
            let seen = if p.causal { (i % t + 1).min(s) } else { s };
            let (row, hidden) = row.split_at_mut(seen);
            hidden.fill(0.0);
            let max = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            // A step that may see nothing but padding gives zeros, as the attention itself does.
            let lost = max < -1e8;
            row.iter_mut().for_each(|v| *v = if lost { 0.0 } else { libm::expf(*v - max) });
            let sum: f32 = row.iter().sum();
            row.iter_mut().for_each(|v| *v /= sum.max(f32::MIN_POSITIVE));
        }
    }
}

impl Model {
    /// The model over one sample in the variable [`names::probe_inputs`]: everything that can be seen, one after the
    /// other, in the variable [`names::probe_output`]; and where each part stands in it.
    ///
    /// # Errors
    /// When a layer does not fit the one before.
    pub fn inside(&self, name: &str) -> Result<(Graph, Vec<Probe>), NnError> {
        let mut g = Graph::new();
        let mut lower = Lower::new(&mut g, self.parameters(), None)?;
        lower.seen = Some(vec![]);
        let x = lower.input(&names::probe_inputs(name), 1, &self.input)?;
        lower.show("", ProbeKind::Input, x.node, &self.input.shape, false);
        lower.sequence(&self.blocks, x)?;
        let seen = lower.seen.take().unwrap_or_default();
        let (mut probes, mut nodes, mut at) = (vec![], vec![], 0);
        for Seen { mut probe, node } in seen {
            if at + probe.len() > MOST_TOGETHER {
                continue;
            }
            probe.offset = at;
            at += probe.len();
            probes.push(probe);
            nodes.push(node);
        }
        let packed = g.add_node(Op::Pack, &nodes)?;
        g.output(&names::probe_output(name), packed)?;
        Ok((g, probes))
    }

    /// The gradient of the loss of the first `rows` training samples, without dropout: (parameters), then, where the model
    /// has steps, the norm of the gradient with respect to each step of what the first recurrent or attention layer
    /// sees, (steps). In the variable [`names::probe_output`]; and how many steps there are, 0 for none.
    ///
    /// # Errors
    /// When a layer does not fit the one before.
    pub fn gradients(&self, name: &str, samples: Samples, rows: usize) -> Result<(Graph, usize), NnError> {
        let mut g = Graph::new();
        let (inputs, targets) = self.data(&mut g, samples)?;
        let x = super::graphs::part(&mut g, inputs, 0, rows)?;
        let target = super::graphs::part(&mut g, targets, 0, rows)?;
        let mut lower = Lower::new(&mut g, self.parameters(), None)?;
        let value = lower.data(x, &self.input);
        let y = lower.sequence(&self.blocks, value)?.node;
        let (leaves, over_time) = (lower.leaves, lower.steps_begin);
        let (y, target) = self.as_rows(&mut g, y, target)?;
        let loss = g.loss(self.loss, y, target)?;
        let mut parts = backward(&mut g, loss, &leaves)?;
        let mut steps = 0;
        if let Some(entry) = over_time {
            let gradient = backward(&mut g, loss, &[entry])?[0];
            steps = g.shape(entry).dims()[1];
            let squares = g.add_node(Op::Unary(Unary::Square), &[gradient])?;
            let sum = Op::Reduce { reduction: Reduction::Sum, axes: vec![0, 2] };
            let sum = g.add_node(sum, &[squares])?;
            parts.push(g.add_node(Op::Unary(Unary::Sqrt), &[sum])?);
        }
        let packed = g.add_node(Op::Pack, &parts)?;
        g.output(&names::probe_output(name), packed)?;
        Ok((g, steps))
    }

    /// The model over `rows` samples from row `first` of the data on: the outputs, (rows, output shape), then what the
    /// last layer with weights sees, (rows, features), in the variable [`names::probe_output`]; and how many features
    /// there are for a sample.
    ///
    /// # Errors
    /// When a layer does not fit the one before.
    pub fn examine(
        &self,
        name: &str,
        samples: Samples,
        first: usize,
        rows: usize,
    ) -> Result<(Graph, usize), NnError> {
        let mut g = Graph::new();
        let (inputs, _) = self.data(&mut g, samples)?;
        let x = super::graphs::part(&mut g, inputs, first, rows)?;
        let mut lower = Lower::new(&mut g, self.parameters(), None)?;
        let value = lower.data(x, &self.input);
        let y = lower.sequence(&self.blocks, value)?.node;
        let outputs = lower.outputs;
        let last = self.blocks.iter().rposition(|b| matches!(b, Block::Linear { .. }));
        let before = last.and_then(|last| last.checked_sub(1)).map_or(x, |i| outputs[i]);
        let features = g.shape(before).numel() / rows.max(1);
        let packed = g.add_node(Op::Pack, &[y, before])?;
        g.output(&names::probe_output(name), packed)?;
        Ok((g, features))
    }
}
