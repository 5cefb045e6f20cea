//! Reverse-mode differentiation: the gradient is more graph.

mod arithmetic;
mod layers;

use layers::Part;

use crate::{Activation, Binary, Epilogue, Graph, GraphError, NodeId, Op, Reduction};

/// Adds the nodes that compute the gradient of `loss` (one element) with respect to each of `wrt`, and returns them
/// in that order. A node that the loss does not depend on gets zeros.
///
/// # Errors
/// When the path from `wrt` to the loss leads through an op without a gradient.
pub fn backward(graph: &mut Graph, loss: NodeId, wrt: &[NodeId]) -> Result<Vec<NodeId>, GraphError> {
    let reaches = depends_on(graph, wrt);
    let mut grads: Vec<Option<NodeId>> = vec![None; graph.nodes().len()];
    grads[loss.index()] = Some(graph.full([1], 1.0));
    for id in (0..=loss.index()).rev() {
        let (Some(dy), true) = (grads[id], reaches[id]) else { continue };
        let node = graph.nodes()[id].clone();
        graph.set_label(&node.label);
        let wanted: Vec<bool> = node.inputs.iter().map(|i| reaches[i.index()]).collect();
        if wrt.contains(&NodeId(id as u32)) || !wanted.contains(&true) {
            continue;
        }
        for (input, grad) in input_grads(graph, NodeId(id as u32), dy, &wanted)? {
            let slot = &mut grads[node.inputs[input].index()];
            *slot = Some(match *slot {
                Some(sum) => graph.add_node(Op::Binary(Binary::Add), &[sum, grad])?,
                None => grad,
            });
        }
    }
    Ok(wrt
        .iter()
        .map(|&id| grads[id.index()].unwrap_or_else(|| graph.full(graph.shape(id).clone(), 0.0)))
        .collect())
}

/// For every node, whether one of `wrt` leads to it.
fn depends_on(graph: &Graph, wrt: &[NodeId]) -> Vec<bool> {
    let mut reaches = vec![false; graph.nodes().len()];
    for id in graph.ids() {
        let through = graph.node(id).inputs.iter().any(|i| reaches[i.index()]);
        reaches[id.index()] = through || wrt.contains(&id);
    }
    reaches
}

/// The gradients of one node's wanted inputs, as (input number, gradient), given the gradient `dy` of its result.
fn input_grads(
    graph: &mut Graph,
    id: NodeId,
    dy: NodeId,
    wanted: &[bool],
) -> Result<Vec<(usize, NodeId)>, GraphError> {
    let node = graph.node(id).clone();
    let refuse = || GraphError::NotDifferentiable { label: node.label.clone(), op: node.op.name() };
    match node.op {
        Op::Variable { .. } | Op::Full { .. } => Ok(vec![]),
        // Of a flat result one part is seen through a view, and only that has gradients.
        Op::View { offset } => match layers::part_grad(graph, node.inputs[0], offset, dy)? {
            Part::Seen(dy) => Ok(vec![(0, dy)]),
            Part::Hidden => Err(refuse()),
            Part::Whole => Ok(vec![(0, view_grad(graph, node.inputs[0], offset, dy)?)]),
        },
        Op::Pack => pack_grads(graph, &node.inputs, dy, wanted),
        Op::Binary(binary) => arithmetic::binary(graph, binary, id, dy, wanted),
        Op::Unary(unary) => Ok(vec![(0, arithmetic::unary(graph, unary, id, dy)?)]),
        Op::Reduce { reduction, .. } => Ok(vec![(0, arithmetic::reduce(graph, reduction, id, dy)?)]),
        Op::Permute { axes } => Ok(vec![(0, arithmetic::permute(graph, &axes, dy)?)]),
        Op::Slice { axis, start, len } => {
            let after = graph.shape(node.inputs[0]).dims()[axis] - start - len;
            Ok(vec![(0, graph.add_node(Op::Pad { axis, before: start, after }, &[dy])?)])
        }
        Op::Pad { axis, before, .. } => {
            let len = graph.shape(node.inputs[0]).dims()[axis];
            Ok(vec![(0, graph.add_node(Op::Slice { axis, start: before, len }, &[dy])?)])
        }
        Op::Concat { axis } => arithmetic::concat(graph, axis, &node.inputs, dy, wanted),
        Op::SumSquares => Ok(vec![(0, arithmetic::sum_squares(graph, node.inputs[0], dy)?)]),
        Op::Activation(f) => {
            let saved = if f.derivative_from_output() { id } else { node.inputs[0] };
            Ok(vec![(0, graph.activation_grad(f, saved, dy)?)])
        }
        Op::Matmul { trans_a, trans_b, bias, epilogue } => {
            let dz = match epilogue {
                Epilogue::None => dy,
                Epilogue::Activation(f) if f.derivative_from_output() => graph.activation_grad(f, id, dy)?,
                Epilogue::Activation(_) | Epilogue::ActivationGrad(_) => return Err(refuse()),
                Epilogue::Both(_) | Epilogue::Add => return Err(refuse()),
            };
            matmul_grads(graph, &node.inputs, [trans_a, trans_b, bias], dz, wanted)
        }
        Op::Gather if !wanted[1] => {
            let rows = graph.shape(node.inputs[0]).dims()[0];
            Ok(vec![(0, graph.add_node(Op::GatherGrad { rows }, &[node.inputs[1], dy])?)])
        }
        // Linear in x with the same mask, which the counter gives again.
        Op::Dropout { .. } => Ok(vec![(0, graph.add_node(node.op.clone(), &[dy, node.inputs[1]])?)]),
        Op::Loss(loss) if !wanted[1] => {
            let inputs = [node.inputs[0], node.inputs[1], dy];
            Ok(vec![(0, graph.add_node(Op::LossGrad(loss), &inputs)?)])
        }
        Op::Conv2d { conv, bias, activation } => {
            let dz = graph.activation_grad(activation, id, dy)?;
            layers::conv2d(graph, conv, bias, &node.inputs, dz, wanted)
        }
        Op::Conv2dGradInput { conv, .. } => layers::conv2d_grad_input(graph, conv, &node.inputs, dy, wanted),
        Op::Pool2d(pool) => Ok(vec![(0, graph.add_node(Op::Pool2dGrad(pool), &[node.inputs[0], dy])?)]),
        Op::Softmax { log } => Ok(vec![(0, graph.add_node(Op::SoftmaxGrad { log }, &[id, dy])?)]),
        Op::Norm(norm) => layers::norm(graph, norm, id, dy, wanted),
        Op::Attention(attention) => layers::attention(graph, attention, id, dy, wanted),
        Op::Rotary(mut rotary) => {
            rotary.inverse = !rotary.inverse;
            Ok(vec![(0, graph.add_node(Op::Rotary(rotary), &[dy])?)])
        }
        Op::Recurrent(recurrent) => layers::recurrent(graph, recurrent, id, dy, wanted),
        // Second derivatives, what only a finished graph holds, targets, counts and changes in place.
        Op::ActivationGrad(_)
        | Op::WeightGrad { .. }
        | Op::LossGrad(_)
        | Op::GatherGrad { .. }
        | Op::ToIndex
        | Op::Gather
        | Op::Loss(_) => Err(refuse()),
        Op::Conv2dGradWeight { .. } | Op::Pool2dGrad(_) | Op::SoftmaxGrad { .. } => Err(refuse()),
        Op::NormGrad(_) | Op::NormGradWeight(_) | Op::RunningStats { .. } => Err(refuse()),
        Op::AttentionGrad(_) | Op::RecurrentGrad(_) => Err(refuse()),
        Op::Confusion { .. } | Op::BeginStep { .. } | Op::Update(_) | Op::Record => Err(refuse()),
        Op::KeepLeast | Op::Score(_) | Op::Tally(_) | Op::NextRows { .. } => Err(refuse()),
        Op::ClipNorm { .. } | Op::ClipValue { .. } | Op::Momentum { .. } => Err(refuse()),
    }
}

/// The view's gradient amid zeros.
fn view_grad(graph: &mut Graph, x: NodeId, offset: usize, dy: NodeId) -> Result<NodeId, GraphError> {
    let (whole, part) = (graph.shape(x).clone(), graph.shape(dy).numel());
    if part == whole.numel() {
        return graph.view(dy, 0, whole);
    }
    let before = (offset > 0).then(|| graph.full([offset], 0.0));
    let rest = whole.numel() - offset - part;
    let after = (rest > 0).then(|| graph.full([rest], 0.0));
    let parts: Vec<NodeId> = before.into_iter().chain([dy]).chain(after).collect();
    let packed = graph.add_node(Op::Pack, &parts)?;
    graph.view(packed, 0, whole)
}

fn pack_grads(
    graph: &mut Graph,
    inputs: &[NodeId],
    dy: NodeId,
    wanted: &[bool],
) -> Result<Vec<(usize, NodeId)>, GraphError> {
    let mut grads = vec![];
    let mut offset = 0;
    for (i, &input) in inputs.iter().enumerate() {
        let shape = graph.shape(input).clone();
        let len = shape.numel();
        if wanted[i] {
            grads.push((i, graph.view(dy, offset, shape)?));
        }
        offset += len;
    }
    Ok(grads)
}

/// With y = A B (A, B after their transposes): dA = dy B', dB = A' dy; stored transposed where A or B is.
fn matmul_grads(
    graph: &mut Graph,
    inputs: &[NodeId],
    [trans_a, trans_b, bias]: [bool; 3],
    dz: NodeId,
    wanted: &[bool],
) -> Result<Vec<(usize, NodeId)>, GraphError> {
    let (a, b) = (inputs[0], inputs[1]);
    let mut grads = vec![];
    if wanted[0] {
        let (left, right) = if trans_a { ((b, trans_b), (dz, true)) } else { ((dz, false), (b, !trans_b)) };
        grads.push((0, graph.matmul(left, right, None, Activation::Linear)?));
    }
    if wanted[1] {
        let (left, right) = if trans_b { ((dz, true), (a, trans_a)) } else { ((a, !trans_a), (dz, false)) };
        grads.push((1, graph.matmul(left, right, None, Activation::Linear)?));
    }
    if bias && wanted[2] {
        grads.push((2, column_sums(graph, dz, inputs[2])?));
    }
    Ok(grads)
}

/// The sum of dy over all axes but the last, in the shape of `bias`.
fn column_sums(graph: &mut Graph, dy: NodeId, bias: NodeId) -> Result<NodeId, GraphError> {
    let columns = graph.shape(bias).numel();
    let rows = graph.shape(dy).numel() / columns;
    let matrix = if graph.shape(dy).rank() == 2 { dy } else { graph.view(dy, 0, [rows, columns])? };
    let sum = graph.add_node(Op::Reduce { reduction: Reduction::Sum, axes: vec![0] }, &[matrix])?;
    let shape = graph.shape(bias).clone();
    graph.view(sum, 0, shape)
}
