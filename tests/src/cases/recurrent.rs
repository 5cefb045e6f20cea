//! Recurrent layers over whole sequences: the flat result and the flat gradient, all parts of both.

use minibatch_graph::{Cell, NodeId, Op, Recurrent, Shape};

use super::{Builder, Case};

/// (t, b, h): one of each; rows of the batch around four and eight; hidden units around a vector, a workgroup, a slab of
/// U's columns (256) and, times the gates, of its rows (512); more of both than one pass takes.
const SHAPES: [[usize; 3]; 14] = [
    [1, 1, 1],
    [3, 1, 2],
    [2, 3, 5],
    [7, 4, 8],
    [5, 5, 13],
    [4, 8, 31],
    [3, 9, 64],
    [15, 32, 50],
    [2, 17, 65],
    [3, 2, 127],
    [3, 3, 129],
    [2, 2, 256],
    [2, 5, 257],
    [2, 1, 521],
];

pub(super) fn cases() -> Vec<Case> {
    let mut all = vec![];
    for (i, shape) in SHAPES.into_iter().enumerate() {
        for cell in Cell::ALL {
            // Each cell meets small and large shapes in both directions.
            let reverse = (i + cell.code() as usize).is_multiple_of(2);
            all.push(both(Recurrent { cell, reverse }, shape));
        }
    }
    for cell in Cell::ALL {
        // More steps than one launch takes.
        all.push(both(Recurrent { cell, reverse: cell == Cell::Gru }, [20_011, 1, 1]));
        all.push(saturated(Recurrent { cell, reverse: cell == Cell::Lstm }));
        all.push(within_a_pack(Recurrent { cell, reverse: cell == Cell::RnnTanh }));
    }
    // More than 65,535 workgroups of 8 rows each.
    all.push(both(Recurrent { cell: Cell::RnnTanh, reverse: false }, [2, 524_309, 1]));
    all
}

/// The op's inputs. U and what follows lie within one variable, at offsets that no vector divides; the weights are as
/// PyTorch draws them, within 1 / sqrt(h).
fn operands(builder: &mut Builder, cell: Cell, [t, b, h]: [usize; 3], reach: f32) -> Vec<NodeId> {
    let wide = h * cell.gates();
    let x = builder.between("x", [3 + t * b * wide], -reach, reach);
    let scale = 1.0 / (h as f32).sqrt();
    let params = builder.between("params", [5 + wide * h + wide], -scale, scale);
    let first = builder.between("first", [1 + 2 * b * h], -1.0, 1.0);
    let mut view = |node, offset, dims: &[usize]| {
        builder.graph().view(node, offset, Shape::new(dims.to_vec())).expect("a case's view")
    };
    let mut inputs = vec![
        view(x, 3, &[t, b, wide]),
        view(params, 5, &[wide, h]),
        view(params, 5 + wide * h, &[wide]),
        view(first, 1, &[b, h]),
    ];
    if cell == Cell::Lstm {
        inputs.push(view(first, 1 + b * h, &[b, h]));
    }
    inputs
}

/// The result and, from it, the gradient.
fn both(recurrent: Recurrent, shape: [usize; 3]) -> Case {
    let [t, b, h] = shape;
    let mut builder = Builder::new(format!("{recurrent:?} ({t}, {b}, {h})"));
    let inputs = operands(&mut builder, recurrent.cell, shape, 2.0);
    graded(builder, recurrent, &inputs, [t, b, h])
}

fn graded(mut builder: Builder, recurrent: Recurrent, inputs: &[NodeId], [t, b, h]: [usize; 3]) -> Case {
    let dstates = builder.between("dstates", [7 + t * b * h], -1.0, 1.0);
    let dstates = builder.graph().view(dstates, 7, [t, b, h]).expect("a case's view");
    let y = builder.op(Op::Recurrent(recurrent), inputs);
    let grad = builder.op(Op::RecurrentGrad(recurrent), &[y, inputs[1], dstates]);
    builder.compares_as("result", y).compares(grad)
}

/// Inputs where exponentials overflow: every gate is 0 or 1 to the last digit, and nothing is NaN.
fn saturated(recurrent: Recurrent) -> Case {
    let shape = [3, 5, 6];
    let mut builder = Builder::new(format!("{recurrent:?} saturated"));
    let reach = if recurrent.cell == Cell::RnnRelu { 100.0 } else { 3000.0 };
    let inputs = operands(&mut builder, recurrent.cell, shape, reach);
    graded(builder, recurrent, &inputs, shape)
}

/// The result and the gradient written straight into a larger value, behind something else.
fn within_a_pack(recurrent: Recurrent) -> Case {
    let shape = [3, 9, 11];
    let [t, b, h] = shape;
    let mut builder = Builder::new(format!("{recurrent:?} within a pack"));
    let inputs = operands(&mut builder, recurrent.cell, shape, 2.0);
    let before = builder.float("before", [13]);
    let y = builder.op(Op::Recurrent(recurrent), &inputs);
    let packed = builder.op(Op::Pack, &[before, y]);
    // Not the packed one's: a value that is used twice is not written in place.
    let again = builder.op(Op::Recurrent(recurrent), &inputs);
    let dstates = builder.between("dstates", [t, b, h], -1.0, 1.0);
    let grad = builder.op(Op::RecurrentGrad(recurrent), &[again, inputs[1], dstates]);
    let grads = builder.op(Op::Pack, &[before, grad]);
    builder.compares_as("packed", packed).compares(grads)
}
