//! Gradients of arithmetic, sums and ops that move elements.

use crate::{Binary, Graph, GraphError, NodeId, Op, Reduction, Shape, Unary};

fn apply(graph: &mut Graph, binary: Binary, a: NodeId, b: NodeId) -> Result<NodeId, GraphError> {
    graph.add_node(Op::Binary(binary), &[a, b])
}

/// Sums a gradient over the axes along which an operand of `shape` was repeated.
fn reduce_to(graph: &mut Graph, grad: NodeId, shape: &Shape) -> Result<NodeId, GraphError> {
    if graph.shape(grad) == shape {
        return Ok(grad);
    }
    let dims = graph.shape(grad).dims().to_vec();
    let missing = dims.len() - shape.rank();
    let repeated = |axis: &usize| *axis < missing || (shape.dims()[*axis - missing] == 1 && dims[*axis] > 1);
    let axes: Vec<usize> = (0..dims.len()).filter(repeated).collect();
    let sum = if axes.is_empty() {
        grad
    } else {
        graph.add_node(Op::Reduce { reduction: Reduction::Sum, axes }, &[grad])?
    };
    graph.view(sum, 0, shape.clone())
}

pub(super) fn binary(
    graph: &mut Graph,
    binary: Binary,
    id: NodeId,
    dy: NodeId,
    wanted: &[bool],
) -> Result<Vec<(usize, NodeId)>, GraphError> {
    let inputs = graph.node(id).inputs.clone();
    let (a, b) = (inputs[0], inputs[1]);
    // Each operand sees dy through a view of its own: `activation_grad` may change a plain node that is one operand's
    // alone, and would change the other's with it.
    let shape = graph.shape(dy).clone();
    let both = wanted == [true, true];
    let mut grads = vec![];
    for operand in (0..2).filter(|&i| wanted[i]) {
        let dy = if both { graph.view(dy, 0, shape.clone())? } else { dy };
        let grad = match (binary, operand) {
            (Binary::Add, _) | (Binary::Sub, 0) => dy,
            (Binary::Sub, _) => graph.add_node(Op::Unary(Unary::Neg), &[dy])?,
            (Binary::Mul, 0) => apply(graph, Binary::Mul, dy, b)?,
            (Binary::Mul, _) => apply(graph, Binary::Mul, dy, a)?,
            (Binary::Div, 0) => apply(graph, Binary::Div, dy, b)?,
            (Binary::Div, _) => {
                // -a / b^2 = -y / b
                let ratio = apply(graph, Binary::Div, id, b)?;
                let product = apply(graph, Binary::Mul, dy, ratio)?;
                graph.add_node(Op::Unary(Unary::Neg), &[product])?
            }
        };
        let shape = graph.shape(inputs[operand]).clone();
        grads.push((operand, reduce_to(graph, grad, &shape)?));
    }
    Ok(grads)
}

pub(super) fn unary(graph: &mut Graph, unary: Unary, id: NodeId, dy: NodeId) -> Result<NodeId, GraphError> {
    let x = graph.node(id).inputs[0];
    match unary {
        Unary::Neg => graph.add_node(Op::Unary(Unary::Neg), &[dy]),
        Unary::Exp => apply(graph, Binary::Mul, dy, id),
        Unary::Log => apply(graph, Binary::Div, dy, x),
        Unary::Sqrt => {
            let twice = apply(graph, Binary::Add, id, id)?;
            apply(graph, Binary::Div, dy, twice)
        }
        Unary::Square => {
            let twice = apply(graph, Binary::Add, x, x)?;
            apply(graph, Binary::Mul, dy, twice)
        }
        Unary::Abs => {
            let sign = graph.add_node(Op::Unary(Unary::Sign), &[x])?;
            apply(graph, Binary::Mul, dy, sign)
        }
        Unary::Sign => Ok(graph.full(graph.shape(x).clone(), 0.0)),
    }
}

/// Every element that was summed gets dy; a mean shares it.
pub(super) fn reduce(
    graph: &mut Graph,
    reduction: Reduction,
    id: NodeId,
    dy: NodeId,
) -> Result<NodeId, GraphError> {
    let x = graph.node(id).inputs[0];
    let shape = graph.shape(x).clone();
    let dy = match reduction {
        Reduction::Sum => dy,
        Reduction::Mean => {
            let count = shape.numel() / graph.shape(id).numel();
            let share = graph.full([1], 1.0 / count as f32);
            apply(graph, Binary::Mul, dy, share)?
        }
    };
    let zeros = graph.full(shape, 0.0);
    apply(graph, Binary::Add, zeros, dy)
}

pub(super) fn permute(graph: &mut Graph, axes: &[usize], dy: NodeId) -> Result<NodeId, GraphError> {
    let mut back = vec![0; axes.len()];
    axes.iter().enumerate().for_each(|(to, &from)| back[from] = to);
    graph.add_node(Op::Permute { axes: back }, &[dy])
}

pub(super) fn concat(
    graph: &mut Graph,
    axis: usize,
    inputs: &[NodeId],
    dy: NodeId,
    wanted: &[bool],
) -> Result<Vec<(usize, NodeId)>, GraphError> {
    let (mut grads, mut start) = (vec![], 0);
    for (i, &input) in inputs.iter().enumerate() {
        let len = graph.shape(input).dims()[axis];
        if wanted[i] {
            grads.push((i, graph.add_node(Op::Slice { axis, start, len }, &[dy])?));
        }
        start += len;
    }
    Ok(grads)
}

/// 2 x dy
pub(super) fn sum_squares(graph: &mut Graph, x: NodeId, dy: NodeId) -> Result<NodeId, GraphError> {
    let twice = apply(graph, Binary::Add, x, x)?;
    apply(graph, Binary::Mul, twice, dy)
}
