//! Convolutions and pools.

mod conv;
mod pool;

use super::Lowering;
use crate::launch::Launch;
use minibatch_graph::{NodeId, Op};

/// Rounds of its loops that an invocation may make in one launch: software devices end it after 65,535.
const MOST_ROUNDS: usize = 60_000;

pub(super) fn launches(l: &Lowering, id: NodeId) -> Vec<Launch> {
    let inputs = &l.graph.node(id).inputs;
    match &l.graph.node(id).op {
        Op::Conv2d { conv, bias, activation } => {
            let bias = bias.then(|| inputs[2]);
            conv::launches(l, id, conv, [inputs[0], inputs[1]], Some((bias, *activation)))
        }
        Op::Conv2dGradInput { conv, .. } => conv::launches(l, id, conv, [inputs[0], inputs[1]], None),
        Op::Conv2dGradWeight { conv, .. } => conv::grad_weight(l, id, conv, [inputs[0], inputs[1]]),
        Op::Pool2d(pool) => vec![pool::forward(l, id, pool, inputs[0])],
        Op::Pool2dGrad(pool) => pool::backward(l, id, pool, [inputs[0], inputs[1]]),
        _ => vec![],
    }
}

/// The four extents of a value; the shape rules have seen to it that there are four.
fn extents(l: &Lowering, id: NodeId) -> [u32; 4] {
    let dims = l.dims(id);
    std::array::from_fn(|i| dims.get(i).map_or(1, |&extent| extent as u32))
}
