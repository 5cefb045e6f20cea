//! Losses.

use super::Lowering;
use super::norm::{by_rows, parts, sum_parts};
use crate::kernels::{CrossEntropyParams, Kernel, LossParams};
use crate::launch::Launch;
use minibatch_graph::{Loss, NodeId};

/// Up to so many elements one workgroup reduces all; it takes longer than several, but saves a launch.
const ALONE: u32 = 8192;

/// The loss: one launch, or two where several workgroups share the sum.
pub(super) fn loss(l: &Lowering, id: NodeId, loss: Loss, inputs: &[NodeId]) -> Vec<Launch> {
    let (x, len) = (inputs[0], l.numel(inputs[0]));
    let alone = len <= ALONE;
    let mut buffers = vec![l.home(x), l.home(inputs[1])];
    if alone {
        buffers.push(l.home(id));
    }
    if let Loss::CrossEntropy { label_smoothing, .. } = loss {
        let shape = [l.matrix(x).0, l.matrix(x).1];
        let params = row_params(l, id, loss, inputs);
        let smooth = u32::from(label_smoothing != 0.0);
        let size = if len <= 1024 { 64 } else { 256 };
        if alone {
            let mut launch = by_rows(l, Kernel::CrossEntropy, params, buffers, shape, size);
            launch.groups = 1;
            return vec![launch.with("SMOOTH", smooth)];
        }
        let mut launch = by_rows(l, Kernel::CrossEntropyParts, params, buffers, shape, size);
        launch.groups = parts(launch.groups, 1) as u32;
        let parts = launch.groups as usize;
        return vec![launch.with("SMOOTH", smooth).with_scratch(2 * parts), sum_parts(l, id, parts, None)];
    }
    let params = params(l, id, loss, inputs);
    let scale = params.scale;
    let lanes = if len <= 1024 { 64 } else { 256 };
    if alone {
        let launch = Launch::new(Kernel::Loss, params, buffers, 1);
        return vec![launch.with("LANES", lanes).with("CODE", loss.code())];
    }
    let parts = parts(len, 4 * lanes);
    let launch = Launch::new(Kernel::LossParts, params, buffers, parts)
        .with("LANES", lanes)
        .with("CODE", loss.code())
        .with_scratch(2 * parts);
    vec![launch, sum_parts(l, id, parts, Some(scale))]
}

/// Its gradient. Where rows may be ignored, they are counted first.
pub(super) fn loss_grad(l: &Lowering, id: NodeId, loss: Loss, inputs: &[NodeId]) -> Vec<Launch> {
    let (x, len) = (inputs[0], l.numel(inputs[0]));
    let buffers = vec![l.home(x), l.home(inputs[1]), l.home(inputs[2]), l.home(id)];
    let Loss::CrossEntropy { label_smoothing, ignore_index } = loss else {
        let mut params = params(l, id, loss, inputs);
        params.dloss_offset = l.offset(inputs[2]);
        return vec![Launch::over(Kernel::LossGrad, params, buffers, len).with("CODE", loss.code())];
    };
    let shape = [l.matrix(x).0, l.matrix(x).1];
    let params = || {
        let mut params = row_params(l, id, loss, inputs);
        params.dloss_offset = l.offset(inputs[2]);
        params
    };
    let smooth = u32::from(label_smoothing != 0.0);
    let gradient = |kernel| by_rows(l, kernel, params(), buffers, shape, 64).with("SMOOTH", smooth);
    if ignore_index.is_none() {
        return vec![gradient(Kernel::CrossEntropyGrad)];
    }
    let count = Launch::new(Kernel::CrossEntropyCount, params(), vec![l.home(inputs[1])], 1)
        .with("LANES", if shape[0] <= 1024 { 64 } else { 256 });
    vec![count.with_scratch(1), gradient(Kernel::CrossEntropyGradIgnored).with_scratch(1)]
}

fn params(l: &Lowering, id: NodeId, loss: Loss, inputs: &[NodeId]) -> LossParams {
    let len = l.numel(inputs[0]);
    LossParams {
        len,
        scale: if loss == Loss::SumSquares { 1.0 } else { 1.0 / len as f32 },
        delta: if let Loss::Huber { delta } = loss { delta } else { 0.0 },
        prediction_offset: l.offset(inputs[0]),
        target_offset: l.offset(inputs[1]),
        dloss_offset: 0,
        y_offset: l.offset(id),
    }
}

fn row_params(l: &Lowering, id: NodeId, loss: Loss, inputs: &[NodeId]) -> CrossEntropyParams {
    let (rows, columns) = l.matrix(inputs[0]);
    let (smoothing, ignored) = match loss {
        Loss::CrossEntropy { label_smoothing, ignore_index } => (label_smoothing, ignore_index),
        _ => (0.0, None),
    };
    CrossEntropyParams {
        rows,
        columns,
        smoothing,
        has_ignored: u32::from(ignored.is_some()),
        ignored: ignored.unwrap_or(0),
        prediction_offset: l.offset(inputs[0]),
        target_offset: l.offset(inputs[1]),
        dloss_offset: 0,
        y_offset: l.offset(id),
    }
}
