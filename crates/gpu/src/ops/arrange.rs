//! Arithmetic with broadcasting, sums over axes, and ops that only move elements.

use super::{Lowering, elementwise};
use crate::kernels::{Kernel, WalkParams};
use crate::launch::Launch;
use minibatch_graph::walk::{Walk, around};
use minibatch_graph::{Binary, NodeId};

pub(super) fn permute(l: &Lowering, id: NodeId, axes: &[usize], x: NodeId) -> Launch {
    moved(l, [x, id], &Walk::permute(l.dims(x), axes), [0, 0])
}

pub(super) fn slice(l: &Lowering, id: NodeId, axis: usize, [start, len]: [usize; 2], x: NodeId) -> Launch {
    let (count, extent, inner) = around(l.dims(x), axis);
    let walk = Walk::rows(count, len * inner, [extent * inner, len * inner]);
    moved(l, [x, id], &walk, [start * inner, 0])
}

pub(super) fn binary(l: &Lowering, id: NodeId, op: Binary, inputs: &[NodeId]) -> Launch {
    let (a, b) = (inputs[0], inputs[1]);
    let walk = Walk::binary(l.dims(a), l.dims(b));
    if l.numel(a) == l.numel(b) && walk.axes().len() <= 1 {
        return elementwise::binary(l, id, op, inputs);
    }
    let params = params(&walk, [l.offset(a), l.offset(b)], l.offset(id), [0, 0]);
    let buffers = vec![l.home(a), l.home(b), l.home(id)];
    Launch::over(Kernel::Broadcast, params, buffers, l.numel(id))
        .with("CODE", op.code())
        .with("RANK", rank(&walk))
}

/// Elements of one node moved to places in another, from these elements on in each.
fn moved(l: &Lowering, [from, to]: [NodeId; 2], walk: &Walk<2>, first: [usize; 2]) -> Launch {
    let offsets = [l.offset(from) + first[0] as u32, l.offset(to) + first[1] as u32];
    let params = params(walk, offsets, 0, [0, 0]);
    let len = params.len;
    Launch::over(Kernel::Strided, params, vec![l.home(from), l.home(to)], len).with("RANK", rank(walk))
}

pub(super) fn pad(l: &Lowering, id: NodeId, axis: usize, before: usize, x: NodeId) -> Launch {
    let (count, extent, inner) = around(l.dims(x), axis);
    let (inside, width) = (extent * inner, l.dims(id)[axis] * inner);
    let walk = Walk::rows(count, width, [inside, width]);
    if inside == width {
        return moved(l, [x, id], &walk, [0, 0]);
    }
    let before = (before * inner) as u32;
    // The first element's place may lie below zero, by arithmetic modulo 2^32; what is outside is not read.
    let offsets = [l.offset(x).wrapping_sub(before), l.offset(id)];
    let params = params(&walk, offsets, 0, [before, inside as u32]);
    let len = params.len;
    Launch::over(Kernel::Strided, params, vec![l.home(x), l.home(id)], len)
        .with("RANK", rank(&walk))
        .with("PADDED", 1)
}

/// One launch for each input.
pub(super) fn concat(l: &Lowering, id: NodeId, axis: usize, inputs: &[NodeId]) -> Vec<Launch> {
    let (_, total, inner) = around(l.dims(id), axis);
    let mut start = 0;
    let part = |&input: &NodeId| {
        let (count, extent, _) = around(l.dims(input), axis);
        let walk = Walk::rows(count, extent * inner, [extent * inner, total * inner]);
        let launch = moved(l, [input, id], &walk, [0, start * inner]);
        start += extent;
        launch
    };
    inputs.iter().map(part).collect()
}

/// How many axes the kernel divides by, and one.
fn rank(walk: &Walk<2>) -> u32 {
    walk.axes().len().max(1) as u32
}

/// The axes as the kernels want them: the outermost axis's strides come last, and its extent only where it is the
/// innermost as well.
fn params(walk: &Walk<2>, offsets: [u32; 2], y_offset: u32, [before, inside]: [u32; 2]) -> WalkParams {
    let axes = walk.axes();
    let extent = |i: usize| axes.get(i).map_or(1, |axis| axis.extent as u32);
    let stride = |i: usize, operand: usize| axes.get(i).map_or(0, |axis| axis.strides[operand] as u32);
    let last = axes.len().saturating_sub(1);
    WalkParams {
        len: axes.iter().map(|axis| axis.extent as u32).product(),
        extent0: extent(0),
        extent1: extent(1),
        extent2: extent(2),
        extent3: extent(3),
        extent4: extent(4),
        left_offset: offsets[0],
        left0: stride(0, 0),
        left1: stride(1, 0),
        left2: stride(2, 0),
        left3: stride(3, 0),
        left4: stride(4, 0),
        left_last: stride(last, 0),
        right_offset: offsets[1],
        right0: stride(0, 1),
        right1: stride(1, 1),
        right2: stride(2, 1),
        right3: stride(3, 1),
        right4: stride(4, 1),
        right_last: stride(last, 1),
        y_offset,
        before,
        inside,
    }
}
