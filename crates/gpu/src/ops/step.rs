//! Ops that change variables in place: what makes a graph a training step.

use super::Lowering;
use crate::kernels::{BeginStepParams, KeepLeastParams, Kernel, MomentumParams, RecordParams, UpdateParams};
use crate::launch::Launch;
use minibatch_graph::{NodeId, Optimizer};

/// One workgroup, since all must have read the control block before it changes.
pub(super) fn begin_step(
    l: &Lowering,
    id: NodeId,
    samples: usize,
    batch: usize,
    inputs: &[NodeId],
) -> Launch {
    let params = BeginStepParams {
        samples: samples as u32,
        batch: batch as u32,
        control_offset: l.offset(inputs[0]),
        y_offset: l.offset(id),
    };
    Launch::single(Kernel::BeginStep, params, vec![l.home(inputs[0]), l.home(id)], batch as u32)
}

pub(super) fn update(l: &Lowering, optimizer: Optimizer, inputs: &[NodeId]) -> Launch {
    // The rules' numbers, rates and epsilon, as update.wgsl has them.
    let (rule, rate1, rate2, eps) = match optimizer {
        Optimizer::Sgd { momentum: 0.0, .. } => (0, 0.0, 0.0, 0.0),
        Optimizer::Sgd { momentum, nesterov: false } => (1, momentum, 0.0, 0.0),
        Optimizer::Sgd { momentum, nesterov: true } => (2, momentum, 0.0, 0.0),
        Optimizer::RmsProp { alpha, eps } => (3, alpha, 0.0, eps),
        Optimizer::Adagrad { eps } => (4, 0.0, 0.0, eps),
        Optimizer::Adam { beta1, beta2, eps } => (5, beta1, beta2, eps),
        Optimizer::Adadelta { rho, eps } => (7, rho, 0.0, eps),
        Optimizer::AdamW { beta1, beta2, eps } => (6, beta1, beta2, eps),
    };
    let kernel = [Kernel::Update, Kernel::UpdateState, Kernel::UpdateState2][optimizer.state_count()];
    let offset = |i: usize| inputs.get(i).map_or(0, |&input| l.offset(input));
    let len = l.numel(inputs[0]);
    let params = UpdateParams {
        len,
        rate1,
        rate2,
        eps,
        w_offset: offset(0),
        g_offset: offset(1),
        decay_offset: offset(2),
        control_offset: offset(3),
        state_offset: offset(4),
        state2_offset: offset(5),
    };
    let buffers = inputs.iter().map(|&input| l.home(input)).collect();
    Launch::over(kernel, params, buffers, len).with("RULE", rule)
}

pub(super) fn momentum(l: &Lowering, id: NodeId, momentum: f32, nesterov: bool, inputs: &[NodeId]) -> Launch {
    let (buffer, grads) = (inputs[0], inputs[1]);
    let params = MomentumParams {
        len: l.numel(id),
        momentum,
        buffer_offset: l.offset(buffer),
        g_offset: l.offset(grads),
        y_offset: l.offset(id),
    };
    let buffers = [buffer, grads, id].map(|node| l.home(node)).to_vec();
    Launch::over(Kernel::Momentum, params, buffers, l.numel(id)).with("NESTEROV", u32::from(nesterov))
}

/// One workgroup, since all must have read the row before it moves on.
pub(super) fn record(l: &Lowering, inputs: &[NodeId]) -> Launch {
    let (ring, values) = (inputs[0], inputs[1]);
    let width = l.numel(values);
    let params = RecordParams {
        rows: (l.numel(ring) - 1) / width,
        width,
        ring_offset: l.offset(ring),
        values_offset: l.offset(values),
    };
    Launch::single(Kernel::Record, params, vec![l.home(ring), l.home(values)], width)
}

/// The most values that one workgroup copies; more have a grid of their own.
const ONE_GROUPS_VALUES: u32 = 1 << 16;

/// All must have read the least loss before it changes: one workgroup, or one after the grid that copies.
pub(super) fn keep_least(l: &Lowering, inputs: &[NodeId]) -> Vec<Launch> {
    let [kept, values, loss] = [inputs[0], inputs[1], inputs[2]];
    let n = l.numel(values);
    let buffers = || [kept, values, loss].map(|node| l.home(node)).to_vec();
    let params = |len| KeepLeastParams {
        len,
        kept_offset: l.offset(kept),
        values_offset: l.offset(values),
        loss_offset: l.offset(loss),
    };
    if n <= ONE_GROUPS_VALUES {
        return vec![Launch::single(Kernel::KeepLeast, params(n), buffers(), n)];
    }
    vec![
        Launch::over(Kernel::KeepLeast, params(n), buffers(), n).with("SETTLE", 0),
        Launch::single(Kernel::KeepLeast, params(0), buffers(), 1),
    ]
}
