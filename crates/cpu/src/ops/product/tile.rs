//! One tile of a product, in registers.

use crate::Real;

/// sums += a's element times b's, in one rounding or two. (Loops here and below rather than arrays' `map`, which may stay a call of its own.)
#[inline(always)]
fn add<T: Real, const NR: usize, const FUSED: bool>(sums: &mut [T; NR], a: T, b: &[T; NR]) {
    for (sum, &b) in sums.iter_mut().zip(b) {
        *sum = if FUSED { a.mul_add(b, *sum) } else { *sum + a * b };
    }
}

/// One tile, A being in a panel.
#[inline(always)]
pub(super) fn of_panel<T: Real, const MR: usize, const NR: usize, const FUSED: bool>(
    a: &[[T; MR]],
    b: &[[T; NR]],
) -> [[T; NR]; MR] {
    let mut sums = [[T::ZERO; NR]; MR];
    for (a, b) in a.iter().zip(b) {
        for (sums, &a) in sums.iter_mut().zip(a) {
            add::<T, NR, FUSED>(sums, a, b);
        }
    }
    sums
}

/// One tile, rows of A being where they lie.
#[inline(always)]
pub(super) fn of_rows<T: Real, const MR: usize, const NR: usize, const FUSED: bool>(
    a: &[&[T]; MR],
    b: &[[T; NR]],
) -> [[T; NR]; MR] {
    /// Steps of k for which it is looked once whether all rows have them.
    const STEPS: usize = 8;
    let mut sums = [[T::ZERO; NR]; MR];
    let (whole, rest) = b.as_chunks::<STEPS>();
    let mut rows: [&[[T; STEPS]]; MR] = [&[]; MR];
    for (row, a) in rows.iter_mut().zip(a) {
        *row = &a.as_chunks().0[..whole.len()];
    }
    for (i, b) in whole.iter().enumerate() {
        for (p, b) in b.iter().enumerate() {
            for (sums, row) in sums.iter_mut().zip(&rows) {
                add::<T, NR, FUSED>(sums, row[i][p], b);
            }
        }
    }
    for (p, b) in rest.iter().enumerate() {
        for (sums, row) in sums.iter_mut().zip(a) {
            add::<T, NR, FUSED>(sums, row[whole.len() * STEPS + p], b);
        }
    }
    sums
}
