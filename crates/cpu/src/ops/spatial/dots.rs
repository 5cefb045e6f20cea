//! The sums of a weight's gradient: dw[m][t] += sum over q of dy[m][q] x[place(t) + q].
//!
//! Both run through memory by one place at a time, eight products side by side; M x TAPS such sums stay in registers over a block
//! of q, and are added up and to the gradient after it: no sum in f32 grows long.

use super::walk::Walk;
use crate::{How, Real};

/// Rows of dy and elements of a window at a time: what leaves no sum without a register, of eight f32 or of four.
const WIDE: [usize; 2] = [2, 3];
const NARROW: [usize; 2] = [2, 2];
/// Sums side by side.
const LANES: usize = 8;
/// Places of q until the sums are added up.
const BLOCK: usize = 2048;

/// Where the operands are, and how it runs.
#[derive(Clone, Copy)]
pub(super) struct Dots<'a, T> {
    pub walk: &'a Walk,
    pub how: How,
    pub x: &'a [T],
    /// Places of a row of dy, a multiple of LANES.
    pub len: usize,
    /// From one row of the gradient to the next.
    pub row: usize,
}

impl<T: Real> Dots<'_, T> {
    /// Adds to `dw` the products of all rows of dy with x.
    pub fn add(self, dy: &[T], dw: &mut [T]) {
        if self.how.wide() {
            self.add_all::<{ WIDE[0] }, { WIDE[1] }>(dy, dw);
        } else {
            self.add_all::<{ NARROW[0] }, { NARROW[1] }>(dy, dw);
        }
    }

    /// All rows of dy, M at a time.
    fn add_all<const M: usize, const TAPS: usize>(self, dy: &[T], dw: &mut [T]) {
        let Self { len, row, .. } = self;
        let whole = dy.len() / len / M * M;
        let (first, rest) = dy.split_at(whole * len);
        for (dy, dw) in first.chunks_exact(M * len).zip(dw.chunks_mut(M * row)) {
            self.add_rows::<M, TAPS>(dy, dw);
        }
        for (dy, dw) in rest.chunks_exact(len).zip(dw[whole * row..].chunks_mut(row)) {
            self.add_rows::<1, TAPS>(dy, dw);
        }
    }

    /// M rows of dy.
    fn add_rows<const M: usize, const TAPS: usize>(self, dy: &[T], dw: &mut [T]) {
        let Self { walk, how, x, len, row } = self;
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
}

/// The products of M rows of dy with `TAPS` rows of x, all equally long.
#[inline(always)]
fn dots<T: Real, const M: usize, const TAPS: usize>(dy: [&[T]; M], x: [&[T]; TAPS]) -> [[T; TAPS]; M] {
    let mut sums = [[[T::ZERO; LANES]; TAPS]; M];
    // Looked up once that all are as long, and not at each step.
    let steps = dy[0].len() / LANES;
    let mut rows: [&[[T; LANES]]; M] = [&[]; M];
    for (row, dy) in rows.iter_mut().zip(dy) {
        *row = &dy.as_chunks().0[..steps];
    }
    let mut taps: [&[[T; LANES]]; TAPS] = [&[]; TAPS];
    for (tap, x) in taps.iter_mut().zip(x) {
        *tap = &x.as_chunks().0[..steps];
    }
    for i in 0..steps {
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
    totals(&sums)
}

/// Adds up what lies side by side. Not inlined: the compiler would keep the sums in the order in which it adds them here, turned, in
/// the loop above too, and half of them in memory; it is four times as fast so.
#[inline(never)]
fn totals<T: Real, const M: usize, const TAPS: usize>(sums: &[[[T; LANES]; TAPS]; M]) -> [[T; TAPS]; M] {
    let mut totals = [[T::ZERO; TAPS]; M];
    for (totals, sums) in totals.iter_mut().zip(sums) {
        for (total, [a, b, c, d, e, f, g, h]) in totals.iter_mut().zip(sums) {
            *total = ((*a + *e) + (*c + *g)) + ((*b + *f) + (*d + *h));
        }
    }
    totals
}
