//! One of each operation, so that none is forgotten.

use minibatch_graph::{
    Activation, Attention, Binary, Cell, Conv2d, Epilogue, Loss, Norm, Op, Optimizer, Pool2d, PoolKind,
    PoolWindow, Recurrent, Reduction, Rotary, Sides, Unary,
};

/// One of each. A new op is added here when the compiler stops at the match below.
pub fn every_op() -> Vec<Op> {
    let f = Activation::Relu;
    let conv = Conv2d::default();
    let pool = Pool2d { kind: PoolKind::Max, window: PoolWindow::Adaptive { size: [1, 1] } };
    let norm = Norm { columns: 1, groups: 1, span: 1, center: true, eps: 1e-5, weight: false, bias: false };
    let attention = Attention { heads: 1, causal: false, cross: false, mask: false };
    let recurrent = Recurrent { cell: Cell::Lstm, reverse: false };
    let sides = Sides { train: 1, test: 1 };
    let all = vec![
        Op::Variable { name: String::new() },
        Op::Full { value: 0.0 },
        Op::View { offset: 0 },
        Op::Pack,
        Op::Binary(Binary::Add),
        Op::Activation(f),
        Op::ActivationGrad(f),
        Op::Matmul { trans_a: false, trans_b: false, bias: false, epilogue: Epilogue::None },
        Op::WeightGrad { gap: 0 },
        Op::Reduce { reduction: Reduction::Sum, axes: vec![0] },
        Op::Unary(Unary::Neg),
        Op::Permute { axes: vec![] },
        Op::Slice { axis: 0, start: 0, len: 1 },
        Op::Pad { axis: 0, before: 0, after: 0 },
        Op::Concat { axis: 0 },
        Op::Conv2d { conv, bias: false, activation: f },
        Op::Conv2dGradInput { conv, size: [1, 1] },
        Op::Conv2dGradWeight { conv, kernel: [1, 1], bias: None },
        Op::Pool2d(pool),
        Op::Pool2dGrad(pool),
        Op::Softmax { log: false },
        Op::SoftmaxGrad { log: false },
        Op::Norm(norm),
        Op::NormGrad(norm),
        Op::NormGradWeight(norm),
        Op::RunningStats { momentum: 0.1 },
        Op::SumSquares,
        Op::ClipNorm { max: 1.0 },
        Op::ClipValue { max: 1.0 },
        Op::Attention(attention),
        Op::AttentionGrad(attention),
        Op::Rotary(Rotary { heads: 1, parts: 1, turned: 1, base: 1e4, inverse: false }),
        Op::Recurrent(recurrent),
        Op::RecurrentGrad(recurrent),
        Op::ToIndex,
        Op::Gather,
        Op::GatherGrad { rows: 1 },
        Op::Dropout { rate: 0.5, stream: 0 },
        Op::Loss(Loss::Mse),
        Op::LossGrad(Loss::Mse),
        Op::Score(Loss::Mse),
        Op::Tally(sides),
        Op::Confusion { classes: 2, loss: Loss::BinaryCrossEntropy, sides },
        Op::NextRows { samples: 1, rows: 1 },
        Op::BeginStep { samples: 1, batch: 1 },
        Op::Update(Optimizer::Adagrad { eps: 0.0 }),
        Op::Momentum { momentum: 0.9, nesterov: false },
        Op::Record,
        Op::KeepLeast,
    ];
    for op in &all {
        match op {
            Op::Variable { .. } | Op::Full { .. } | Op::View { .. } | Op::Pack => {}
            Op::Binary(_) | Op::Unary(_) | Op::Reduce { .. } => {}
            Op::Activation(_) | Op::ActivationGrad(_) | Op::Matmul { .. } | Op::WeightGrad { .. } => {}
            Op::Permute { .. } | Op::Slice { .. } | Op::Pad { .. } | Op::Concat { .. } => {}
            Op::Conv2d { .. } | Op::Conv2dGradInput { .. } | Op::Conv2dGradWeight { .. } => {}
            Op::Pool2d(_) | Op::Pool2dGrad(_) => {}
            Op::Softmax { .. } | Op::SoftmaxGrad { .. } => {}
            Op::Norm(_) | Op::NormGrad(_) | Op::NormGradWeight(_) | Op::RunningStats { .. } => {}
            Op::Attention(_) | Op::AttentionGrad(_) | Op::Rotary(_) => {}
            Op::Recurrent(_) | Op::RecurrentGrad(_) => {}
            Op::SumSquares | Op::ClipNorm { .. } | Op::ClipValue { .. } => {}
            Op::ToIndex | Op::Gather | Op::GatherGrad { .. } | Op::Dropout { .. } => {}
            Op::Loss(_) | Op::LossGrad(_) => {}
            Op::Score(_) | Op::Tally(_) | Op::Confusion { .. } | Op::NextRows { .. } => {}
            Op::BeginStep { .. } | Op::Update(_) | Op::Momentum { .. } | Op::Record | Op::KeepLeast => {}
        }
    }
    all
}
