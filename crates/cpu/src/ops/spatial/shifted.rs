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
        sums.fill(T::ZERO);
        walk.in_chunks(|start, places| {
            let panel = &panel[start..][..places.len()];
            for q in (0..len).step_by(WIDTH) {
                let rows: [&mut [T; WIDTH]; M] = first_of(sums, len, q);
                let tile = tile(rows.each_ref().map(|row| **row), panel, places, &b[q..]);
                rows.into_iter().zip(tile).for_each(|(row, tile)| *row = tile);
            }
        });
        let wanted = sums.chunks_exact(len).take(m - first).enumerate();
        wanted.for_each(|(row, sums)| store(first + row, sums));
    }
}

/// WIDTH places from `q` on of each of M rows of `len`, a multiple of WIDTH.
fn first_of<T, const M: usize>(sums: &mut [T], len: usize, q: usize) -> [&mut [T; WIDTH]; M] {
    let (tiles, _) = sums.as_chunks_mut::<WIDTH>();
    let mut tiles = tiles.iter_mut().skip(q / WIDTH).step_by(len / WIDTH);
    std::array::from_fn(|_| tiles.next().expect("there are M rows"))
}

/// One tile further: plain loops over slices, which the compiler keeps in SIMD registers.
#[inline(never)]
fn tile<T: Real, const M: usize>(
    mut sums: [[T; WIDTH]; M],
    panel: &[[T; M]],
    places: &[usize],
    b: &[T],
) -> [[T; WIDTH]; M] {
    for (a, &place) in panel.iter().zip(places) {
        let Some(b) = b[place..].first_chunk::<WIDTH>() else { break };
        for (sums, &a) in sums.iter_mut().zip(a) {
            for (sum, &b) in sums.iter_mut().zip(b) {
                *sum += a * b;
            }
        }
    }
    sums
}
