//! What evaluates: rows in pieces, what each adds, sums and counts over them.

use minibatch_graph::{Loss, NodeId, Op, Sides};

use super::rows::{LOSSES, SHAPES};
use super::{Builder, Case};

pub(super) fn cases() -> Vec<Case> {
    let mut all = vec![];
    for [rows, columns] in SHAPES {
        for loss in LOSSES.into_iter().filter(|loss| !loss.takes_classes() || columns > 1) {
            all.push(score(loss, rows, columns));
        }
        all.push(tally(rows, columns, 1, 0));
        if columns <= 32 {
            all.push(confusion(rows, columns, 1));
        }
    }
    // Long rows, as many as a software device gives an invocation each, and more than it lets one go through.
    for [rows, columns] in [[3, 10_007], [64, 4096], [2, 70_001]] {
        let losses = [Loss::Mse, Loss::CrossEntropy { label_smoothing: 0.1, ignore_index: Some(7) }];
        all.extend(losses.map(|loss| score(loss, rows, columns)));
    }
    // Several rows of each sample; pieces that begin anew, go on, fill a block, and reach past the end.
    for first in [0, 17, 17 * 63, 17 * 64] {
        all.extend([tally(17, 3, 5, first), tally(17, 1, 1, first), tally(17, 300, 2, first)]);
    }
    all.extend([confusion(40, 32, 4), confusion(7, 3, 11), confusion_of_ties_and_nan()]);
    for (cursor, samples, rows) in
        [(0, 100, 7), (98, 100, 7), (93, 100, 7), (0, 5, 5), (0, 1, 1), (700, 1031, 300)]
    {
        all.push(next_rows(cursor, samples, rows));
    }
    all
}

/// Targets that mean something to the loss: numbers, yes and no, or classes.
fn target(builder: &mut Builder, loss: Loss, rows: usize, columns: usize) -> NodeId {
    match loss {
        Loss::CrossEntropy { .. } => builder.below("target", [rows], columns as u32),
        Loss::BinaryCrossEntropy => builder.between("target", [rows, columns], 0.0, 1.0),
        Loss::Mse | Loss::HalfMse | Loss::SumSquares | Loss::L1 | Loss::Huber { .. } => {
            builder.float("target", [rows, columns])
        }
    }
}

/// All operands at an offset.
pub(super) fn score(loss: Loss, rows: usize, columns: usize) -> Case {
    let mut builder = Builder::new(format!("score {loss:?} ({rows}, {columns})")).tolerance(3e-5);
    let whole = builder.float("prediction", [3 + rows * columns]);
    let prediction = builder.graph().view(whole, 3, [rows, columns]).expect("in range");
    let target = target(&mut builder, loss, rows, columns);
    let scores = builder.op(Op::Score(loss), &[prediction, target]);
    builder.compares(scores)
}

/// `each` rows of each of `samples` samples from `first` on, two thirds of all to train on.
pub(super) fn tally(samples: usize, columns: usize, each: usize, first: usize) -> Case {
    let mut builder =
        Builder::new(format!("tally ({samples} x {each}, {columns}) from {first}")).tolerance(1e-4);
    let before = builder.float("sums", [5 + 4 * columns]);
    let sums = builder.graph().view(before, 5, [4 * columns]).expect("in range");
    let whole = builder.float("x", [2 + samples * each * columns]);
    let x = builder.graph().view(whole, 2, [samples * each, columns]).expect("in range");
    let numbers = [vec![9; 3], (first as u32..).take(samples).collect()].concat();
    let words = builder.given_words("index", [3 + samples], numbers);
    let index = builder.graph().view(words, 3, [samples]).expect("in range");
    let sides = sides(first + samples);
    builder.op(Op::Tally(sides), &[sums, x, index]);
    builder.changes(&["sums"], &[])
}

/// The last sample of a piece, where there are several, is past the end.
fn sides(end: usize) -> Sides {
    let all = end.max(2) - 1;
    let test = all / 3;
    Sides { train: all - test, test }
}

/// Logits of 1, 2 or many classes; in tenths, so that equal ones occur. `each` rows of each sample.
pub(super) fn confusion(samples: usize, columns: usize, each: usize) -> Case {
    let (rows, classes) = (samples * each, columns.max(2));
    let mut builder = Builder::new(format!("confusion ({samples} x {each}, {columns})")).tolerance(0.0);
    let tenths = (0..rows * columns).map(|i| (i * i % 23) as f32 / 10.0 - 1.0).collect();
    let prediction = builder.given("prediction", [rows, columns], tenths);
    let (loss, target) = if columns == 1 {
        let target = (0..rows).map(|i| [0.0, 1.0, 0.3][i * i % 3]).collect();
        (Loss::BinaryCrossEntropy, builder.given("target", [rows], target))
    } else {
        // Some rows are of no class, and some ignored.
        let loss = Loss::CrossEntropy { label_smoothing: 0.0, ignore_index: Some(1) };
        (loss, builder.below("target", [rows], columns as u32 + 1))
    };
    let counts = builder.given("counts", [2 * classes * classes], vec![3.0; 2 * classes * classes]);
    let index = builder.given_words("index", [samples], (samples as u32..).take(samples).collect());
    let op = Op::Confusion { classes, loss, sides: sides(2 * samples) };
    builder.op(op, &[counts, prediction, target, index]);
    builder.changes(&["counts"], &[])
}

fn confusion_of_ties_and_nan() -> Case {
    let mut builder = Builder::new("confusion of ties and NaN").tolerance(0.0);
    let (nan, values) = (f32::NAN, [[1.0, 1.0, 1.0], [0.0, 2.0, 2.0], [-1.0, -2.0, 5.0]]);
    let rows = [values.concat(), vec![nan, nan, nan], vec![f32::NEG_INFINITY; 3]].concat();
    let prediction = builder.given("prediction", [5, 3], rows);
    let target = builder.given_words("target", [5], vec![2, 2, 7, 1, 1]);
    let counts = builder.given("counts", [18], vec![5.0; 18]);
    let index = builder.given_words("index", [5], (0..5).collect());
    let op = Op::Confusion { classes: 3, loss: Loss::CROSS_ENTROPY, sides: Sides { train: 2, test: 3 } };
    builder.op(op, &[counts, prediction, target, index]);
    builder.changes(&["counts"], &[])
}

fn next_rows(cursor: u32, samples: usize, rows: usize) -> Case {
    let mut builder = Builder::new(format!("next_rows {rows} of {samples} from {cursor}"));
    let words = builder.given_words("cursor", [3], vec![8, cursor, 9]);
    let cursor = builder.graph().view(words, 1, [1]).expect("in range");
    let index = builder.op(Op::NextRows { samples, rows }, &[cursor]);
    builder.compares_as("index", index).changes(&[], &["cursor"])
}
