//! Losses, and how predictions are counted.

use super::Lowering;
use crate::kernels::{ConfusionParams, Kernel, LossParams};
use crate::launch::Launch;
use minibatch_graph::{Loss, NodeId};

/// One workgroup reduces all.
pub(super) fn loss(l: &Lowering, id: NodeId, loss: Loss, inputs: &[NodeId]) -> Launch {
    let buffers = vec![l.home(inputs[0]), l.home(inputs[1]), l.home(id)];
    Launch::single(Kernel::Loss, params(l, id, inputs, 0), buffers, items(l, loss, inputs[0]))
        .with("CODE", loss.code())
}

pub(super) fn loss_grad(l: &Lowering, id: NodeId, loss: Loss, inputs: &[NodeId]) -> Launch {
    let buffers = vec![l.home(inputs[0]), l.home(inputs[1]), l.home(inputs[2]), l.home(id)];
    let params = params(l, id, inputs, l.offset(inputs[2]));
    Launch::over(Kernel::LossGrad, params, buffers, items(l, loss, inputs[0])).with("CODE", loss.code())
}

/// What the mean is taken over, and what one invocation takes: a row, or an element.
fn items(l: &Lowering, loss: Loss, prediction: NodeId) -> u32 {
    match loss {
        Loss::CrossEntropy { .. } => l.matrix(prediction).0,
        Loss::Mse | Loss::HalfMse | Loss::SumSquares | Loss::L1 => l.numel(prediction),
        Loss::Huber { .. } | Loss::BinaryCrossEntropy => l.numel(prediction),
    }
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
    let buffers = vec![l.home(inputs[0]), l.home(inputs[1]), l.home(id)];
    Launch::single(Kernel::Confusion, params, buffers, rows)
}
