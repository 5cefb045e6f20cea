//! Rows of a table by index, and the way back.

use super::reduce::add_to;
use crate::Real;

/// Copies the chosen rows of a table of `columns` columns. An index past the end counts as the last row.
pub(crate) fn rows<U: Copy>(table: &[U], index: &[u32], columns: usize, out: &mut [U]) {
    let last = table.len() / columns - 1;
    for (out, &row) in out.chunks_exact_mut(columns).zip(index) {
        let first = last.min(row as usize) * columns;
        out.copy_from_slice(&table[first..first + columns]);
    }
}

/// Adds each row of `dy` to the row of `out` it was taken from, in order.
pub(crate) fn add_rows<T: Real>(index: &[u32], dy: &[T], columns: usize, out: &mut [T]) {
    out.fill(T::ZERO);
    let last = out.len() / columns - 1;
    for (dy, &row) in dy.chunks_exact(columns).zip(index) {
        let first = last.min(row as usize) * columns;
        add_to(&mut out[first..first + columns], dy);
    }
}

/// Each number as an integer; what is below 0 or no number counts as 0.
pub(crate) fn to_index<T: Real>(x: &[T], out: &mut [u32]) {
    out.iter_mut().zip(x).for_each(|(out, x)| *out = x.wide() as u32);
}
