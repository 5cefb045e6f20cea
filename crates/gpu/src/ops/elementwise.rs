//! Ops that treat every element alike.

use super::Lowering;
use crate::kernels::{ActivationParams, CopyParams, DropoutParams, ElementwiseParams, Kernel};
use crate::launch::Launch;
use minibatch_graph::{Activation, Binary, NodeId, Unary, random};

/// One copy for each input that was not written in place.
pub(super) fn pack(l: &Lowering, id: NodeId) -> Vec<Launch> {
    let copies = l.memory.copies.iter().filter(|(pack, ..)| *pack == id);
    copies.map(|&(_, input, first)| copy(l, l.graph.node(id).inputs[input], id, first as u32)).collect()
}

fn copy(l: &Lowering, from: NodeId, to: NodeId, first: u32) -> Launch {
    let len = l.numel(from);
    let params = CopyParams { len, x_offset: l.offset(from), y_offset: l.offset(to) + first };
    Launch::over(Kernel::Copy, params, vec![l.home(from), l.home(to)], len)
}

/// a op b for equal shapes.
pub(super) fn binary(l: &Lowering, id: NodeId, op: Binary, inputs: &[NodeId]) -> Launch {
    let len = l.numel(id);
    let params = ElementwiseParams {
        len,
        a_offset: l.offset(inputs[0]),
        b_offset: l.offset(inputs[1]),
        y_offset: l.offset(id),
    };
    let buffers = vec![l.home(inputs[0]), l.home(inputs[1]), l.home(id)];
    Launch::over(Kernel::Binary, params, buffers, len).with("CODE", op.code())
}

pub(super) fn unary(l: &Lowering, id: NodeId, f: Unary, inputs: &[NodeId]) -> Launch {
    let len = l.numel(id);
    let params =
        ElementwiseParams { len, a_offset: l.offset(inputs[0]), b_offset: 0, y_offset: l.offset(id) };
    Launch::over(Kernel::Unary, params, vec![l.home(inputs[0]), l.home(id)], len).with("CODE", f.code())
}

pub(super) fn activation(l: &Lowering, id: NodeId, f: Activation, inputs: &[NodeId]) -> Launch {
    let len = l.numel(id);
    let (x_offset, y_offset) = (l.offset(inputs[0]), l.offset(id));
    let params = ActivationParams { len, x_offset, dy_offset: 0, y_offset };
    Launch::over(Kernel::Activation, params, vec![l.home(inputs[0]), l.home(id)], len).with("CODE", f.code())
}

pub(super) fn activation_grad(l: &Lowering, id: NodeId, f: Activation, inputs: &[NodeId]) -> Launch {
    let len = l.numel(id);
    let params = ActivationParams {
        len,
        x_offset: l.offset(inputs[0]),
        dy_offset: l.offset(inputs[1]),
        y_offset: l.offset(id),
    };
    let buffers = vec![l.home(inputs[0]), l.home(inputs[1]), l.home(id)];
    Launch::over(Kernel::ActivationGrad, params, buffers, len).with("CODE", f.code())
}

pub(super) fn dropout(l: &Lowering, id: NodeId, rate: f32, stream: u32, inputs: &[NodeId]) -> Launch {
    let len = l.numel(id);
    let params = DropoutParams {
        len,
        stream,
        threshold: random::dropout_threshold(rate),
        scale: 1.0 / (1.0 - rate),
        x_offset: l.offset(inputs[0]),
        control_offset: l.offset(inputs[1]),
        y_offset: l.offset(id),
    };
    let buffers = vec![l.home(inputs[0]), l.home(inputs[1]), l.home(id)];
    Launch::over(Kernel::Dropout, params, buffers, len)
}
