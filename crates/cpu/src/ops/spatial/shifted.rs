//! The product at the heart of a convolution: out[m][q] = sum over elements t of a[t][m] b[place(t) + q].
//!
//! That is a matrix product whose second matrix is never written down: its row t is the operand from place(t) on. Rows
//! of an image lie behind each other with the same pitch in operand and result, so that q runs through all of them; what
//! it computes between two rows is dropped. A tile of M x WIDTH sums stays in registers over all elements.

use super::walk::Walk;
use crate::{How, Real};

/// Columns of a tile: two SIMD registers of f32, of four or of eight.
const WIDTHS: [usize; 2] = [8, 16];
/// What the columns are rounded up to, and what may be read past them.
pub(super) const WIDEST: usize = WIDTHS[1];
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

/// Runs the product: calls `store` with the number of each row and the row, `len` places. `b` must reach WIDEST places
/// beyond the last that counts; `sums` is scratch for `rows(m)` rows of `len` rounded up to WIDEST.
pub(super) fn product<T: Real>(
    (walk, how): (&Walk, How),
    panels: &[T],
    m: usize,
    b: &[T],
    sums: &mut [T],
    store: impl FnMut(usize, &[T]),
) {
    let wide = how.wide() && size_of::<T>() == size_of::<f32>();
    match (rows(m), wide) {
        (1, false) => product_of::<T, 1, { WIDTHS[0] }>((walk, how), panels, m, b, sums, store),
        (1, true) => product_of::<T, 1, { WIDTHS[1] }>((walk, how), panels, m, b, sums, store),
        (_, false) => product_of::<T, ROWS, { WIDTHS[0] }>((walk, how), panels, m, b, sums, store),
        (_, true) => product_of::<T, ROWS, { WIDTHS[1] }>((walk, how), panels, m, b, sums, store),
    }
}

fn product_of<T: Real, const M: usize, const W: usize>(
    (walk, how): (&Walk, How),
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
        walk.in_chunks(|start, places| {
            let panel = &panel[start..][..places.len()];
            how.vectorised(
                #[inline(always)]
                || tiles::<T, M, W>(panel, places, b, sums, start == 0),
            );
        });
        let wanted = sums.chunks_exact(len).take(m - first).enumerate();
        wanted.for_each(|(row, sums)| store(first + row, sums));
    }
}

/// All tiles of M rows, over some elements: the first ones, or more of them.
#[inline(always)]
fn tiles<T: Real, const M: usize, const W: usize>(
    panel: &[[T; M]],
    places: &[usize],
    b: &[T],
    sums: &mut [T],
    begins: bool,
) {
    let len = sums.len() / M;
    let mut rows = sums.chunks_exact_mut(len);
    let mut rows: [&mut [[T; W]]; M] =
        std::array::from_fn(|_| rows.next().map_or(&mut [][..], |row| row.as_chunks_mut().0));
    for q in 0..len / W {
        let mut before = [[T::ZERO; W]; M];
        if !begins {
            for (before, row) in before.iter_mut().zip(&rows) {
                *before = row[q];
            }
        }
        let tile = tile(before, panel, places, &b[q * W..]);
        for (row, tile) in rows.iter_mut().zip(tile) {
            row[q] = tile;
        }
    }
}

/// One tile further: plain loops over slices, which the compiler keeps in SIMD registers.
#[inline(always)]
fn tile<T: Real, const M: usize, const W: usize>(
    mut sums: [[T; W]; M],
    panel: &[[T; M]],
    places: &[usize],
    b: &[T],
) -> [[T; W]; M] {
    for (a, &place) in panel.iter().zip(places) {
        let Some(b) = b[place..].first_chunk::<W>() else { break };
        for (sums, &a) in sums.iter_mut().zip(a) {
            for (sum, &b) in sums.iter_mut().zip(b) {
                *sum += a * b;
            }
        }
    }
    sums
}
