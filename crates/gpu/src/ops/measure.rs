//! What evaluates: rows in pieces, what each adds, sums and counts over them.

use super::Lowering;
use super::norm::by_rows;
use crate::kernels::{ConfusionParams, Kernel, NextRowsParams, ScoreParams, TallyParams};
use crate::launch::Launch;
use minibatch_graph::{Loss, NodeId, Sides};

pub(super) fn score(l: &Lowering, id: NodeId, loss: Loss, inputs: &[NodeId]) -> Launch {
    let (rows, columns) = l.matrix(inputs[0]);
    let (smoothing, delta) = match loss {
        Loss::CrossEntropy { label_smoothing, .. } => (label_smoothing, 0.0),
        Loss::Huber { delta } => (0.0, delta),
        Loss::Mse | Loss::HalfMse | Loss::SumSquares | Loss::L1 | Loss::BinaryCrossEntropy => (0.0, 0.0),
    };
    let params = ScoreParams {
        rows,
        columns,
        smoothing,
        has_ignored: u32::from(loss.ignored().is_some()),
        ignored: loss.ignored().unwrap_or(0),
        delta,
        threshold: loss.half(),
        prediction_offset: l.offset(inputs[0]),
        target_offset: l.offset(inputs[1]),
        y_offset: l.offset(id),
    };
    let buffers = vec![l.home(inputs[0]), l.home(inputs[1]), l.home(id)];
    by_rows(l, Kernel::Score, params, buffers, [rows, columns], 64)
        .with("CODE", loss.code())
        .with("SMOOTH", u32::from(smoothing != 0.0))
}

/// A workgroup for each column.
pub(super) fn tally(l: &Lowering, sides: Sides, inputs: &[NodeId]) -> Launch {
    let [sums, x, index] = [inputs[0], inputs[1], inputs[2]];
    let (rows, columns) = l.matrix(x);
    let params = TallyParams {
        rows,
        columns,
        each: rows / l.numel(index),
        piece: l.numel(index),
        train: sides.train as u32,
        samples: (sides.train + sides.test) as u32,
        block: Sides::BLOCK as u32,
        sums_offset: l.offset(sums),
        x_offset: l.offset(x),
        index_offset: l.offset(index),
    };
    let buffers = [sums, x, index].map(|node| l.home(node)).to_vec();
    let lanes = if rows <= 1024 { 64 } else { 256 };
    Launch::new(Kernel::Tally, params, buffers, columns as usize).with("LANES", lanes)
}

/// One workgroup counts all.
pub(super) fn confusion(
    l: &Lowering,
    (classes, loss, sides): (usize, Loss, Sides),
    inputs: &[NodeId],
) -> Launch {
    let [counts, prediction, target, index] = [inputs[0], inputs[1], inputs[2], inputs[3]];
    let (rows, columns) = l.matrix(prediction);
    let params = ConfusionParams {
        rows,
        columns,
        classes: classes as u32,
        each: rows / l.numel(index),
        train: sides.train as u32,
        samples: (sides.train + sides.test) as u32,
        has_ignored: u32::from(loss.ignored().is_some()),
        ignored: loss.ignored().unwrap_or(0),
        threshold: loss.half(),
        counts_offset: l.offset(counts),
        prediction_offset: l.offset(prediction),
        target_offset: l.offset(target),
        index_offset: l.offset(index),
    };
    let buffers = [counts, prediction, target, index].map(|node| l.home(node)).to_vec();
    Launch::single(Kernel::Confusion, params, buffers, rows)
}

/// One workgroup, since all must have read the cursor before it moves on.
pub(super) fn next_rows(l: &Lowering, id: NodeId, [samples, rows]: [usize; 2], inputs: &[NodeId]) -> Launch {
    let params = NextRowsParams {
        rows: rows as u32,
        samples: samples as u32,
        cursor_offset: l.offset(inputs[0]),
        y_offset: l.offset(id),
    };
    Launch::single(Kernel::NextRows, params, vec![l.home(inputs[0]), l.home(id)], rows as u32)
}
