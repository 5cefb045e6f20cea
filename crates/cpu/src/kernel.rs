//! Lowering: an op with its operands becomes a kernel.

use minibatch_graph::Op;

use crate::call::Call;
use crate::memory::Memory;
use crate::ops::arrange::{Arithmetic, Move};
use crate::ops::attention::AttentionKernel;
use crate::ops::control::Control;
use crate::ops::elementwise::Elementwise;
use crate::ops::gather::Rows;
use crate::ops::loss::LossKernel;
use crate::ops::matmul::{Matmul, WeightGrad};
use crate::ops::measure::Measure;
use crate::ops::norm::NormKernel;
use crate::ops::recurrent::RecurrentKernel;
use crate::ops::reduce::Reduce;
use crate::ops::spatial::{Conv, ConvGradInput, ConvGradWeight, Pool, PoolGrad};
use crate::ops::update::Update;
use crate::{How, Real};

/// What a plan runs.
#[derive(Clone, Debug)]
pub(crate) enum Kernel {
    Arithmetic(Arithmetic),
    Attention(AttentionKernel),
    Control(Control),
    Conv(Conv),
    ConvGradInput(ConvGradInput),
    ConvGradWeight(ConvGradWeight),
    Elementwise(Elementwise),
    Loss(LossKernel),
    Matmul(Matmul),
    Measure(Measure),
    Move(Move),
    Norm(NormKernel),
    Pool(Pool),
    PoolGrad(PoolGrad),
    Recurrent(RecurrentKernel),
    Reduce(Reduce),
    Rows(Rows),
    Update(Update),
    WeightGrad(WeightGrad),
}

impl Kernel {
    /// The kernel of an op; none of what is a place and no work.
    pub fn lower(call: &Call, how: How) -> Option<Self> {
        Some(match &call.op {
            // The memory plan never orders them.
            Op::Variable { .. } | Op::Full { .. } | Op::View { .. } => return None,
            Op::Pack => Self::Move(Move::pack(call)),
            Op::Permute { axes } => Self::Move(Move::permute(call, axes)),
            Op::Slice { axis, start, len } => Self::Move(Move::slice(call, [*axis, *start, *len])),
            Op::Pad { axis, before, .. } => Self::Move(Move::pad(call, [*axis, *before])),
            Op::Concat { axis } => Self::Move(Move::concat(call, *axis)),
            Op::Binary(op) => Self::Arithmetic(Arithmetic::new(call, *op, how)),
            Op::Unary(f) => Self::Elementwise(Elementwise::unary(call, *f, how)),
            Op::Activation(f) => Self::Elementwise(Elementwise::activation(call, *f, how)),
            Op::ActivationGrad(f) => Self::Elementwise(Elementwise::derivative(call, *f, how)),
            Op::Dropout { rate, stream } => {
                Self::Elementwise(Elementwise::dropout(call, *rate, *stream, how))
            }
            Op::Reduce { reduction, axes } => Self::Reduce(Reduce::new(call, *reduction, axes, how)),
            Op::Matmul { trans_a, trans_b, bias, epilogue } => {
                Self::Matmul(Matmul::new(call, [*trans_a, *trans_b, *bias], *epilogue, how))
            }
            Op::WeightGrad { .. } => Self::WeightGrad(WeightGrad::new(call, how)),
            Op::Conv2d { conv, bias, activation } => {
                Self::Conv(Conv::new(call, conv, *bias, *activation, how))
            }
            Op::Conv2dGradInput { conv, .. } => Self::ConvGradInput(ConvGradInput::new(call, conv, how)),
            Op::Conv2dGradWeight { conv, kernel, bias } => {
                Self::ConvGradWeight(ConvGradWeight::new(call, (conv, *kernel), bias.is_some(), how))
            }
            Op::Pool2d(pool) => Self::Pool(Pool::new(call, *pool, how)),
            Op::Pool2dGrad(pool) => Self::PoolGrad(PoolGrad::new(call, *pool, how)),
            Op::Softmax { log } => Self::Norm(NormKernel::softmax(call, *log, how)),
            Op::SoftmaxGrad { log } => Self::Norm(NormKernel::softmax_grad(call, *log, how)),
            Op::Norm(norm) => Self::Norm(NormKernel::norm(call, norm, how)),
            Op::NormGrad(norm) => Self::Norm(NormKernel::norm_grad(call, norm, how)),
            Op::NormGradWeight(norm) => Self::Norm(NormKernel::norm_grad_weight(call, norm, how)),
            Op::RunningStats { momentum } => Self::Norm(NormKernel::running_stats(call, *momentum, how)),
            Op::SumSquares => Self::Norm(NormKernel::sum_squares(call, how)),
            Op::ClipNorm { max } => Self::Norm(NormKernel::clip_norm(call, *max, how)),
            Op::ClipValue { max } => Self::Norm(NormKernel::clip_value(call, *max, how)),
            Op::Attention(attention) => Self::Attention(AttentionKernel::forward(call, *attention, how)),
            Op::AttentionGrad(attention) => Self::Attention(AttentionKernel::gradient(call, *attention, how)),
            Op::Rotary(rotary) => Self::Attention(AttentionKernel::rotary(call, *rotary)),
            Op::Recurrent(recurrent) => Self::Recurrent(RecurrentKernel::forward(call, *recurrent, how)),
            Op::RecurrentGrad(recurrent) => Self::Recurrent(RecurrentKernel::backward(call, *recurrent, how)),
            Op::ToIndex => Self::Rows(Rows::to_index(call)),
            Op::Gather => Self::Rows(Rows::gather(call)),
            Op::GatherGrad { .. } => Self::Rows(Rows::gradient(call)),
            Op::Loss(loss) => Self::Loss(LossKernel::value(call, *loss, how)),
            Op::LossGrad(loss) => Self::Loss(LossKernel::gradient(call, *loss, how)),
            Op::Score(loss) => Self::Loss(LossKernel::score(call, *loss, how)),
            Op::Tally(sides) => Self::Measure(Measure::tally(call, *sides)),
            Op::Confusion { classes, loss, sides } => {
                Self::Measure(Measure::confusion(call, (*classes, *loss, *sides)))
            }
            Op::NextRows { samples, .. } => Self::Measure(Measure::next_rows(call, *samples)),
            Op::BeginStep { samples, .. } => Self::Control(Control::begin(call, *samples)),
            Op::Record => Self::Control(Control::record(call)),
            Op::KeepLeast => Self::Control(Control::keep_least(call)),
            Op::Update(optimizer) => Self::Update(Update::step(call, *optimizer, how)),
            Op::Momentum { momentum, nesterov } => Self::Update(Update::momentum(call, *momentum, *nesterov)),
        })
    }

    /// How many elements of scratch it needs.
    pub fn scratch_len(&self) -> usize {
        match self {
            Self::Attention(kernel) => kernel.scratch_len(),
            Self::Conv(kernel) => kernel.scratch_len(),
            Self::ConvGradInput(kernel) => kernel.scratch_len(),
            Self::ConvGradWeight(kernel) => kernel.scratch_len(),
            Self::Matmul(kernel) => kernel.scratch_len(),
            Self::Norm(kernel) => kernel.scratch_len(),
            Self::Recurrent(kernel) => kernel.scratch_len(),
            Self::Reduce(kernel) => kernel.scratch_len(),
            Self::WeightGrad(kernel) => kernel.scratch_len(),
            Self::Arithmetic(_)
            | Self::Elementwise(_)
            | Self::Move(_)
            | Self::Pool(_)
            | Self::PoolGrad(_) => 0,
            Self::Control(_) | Self::Loss(_) | Self::Measure(_) | Self::Rows(_) | Self::Update(_) => 0,
        }
    }

    pub fn run<T: Real>(&self, memory: &mut Memory<T>, scratch: &mut [T]) {
        match self {
            Self::Arithmetic(kernel) => kernel.run(memory),
            Self::Attention(kernel) => kernel.run(memory, scratch),
            Self::Control(kernel) => kernel.run(memory),
            Self::Conv(kernel) => kernel.run(memory, scratch),
            Self::ConvGradInput(kernel) => kernel.run(memory, scratch),
            Self::ConvGradWeight(kernel) => kernel.run(memory, scratch),
            Self::Elementwise(kernel) => kernel.run(memory),
            Self::Loss(kernel) => kernel.run(memory),
            Self::Matmul(kernel) => kernel.run(memory, scratch),
            Self::Measure(kernel) => kernel.run(memory),
            Self::Move(kernel) => kernel.run(memory),
            Self::Norm(kernel) => kernel.run(memory, scratch),
            Self::Pool(kernel) => kernel.run(memory),
            Self::PoolGrad(kernel) => kernel.run(memory),
            Self::Recurrent(kernel) => kernel.run(memory, scratch),
            Self::Reduce(kernel) => kernel.run(memory, scratch),
            Self::Rows(kernel) => kernel.run(memory),
            Self::Update(kernel) => kernel.run(memory),
            Self::WeightGrad(kernel) => kernel.run(memory, scratch),
        }
    }
}
