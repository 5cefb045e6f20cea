//! Recurrent layers: with respect to inputs, weights, bias and what the sequence begins with; stacked, both directions,
//! read at the last step.

use minibatch_graph::{Activation, Binary, Cell, NodeId, Op, Recurrent};

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
