//! Recurrent layers: with respect to inputs, weights, bias and what the sequence begins with; stacked, both directions,
//! read at the last step.

use minibatch_graph::{Activation, Binary, Cell, DType, Graph, GraphError, NodeId, Op, Recurrent, backward};

use super::{Check, check};

const T: usize = 4;
const B: usize = 3;

/// All states of one layer over x (T, B, features), each input of the op being differentiated.
fn layer(c: &mut Check, name: &str, recurrent: Recurrent, x: NodeId, h: usize) -> NodeId {
    let features = c.graph.shape(x).dims()[2];
    let wide = h * recurrent.cell.gates();
    let w = c.param(&format!("{name} w"), [wide, features]);
    let bias = c.param(&format!("{name} input bias"), [wide]);
    let flat = c.graph.view(x, 0, [T * B, features]).unwrap();
    let projected = c.graph.matmul((flat, false), (w, true), Some(bias), Activation::Linear).unwrap();
    let projected = c.graph.view(projected, 0, [T, B, wide]).unwrap();
    let mut inputs = vec![
        projected,
        c.param(&format!("{name} u"), [wide, h]),
        c.param(&format!("{name} bias"), [wide]),
        c.param(&format!("{name} state"), [B, h]),
    ];
    if recurrent.cell == Cell::Lstm {
        inputs.push(c.param(&format!("{name} cell"), [B, h]));
    }
    let y = c.op(Op::Recurrent(recurrent), &inputs);
    let first = if recurrent.reverse { 0 } else { B * h };
    c.graph.view(y, first, [T, B, h]).unwrap()
}

#[test]
fn cells_in_both_directions() {
    for cell in Cell::ALL {
        for reverse in [false, true] {
            check(&format!("{cell:?}, reverse {reverse}"), |c| {
                let x = c.param("x", [T, B, 2]);
                let states = layer(c, "layer", Recurrent { cell, reverse }, x, 5);
                c.activation(Activation::Sine, states)
            });
        }
    }
}

/// Breaks where the gradients of a state's two uses are not added, or the last step's comes to another step.
#[test]
fn the_last_step_alone_and_beside_all() {
    for cell in Cell::ALL {
        let recurrent = Recurrent { cell, reverse: false };
        check(&format!("{cell:?}, last step"), |c| {
            let x = c.param("x", [T, B, 2]);
            let states = layer(c, "layer", recurrent, x, 3);
            c.graph.view(states, (T - 1) * B * 3, [B, 3]).unwrap()
        });
        check(&format!("{cell:?}, last step and all"), |c| {
            let x = c.param("x", [T, B, 2]);
            let states = layer(c, "layer", recurrent, x, 3);
            let last = c.graph.view(states, (T - 1) * B * 3, [B, 3]).unwrap();
            let wave = c.activation(Activation::Sine, states);
            c.op(Op::Pack, &[last, wave])
        });
    }
}

#[test]
fn stacked_and_in_both_directions_at_once() {
    for cell in Cell::ALL {
        check(&format!("{cell:?}, stacked"), |c| {
            let x = c.param("x", [T, B, 2]);
            let lower = layer(c, "lower", Recurrent { cell, reverse: false }, x, 3);
            layer(c, "upper", Recurrent { cell, reverse: true }, lower, 4)
        });
        check(&format!("{cell:?}, both directions"), |c| {
            let x = c.param("x", [T, B, 2]);
            let there = layer(c, "there", Recurrent { cell, reverse: false }, x, 3);
            let back = layer(c, "back", Recurrent { cell, reverse: true }, x, 3);
            let sum = c.op(Op::Binary(Binary::Add), &[there, back]);
            c.activation(Activation::Sine, sum)
        });
    }
}

/// Breaks where the initial state or the cells are taken for the states, whose gradients alone there are.
#[test]
fn only_the_states_after_each_step_have_gradients() {
    let (t, b, h) = (3, 2, 2);
    let gradient = |reverse, offset, len: usize| {
        let mut g = Graph::new();
        let mut floats = |name: &str, dims: &[usize]| {
            g.variable(name, minibatch_graph::Shape::new(dims.to_vec()), DType::F32).unwrap()
        };
        let inputs = [
            floats("x", &[t, b, h]),
            floats("u", &[h, h]),
            floats("bias", &[h]),
            floats("state", &[b, h]),
            floats("weights", &[len, 1]),
        ];
        let y = g.add_node(Op::Recurrent(Recurrent { cell: Cell::RnnTanh, reverse }), &inputs[..4]).unwrap();
        let seen = g.view(y, offset, [1, len]).unwrap();
        let sum = g.matmul((seen, false), (inputs[4], false), None, Activation::Linear).unwrap();
        let loss = g.view(sum, 0, [1]).unwrap();
        backward(&mut g, loss, &inputs[..2])
    };
    let states = t * b * h;
    for (reverse, first, other) in [(false, b * h, 0), (true, 0, b * h)] {
        gradient(reverse, first, states).expect("the states, under another shape");
        for (offset, len) in [(other, states), (first, b * h), (states + b * h, b * h)] {
            let error = gradient(reverse, offset, len).expect_err("not the states");
            assert!(matches!(error, GraphError::NotDifferentiable { op: "view", .. }), "{error}");
        }
    }
}
