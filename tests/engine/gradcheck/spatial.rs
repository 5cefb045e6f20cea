//! Convolutions and pools.

use super::{Check, check};
use minibatch_graph::{Activation, Binary, Conv2d, NodeId, Op, Pool2d, PoolKind, PoolWindow, Shape};

/// Convolutions that have all of it: x, weight, and where the windows are.
fn convolutions() -> Vec<([usize; 4], [usize; 4], Conv2d)> {
    let plain = Conv2d::default();
    let padding = [1, 1];
    vec![
        ([2, 2, 4, 5], [3, 2, 3, 3], Conv2d { padding, ..plain }),
        ([2, 2, 5, 7], [2, 2, 2, 3], plain),
        ([1, 2, 6, 7], [3, 2, 3, 2], Conv2d { stride: [2, 3], padding, ..plain }),
        ([1, 2, 8, 6], [2, 2, 2, 3], Conv2d { stride: [3, 1], dilation: [2, 2], padding: [0, 2], groups: 1 }),
        ([1, 4, 4, 5], [4, 1, 3, 3], Conv2d { padding, groups: 4, ..plain }),
        ([1, 4, 5, 5], [6, 2, 2, 3], Conv2d { stride: [2, 2], groups: 2, ..plain }),
        ([2, 3, 1, 1], [5, 3, 1, 1], plain),
    ]
}

/// Twice a parameter, so that the gradient goes on beyond the op.
fn doubled(c: &mut Check, name: &str, shape: &[usize]) -> NodeId {
    let x = c.param(name, Shape::new(shape));
    c.op(Op::Binary(Binary::Add), &[x, x])
}

#[test]
fn convolutions_and_their_activations() {
    for (i, (x, weight, conv)) in convolutions().into_iter().enumerate() {
        let activation = [Activation::Linear, Activation::Tanh, Activation::Softplus][i % 3];
        check(&format!("{x:?} by {weight:?} {conv:?} {activation:?}"), |c| {
            let (x, weight) = (doubled(c, "x", &x), doubled(c, "weight", &weight));
            c.op(Op::Conv2d { conv, bias: false, activation }, &[x, weight])
        });
    }
}

#[test]
fn biases_of_convolutions() {
    for (x, weight, conv) in convolutions() {
        check(&format!("{x:?} by {weight:?} {conv:?} + bias"), |c| {
            let inputs = [c.data("x", x), c.data("weight", weight), c.param("bias", [weight[0]])];
            c.op(Op::Conv2d { conv, bias: true, activation: Activation::Sigmoid }, &inputs)
        });
    }
}

#[test]
fn transposed_convolutions() {
    for (x, weight, conv) in convolutions() {
        check(&format!("transposed {x:?} by {weight:?} {conv:?}"), |c| {
            let extent = |axis: usize| conv.extent(axis, x[2 + axis], weight[2 + axis]).unwrap();
            let small = doubled(c, "small", &[x[0], weight[0], extent(0), extent(1)]);
            let weight = doubled(c, "weight", &weight);
            c.op(Op::Conv2dGradInput { conv, size: [x[2], x[3]] }, &[small, weight])
        });
    }
}

#[test]
fn pools() {
    let fixed = |kernel, stride, padding| PoolWindow::Fixed { kernel, stride, padding };
    let windows = [
        fixed([2, 2], [2, 2], [0, 0]),
        fixed([3, 2], [2, 1], [1, 1]),
        fixed([2, 1], [3, 2], [0, 0]),
        PoolWindow::Adaptive { size: [1, 1] },
        PoolWindow::Adaptive { size: [3, 4] },
    ];
    for window in windows {
        for kind in [PoolKind::Max, PoolKind::Average] {
            check(&format!("{kind:?} {window:?}"), |c| {
                let x = doubled(c, "x", &[2, 2, 5, 7]);
                c.op(Op::Pool2d(Pool2d { kind, window }), &[x])
            });
        }
    }
}
