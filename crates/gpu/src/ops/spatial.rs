//! Convolutions and pools.

mod conv;
mod pool;

use super::Lowering;
use crate::launch::Launch;
use minibatch_graph::{Activation, Conv2d, NodeId, Pool2d};

/// Rounds of its loops that an invocation may make in one launch: software devices end it after 65,535.
const MOST_ROUNDS: usize = 60_000;

pub(super) fn conv2d(
    l: &Lowering,
    id: NodeId,
    conv: &Conv2d,
    after: (Option<NodeId>, Activation),
    inputs: &[NodeId],
) -> Vec<Launch> {
    conv::launches(l, id, conv, [inputs[0], inputs[1]], Some(after))
}

pub(super) fn conv2d_grad_input(l: &Lowering, id: NodeId, conv: &Conv2d, inputs: &[NodeId]) -> Vec<Launch> {
    conv::launches(l, id, conv, [inputs[0], inputs[1]], None)
}

pub(super) fn conv2d_grad_weight(
    l: &Lowering,
    id: NodeId,
    of: (&Conv2d, [usize; 2], Option<usize>),
    inputs: &[NodeId],
) -> Vec<Launch> {
    conv::grad_weight(l, id, of, [inputs[0], inputs[1]])
}

pub(super) fn pool2d(l: &Lowering, id: NodeId, pool: &Pool2d, inputs: &[NodeId]) -> Launch {
    pool::forward(l, id, pool, inputs[0])
}

pub(super) fn pool2d_grad(l: &Lowering, id: NodeId, pool: &Pool2d, inputs: &[NodeId]) -> Vec<Launch> {
    pool::backward(l, id, pool, [inputs[0], inputs[1]])
}

/// The four extents of a value; the shape rules have seen to it that there are four.
fn extents(l: &Lowering, id: NodeId) -> [u32; 4] {
    let dims = l.dims(id);
    std::array::from_fn(|i| dims.get(i).map_or(1, |&extent| extent as u32))
}
