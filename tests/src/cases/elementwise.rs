//! Elementwise operations, and those that only move values: view, pack, full.

use minibatch_graph::{Activation, Binary, Op, Reduction};

use super::{Builder, Case};

const LENGTHS: [usize; 9] = [1, 2, 15, 63, 64, 65, 257, 1009, 65_537];

pub(super) fn cases() -> Vec<Case> {
    let mut all = vec![];
    for length in LENGTHS {
        all.push(add(length));
        all.push(dropout(length, 0.3, 5));
    }
    for f in Activation::ALL {
        for length in [1, 65, 1009] {
            all.push(activation(f, length));
            all.push(activation_grad(f, length));
        }
        all.push(far_out(f));
    }
    for rate in [0.0, 0.5, 0.97] {
        all.push(dropout(513, rate, 0));
    }
    all.extend([views(), unaligned_views(), packed_in_place(), packed_copies(), full()]);
    all
}

/// Where the saved value of an activation's gradient lies: its outputs, or any input.
pub(super) fn range_of_saved(f: Activation) -> (f32, f32) {
    match f {
        Activation::Linear | Activation::Relu | Activation::LeakyRelu => (-2.0, 2.0),
        Activation::Gelu | Activation::Silu | Activation::Sine => (-4.0, 4.0),
        Activation::Elu => (-0.99, 2.0),
        Activation::Tanh => (-1.0, 1.0),
        Activation::Sigmoid => (0.0, 1.0),
        Activation::Softplus => (0.01, 4.0),
    }
}

pub(super) fn add(length: usize) -> Case {
    let mut builder = Builder::new(format!("add ({length})")).tolerance(1e-6);
    let (a, b) = (builder.float("a", [length]), builder.float("b", [length]));
    let sum = builder.op(Op::Binary(Binary::Add), &[a, b]);
    builder.compares(sum)
}

pub(super) fn activation(f: Activation, length: usize) -> Case {
    let mut builder = Builder::new(format!("{} ({length})", f.id()));
    let x = builder.between("x", [length], -6.0, 6.0);
    let y = builder.op(Op::Activation(f), &[x]);
    builder.compares(y)
}

/// Large arguments: nothing may overflow to NaN or infinity. (A sine of 3000 is nobody's to promise.)
fn far_out(f: Activation) -> Case {
    let mut builder = Builder::new(format!("{} far out", f.id()));
    let values = vec![-90.0, -40.0, -20.0, -10.0, -1e-3, -0.0, 0.0, 1e-3, 10.0, 20.0, 40.0, 90.0];
    let far = if f == Activation::Sine { 0.1 } else { 10.0 };
    let values: Vec<f32> = values.iter().flat_map(|&v: &f32| [v, v * far]).collect();
    let x = builder.given("x", [24], values);
    let y = builder.op(Op::Activation(f), &[x]);
    builder.compares(y)
}

pub(super) fn activation_grad(f: Activation, length: usize) -> Case {
    let mut builder = Builder::new(format!("gradient of {} ({length})", f.id()));
    let (low, high) = range_of_saved(f);
    let saved = builder.between("saved", [length], low, high);
    let dy = builder.float("dy", [length]);
    let dx = builder.op(Op::ActivationGrad(f), &[saved, dy]);
    builder.compares(dx)
}

pub(super) fn dropout(length: usize, rate: f32, stream: u32) -> Case {
    let mut builder = Builder::new(format!("dropout {rate} ({length})"));
    let x = builder.float("x", [length]);
    let control = builder.control(&[]);
    let y = builder.op(Op::Dropout { rate, stream }, &[x, control]);
    builder.compares(y)
}

/// Two halves of one variable, as matrices, added.
fn views() -> Case {
    let mut builder = Builder::new("views of one variable");
    let x = builder.float("x", [128]);
    let left = builder.graph().view(x, 0, [8, 8]).expect("in range");
    let right = builder.graph().view(x, 64, [8, 8]).expect("in range");
    let sum = builder.op(Op::Binary(Binary::Add), &[left, right]);
    builder.compares(sum)
}

/// Views that begin at odd elements, where no binding of a GPU can begin, and a view of a view.
fn unaligned_views() -> Case {
    let mut builder = Builder::new("views at odd offsets");
    let x = builder.float("x", [100]);
    let whole = builder.graph().view(x, 3, [7, 13]).expect("in range");
    let inner = builder.graph().view(whole, 14, [11, 7]).expect("in range");
    let b = builder.float("b", [7, 7]);
    let product = builder.op(
        Op::Matmul { trans_a: false, trans_b: false, bias: false, epilogue: minibatch_graph::Epilogue::None },
        &[inner, b],
    );
    builder.compares(product)
}

/// Results that are written straight into their pack, at odd offsets.
fn packed_in_place() -> Case {
    let mut builder = Builder::new("pack of results");
    let (x, y) = (builder.float("x", [5, 3]), builder.float("y", [67]));
    let first = builder.op(Op::Activation(Activation::Relu), &[x]);
    let second = builder.op(Op::Binary(Binary::Add), &[y, y]);
    let third = builder.op(Op::Reduce { reduction: Reduction::Sum, axes: vec![0] }, &[x]);
    let packed = builder.op(Op::Pack, &[first, second, third]);
    builder.compares(packed)
}

/// What cannot be written in place is copied: variables, views, constants, a result used elsewhere, one twice.
fn packed_copies() -> Case {
    let mut builder = Builder::new("pack of copies");
    let x = builder.float("x", [5, 3]);
    let used_twice = builder.op(Op::Activation(Activation::Sigmoid), &[x]);
    let alone = builder.op(Op::Binary(Binary::Add), &[x, used_twice]);
    let part = builder.graph().view(x, 4, [7]).expect("in range");
    let filled = builder.graph().full([4], 2.5);
    let packed = builder.op(Op::Pack, &[x, used_twice, part, alone, filled, used_twice]);
    let again = builder.op(Op::Pack, &[packed, part]);
    builder.compares(again)
}

fn full() -> Case {
    let mut builder = Builder::new("constant");
    let x = builder.float("x", [3, 65]);
    let filled = builder.graph().full([3, 65], -1.5);
    let sum = builder.op(Op::Binary(Binary::Add), &[filled, x]);
    builder.compares(sum)
}
