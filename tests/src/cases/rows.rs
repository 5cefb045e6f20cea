//! Operations over rows: sums, gathers, losses.

use minibatch_graph::{DType, Loss, Op, Reduction};

use super::{Builder, Case};

pub(super) const SHAPES: [[usize; 2]; 13] = [
    [1, 1],
    [1, 2],
    [2, 1],
    [1, 300],
    [300, 1],
    [15, 16],
    [16, 17],
    [63, 65],
    [64, 64],
    [65, 3],
    [257, 10],
    [1009, 2],
    [2, 1009],
];

/// Every loss, with and without what it may be told.
pub(super) const LOSSES: [Loss; 10] = [
    Loss::Mse,
    Loss::HalfMse,
    Loss::SumSquares,
    Loss::L1,
    Loss::Huber { delta: 1.5 },
    Loss::BinaryCrossEntropy,
    Loss::CROSS_ENTROPY,
    Loss::CrossEntropy { label_smoothing: 0.1, ignore_index: None },
    Loss::CrossEntropy { label_smoothing: 0.0, ignore_index: Some(1) },
    Loss::CrossEntropy { label_smoothing: 0.3, ignore_index: Some(0) },
];

pub(super) fn cases() -> Vec<Case> {
    let mut all = vec![];
    for [rows, columns] in SHAPES {
        all.push(sum_rows(rows, columns));
        for loss in LOSSES {
            if !loss.takes_classes() || columns > 1 {
                all.push(loss_value(loss, rows, columns, 3.0));
                all.push(loss_grad(loss, rows, columns));
            }
        }
        all.push(gather(37, rows, &[columns], DType::F32));
        all.push(gather_grad(37, rows, &[columns]));
    }
    all.push(loss_value(Loss::BinaryCrossEntropy, 40, 3, 200.0));
    all.push(loss_value(Loss::CROSS_ENTROPY, 40, 3, 200.0));
    all.extend([1, 63, 64, 65, 1031].map(to_index));
    // A batch of a language model; and as many elements as one workgroup takes, and one row more.
    for [rows, columns] in [[512, 65], [4096, 2], [4097, 2], [3, 10_007]] {
        for loss in LOSSES.into_iter().filter(|loss| loss.takes_classes()) {
            all.push(loss_value(loss, rows, columns, 3.0));
            all.push(loss_grad(loss, rows, columns));
        }
    }
    for loss in [Loss::L1, Loss::SumSquares] {
        all.extend([8192, 8193, 300_007].map(|rows| loss_value(loss, rows, 1, 3.0)));
    }
    for loss in LOSSES.into_iter().filter(|loss| !loss.takes_classes()) {
        all.push(loss_where_they_meet(loss));
    }
    all.extend(odd_classes());
    all.push(masked_logits());
    all.push(gather(11, 64, &[], DType::U32));
    all.push(gather(11, 65, &[], DType::F32));
    all.push(gather(1, 5, &[3, 4], DType::F32));
    all.push(gather(1000, 17, &[2], DType::U32));
    all.push(gather_grad(5, 64, &[]));
    all.push(gather_grad(3, 65, &[2, 2]));
    all.push(gather_grad(1000, 3, &[5]));
    all.push(gather_past_the_end());
    all
}

pub(super) fn sum_rows(rows: usize, columns: usize) -> Case {
    let mut builder =
        Builder::new(format!("sum_rows ({rows}, {columns})")).tolerance(1e-5 + 4e-7 * rows as f32);
    let x = builder.float("x", [rows, columns]);
    let sum = builder.op(Op::Reduce { reduction: Reduction::Sum, axes: vec![0] }, &[x]);
    builder.compares(sum)
}

fn operands(
    builder: &mut Builder,
    loss: Loss,
    rows: usize,
    columns: usize,
    reach: f32,
) -> [minibatch_graph::NodeId; 2] {
    let prediction = builder.between("prediction", [rows, columns], -reach, reach);
    let target = match loss {
        Loss::Mse | Loss::HalfMse | Loss::SumSquares | Loss::L1 | Loss::Huber { .. } => {
            builder.float("target", [rows, columns])
        }
        Loss::BinaryCrossEntropy => builder.between("target", [rows, columns], 0.0, 1.0),
        Loss::CrossEntropy { .. } => builder.below("target", [rows], columns as u32),
    };
    [prediction, target]
}

/// The loss of logits within `reach` of zero.
pub(super) fn loss_value(loss: Loss, rows: usize, columns: usize, reach: f32) -> Case {
    let mut builder = Builder::new(format!("{loss:?} ({rows}, {columns}) within {reach}"));
    let [prediction, target] = operands(&mut builder, loss, rows, columns, reach);
    let value = builder.op(Op::Loss(loss), &[prediction, target]);
    builder.compares(value)
}

/// Scaled up by the number of elements, since a gradient of a mean over many would pass any test.
pub(super) fn loss_grad(loss: Loss, rows: usize, columns: usize) -> Case {
    let mut builder = Builder::new(format!("gradient of {loss:?} ({rows}, {columns})"));
    let [prediction, target] = operands(&mut builder, loss, rows, columns, 3.0);
    let dloss = builder.given("dloss", [1], vec![(rows * columns) as f32]);
    let grad = builder.op(Op::LossGrad(loss), &[prediction, target, dloss]);
    builder.compares(grad)
}

/// The loss and its gradient for errors of 0, of delta and beside it.
fn loss_where_they_meet(loss: Loss) -> Case {
    let mut builder = Builder::new(format!("{loss:?} where its pieces meet"));
    let errors = vec![0.0, -0.0, 1.5, -1.5, 1.49, -1.49, 1.51, -1.51, 1e-20, -1e-20, 300.0, -300.0];
    let prediction = builder.given("prediction", [4, 3], errors);
    let target = builder.given("target", [4, 3], vec![0.0; 12]);
    let dloss = builder.given("dloss", [1], vec![12.0]);
    let value = builder.op(Op::Loss(loss), &[prediction, target]);
    let grad = builder.op(Op::LossGrad(loss), &[prediction, target, dloss]);
    builder.compares_as("loss", value).compares(grad)
}

/// Classes past the end, PyTorch's -100 as the ignored one, all rows ignored; operands that begin at odd places.
fn odd_classes() -> Vec<Case> {
    let ignored = -100i32 as u32;
    let classes = [
        ("some", vec![ignored, 4, 5, ignored, 0, u32::MAX, 1]),
        ("all", vec![ignored; 7]),
        ("none", vec![3, 4, 5, 2, 0, u32::MAX, 1]),
    ];
    let case = |(name, classes): (&str, Vec<u32>)| {
        let mut builder = Builder::new(format!("cross-entropy, {name} ignored"));
        let loss = Loss::CrossEntropy { label_smoothing: 0.2, ignore_index: Some(ignored) };
        let flat = builder.between("flat", [50], -3.0, 3.0);
        let prediction = builder.graph().view(flat, 13, [7, 5]).expect("in range");
        let words = builder.given_words("classes", [10], [&[9, 9, 9], &classes[..]].concat());
        let target = builder.graph().view(words, 3, [7]).expect("in range");
        let dloss = builder.graph().view(flat, 7, [1]).expect("in range");
        let value = builder.op(Op::Loss(loss), &[prediction, target]);
        let grad = builder.op(Op::LossGrad(loss), &[prediction, target, dloss]);
        builder.compares_as("loss", value).compares(grad)
    };
    classes.into_iter().map(case).collect()
}

/// Logits of -inf beside others: classes that are ruled out.
fn masked_logits() -> Case {
    let mut builder = Builder::new("cross-entropy of masked logits");
    let out = f32::NEG_INFINITY;
    let logits = vec![1.0, out, 2.0, out, out, 3.0, -1.0, 0.5, out];
    let prediction = builder.given("prediction", [3, 3], logits);
    let target = builder.given_words("target", [3], vec![0, 2, 1]);
    let dloss = builder.given("dloss", [1], vec![3.0]);
    let value = builder.op(Op::Loss(Loss::CROSS_ENTROPY), &[prediction, target]);
    let grad = builder.op(Op::LossGrad(Loss::CROSS_ENTROPY), &[prediction, target, dloss]);
    builder.compares_as("loss", value).compares(grad)
}

fn shape(first: usize, rest: &[usize]) -> Vec<usize> {
    [first].iter().chain(rest).copied().collect()
}

pub(super) fn gather(table_rows: usize, picks: usize, rest: &[usize], dtype: DType) -> Case {
    let dims = minibatch_graph::Shape::new(shape(table_rows, rest));
    let mut builder = Builder::new(format!("gather {picks} of {dims} {dtype}")).tolerance(0.0);
    let table = match dtype {
        DType::F32 => builder.float("table", dims),
        DType::U32 => builder.below("table", dims, 1000),
    };
    let index = builder.below("index", [picks], table_rows as u32);
    let rows = builder.op(Op::Gather, &[table, index]);
    builder.compares(rows)
}

fn gather_past_the_end() -> Case {
    let mut builder = Builder::new("gather past the end").tolerance(0.0);
    let table = builder.float("table", [5, 3]);
    let index = builder.given_words("index", [4], vec![4, 5, 1_000_000, u32::MAX]);
    let rows = builder.op(Op::Gather, &[table, index]);
    builder.compares(rows)
}

pub(super) fn gather_grad(rows: usize, picks: usize, rest: &[usize]) -> Case {
    let dims = minibatch_graph::Shape::new(shape(picks, rest));
    let mut builder = Builder::new(format!("gather_grad {dims} into {rows} rows"));
    let index = builder.below("index", [picks], rows as u32);
    let dy = builder.float("dy", dims);
    let grad = builder.op(Op::GatherGrad { rows }, &[index, dy]);
    builder.compares(grad)
}

fn to_index(len: usize) -> Case {
    let mut builder = Builder::new(format!("to_index of {len}"));
    let x = builder.between("x", [len], -3.0, 90_000.0);
    let index = builder.op(Op::ToIndex, &[x]);
    builder.compares(index)
}
