//! Cases of more elements than 65,535 workgroups of 64 have threads, the most that one dimension of a grid can be.

use minibatch_graph::{Activation, Binary, DType, Epilogue, Loss, Op, Optimizer, Reduction, Unary};

use super::{Builder, Case, arrange, elementwise, matmul, measure, norm, rows, spatial, training};

/// A prime just above 65,535 * 64.
const MANY: usize = 4_300_013;

pub(super) const BUILDERS: [fn() -> Case; 41] = [
    || elementwise::add(MANY),
    || elementwise::activation(Activation::Gelu, MANY),
    // Above 65,535 * 256 as well.
    || elementwise::activation(Activation::Relu, 16_800_017),
    || elementwise::activation_grad(Activation::Tanh, MANY),
    || elementwise::dropout(MANY, 0.25, 3),
    pack,
    || rows::sum_rows(3, MANY / 3),
    // The sums cancel: their size is the root of their length.
    || rows::sum_rows(1_400_003, 3).with_tolerance(1e-3),
    // More than the kernel for rows may go through.
    || rows::sum_rows(2_000_003, 2).with_tolerance(1e-3),
    || arrange::binary(Binary::Div, &[MANY], &[MANY]),
    || arrange::binary(Binary::Sub, &[MANY / 4, 1, 2], &[2, 1]),
    || arrange::unary(Unary::Square, MANY),
    || arrange::reduce(Reduction::Mean, &[16_800_017], &[0]),
    || arrange::reduce(Reduction::Sum, &[MANY, 2], &[1]),
    || arrange::reduce(Reduction::Mean, &[2, MANY / 2, 2], &[0, 2]),
    || arrange::permute(&[3, MANY / 6, 2], &[2, 1, 0]),
    || arrange::pad(&[MANY / 2, 1], 1, [1, 0]),
    || arrange::concat(&[2, MANY / 4], 1, &[MANY / 4]),
    || rows::loss_value(Loss::Mse, MANY, 1, 3.0),
    || rows::loss_value(Loss::CROSS_ENTROPY, MANY / 2, 2, 3.0),
    || rows::loss_grad(Loss::BinaryCrossEntropy, MANY, 1),
    || rows::loss_grad(Loss::CROSS_ENTROPY, MANY, 2),
    || rows::gather(1009, MANY, &[1], DType::F32),
    || measure::confusion(MANY / 3, 3, 1),
    || measure::score(Loss::L1, MANY, 1),
    || measure::score(Loss::CROSS_ENTROPY, MANY / 2, 2),
    // The sums cancel.
    || measure::tally(MANY, 1, 1, 0).with_tolerance(1e-2),
    || measure::tally(20, 70_001, 2, 0),
    || training::update(Optimizer::Sgd { momentum: 0.9, nesterov: false }, MANY),
    || training::keep_least(MANY, 0.25),
    // A long inner extent: loops of more than 65,535 rounds are ended by software devices. Sums cancel here too.
    || matmul::product([3, 4_200_000, 1], [true, false, true], Epilogue::None).with_tolerance(1e-2),
    || matmul::product([37, 140_000, 33], [true, false, false], Epilogue::None).with_tolerance(1e-2),
    || matmul::product([1_100_009, 2, 3], [false, false, true], Epilogue::Activation(Activation::Relu)),
    || rows::loss_value(Loss::L1, MANY, 1, 3.0),
    || norm::sum_squares(MANY),
    // More workgroups than a grid has, each with one row.
    || norm::softmax(65_600, 129, false),
    || norm::batch(1, MANY, 1),
    || norm::batch(1, MANY, 3),
    || norm::many_rows(1_400_003, 3),
    // More windows than one launch of the weight's gradient takes; their products cancel.
    || spatial::grad_weight(spatial::shapes([1, 1, 3930, 3931], [1, 1, 1, 1])).with_tolerance(1e-3),
    || spatial::grad_input(spatial::shapes([MANY / 9, 1, 3, 3], [2, 1, 2, 2]).stride(2, 1).padding(1, 0)),
];

impl Case {
    fn with_tolerance(mut self, tolerance: f32) -> Self {
        self.tolerance = tolerance;
        self
    }
}

fn pack() -> Case {
    let mut builder = Builder::new(format!("pack of a variable ({MANY})")).tolerance(0.0);
    let x = builder.float("x", [MANY]);
    let packed = builder.op(Op::Pack, &[x, x]);
    builder.compares(packed)
}
