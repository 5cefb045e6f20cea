//! Gradients of convolutions, normalisations, attention and recurrent ops.

use super::column_sums;
use crate::{Activation, Attention, Cell, Conv2d, Graph, GraphError, NodeId, Norm, Op, Recurrent, Reduction};

type Grads = Result<Vec<(usize, NodeId)>, GraphError>;

/// The sum over these axes, in the shape of `like`.
fn sum_over(graph: &mut Graph, x: NodeId, axes: &[usize], like: NodeId) -> Result<NodeId, GraphError> {
    let sum = graph.add_node(Op::Reduce { reduction: Reduction::Sum, axes: axes.to_vec() }, &[x])?;
    let shape = graph.shape(like).clone();
    graph.view(sum, 0, shape)
}

pub(super) fn conv2d(
    graph: &mut Graph,
    conv: Conv2d,
    bias: bool,
    inputs: &[NodeId],
    dz: NodeId,
    wanted: &[bool],
) -> Grads {
    let (x, weight) = (inputs[0], inputs[1]);
    let mut grads = vec![];
    if wanted[0] {
        let dims = graph.shape(x).dims();
        let op = Op::Conv2dGradInput { conv, size: [dims[2], dims[3]] };
        grads.push((0, graph.add_node(op, &[dz, weight])?));
    }
    if wanted[1] {
        let dims = graph.shape(weight).dims();
        let op = Op::Conv2dGradWeight { conv, kernel: [dims[2], dims[3]] };
        grads.push((1, graph.add_node(op, &[x, dz])?));
    }
    if bias && wanted[2] {
        grads.push((2, sum_over(graph, dz, &[0, 2, 3], inputs[2])?));
    }
    Ok(grads)
}

/// The op is linear in both inputs, so its gradients are the convolution itself and its weight's gradient.
pub(super) fn conv2d_grad_input(
    graph: &mut Graph,
    conv: Conv2d,
    inputs: &[NodeId],
    dy: NodeId,
    wanted: &[bool],
) -> Grads {
    let (small, weight) = (inputs[0], inputs[1]);
    let mut grads = vec![];
    if wanted[0] {
        let op = Op::Conv2d { conv, bias: false, activation: Activation::Linear };
        grads.push((0, graph.add_node(op, &[dy, weight])?));
    }
    if wanted[1] {
        let dims = graph.shape(weight).dims();
        let op = Op::Conv2dGradWeight { conv, kernel: [dims[2], dims[3]] };
        grads.push((1, graph.add_node(op, &[dy, small])?));
    }
    Ok(grads)
}

pub(super) fn norm(graph: &mut Graph, norm: Norm, inputs: &[NodeId], dy: NodeId, wanted: &[bool]) -> Grads {
    let mut grads = vec![];
    if wanted[0] {
        let own = &inputs[..1 + usize::from(norm.weight)];
        grads.push((0, graph.add_node(Op::NormGrad(norm), &[own, &[dy]].concat())?));
    }
    if norm.weight && wanted[1] {
        let sums = graph.add_node(Op::NormGradWeight(norm), &[inputs[0], dy])?;
        let shape = graph.shape(inputs[1]).clone();
        grads.push((1, graph.view(sums, 0, shape)?));
    }
    let last = inputs.len() - 1;
    if norm.bias && wanted[last] {
        let rows = graph.shape(dy).numel() / norm.columns;
        let shape = [rows / norm.groups, norm.groups, norm.columns / norm.span, norm.span];
        let seen = graph.view(dy, 0, shape)?;
        grads.push((last, sum_over(graph, seen, &[0, 3], inputs[last])?));
    }
    Ok(grads)
}

pub(super) fn attention(
    graph: &mut Graph,
    attention: Attention,
    id: NodeId,
    dy: NodeId,
    wanted: &[bool],
) -> Grads {
    let inputs = graph.node(id).inputs.clone();
    let lse = graph.add_node(Op::AttentionLse(attention), &inputs)?;
    let all = [&inputs[..], &[id, lse, dy]].concat();
    let grad = graph.add_node(Op::AttentionGrad(attention), &all)?;
    if !attention.cross {
        return Ok(vec![(0, grad)]);
    }
    let mut grads = vec![];
    let mut offset = 0;
    for input in 0..2 {
        let shape = graph.shape(inputs[input]).clone();
        let len = shape.numel();
        if wanted[input] {
            grads.push((input, graph.view(grad, offset, shape)?));
        }
        offset += len;
    }
    Ok(grads)
}

/// The gradient of a recurrent op's states (t, b, h), from that of a view of its result; none where the view shows
/// anything else than the states after each step.
pub(super) fn states_grad(
    graph: &mut Graph,
    id: NodeId,
    offset: usize,
    dy: NodeId,
) -> Result<Option<NodeId>, GraphError> {
    let (Op::Recurrent(recurrent), [x, u]) = (&graph.node(id).op, [0, 1].map(|i| graph.node(id).inputs[i]))
    else {
        return Ok(None);
    };
    let (t, b, h) = (graph.shape(x).dims()[0], graph.shape(x).dims()[1], graph.shape(u).dims()[1]);
    let first = recurrent.parts(t, b, h).states + if recurrent.reverse { 0 } else { b * h };
    if offset != first || graph.shape(dy).numel() != t * b * h {
        return Ok(None);
    }
    if graph.shape(dy).dims() == [t, b, h] { Ok(Some(dy)) } else { graph.view(dy, 0, [t, b, h]).map(Some) }
}

/// `dy` is the gradient of the states (t, b, h). U's is that of a product over all steps at once.
pub(super) fn recurrent(
    graph: &mut Graph,
    recurrent: Recurrent,
    id: NodeId,
    dy: NodeId,
    wanted: &[bool],
) -> Grads {
    let inputs = graph.node(id).inputs.clone();
    let dims = graph.shape(inputs[0]).dims().to_vec();
    let (t, b, rows) = (dims[0], dims[1], dims[2]);
    let h = graph.shape(inputs[1]).dims()[1];
    let flat = graph.add_node(Op::RecurrentGrad(recurrent), &[id, inputs[1], dy])?;
    let parts = recurrent.grad_parts(t, b, h);
    let inner = graph.view(flat, parts.inner, [t * b, rows])?;
    let mut grads = vec![];
    for input in (0..inputs.len()).filter(|&input| wanted[input]) {
        let grad = match input {
            0 => graph.view(flat, parts.inputs, [t, b, rows])?,
            1 => {
                let first = recurrent.parts(t, b, h).states + if recurrent.reverse { b * h } else { 0 };
                let before = graph.view(id, first, [t * b, h])?;
                graph.matmul((inner, true), (before, false), None, Activation::Linear)?
            }
            2 => column_sums(graph, inner, inputs[2])?,
            3 => graph.view(flat, parts.state, [b, h])?,
            _ => {
                debug_assert_eq!(recurrent.cell, Cell::Lstm, "only an LSTM has an initial cell");
                graph.view(flat, parts.cell, [b, h])?
            }
        };
        grads.push((input, grad));
    }
    Ok(grads)
}
