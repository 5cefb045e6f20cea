//! Multilayer perceptrons: the graphs that train one, evaluate it and look into it. All graphs of one model share
//! their variables by name, see [`names`].

use minibatch_graph::{Activation, DType, Graph, Loss, NodeId, Op, Optimizer, Shape, backward, control};

use crate::NnError;

/// The variables that the graphs of one model share.
pub mod names {
    /// (parameters) f32: all weights and biases, layer after layer.
    pub const PARAMETERS: &str = "parameters";
    /// (parameters) f32: 1 where L1 and L2 apply.
    pub const DECAY: &str = "decay";
    /// (parameters) f32 each: what the optimizer keeps.
    pub const STATE: [&str; 2] = ["state.0", "state.1"];
    /// (samples, features) f32: training rows, then test rows.
    pub const INPUTS: &str = "inputs";
    /// (samples, 1) f32 or (samples) u32 classes.
    pub const TARGETS: &str = "targets";
    /// (1 + rows) f32: each step's batch loss, a ring.
    pub const LOSSES: &str = "losses";
    /// (1 + rows * width) f32: evaluations, a ring; see [`super::Mlp::evaluation_width`].
    pub const EVALUATIONS: &str = "evaluations";

    /// (rows, features) f32: what the probe `name` looks at.
    pub fn probe_inputs(name: &str) -> String {
        format!("{name}.inputs")
    }

    /// (rows, units) f32: what the probe `name` sees of layer `layer`.
    pub fn probe_layer(name: &str, layer: usize) -> String {
        format!("{name}.{layer}")
    }
}

/// One dense layer: f(x W' + b), with W (units, inputs) as PyTorch keeps it.
#[derive(Clone, PartialEq, Debug)]
pub struct Dense {
    /// How many values come in.
    pub inputs: usize,
    /// How many go out.
    pub units: usize,
    /// The non-linearity f.
    pub activation: Activation,
    /// The share of units silenced in training.
    pub dropout: f32,
    /// Where its weights begin among all parameters.
    pub weight_offset: usize,
    /// Where its biases begin.
    pub bias_offset: usize,
}

/// A multilayer perceptron and its loss.
#[derive(Clone, PartialEq, Debug)]
pub struct Mlp {
    /// The layers, the output last.
    pub layers: Vec<Dense>,
    /// Weights and biases together.
    pub parameters: usize,
    /// What is minimised.
    pub loss: Loss,
    /// How many classes; none in regression.
    pub classes: Option<usize>,
}

/// How many rows of data there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Samples {
    /// Rows to train on; they come first.
    pub train: usize,
    /// Rows held back; they come after.
    pub test: usize,
}

/// The nodes of a forward pass.
struct Forward {
    /// Each layer's result, (rows, units).
    outputs: Vec<NodeId>,
    /// Each layer's weights and biases, as views of the parameters.
    leaves: Vec<NodeId>,
}

impl Mlp {
    /// One training step: the next batch, forward, loss, backward, update; the batch loss goes to a ring of `rows`.
    ///
    /// # Errors
    /// When a layer does not fit the one before; names the layer.
    pub fn train(
        &self,
        samples: Samples,
        batch: usize,
        rule: Optimizer,
        rows: usize,
    ) -> Result<Graph, NnError> {
        let mut g = Graph::new();
        let control = g.variable(control::NAME, [control::LEN], DType::U32)?;
        let index = g.add_node(Op::BeginStep { samples: samples.train, batch }, &[control])?;
        let (inputs, targets) = self.data(&mut g, samples)?;
        let x = g.add_node(Op::Gather, &[inputs, index])?;
        let target = g.add_node(Op::Gather, &[targets, index])?;
        let forward = self.forward(&mut g, x, Some(control))?;
        g.set_label("loss");
        let loss = g.loss(self.loss, forward.outputs[self.layers.len() - 1], target)?;
        let grads = backward(&mut g, loss, &forward.leaves)?;
        g.set_label("update");
        let grads = g.add_node(Op::Pack, &grads)?;
        let flat = |g: &mut Graph, name: &str| g.variable(name, [self.parameters], DType::F32);
        let (params, decay) = (flat(&mut g, names::PARAMETERS)?, flat(&mut g, names::DECAY)?);
        let kept = &names::STATE[..rule.state_count()];
        let state = kept.iter().map(|name| flat(&mut g, name)).collect::<Result<Vec<_>, _>>()?;
        g.update(rule, [params, grads, decay, control], &state)?;
        let ring = g.variable(names::LOSSES, [1 + rows], DType::F32)?;
        g.add_node(Op::Record, &[ring, loss])?;
        Ok(g)
    }

    /// How many numbers an evaluation has: train loss, test loss and, in classification, the training points' and
    /// the test points' confusion counts, (classes, classes) each.
    pub fn evaluation_width(&self) -> usize {
        2 + self.classes.map_or(0, |k| 2 * k * k)
    }

    /// An evaluation of all data without dropout, into a ring of `rows`.
    ///
    /// # Errors
    /// When a layer does not fit the one before.
    pub fn evaluate(&self, samples: Samples, rows: usize) -> Result<Graph, NnError> {
        let mut g = Graph::new();
        let (inputs, targets) = self.data(&mut g, samples)?;
        let forward = self.forward(&mut g, inputs, None)?;
        let prediction = forward.outputs[self.layers.len() - 1];
        g.set_label("evaluation");
        let columns = g.shape(prediction).dims()[1];
        let mut values = vec![];
        let mut counts = vec![];
        for (first, n) in [(0, samples.train), (samples.train, samples.test)] {
            let p = g.view(prediction, first * columns, [n, columns])?;
            let mut dims = g.shape(targets).dims().to_vec();
            dims[0] = n;
            let t = g.view(targets, first, Shape::new(dims))?;
            values.push(g.loss(self.loss, p, t)?);
            if let Some(classes) = self.classes {
                counts.push(g.add_node(Op::Confusion { classes }, &[p, t])?);
            }
        }
        values.extend(counts);
        let values = g.add_node(Op::Pack, &values)?;
        let ring = g.variable(names::EVALUATIONS, [1 + rows * self.evaluation_width()], DType::F32)?;
        g.add_node(Op::Record, &[ring, values])?;
        Ok(g)
    }

    /// The network over `rows` inputs of its own: every layer's result, or only the last one's, in variables named
    /// by [`names::probe_layer`].
    ///
    /// # Errors
    /// When a layer does not fit the one before.
    pub fn probe(&self, name: &str, rows: usize, every_layer: bool) -> Result<Graph, NnError> {
        let mut g = Graph::new();
        let inputs = g.variable(&names::probe_inputs(name), [rows, self.layers[0].inputs], DType::F32)?;
        let forward = self.forward(&mut g, inputs, None)?;
        let last = self.layers.len() - 1;
        for (i, &output) in forward.outputs.iter().enumerate() {
            if every_layer || i == last {
                g.output(&names::probe_layer(name, i), output)?;
            }
        }
        Ok(g)
    }

    /// 1 for each weight, 0 for each bias.
    pub fn decay(&self) -> Vec<f32> {
        let of = |d: &Dense| [vec![1.0; d.units * d.inputs], vec![0.0; d.units]].concat();
        self.layers.iter().flat_map(of).collect()
    }

    fn data(&self, g: &mut Graph, samples: Samples) -> Result<(NodeId, NodeId), NnError> {
        let n = samples.train + samples.test;
        let inputs = g.variable(names::INPUTS, [n, self.layers[0].inputs], DType::F32)?;
        let targets = match self.loss {
            Loss::CrossEntropy { .. } => g.variable(names::TARGETS, [n], DType::U32)?,
            Loss::Mse
            | Loss::HalfMse
            | Loss::SumSquares
            | Loss::L1
            | Loss::Huber { .. }
            | Loss::BinaryCrossEntropy => {
                g.variable(names::TARGETS, [n, self.layers[self.layers.len() - 1].units], DType::F32)?
            }
        };
        Ok((inputs, targets))
    }

    /// With `control`, dropout is on.
    fn forward(&self, g: &mut Graph, x: NodeId, control: Option<NodeId>) -> Result<Forward, NnError> {
        let params = g.variable(names::PARAMETERS, [self.parameters], DType::F32)?;
        let (mut outputs, mut leaves, mut h) = (vec![], vec![], x);
        for (i, layer) in self.layers.iter().enumerate() {
            g.set_label(if i + 1 == self.layers.len() {
                "output layer".into()
            } else {
                format!("layer {}", i + 1)
            });
            let weight = g.view(params, layer.weight_offset, [layer.units, layer.inputs])?;
            let bias = g.view(params, layer.bias_offset, [layer.units])?;
            h = g.matmul((h, false), (weight, true), Some(bias), layer.activation)?;
            outputs.push(h);
            leaves.extend([weight, bias]);
            if let (Some(control), true) = (control, layer.dropout > 0.0) {
                let dropout = Op::Dropout { rate: layer.dropout, stream: i as u32 };
                h = g.add_node(dropout, &[h, control])?;
            }
        }
        Ok(Forward { outputs, leaves })
    }
}
