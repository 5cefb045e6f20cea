//! Ops over the rows of a matrix or a table.

use super::Lowering;
use crate::kernels::{GatherParams, Kernel, ToIndexParams};
use crate::launch::Launch;
use minibatch_graph::NodeId;

pub(super) fn gather(l: &Lowering, id: NodeId, inputs: &[NodeId]) -> Launch {
    let (table, index) = (inputs[0], inputs[1]);
    let (rows, count) = (l.graph.shape(table).dims()[0] as u32, l.numel(index));
    let params = GatherParams {
        rows,
        width: l.numel(table) / rows,
        count,
        x_offset: l.offset(table),
        index_offset: l.offset(index),
        y_offset: l.offset(id),
    };
    let buffers = vec![l.home(table), l.home(index), l.home(id)];
    Launch::over(Kernel::Gather, params, buffers, l.numel(id))
}

pub(super) fn gather_grad(l: &Lowering, id: NodeId, rows: usize, inputs: &[NodeId]) -> Launch {
    let (index, dy) = (inputs[0], inputs[1]);
    let params = GatherParams {
        rows: rows as u32,
        width: l.numel(id) / rows as u32,
        count: l.numel(index),
        x_offset: l.offset(dy),
        index_offset: l.offset(index),
        y_offset: l.offset(id),
    };
    let buffers = vec![l.home(dy), l.home(index), l.home(id)];
    let items = params.rows * params.width.div_ceil(4);
    Launch::over(Kernel::GatherGrad, params, buffers, items)
}

pub(super) fn to_index(l: &Lowering, id: NodeId, inputs: &[NodeId]) -> Launch {
    let len = l.numel(id);
    let params = ToIndexParams { len, x_offset: l.offset(inputs[0]), y_offset: l.offset(id) };
    Launch::over(Kernel::ToIndex, params, vec![l.home(inputs[0]), l.home(id)], len)
}
