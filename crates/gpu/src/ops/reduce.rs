//! Sums and means over axes: which kernel, and how its workgroups share the work.

use super::{Lowering, rows};
use crate::kernels::{Kernel, ReduceParams};
use crate::launch::Launch;
use minibatch_graph::walk::{Axis, Walk};
use minibatch_graph::{NodeId, Reduction};

/// Rows beyond which [`rows::sum_rows`] could take more rounds than a software device grants.
const MOST_ROWS: usize = 2_000_000;

pub(super) fn reduce(l: &Lowering, id: NodeId, reduction: Reduction, axes: &[usize], x: NodeId) -> Launch {
    let dims = l.dims(x);
    let by_rows = dims.len() == 2 && axes == [0] && dims[0] <= MOST_ROWS;
    if by_rows && reduction == Reduction::Sum {
        return rows::sum_rows(l, id, &[x]);
    }
    let walk = Walk::reduce(dims, axes);
    let (summed, kept): (Vec<Axis<2>>, Vec<Axis<2>>) =
        walk.axes().iter().partition(|axis| axis.strides[1] == 0);
    let rows = walk.axes().first().is_none_or(|axis| axis.strides[1] == 0);
    let count = |axes: &[Axis<2>]| axes.iter().map(|axis| axis.extent as u32).product::<u32>();
    let extent = |axes: &[Axis<2>], i: usize| axes.get(i).map_or(1, |axis| axis.extent as u32);
    let stride = |axes: &[Axis<2>], i: usize| axes.get(i).map_or(0, |axis| axis.strides[0] as u32);
    let last = |axes: &[Axis<2>]| axes.last().map_or(0, |axis| axis.strides[0] as u32);
    let scale = match reduction {
        Reduction::Sum => 1.0,
        Reduction::Mean => 1.0 / count(&summed) as f32,
    };
    let params = ReduceParams {
        kept: count(&kept),
        summed: count(&summed),
        scale,
        x_offset: l.offset(x),
        y_offset: l.offset(id),
        kept_extent0: extent(&kept, 0),
        kept_extent1: extent(&kept, 1),
        kept0: stride(&kept, 0),
        kept1: stride(&kept, 1),
        kept_last: last(&kept),
        summed_extent0: extent(&summed, 0),
        summed_extent1: extent(&summed, 1),
        summed0: stride(&summed, 0),
        summed1: stride(&summed, 1),
        summed_last: last(&summed),
    };
    let (across, down) = workgroup(count(&kept), count(&summed), rows);
    let groups = count(&kept).div_ceil(across) as usize;
    Launch::new(Kernel::Reduce, params, vec![l.home(x), l.home(id)], groups)
        .with("ACROSS", across)
        .with("DOWN", down)
        .with("ROWS", u32::from(rows))
        .with("KEPT_AXES", kept.len().max(1) as u32)
        .with("SUMMED_AXES", summed.len().max(1) as u32)
}

/// How many elements a workgroup takes, and how many invocations share each: about four summands or more an invocation.
/// Along columns, at least four neighbours read together.
fn workgroup(kept: u32, summed: u32, rows: bool) -> (u32, u32) {
    let lanes = if summed <= 256 { 64 } else { 256 };
    let most =
        if rows { lanes } else { lanes / kept.next_power_of_two().min(if summed > 4096 { 4 } else { 16 }) };
    let down = summed.div_ceil(4).next_power_of_two().min(most);
    ((lanes / down).min(kept.next_power_of_two()), down)
}
