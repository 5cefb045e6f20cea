//! Sums and means over axes: which kernel, and how its workgroups share the work.

use super::Lowering;
use crate::kernels::{Kernel, ReduceParams};
use crate::launch::Launch;
use minibatch_graph::walk::{Axis, Walk};
use minibatch_graph::{NodeId, Reduction};

/// The kernel in which one invocation sums an element, or the one in which several share it.
pub(super) fn reduce(l: &Lowering, id: NodeId, reduction: Reduction, axes: &[usize], x: NodeId) -> Launch {
    let walk = Walk::reduce(l.dims(x), axes);
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
    let buffers = vec![l.home(x), l.home(id)];
    let (kept_axes, summed_axes) = (kept.len().max(1) as u32, summed.len().max(1) as u32);
    let (across, down) = workgroup(params.kept, params.summed, rows);
    let launch = if down == 1 {
        let kept = params.kept;
        Launch::over(Kernel::ReduceAlone, params, buffers, kept)
    } else {
        let groups = params.kept.div_ceil(across) as usize;
        Launch::new(Kernel::ReduceShared, params, buffers, groups)
            .with("ACROSS", across)
            .with("DOWN", down)
            .with("ROWS", u32::from(rows))
    };
    launch.with("KEPT_AXES", kept_axes).with("SUMMED_AXES", summed_axes)
}

/// How many elements a workgroup takes, and how many invocations share each: as many as it takes to have 2048 under way,
/// but 128 summands for each at least. Sharing needs barriers, which cost a software device more than summing, and more
/// again in large workgroups. Along columns, four neighbours at least are read together.
fn workgroup(kept: u32, summed: u32, rows: bool) -> (u32, u32) {
    let wanted = (2048 / kept).next_power_of_two();
    let most = (summed / 128).next_power_of_two();
    let least = if rows { 1 } else { kept.next_power_of_two().min(4) };
    let down = wanted.min(most).min(256 / least);
    ((64 / down).max(least).min(kept.next_power_of_two()), down)
}
