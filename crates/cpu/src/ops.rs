//! The operations, each over plain slices.

pub(crate) mod confusion;
pub(crate) mod elementwise;
pub(crate) mod gather;
pub(crate) mod loss;
pub(crate) mod matmul;
pub(crate) mod reduce;
pub(crate) mod step;
pub(crate) mod update;

use minibatch_graph::Op;

use crate::plan::Step;

/// How many elements of scratch a step needs.
pub(crate) fn scratch_len(step: &Step) -> usize {
    let inputs = &step.inputs;
    match &step.op {
        Op::Matmul { trans_a, trans_b, .. } => {
            matmul::Product::new(&inputs[0], &inputs[1], *trans_a, *trans_b).scratch_len()
        }
        Op::SumRows => step.output.len(),
        Op::Variable { .. } | Op::Full { .. } | Op::View { .. } | Op::Pack | Op::Add => 0,
        Op::Activation(_) | Op::ActivationGrad(_) | Op::Dropout { .. } => 0,
        Op::Gather | Op::GatherGrad { .. } | Op::Loss(_) | Op::LossGrad(_) | Op::Confusion { .. } => 0,
        Op::BeginStep { .. } | Op::Update(_) | Op::Record => 0,
    }
}
