//! Ops over the rows of a matrix or a table.

use super::{Lowering, groups};
use crate::kernels::{GatherParams, Kernel, SumRowsParams};
use crate::launch::Launch;
use minibatch_graph::NodeId;

/// Invocations of a workgroup that sums: ACROSS x DOWN in `sum_rows.wgsl`.
const SUMMERS: u32 = 256;
/// Elements a workgroup gathers: WORKGROUP in `gather.wgsl`.
const WORKGROUP: u32 = 256;

pub(super) fn sum_rows(l: &Lowering, id: NodeId, inputs: &[NodeId]) -> Launch {
    let (rows, columns) = l.matrix(inputs[0]);
    let params = SumRowsParams { rows, columns, x_offset: l.offset(inputs[0]), y_offset: l.offset(id) };
    // Few columns leave more invocations for each, and long ones want them: 16 columns at most, 4 of long ones. A
    // software device may end a loop after 65,535 rounds.
    let across = columns.next_power_of_two().min(if rows > 4096 { 4 } else { 16 });
    let mut launch = Launch::new(Kernel::SumRows, params, vec![l.home(inputs[0]), l.home(id)], groups(columns, across));
    launch.constants = vec![("ACROSS", f64::from(across)), ("DOWN", f64::from(SUMMERS / across))];
    launch
}

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
    Launch::new(Kernel::Gather, params, buffers, groups(l.numel(id), WORKGROUP))
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
    Launch::new(Kernel::GatherGrad, params, buffers, groups(l.numel(id), WORKGROUP))
}
