//! Arithmetic with broadcasting, sums over axes, and ops that only move elements.

use minibatch_graph::{Binary, Op, Reduction, Shape, Unary};

use super::{Builder, Case};

/// Shapes of two operands: each axis repeated on either side, axes missing, extents 1, up to six axes that cannot be
/// joined, one past a workgroup.
const BROADCASTS: [(&[usize], &[usize]); 18] = [
    (&[1], &[1]),
    (&[1, 1], &[1]),
    (&[7], &[1]),
    (&[1], &[257]),
    (&[5, 3], &[3]),
    (&[5, 3], &[5, 1]),
    (&[5, 1], &[1, 3]),
    (&[3, 4], &[1, 3, 4]),
    (&[64, 65], &[65]),
    (&[65, 1], &[64]),
    (&[1009, 2], &[1009, 1]),
    (&[2, 5, 7, 3], &[5, 1, 1]),
    (&[4, 1, 6], &[4, 5, 1]),
    (&[3, 1, 5, 1, 7], &[2, 5, 4, 1]),
    (&[2, 3, 2, 3, 2, 3], &[2, 1, 2, 1, 2, 1]),
    (&[1, 3, 1, 2, 1, 5], &[4, 1, 3, 1, 2, 1]),
    (&[1, 3, 1, 1, 1, 1], &[3, 1]),
    (&[3, 2, 1, 1, 4, 3], &[1, 3, 5, 1, 1]),
];

/// Shapes, and axes to be summed over: the last, the first, in between, some of each, all, of extent 1.
const SUMS: [(&[usize], &[usize]); 27] = [
    (&[1], &[0]),
    (&[7], &[0]),
    (&[1009], &[0]),
    (&[70_001], &[0]),
    (&[5, 1], &[1]),
    (&[1, 5], &[0]),
    (&[5, 3], &[0, 1]),
    (&[5, 3], &[1]),
    (&[65, 8], &[1]),
    (&[66, 9], &[1]),
    (&[3, 257], &[1]),
    (&[3, 1030], &[1]),
    (&[131, 130], &[1]),
    (&[4, 7, 5], &[1]),
    (&[3, 300, 2], &[1]),
    (&[2, 5000, 3], &[1]),
    (&[70, 3, 65], &[1]),
    (&[4, 7, 5], &[0, 2]),
    (&[6, 3, 5, 7], &[0, 2, 3]),
    (&[9, 17, 11, 13], &[0, 2, 3]),
    (&[5, 4, 3, 6], &[0, 3]),
    (&[5, 4, 3, 6], &[1, 2]),
    (&[5, 4, 3, 6], &[0, 2]),
    (&[5, 4, 3, 6], &[1, 3]),
    (&[4, 1, 1, 6], &[1, 2]),
    (&[2, 3, 4, 3, 2, 5], &[0, 2, 4]),
    (&[2, 3, 4, 3, 2, 5], &[1, 3, 5]),
];

/// Shapes, and the order their axes take.
const ORDERS: [(&[usize], &[usize]); 14] = [
    (&[1], &[0]),
    (&[9], &[0]),
    (&[1, 7], &[1, 0]),
    (&[5, 3], &[0, 1]),
    (&[5, 3], &[1, 0]),
    (&[17, 16], &[1, 0]),
    (&[131, 67], &[1, 0]),
    (&[2, 5, 3], &[1, 0, 2]),
    (&[2, 5, 3], &[2, 0, 1]),
    (&[3, 5, 7, 4], &[0, 2, 1, 3]),
    (&[3, 5, 7, 4], &[0, 2, 3, 1]),
    (&[3, 5, 7, 4], &[3, 1, 0, 2]),
    (&[2, 1, 3, 1, 4], &[4, 3, 2, 1, 0]),
    (&[2, 3, 4, 5, 3, 2], &[5, 1, 3, 0, 4, 2]),
];

pub(super) fn cases() -> Vec<Case> {
    let mut all = vec![];
    for op in Binary::ALL {
        all.extend(BROADCASTS.map(|(a, b)| binary(op, a, b)));
        all.extend([1, 64, 257].map(|n| binary(op, &[n], &[n])));
    }
    for reduction in [Reduction::Sum, Reduction::Mean] {
        all.extend(SUMS.map(|(dims, axes)| reduce(reduction, dims, axes)));
    }
    all.push(reduce(Reduction::Mean, &[65, 3], &[0]));
    all.extend(Unary::ALL.into_iter().flat_map(|f| [1, 65, 1009].map(|n| unary(f, n))));
    all.extend(ORDERS.map(|(dims, axes)| permute(dims, axes)));
    for (dims, axis) in [([7, 5, 3], 0), ([7, 5, 3], 1), ([7, 5, 3], 2), ([1, 9, 1], 1), ([65, 2, 33], 1)] {
        all.extend(slices(&dims, axis));
        all.extend([[0, 0], [2, 0], [0, 3], [1, 66]].map(|around| pad(&dims, axis, around)));
        all.push(concat(&dims, axis, &[1]));
        all.push(concat(&dims, axis, &[3, 1, 70]));
    }
    all.extend([at_odd_offsets(), extremes(), of_one_input_twice()]);
    all
}

pub(super) fn binary(op: Binary, a: &[usize], b: &[usize]) -> Case {
    let mut builder = Builder::new(format!("{op:?} {a:?} with {b:?}")).tolerance(1e-6);
    let a = builder.float("a", Shape::new(a));
    let (low, high) = if op == Binary::Div { (0.5, 2.0) } else { (-2.0, 2.0) };
    let b = builder.between("b", Shape::new(b), low, high);
    let y = builder.op(Op::Binary(op), &[a, b]);
    builder.compares(y)
}

pub(super) fn unary(f: Unary, length: usize) -> Case {
    let mut builder = Builder::new(format!("{f:?} ({length})"));
    let x = match f {
        Unary::Log | Unary::Sqrt => builder.between("x", [length], 0.01, 6.0),
        _ => builder.between("x", [length], -6.0, 6.0),
    };
    let y = builder.op(Op::Unary(f), &[x]);
    builder.compares(y)
}

/// Sums of numbers around 0.5, whose error grows with their count.
pub(super) fn reduce(reduction: Reduction, dims: &[usize], axes: &[usize]) -> Case {
    let mut builder = Builder::new(format!("{reduction:?} of {dims:?} over {axes:?}"));
    let x = builder.between("x", Shape::new(dims), -1.0, 2.0);
    let y = builder.op(Op::Reduce { reduction, axes: axes.to_vec() }, &[x]);
    builder.compares(y)
}

pub(super) fn permute(dims: &[usize], axes: &[usize]) -> Case {
    let mut builder = Builder::new(format!("{dims:?} permuted {axes:?}")).tolerance(0.0);
    let x = builder.float("x", Shape::new(dims));
    let y = builder.op(Op::Permute { axes: axes.to_vec() }, &[x]);
    builder.compares(y)
}

/// The whole axis, its first place, its last, and what lies between.
fn slices(dims: &[usize], axis: usize) -> Vec<Case> {
    let extent = dims[axis];
    let parts = [(0, extent), (0, 1), (extent - 1, 1), (1, extent.saturating_sub(2))];
    let some = parts.into_iter().filter(|&(_, len)| len > 0);
    some.map(|(start, len)| slice(dims, axis, start, len)).collect()
}

pub(super) fn slice(dims: &[usize], axis: usize, start: usize, len: usize) -> Case {
    let mut builder = Builder::new(format!("{dims:?}, {len} from {start} along {axis}")).tolerance(0.0);
    let x = builder.float("x", Shape::new(dims));
    let y = builder.op(Op::Slice { axis, start, len }, &[x]);
    builder.compares(y)
}

pub(super) fn pad(dims: &[usize], axis: usize, [before, after]: [usize; 2]) -> Case {
    let mut builder = Builder::new(format!("{dims:?} amid {before} and {after} along {axis}")).tolerance(0.0);
    let x = builder.float("x", Shape::new(dims));
    let y = builder.op(Op::Pad { axis, before, after }, &[x]);
    builder.compares(y)
}

/// A value and others with these extents along the axis.
pub(super) fn concat(dims: &[usize], axis: usize, others: &[usize]) -> Case {
    let mut builder = Builder::new(format!("{dims:?} and {others:?} along {axis}")).tolerance(0.0);
    let mut inputs = vec![builder.float("x", Shape::new(dims))];
    for (i, &extent) in others.iter().enumerate() {
        let mut dims = dims.to_vec();
        dims[axis] = extent;
        inputs.push(builder.float(&format!("x{i}"), Shape::new(dims)));
    }
    let y = builder.op(Op::Concat { axis }, &inputs);
    builder.compares(y)
}

/// Every op over a view from the third element on, written into a pack behind another value. A kernel that forgets an
/// offset fails here.
fn at_odd_offsets() -> Case {
    let mut builder = Builder::new("arrangements at odd offsets");
    let x = builder.float("x", [100]);
    let base = builder.graph().view(x, 3, [4, 5, 3]).expect("in range");
    let row = builder.graph().view(x, 71, [5, 1]).expect("in range");
    let ops = [
        Op::Unary(Unary::Square),
        Op::Permute { axes: vec![2, 0, 1] },
        Op::Slice { axis: 1, start: 1, len: 3 },
        Op::Pad { axis: 2, before: 1, after: 2 },
        Op::Reduce { reduction: Reduction::Mean, axes: vec![1] },
        Op::Reduce { reduction: Reduction::Sum, axes: vec![0, 2] },
    ];
    let mut parts: Vec<_> = ops.into_iter().map(|op| builder.op(op, &[base])).collect();
    parts.push(builder.op(Op::Binary(Binary::Sub), &[row, base]));
    parts.push(builder.op(Op::Binary(Binary::Mul), &[base, base]));
    parts.push(builder.op(Op::Concat { axis: 0 }, &[base, base]));
    let packed = builder.op(Op::Pack, &parts);
    builder.compares(packed)
}

/// Infinities, and numbers whose sum passes through the largest there is, come out as the CPU has them.
fn extremes() -> Case {
    let mut builder = Builder::new("arithmetic of extreme values");
    let x = builder.given("x", [2, 4], vec![3e38, -3e38, 1e-30, 0.0, f32::INFINITY, 1.0, -1e20, 1e20]);
    let column = builder.given("column", [2, 1], vec![2.0, 1e20]);
    let mut parts = vec![];
    for op in [Binary::Add, Binary::Mul] {
        parts.push(builder.op(Op::Binary(op), &[x, column]));
    }
    for f in [Unary::Neg, Unary::Abs, Unary::Sign, Unary::Exp] {
        parts.push(builder.op(Op::Unary(f), &[x]));
    }
    parts.push(builder.op(Op::Reduce { reduction: Reduction::Sum, axes: vec![1] }, &[x]));
    let packed = builder.op(Op::Pack, &parts);
    builder.compares(packed)
}

/// One value on both sides of an op, and beside itself.
fn of_one_input_twice() -> Case {
    let mut builder = Builder::new("one input twice");
    let x = builder.float("x", [3, 1]);
    let y = builder.op(Op::Permute { axes: vec![1, 0] }, &[x]);
    let square = builder.op(Op::Binary(Binary::Mul), &[x, y]);
    let both = builder.op(Op::Concat { axis: 1 }, &[square, square]);
    builder.compares(both)
}
