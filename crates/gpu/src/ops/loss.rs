//! Losses, and how predictions are counted.

use super::{Lowering, groups};
use crate::kernels::{ConfusionParams, Kernel, LossParams};
use crate::launch::Launch;
use minibatch_graph::{Loss, NodeId};

/// Items a workgroup takes: WORKGROUP in `loss.wgsl`.
const WORKGROUP: u32 = 256;

/// One workgroup reduces all.
pub(super) fn loss(l: &Lowering, id: NodeId, loss: Loss, inputs: &[NodeId]) -> Launch {
    let buffers = vec![l.home(inputs[0]), l.home(inputs[1]), l.home(id)];
    let constants = vec![("CODE", f64::from(loss.code()))];
    Launch { constants, ..Launch::new(Kernel::Loss, params(l, id, inputs, 0), buffers, 1) }
}

pub(super) fn loss_grad(l: &Lowering, id: NodeId, loss: Loss, inputs: &[NodeId]) -> Launch {
    let (rows, columns) = l.matrix(inputs[0]);
    let items = if loss == Loss::CrossEntropy { rows } else { rows * columns };
    let buffers = vec![l.home(inputs[0]), l.home(inputs[1]), l.home(inputs[2]), l.home(id)];
    let params = params(l, id, inputs, l.offset(inputs[2]));
    let constants = vec![("CODE", f64::from(loss.code()))];
    Launch { constants, ..Launch::new(Kernel::LossGrad, params, buffers, groups(items, WORKGROUP)) }
}

fn params(l: &Lowering, id: NodeId, inputs: &[NodeId], dloss_offset: u32) -> LossParams {
    let (rows, columns) = l.matrix(inputs[0]);
    LossParams {
        rows,
        columns,
        prediction_offset: l.offset(inputs[0]),
        target_offset: l.offset(inputs[1]),
        dloss_offset,
        y_offset: l.offset(id),
    }
}

/// One workgroup counts all.
pub(super) fn confusion(l: &Lowering, id: NodeId, classes: usize, inputs: &[NodeId]) -> Launch {
    let (rows, columns) = l.matrix(inputs[0]);
    let params = ConfusionParams {
        rows,
        columns,
        classes: classes as u32,
        prediction_offset: l.offset(inputs[0]),
        target_offset: l.offset(inputs[1]),
        y_offset: l.offset(id),
    };
    Launch::new(Kernel::Confusion, params, vec![l.home(inputs[0]), l.home(inputs[1]), l.home(id)], 1)
}
