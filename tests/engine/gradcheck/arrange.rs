//! Arithmetic with broadcasting, sums over axes, ops that only move elements, and many products at a time.

use minibatch_graph::{Activation, Binary, Epilogue, NodeId, Op, Reduction, Shape, Unary};

use super::{Check, check, product};

/// x, away from zero and of one sign, so that a quotient's, a root's and a logarithm's differences are steady.
fn positive(c: &mut Check, x: NodeId) -> NodeId {
    let two = c.graph.full([1], 2.0);
    c.op(Op::Binary(Binary::Add), &[x, two])
}

#[test]
fn broadcasts() {
    let shapes: [(&[usize], &[usize]); 6] = [
        (&[4, 3], &[4, 3]),
        (&[4, 3], &[3]),
        (&[4, 1], &[1, 3]),
        (&[1], &[2, 3]),
        (&[2, 3, 2, 2], &[3, 1, 1]),
        (&[2, 1, 3, 1], &[1, 2, 1, 2]),
    ];
    for (op, (a, b)) in Binary::ALL.into_iter().flat_map(|op| shapes.map(|s| (op, s))) {
        for (a, b) in [(a, b), (b, a)] {
            check(&format!("{op:?} {a:?} {b:?}"), |c| {
                let (a, b) = (c.param("a", Shape::new(a)), c.param("b", Shape::new(b)));
                let b = positive(c, b);
                c.op(Op::Binary(op), &[a, b])
            });
        }
    }
    // Each operand alone: the other's gradient is not asked for.
    for (op, first) in Binary::ALL.into_iter().flat_map(|op| [(op, true), (op, false)]) {
        check(&format!("{op:?} of one parameter, first {first}"), |c| {
            let (a, b) = (c.param("a", [3, 1]), c.data("b", [2]));
            let (a, b) = (positive(c, a), positive(c, b));
            c.op(Op::Binary(op), &if first { [a, b] } else { [b, a] })
        });
    }
    for op in Binary::ALL {
        check(&format!("{op:?} of one value with itself"), |c| {
            let x = c.param("x", [3, 2]);
            let x = positive(c, x);
            let turned = c.op(Op::Permute { axes: vec![1, 0] }, &[x]);
            let wide = c.graph.view(turned, 0, [6, 1]).unwrap();
            let flat = c.graph.view(x, 0, [6]).unwrap();
            let both = c.op(Op::Binary(op), &[wide, flat]);
            c.op(Op::Binary(op), &[both, both])
        });
    }
}

#[test]
fn unary_functions() {
    for f in Unary::ALL {
        check(&format!("{f:?}"), |c| {
            let x = c.param("x", [5, 3]);
            let x = if matches!(f, Unary::Log | Unary::Sqrt) { positive(c, x) } else { x };
            c.op(Op::Unary(f), &[x])
        });
    }
}

#[test]
fn sums_and_means() {
    let axes: [&[usize]; 8] = [&[0], &[1], &[3], &[0, 1], &[0, 3], &[1, 2], &[0, 2, 3], &[0, 1, 2, 3]];
    for (reduction, axes) in [Reduction::Sum, Reduction::Mean].into_iter().flat_map(|r| axes.map(|a| (r, a)))
    {
        check(&format!("{reduction:?} over {axes:?}"), |c| {
            let x = c.param("x", [2, 3, 2, 4]);
            let y = c.activation(Activation::Tanh, x);
            let sum = c.op(Op::Reduce { reduction, axes: axes.to_vec() }, &[y]);
            c.op(Op::Binary(Binary::Mul), &[sum, x])
        });
    }
}

#[test]
fn moves() {
    for axes in [[0, 1, 2], [1, 0, 2], [2, 0, 1], [1, 2, 0], [2, 1, 0]] {
        check(&format!("permuted {axes:?}"), |c| {
            let x = c.param("x", [2, 3, 4]);
            let y = c.activation(Activation::Sine, x);
            c.op(Op::Permute { axes: axes.to_vec() }, &[y])
        });
    }
    for axis in 0..3 {
        check(&format!("slice and pad along {axis}"), |c| {
            let x = c.param("x", [4, 3, 5]);
            let y = c.activation(Activation::Sigmoid, x);
            let part = c.op(Op::Slice { axis, start: 1, len: 2 }, &[y]);
            let wave = c.activation(Activation::Sine, part);
            let padded = c.op(Op::Pad { axis, before: 1, after: 2 }, &[wave]);
            c.activation(Activation::Tanh, padded)
        });
        check(&format!("concatenation along {axis}"), |c| {
            let (x, fixed) = (c.param("x", [2, 3, 2]), c.data("fixed", [2, 3, 2]));
            let y = c.activation(Activation::Gelu, x);
            let all = c.op(Op::Concat { axis }, &[x, fixed, y, x]);
            c.activation(Activation::Softplus, all)
        });
    }
}

#[test]
fn many_products() {
    for [trans_a, trans_b, bias] in (0..8).map(|i| [i & 1 > 0, i & 2 > 0, i & 4 > 0]) {
        for epilogue in [Epilogue::None, Epilogue::Activation(Activation::Tanh)] {
            check(&format!("products {trans_a} {trans_b} {bias} {epilogue:?}"), |c| {
                let a = c.param("a", if trans_a { [3, 4, 2] } else { [3, 2, 4] });
                let b = c.param("b", if trans_b { [3, 5, 4] } else { [3, 4, 5] });
                // An activation before the product: its derivative joins the gradient's product.
                let mut inputs = vec![c.activation(Activation::Sigmoid, a), b];
                if bias {
                    inputs.push(c.param("bias", [5]));
                }
                c.op(product(trans_a, trans_b, bias, epilogue), &inputs)
            });
        }
    }
}
