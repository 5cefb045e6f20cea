//! Rows of a table by index, and the way back.

use minibatch_graph::DType;

use super::reduce::add_to;
use crate::Real;
use crate::call::Call;
use crate::memory::{Memory, Operand};

/// Rows by index.
#[derive(Clone, Debug)]
pub(crate) enum Rows {
    /// The numbers x as indexes.
    ToIndex {
        x: Operand,
        out: Operand,
    },
    /// The chosen rows of a table of numbers, or of words.
    Floats {
        table: Operand,
        index: Operand,
        out: Operand,
    },
    Words {
        table: Operand,
        index: Operand,
        out: Operand,
    },
    /// The way back: the sums of dy's rows.
    Gradient {
        index: Operand,
        dy: Operand,
        out: Operand,
    },
}

impl Rows {
    pub fn to_index(call: &Call) -> Self {
        Self::ToIndex { x: call.inputs[0], out: call.output }
    }

    pub fn gather(call: &Call) -> Self {
        let ([table, index], out) = (call.operands(), call.output);
        match table.dtype {
            DType::F32 => Self::Floats { table, index, out },
            DType::U32 => Self::Words { table, index, out },
        }
    }

    pub fn gradient(call: &Call) -> Self {
        let [index, dy] = call.operands();
        Self::Gradient { index, dy, out: call.output }
    }

    pub fn run<T: Real>(&self, memory: &mut Memory<T>) {
        match self {
            Self::ToIndex { x, out } => {
                memory.write_words(out, |memory, out| to_index(memory.floats(x), out))
            }
            Self::Floats { table, index, out } => memory.write(out, |memory, out| {
                rows(memory.floats(table), memory.words(index), table.columns, out);
            }),
            Self::Words { table, index, out } => memory.write_words(out, |memory, out| {
                rows(memory.words(table), memory.words(index), table.columns, out);
            }),
            Self::Gradient { index, dy, out } => memory.write(out, |memory, out| {
                add_rows(memory.words(index), memory.floats(dy), dy.columns, out);
            }),
        }
    }
}

/// Copies the chosen rows of a table of `columns` columns. An index past the end counts as the last row.
fn rows<U: Copy>(table: &[U], index: &[u32], columns: usize, out: &mut [U]) {
    let last = table.len() / columns - 1;
    for (out, &row) in out.chunks_exact_mut(columns).zip(index) {
        let first = last.min(row as usize) * columns;
        out.copy_from_slice(&table[first..first + columns]);
    }
}

/// Adds each row of `dy` to the row of `out` it was taken from, in order.
fn add_rows<T: Real>(index: &[u32], dy: &[T], columns: usize, out: &mut [T]) {
    out.fill(T::ZERO);
    let last = out.len() / columns - 1;
    for (dy, &row) in dy.chunks_exact(columns).zip(index) {
        let first = last.min(row as usize) * columns;
        add_to(&mut out[first..first + columns], dy);
    }
}

/// Each number as an integer; what is below 0 or no number counts as 0.
fn to_index<T: Real>(x: &[T], out: &mut [u32]) {
    out.iter_mut().zip(x).for_each(|(out, x)| *out = x.wide() as u32);
}
