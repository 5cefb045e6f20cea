//! Gradients of convolutions, normalisations, attention and recurrent ops.

use super::column_sums;
use crate::{
    Activation, Attention, Cell, Conv2d, Graph, GraphError, NodeId, Norm, Op, Recurrent, Reduction, Shape,
};

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
        let op = Op::Conv2dGradWeight { conv, kernel: [dims[2], dims[3]], bias: None };
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
        let op = Op::Conv2dGradWeight { conv, kernel: [dims[2], dims[3]], bias: None };
        grads.push((1, graph.add_node(op, &[dy, small])?));
    }
    Ok(grads)
}

/// `dy` is the gradient of the normalised rows, in x's shape.
pub(super) fn norm(graph: &mut Graph, norm: Norm, id: NodeId, dy: NodeId, wanted: &[bool]) -> Grads {
    let inputs = graph.node(id).inputs.clone();
    let mut grads = vec![];
    if wanted[0] {
        let own = &inputs[..1 + usize::from(norm.weight)];
        grads.push((0, graph.add_node(Op::NormGrad(norm), &[&[id], own, &[dy]].concat())?));
    }
    if wanted[1..].contains(&true) {
        let sums = graph.add_node(Op::NormGradWeight(norm), &[id, inputs[0], dy])?;
        for input in (1..inputs.len()).filter(|&input| wanted[input]) {
            let shape = graph.shape(inputs[input]).clone();
            grads.push((input, graph.view(sums, (input - 1) * norm.channels(), shape)?));
        }
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
    let all = [&inputs[..], &[id, dy]].concat();
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

/// What a view shows of a value.
pub(super) enum Part {
    /// The one part of a flat result that has a gradient, which is this, in that part's shape.
    Seen(NodeId),
    /// Something else of a flat result, which has none.
    Hidden,
    /// Something of a value that is no flat result.
    Whole,
}

/// What a view from `offset` on shows of `id`, given the gradient of the view.
pub(super) fn part_grad(
    graph: &mut Graph,
    id: NodeId,
    offset: usize,
    dy: NodeId,
) -> Result<Part, GraphError> {
    let dims = |input: usize| graph.shape(graph.node(id).inputs[input]).dims().to_vec();
    let (first, shape) = match graph.node(id).op {
        Op::Recurrent(recurrent) => {
            let (x, u) = (dims(0), dims(1));
            let (t, b, h) = (x[0], x[1], u[1]);
            let states = recurrent.parts(t, b, h).states;
            (states + if recurrent.reverse { 0 } else { b * h }, vec![t, b, h])
        }
        Op::Norm(_) => (0, dims(0)),
        Op::Attention(attention) => {
            let q = dims(0);
            (0, vec![q[0], q[1], if attention.cross { q[2] } else { q[2] / 3 }])
        }
        _ => return Ok(Part::Whole),
    };
    if offset != first || graph.shape(dy).numel() != shape.iter().product::<usize>() {
        return Ok(Part::Hidden);
    }
    let same = graph.shape(dy).dims() == shape;
    Ok(Part::Seen(if same { dy } else { graph.view(dy, 0, Shape::new(shape))? }))
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
