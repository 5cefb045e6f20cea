//! The graphs of a model: one that trains, one that evaluates, one that answers.

use minibatch_graph::{Activation, DType, Graph, Loss, NodeId, Op, Shape, backward, control, fused};

use super::Model;
use super::lower::Lower;
use crate::{Block, Flat, NnError, UpdateRule, names};

/// How many rows of data there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Samples {
    /// Rows to train on; they come first.
    pub train: usize,
    /// Rows held back; they come after.
    pub test: usize,
}

/// How gradients are kept small, before weight decay: by norm first, then by value.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Clip {
    /// The largest norm of all gradients together.
    pub norm: Option<f32>,
    /// The largest value of each.
    pub value: Option<f32>,
}

impl Model {
    /// One training step: the next batch, forward, loss, backward, update; the batch loss goes to a ring of `rows`.
    ///
    /// # Errors
    /// When a layer does not fit the one before; names the layer.
    pub fn train(
        &self,
        samples: Samples,
        batch: usize,
        rule: UpdateRule,
        clip: Clip,
        rows: usize,
    ) -> Result<Graph, NnError> {
        let mut g = Graph::new();
        g.set_label("batch");
        let control = g.variable(control::NAME, [control::LEN], DType::U32)?;
        let index = g.add_node(Op::BeginStep { samples: samples.train, batch }, &[control])?;
        let (inputs, targets) = self.data(&mut g, samples)?;
        let x = g.add_node(Op::Gather, &[inputs, index])?;
        let target = g.add_node(Op::Gather, &[targets, index])?;
        let mut lower = Lower::new(&mut g, self.parameters(), Some(control))?;
        let value = lower.data(x, &self.input);
        let y = lower.sequence(&self.blocks, value)?.node;
        let leaves = lower.leaves;
        g.set_label("loss");
        let (y, target) = self.as_rows(&mut g, y, target)?;
        let loss = g.loss(self.loss, y, target)?;
        let grads = backward(&mut g, loss, &leaves)?;
        g.set_label("update");
        let mut grads = g.add_node(Op::Pack, &grads)?;
        if let Some(max) = clip.norm {
            let squares = g.add_node(Op::SumSquares, &[grads])?;
            grads = g.add_node(Op::ClipNorm { max }, &[grads, squares])?;
        }
        if let Some(max) = clip.value {
            grads = g.add_node(Op::ClipValue { max }, &[grads])?;
        }
        let flat = |g: &mut Graph, name: &str| g.variable(name, [self.parameters()], DType::F32);
        let (params, decay) = (flat(&mut g, names::PARAMETERS)?, flat(&mut g, names::DECAY)?);
        let kept = &names::STATE[..rule.state_count()];
        let state = kept.iter().map(|name| flat(&mut g, name)).collect::<Result<Vec<_>, _>>()?;
        match rule {
            UpdateRule::All(rule) => g.update(rule, [params, grads, decay, control], &state).map(drop)?,
            UpdateRule::Muon(muon) => {
                let state = [state[0], state[1]];
                let flat = Flat { params, grads, decay, control, state };
                muon.update(&mut g, &flat, &self.layout.matrices())?;
            }
        }
        let ring = g.variable(names::LOSSES, [1 + rows], DType::F32)?;
        g.add_node(Op::Record, &[ring, loss])?;
        Ok(fused(&g)?)
    }

    /// Which blocks are dense layers: those whose results a probe of every layer shows.
    pub fn dense(&self) -> Vec<usize> {
        (0..self.blocks.len()).filter(|&i| matches!(self.blocks[i], Block::Linear { .. })).collect()
    }

    /// The model over `rows` inputs of its own: its result, in a variable named by [`names::probe_output`]. With
    /// `every_layer`, every dense layer's result instead, in variables named by [`names::probe_layer`].
    ///
    /// # Errors
    /// When a layer does not fit the one before.
    pub fn probe(&self, name: &str, rows: usize, every_layer: bool) -> Result<Graph, NnError> {
        let mut g = Graph::new();
        let mut lower = Lower::new(&mut g, self.parameters(), None)?;
        let x = lower.input(&names::probe_inputs(name), rows, &self.input)?;
        let y = lower.sequence(&self.blocks, x)?.node;
        let outputs = lower.outputs;
        if !every_layer {
            // A view or a variable is not computed; a copy of it is.
            let y = if g.node(y).op.is_place() {
                g.add_node(Op::Activation(Activation::Linear), &[y])?
            } else {
                y
            };
            g.output(&names::probe_output(name), y)?;
            return Ok(fused(&g)?);
        }
        for (i, block) in self.dense().into_iter().enumerate() {
            g.output(&names::probe_layer(name, i), outputs[block])?;
        }
        Ok(fused(&g)?)
    }

    pub(super) fn data(&self, g: &mut Graph, samples: Samples) -> Result<(NodeId, NodeId), NnError> {
        let n = samples.train + samples.test;
        let dims = |shape: &[usize]| Shape::new([&[n], shape].concat());
        let inputs = g.variable(names::INPUTS, dims(&self.input.shape), DType::F32)?;
        let dtype = if self.loss.takes_classes() { DType::U32 } else { DType::F32 };
        let targets = g.variable(names::TARGETS, dims(&self.target()), dtype)?;
        Ok((inputs, targets))
    }

    /// Prediction and target as a loss wants them: (rows, columns), and as many columns or one class a row.
    pub(super) fn as_rows(
        &self,
        g: &mut Graph,
        y: NodeId,
        target: NodeId,
    ) -> Result<(NodeId, NodeId), NnError> {
        let dims = g.shape(y).dims().to_vec();
        let columns = dims[dims.len() - 1];
        let rows = g.shape(y).numel() / columns;
        let y = if dims.len() == 2 { y } else { g.view(y, 0, [rows, columns])? };
        let wanted = match self.loss {
            Loss::CrossEntropy { .. } => Shape::from([rows]),
            _ => Shape::from([rows, columns]),
        };
        let target = if *g.shape(target) == wanted { target } else { g.view(target, 0, wanted)? };
        Ok((y, target))
    }
}

/// `n` rows from `first` on.
pub(super) fn part(g: &mut Graph, x: NodeId, first: usize, n: usize) -> Result<NodeId, NnError> {
    let mut dims = g.shape(x).dims().to_vec();
    let row: usize = dims[1..].iter().product();
    if first == 0 && dims[0] == n {
        return Ok(x);
    }
    dims[0] = n;
    Ok(g.view(x, first * row, Shape::new(dims))?)
}
