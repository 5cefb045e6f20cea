//! A graph, and the functions that add nodes to it.

use crate::rules::output_of;
use crate::{Activation, DType, Epilogue, GraphError, Loss, Op, Optimizer, Shape};

/// A node's number within its graph. Inputs always have smaller numbers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    /// The number, as an index into [`Graph::nodes`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One operation with its operands and what it yields.
#[derive(Clone, Debug)]
pub struct Node {
    /// What is done.
    pub op: Op,
    /// To what.
    pub inputs: Vec<NodeId>,
    /// The result's shape.
    pub shape: Shape,
    /// The result's element type.
    pub dtype: DType,
    /// The part of the model it belongs to, for messages: "layer 2".
    pub label: String,
}

/// A program: nodes in the order they run, and which of them the host wants to read.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    outputs: Vec<(String, NodeId)>,
    label: String,
}

impl Graph {
    /// An empty graph.
    pub fn new() -> Self {
        Self::default()
    }

    /// All nodes, in order.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// One node.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    /// The shape of a node's result.
    pub fn shape(&self, id: NodeId) -> &Shape {
        &self.node(id).shape
    }

    /// Every node's number, in order.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = NodeId> + use<> {
        (0..self.nodes.len() as u32).map(NodeId)
    }

    /// What the host reads, as (variable name, node): the node's result is stored in that variable.
    pub fn outputs(&self) -> &[(String, NodeId)] {
        &self.outputs
    }

    /// Names the part of the model to which the nodes added from now on belong.
    pub fn set_label(&mut self, label: impl Into<String>) {
        self.label = label.into();
    }

    /// Adds a node whose shape follows from its inputs.
    ///
    /// # Errors
    /// When the inputs do not fit the op; the message names the node and both shapes.
    pub fn add_node(&mut self, op: Op, inputs: &[NodeId]) -> Result<NodeId, GraphError> {
        let (shape, dtype) = output_of(self, &op, inputs, &self.label)?;
        Ok(self.push(op, inputs, shape, dtype))
    }

    /// Adds a node as it is in another graph, over inputs of this one.
    pub(crate) fn copy(&mut self, node: &Node, at: impl Fn(NodeId) -> NodeId) -> NodeId {
        let inputs = node.inputs.iter().map(|&input| at(input)).collect();
        self.nodes.push(Node { inputs, ..node.clone() });
        NodeId(self.nodes.len() as u32 - 1)
    }

    fn push(&mut self, op: Op, inputs: &[NodeId], shape: Shape, dtype: DType) -> NodeId {
        let id = NodeId(self.nodes.len() as u32);
        self.nodes.push(Node { op, inputs: inputs.to_vec(), shape, dtype, label: self.label.clone() });
        id
    }

    /// The variable of this name; adding it twice gives the same node.
    ///
    /// # Errors
    /// When the name is taken by another shape or type.
    pub fn variable(
        &mut self,
        name: &str,
        shape: impl Into<Shape>,
        dtype: DType,
    ) -> Result<NodeId, GraphError> {
        let shape = shape.into();
        let known = self.ids().find(|&id| matches!(&self.node(id).op, Op::Variable { name: n } if n == name));
        match known {
            Some(id) if *self.shape(id) == shape && self.node(id).dtype == dtype => Ok(id),
            Some(id) => {
                let old = self.shape(id).clone();
                Err(GraphError::VariableTwice { name: name.into(), old, new: shape })
            }
            None => Ok(self.push(Op::Variable { name: name.into() }, &[], shape, dtype)),
        }
    }

    /// A constant of this shape.
    pub fn full(&mut self, shape: impl Into<Shape>, value: f32) -> NodeId {
        self.push(Op::Full { value }, &[], shape.into(), DType::F32)
    }

    /// The elements of `x` from `offset` on, as `shape`.
    ///
    /// # Errors
    /// When `x` has too few elements.
    pub fn view(&mut self, x: NodeId, offset: usize, shape: impl Into<Shape>) -> Result<NodeId, GraphError> {
        let shape = shape.into();
        let have = self.shape(x).clone();
        if offset + shape.numel() > have.numel() {
            return Err(GraphError::Mismatch {
                label: self.label.clone(),
                op: "view",
                mend: format!("{} elements from {offset} on are more than there are", shape.numel()),
                left: have,
                right: shape,
            });
        }
        let dtype = self.node(x).dtype;
        Ok(self.push(Op::View { offset }, &[x], shape, dtype))
    }

    /// op(a) op(b) + bias, then the activation where its derivative can be had from its output; see [`Op::Matmul`].
    ///
    /// # Errors
    /// When the shapes do not fit.
    pub fn matmul(
        &mut self,
        (a, trans_a): (NodeId, bool),
        (b, trans_b): (NodeId, bool),
        bias: Option<NodeId>,
        activation: Activation,
    ) -> Result<NodeId, GraphError> {
        let fused = activation != Activation::Linear && activation.derivative_from_output();
        let epilogue = if fused { Epilogue::Activation(activation) } else { Epilogue::None };
        let op = Op::Matmul { trans_a, trans_b, bias: bias.is_some(), epilogue };
        let inputs: Vec<NodeId> = [a, b].into_iter().chain(bias).collect();
        let product = self.add_node(op, &inputs)?;
        if fused || activation == Activation::Linear {
            return Ok(product);
        }
        self.add_node(Op::Activation(activation), &[product])
    }

    /// f'(saved) dy. Joins the product that made `dy` where that is a plain one: one launch fewer for each layer.
    /// Only the gradient's own, not yet shared, nodes may be passed as `dy`.
    ///
    /// # Errors
    /// When the shapes differ.
    pub(crate) fn activation_grad(
        &mut self,
        f: Activation,
        saved: NodeId,
        dy: NodeId,
    ) -> Result<NodeId, GraphError> {
        if f == Activation::Linear {
            return Ok(dy);
        }
        let same = self.shape(saved) == self.shape(dy);
        let node = &mut self.nodes[dy.index()];
        if let (true, Op::Matmul { bias: false, epilogue, .. }) = (same, &mut node.op)
            && *epilogue == Epilogue::None
        {
            *epilogue = Epilogue::ActivationGrad(f);
            node.inputs.push(saved);
            return Ok(dy);
        }
        self.add_node(Op::ActivationGrad(f), &[saved, dy])
    }

    /// The mean loss, (1).
    ///
    /// # Errors
    /// When prediction and target do not fit the loss.
    pub fn loss(&mut self, loss: Loss, prediction: NodeId, target: NodeId) -> Result<NodeId, GraphError> {
        self.add_node(Op::Loss(loss), &[prediction, target])
    }

    /// One optimizer step in place; `state` has [`Optimizer::state_count`] variables of the parameters' shape.
    ///
    /// # Errors
    /// When the shapes differ or the number of state variables is wrong.
    pub fn update(
        &mut self,
        optimizer: Optimizer,
        [params, grads, decay, control]: [NodeId; 4],
        state: &[NodeId],
    ) -> Result<NodeId, GraphError> {
        let inputs: Vec<NodeId> = [params, grads, decay, control].iter().chain(state).copied().collect();
        self.add_node(Op::Update(optimizer), &inputs)
    }

    /// Declares that the host reads `node` under `name`. A node that is an output already is copied.
    ///
    /// # Errors
    /// When the node is a variable, a constant or a view: those are not computed.
    pub fn output(&mut self, name: &str, node: NodeId) -> Result<(), GraphError> {
        let n = self.node(node);
        if n.op.is_place() {
            let (label, op) = (n.label.clone(), n.op.name());
            return Err(GraphError::BadOutput { name: name.into(), label, op });
        }
        let taken = self.outputs.iter().any(|(_, o)| *o == node);
        let node = if taken { self.add_node(Op::Activation(Activation::Linear), &[node])? } else { node };
        self.outputs.push((name.into(), node));
        Ok(())
    }
}
