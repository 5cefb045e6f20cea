//! Softmax, normalisations, and clipping.

use minibatch_graph::{Activation, Loss, Norm, Op};

use super::check;

#[test]
fn softmaxes() {
    for log in [false, true] {
        check(&format!("softmax, log {log}"), |c| {
            let x = c.param("x", [3, 5]);
            c.op(Op::Softmax { log }, &[x])
        });
        check(&format!("softmax of a row, log {log}"), |c| {
            let x = c.param("x", [7]);
            let y = c.activation(Activation::Sine, x);
            c.op(Op::Softmax { log }, &[y])
        });
    }
}

/// Layer, RMS, group and batch norm, with and without weight and bias.
#[test]
fn norms() {
    let shapes: [(&str, &[usize], [usize; 3]); 5] = [
        ("layer", &[4, 6], [6, 1, 1]),
        ("layer over two axes", &[2, 3, 4], [12, 1, 1]),
        ("group", &[2, 6, 2, 2], [12, 2, 4]),
        ("instance", &[2, 3, 5], [5, 3, 5]),
        ("batch", &[3, 8], [8, 3, 8]),
    ];
    for (name, shape, [columns, groups, span]) in shapes {
        for [center, weight, bias] in (0..8).map(|i| [i & 1 > 0, i & 2 > 0, i & 4 > 0]) {
            check(&format!("{name} norm {center} {weight} {bias}"), |c| {
                let norm = Norm { columns, groups, span, center, eps: 1e-3, weight, bias };
                let x = c.param("x", minibatch_graph::Shape::new(shape.to_vec()));
                let mut inputs = vec![c.activation(Activation::Softplus, x)];
                if weight {
                    inputs.push(c.param("weight", [norm.channels()]));
                }
                if bias {
                    inputs.push(c.param("bias", [norm.channels()]));
                }
                let flat = c.op(Op::Norm(norm), &inputs);
                c.graph.view(flat, 0, minibatch_graph::Shape::new(shape.to_vec())).unwrap()
            });
        }
    }
}

#[test]
fn sum_of_squares() {
    check("sum_squares", |c| {
        let x = c.param("x", [3, 4]);
        let y = c.activation(Activation::Sine, x);
        c.op(Op::SumSquares, &[y])
    });
}

#[test]
fn losses_of_elements() {
    // The draws keep away from where L1 has its corner: none is within 1e-3 of its target.
    for loss in [Loss::SumSquares, Loss::L1, Loss::Huber { delta: 0.5 }] {
        check(&format!("{loss:?}"), |c| {
            let (x, target) = (c.param("x", [4, 3]), c.data("target", [4, 3]));
            let y = c.activation(Activation::Tanh, x);
            c.op(Op::Loss(loss), &[y, target])
        });
    }
}

#[test]
fn cross_entropies() {
    for label_smoothing in [0.0, 0.25] {
        for ignore_index in [None, Some(1), Some(7)] {
            let loss = Loss::CrossEntropy { label_smoothing, ignore_index };
            check(&format!("{loss:?}"), |c| {
                let (x, target) = (c.param("x", [5, 3]), c.words("target", &[2, 1, 0, 1, 7]));
                let y = c.activation(Activation::Softplus, x);
                c.op(Op::Loss(loss), &[y, target])
            });
        }
    }
}
