//! The product at the heart of a convolution: out[m][q] = sum over elements t of a[t][m] b[place(t) + q].
//!
//! That is a matrix product whose second matrix is never written down: its row t is the operand from place(t) on. Rows
//! of an image lie behind each other with the same pitch in operand and result, so that q runs through all of them; what
//! it computes between two rows is dropped. A tile of M x WIDTH sums stays in registers over all elements.

use super::walk::Walk;
use crate::Real;

/// Columns of a tile: two SIMD registers of f32.
pub(super) const WIDTH: usize = 8;
/// The most rows of a tile.
pub(super) const ROWS: usize = 4;

/// Rows of a tile where `m` rows are wanted: one alone would waste most of a tile.
pub(super) fn rows(m: usize) -> usize {
    if m == 1 { 1 } else { ROWS }
}

/// Room for the panels of `m` rows of `len` elements.
pub(super) fn panels_len(m: usize, len: usize) -> usize {
    m.next_multiple_of(rows(m)) * len
}

/// Copies a weight into panels, each `rows(m)` rows side by side, element after element, with zeros past the last row.
/// Row `i` begins at `weight[i * row]`.
pub(super) fn pack<T: Real>(walk: &Walk, weight: &[T], row: usize, m: usize, panels: &mut [T]) {
    let width = rows(m);
    for (i, panel) in panels.chunks_exact_mut(width * walk.len()).enumerate() {
        let mut steps = panel.chunks_exact_mut(width);
        walk.each(|at, _| {
            for (lane, to) in steps.next().into_iter().flatten().enumerate() {
                let from = i * width + lane;
                *to = if from < m { weight[from * row + at] } else { T::ZERO };
            }
        });
    }
}

/// Runs the product: calls `store` with the number of each row and the row, `len` places. `b` must reach WIDTH places
/// beyond the last that counts; `sums` is scratch for `rows(m)` rows of `len` rounded up to WIDTH.
pub(super) fn product<T: Real>(
    walk: &Walk,
    panels: &[T],
    m: usize,
    b: &[T],
    sums: &mut [T],
    store: impl FnMut(usize, &[T]),
) {
    match rows(m) {
        1 => product_of::<T, 1>(walk, panels, m, b, sums, store),
        _ => product_of::<T, ROWS>(walk, panels, m, b, sums, store),
    }
}

fn product_of<T: Real, const M: usize>(
    walk: &Walk,
    panels: &[T],
    m: usize,
    b: &[T],
    sums: &mut [T],
    mut store: impl FnMut(usize, &[T]),
) {
    let len = sums.len() / M;
    let (steps, _) = panels.as_chunks::<M>();
    for first in (0..m).step_by(M) {
        let panel = &steps[first / M * walk.len()..][..walk.len()];
        for q in (0..len).step_by(WIDTH) {
            let tile = tile(walk, panel, &b[q..]);
            for (row, tile) in sums.chunks_exact_mut(len).zip(tile) {
                row[q..q + WIDTH].copy_from_slice(&tile);
            }
        }
        let wanted = sums.chunks_exact(len).take(m - first).enumerate();
        wanted.for_each(|(row, sums)| store(first + row, sums));
    }
}

#[inline]
fn tile<T: Real, const M: usize>(walk: &Walk, panel: &[[T; M]], b: &[T]) -> [[T; WIDTH]; M] {
    let mut sums = [[T::ZERO; WIDTH]; M];
    let mut steps = panel.iter();
    walk.each(|_, place| {
        let b: Option<&[T; WIDTH]> = b[place..].first_chunk();
        let (Some(a), Some(b)) = (steps.next(), b) else { return };
        for (sums, &a) in sums.iter_mut().zip(a) {
            for (sum, &b) in sums.iter_mut().zip(b) {
                *sum += a * b;
            }
        }
    });
    sums
}
