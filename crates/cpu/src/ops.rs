//! The operations, each over plain slices.

pub(crate) mod arrange;
pub(crate) mod attention;

pub(crate) mod elementwise;
pub(crate) mod gather;
pub(crate) mod loss;
pub(crate) mod matmul;
pub(crate) mod measure;
pub(crate) mod norm;
pub(crate) mod places;
pub(crate) mod recurrent;
pub(crate) mod reduce;
pub(crate) mod spatial;
pub(crate) mod step;
pub(crate) mod update;

use minibatch_graph::Op;

use crate::plan::Step;

/// How many elements of scratch a step needs.
pub(crate) fn scratch_len(step: &Step) -> usize {
    match &step.op {
        Op::Matmul { trans_a, trans_b, .. } => matmul::scratch_len(step, *trans_a, *trans_b),
        Op::Binary(_) | Op::Unary(_) | Op::Reduce { .. } => arrange::scratch_len(step),
        Op::Permute { .. } | Op::Slice { .. } | Op::Pad { .. } | Op::Concat { .. } => {
            arrange::scratch_len(step)
        }
        Op::Conv2d { .. } | Op::Conv2dGradInput { .. } | Op::Conv2dGradWeight { .. } => {
            spatial::scratch_len(step)
        }
        Op::Pool2d(_) | Op::Pool2dGrad(_) => spatial::scratch_len(step),
        Op::Softmax { .. } | Op::SoftmaxGrad { .. } => norm::scratch_len(step),
        Op::Norm(_) | Op::NormGrad(_) | Op::NormGradWeight(_) => norm::scratch_len(step),
        Op::RunningStats { .. } | Op::SumSquares | Op::ClipNorm { .. } | Op::ClipValue { .. } => 0,
        Op::Attention(_) | Op::AttentionLse(_) | Op::AttentionGrad(_) => attention::scratch_len(step),
        Op::Rotary(_) => 0,
        Op::Recurrent(_) | Op::RecurrentGrad(_) => recurrent::scratch_len(step),
        Op::Variable { .. } | Op::Full { .. } | Op::View { .. } | Op::Pack => 0,
        Op::Activation(_) | Op::ActivationGrad(_) | Op::Dropout { .. } => 0,
        Op::ToIndex
        | Op::Gather
        | Op::GatherGrad { .. }
        | Op::Loss(_)
        | Op::LossGrad(_)
        | Op::Score(_)
        | Op::Tally(_)
        | Op::Confusion { .. }
        | Op::NextRows { .. } => 0,
        Op::BeginStep { .. } | Op::Update(_) | Op::Momentum { .. } | Op::Record | Op::KeepLeast => 0,
    }
}
