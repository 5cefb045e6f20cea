//! What is added up over an evaluation's pieces: sums, and how often each class was taken for each.

use minibatch_graph::{Loss, Sides};

use super::reduce::add_to;
use crate::Real;
use crate::call::Call;
use crate::memory::{Memory, Operand};

/// What an evaluation's pieces add up.
#[derive(Clone, Debug)]
pub(crate) enum Measure {
    Tally { sides: Sides, inputs: [Operand; 3] },
    Confusion { classes: usize, loss: Loss, sides: Sides, inputs: [Operand; 4] },
    NextRows { samples: usize, cursor: Operand, out: Operand },
}

impl Measure {
    pub fn tally(call: &Call, sides: Sides) -> Self {
        Self::Tally { sides, inputs: call.operands() }
    }

    pub fn confusion(call: &Call, (classes, loss, sides): (usize, Loss, Sides)) -> Self {
        Self::Confusion { classes, loss, sides, inputs: call.operands() }
    }

    pub fn next_rows(call: &Call, samples: usize) -> Self {
        Self::NextRows { samples, cursor: call.inputs[0], out: call.output }
    }

    pub fn run<T: Real>(&self, memory: &mut Memory<T>) {
        match self {
            Self::Tally { sides, inputs } => {
                memory.write(&inputs[0], |memory, sums| tally(memory, inputs, *sides, sums));
            }
            Self::Confusion { classes, loss, sides, inputs } => memory.write(&inputs[0], |memory, counts| {
                count(memory, inputs, (*classes, *loss, *sides), counts);
            }),
            Self::NextRows { samples, cursor, out } => memory.write_words(cursor, |memory, cursor| {
                memory.write_words(out, |_, rows| next_rows(cursor, *samples, rows));
            }),
        }
    }
}

/// Columns that are summed side by side.
const LANES: usize = 16;

/// Adds the rows of x to their side's sums; see [`minibatch_graph::Op::Tally`].
fn tally<T: Real>(memory: &Memory<T>, inputs: &[Operand], sides: Sides, sums: &mut [T]) {
    let (x, index) = (memory.floats(&inputs[1]), memory.words(&inputs[2]));
    let (columns, each) = (inputs[1].columns, inputs[1].rows / index.len());
    let piece = index[0] as usize / index.len();
    if piece == 0 {
        sums.fill(T::ZERO);
    }
    for (side, sums) in sums.chunks_exact_mut(2 * columns).enumerate() {
        let (block, before) = sums.split_at_mut(columns);
        for (first, block) in (0..columns).step_by(LANES).zip(block.chunks_mut(LANES)) {
            let mut lanes = [0.0; LANES];
            for (row, x) in x.chunks_exact(columns).enumerate() {
                if sides.of(index[row / each] as usize) == Some(side) {
                    lanes.iter_mut().zip(&x[first..]).for_each(|(lane, x)| *lane += x.wide());
                }
            }
            block.iter_mut().zip(lanes).for_each(|(sum, lane)| *sum += T::of(lane));
        }
        if (piece + 1).is_multiple_of(Sides::BLOCK) {
            add_to(before, block);
            block.fill(T::ZERO);
        }
    }
}

/// counts\[side, true class * classes + predicted class\] += count. Rows whose class there is none of are passed over.
fn count<T: Real>(
    memory: &Memory<T>,
    inputs: &[Operand],
    (classes, loss, sides): (usize, Loss, Sides),
    counts: &mut [T],
) {
    let (prediction, columns) = (memory.floats(&inputs[1]), inputs[1].columns);
    let (index, half) = (memory.words(&inputs[3]), T::of(f64::from(loss.half())));
    let each = inputs[1].rows / index.len();
    if index[0] == 0 {
        counts.fill(T::ZERO);
    }
    for (row, z) in prediction.chunks_exact(columns).enumerate() {
        let Some(side) = sides.of(index[row / each] as usize) else { continue };
        let (truth, predicted) = if columns == 1 {
            (usize::from(memory.floats(&inputs[2])[row] > half), usize::from(z[0] > T::ZERO))
        } else {
            let class = memory.words(&inputs[2])[row];
            let truth = if loss.ignored() == Some(class) { classes } else { class as usize };
            (truth, largest(z))
        };
        if truth < classes {
            counts[(side * classes + truth) * classes + predicted] += T::ONE;
        }
    }
}

/// The numbers of the next rows, in order; the last of them may be past the end.
fn next_rows(cursor: &mut [u32], samples: usize, rows: &mut [u32]) {
    let first = cursor[0];
    rows.iter_mut().zip(first..).for_each(|(row, number)| *row = number);
    let next = first.saturating_add(rows.len() as u32);
    cursor[0] = if next as usize >= samples { 0 } else { next };
}

/// The place of the largest element, the first among equals; 0 where none is larger than the first, as with NaN.
fn largest<T: Real>(row: &[T]) -> usize {
    (1..row.len()).fold(0, |best, i| if row[i] > row[best] { i } else { best })
}
