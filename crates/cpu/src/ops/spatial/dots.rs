//! The sums of a weight's gradient: dw[m][t] += sum over q of dy[m][q] x[place(t) + q].
//!
//! Both run through memory by one place at a time, eight products side by side; M x 3 such sums stay in registers over a block
//! of q, and are added up and to the gradient after it: no sum in f32 grows long.

use super::walk::Walk;
use crate::{How, Real};

/// Elements of a window at a time.
const TAPS: usize = 3;
/// Sums side by side.
const LANES: usize = 8;
/// Places of q until the sums are added up.
const BLOCK: usize = 2048;

/// Adds to `dw` the products of all rows of dy, `len` places each (a multiple of LANES), with x. Row m of the gradient
/// begins at `dw[m * row]`.
pub(super) fn add<T: Real>(
    (walk, how): (&Walk, How),
    dy: &[T],
    len: usize,
    x: &[T],
    dw: &mut [T],
    row: usize,
) {
    if dy.len() == len {
        add_rows::<T, 1>((walk, how), dy, len, x, dw, row);
    } else if how.wide() {
        add_all::<T, 4>((walk, how), dy, len, x, dw, row);
    } else {
        add_all::<T, 2>((walk, how), dy, len, x, dw, row);
    }
}

/// All rows of dy, M at a time.
fn add_all<T: Real, const M: usize>(
    (walk, how): (&Walk, How),
    dy: &[T],
    len: usize,
    x: &[T],
    dw: &mut [T],
    row: usize,
) {
    let whole = dy.len() / len / M * M;
    let (first, rest) = dy.split_at(whole * len);
    for (dy, dw) in first.chunks_exact(M * len).zip(dw.chunks_mut(M * row)) {
        add_rows::<T, M>((walk, how), dy, len, x, dw, row);
    }
    for (dy, dw) in rest.chunks_exact(len).zip(dw[whole * row..].chunks_mut(row)) {
        add_rows::<T, 1>((walk, how), dy, len, x, dw, row);
    }
}

/// M rows of dy.
fn add_rows<T: Real, const M: usize>(
    (walk, how): (&Walk, How),
    dy: &[T],
    len: usize,
    x: &[T],
    dw: &mut [T],
    row: usize,
) {
    for q in (0..len).step_by(BLOCK) {
        let count = BLOCK.min(len - q);
        let rows: [&[T]; M] = std::array::from_fn(|m| &dy[m * len + q..][..count]);
        let mut waiting = ([0; TAPS], [0; TAPS], 0);
        let mut flush = |(weights, places, used): ([usize; TAPS], [usize; TAPS], usize)| {
            let x = places.map(|place| &x[place + q..][..count]);
            let sums = how.vectorised(
                #[inline(always)]
                || dots(rows, x),
            );
            for (m, sums) in sums.iter().enumerate() {
                let found = weights.iter().zip(sums).take(used);
                found.for_each(|(&weight, &sum)| dw[m * row + weight] += sum);
            }
        };
        walk.each(|weight, place| {
            let (weights, places, used) = &mut waiting;
            (weights[*used], places[*used]) = (weight, place);
            *used += 1;
            if *used == TAPS {
                flush(waiting);
                waiting.2 = 0;
            }
        });
        if waiting.2 > 0 {
            // What lies in the unused places is an earlier element, whose sum is dropped.
            flush(waiting);
        }
    }
}

/// The products of M rows of dy with `TAPS` rows of x, all equally long.
#[inline(always)]
fn dots<T: Real, const M: usize>(dy: [&[T]; M], x: [&[T]; TAPS]) -> [[T; TAPS]; M] {
    let mut sums = [[[T::ZERO; LANES]; TAPS]; M];
    let mut rows: [&[[T; LANES]]; M] = [&[]; M];
    for (row, dy) in rows.iter_mut().zip(dy) {
        *row = dy.as_chunks().0;
    }
    let mut taps: [&[[T; LANES]]; TAPS] = [&[]; TAPS];
    for (tap, x) in taps.iter_mut().zip(x) {
        *tap = x.as_chunks().0;
    }
    for i in 0..rows[0].len() {
        let mut x = [[T::ZERO; LANES]; TAPS];
        for (x, tap) in x.iter_mut().zip(&taps) {
            *x = tap[i];
        }
        for (sums, row) in sums.iter_mut().zip(&rows) {
            let dy = row[i];
            for (sums, x) in sums.iter_mut().zip(&x) {
                for lane in 0..LANES {
                    sums[lane] += dy[lane] * x[lane];
                }
            }
        }
    }
    let mut totals = [[T::ZERO; TAPS]; M];
    for (totals, sums) in totals.iter_mut().zip(&sums) {
        for (total, [a, b, c, d, e, f, g, h]) in totals.iter_mut().zip(sums) {
            *total = ((*a + *e) + (*c + *g)) + ((*b + *f) + (*d + *h));
        }
    }
    totals
}
