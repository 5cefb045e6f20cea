//! Pools: square windows side by side as loops over rows, others each by itself.

use minibatch_graph::{Pool2d, PoolKind, PoolWindow};

use super::windows::{self, Grid};
use crate::call::Call;
use crate::memory::{Memory, Operand};
use crate::{How, Real};

/// y = the pool of x.
#[derive(Clone, Debug)]
pub(crate) struct Pool {
    pool: Pool2d,
    grid: Grid,
    x: Operand,
    out: Operand,
    how: How,
}

/// dx = the gradient with respect to x, given x and dy.
#[derive(Clone, Debug)]
pub(crate) struct PoolGrad {
    pool: Pool2d,
    grid: Grid,
    inputs: [Operand; 2],
    out: Operand,
    how: How,
}

impl Pool {
    pub fn new(call: &Call, pool: Pool2d, how: How) -> Self {
        let grid = Grid::new(call.dims(0), call.out_dims());
        Self { pool, grid, x: call.inputs[0], out: call.output, how }
    }

    pub fn run<T: Real>(&self, memory: &mut Memory<T>) {
        let grid = &self.grid;
        memory.write(&self.out, |memory, y| {
            let x = memory.floats(&self.x);
            self.how.divided(4 * x.len(), [(y, grid.windows())], &mut [(); 0], |channels, [y], _| {
                let x = &x[channels.start * grid.pixels()..];
                self.how.vectorised(
                    #[inline(always)]
                    || match side_by_side(&self.pool) {
                        Some(2) => forward::<T, 2>(self.pool.kind, grid, x, y),
                        Some(3) => forward::<T, 3>(self.pool.kind, grid, x, y),
                        Some(4) => forward::<T, 4>(self.pool.kind, grid, x, y),
                        Some(_) | None => windows::forward(&self.pool, grid, x, y),
                    },
                );
            });
        });
    }
}

impl PoolGrad {
    pub fn new(call: &Call, pool: Pool2d, how: How) -> Self {
        let grid = Grid::new(call.dims(0), call.dims(1));
        Self { pool, grid, inputs: call.operands(), out: call.output, how }
    }

    pub fn run<T: Real>(&self, memory: &mut Memory<T>) {
        let grid = &self.grid;
        memory.write(&self.out, |memory, dx| {
            let [x, dy] = self.inputs.map(|input| memory.floats(&input));
            self.how.divided(8 * x.len(), [(dx, grid.pixels())], &mut [(); 0], |channels, [dx], _| {
                let x = &x[channels.start * grid.pixels()..];
                let dy = &dy[channels.start * grid.windows()..];
                dx.fill(T::ZERO);
                self.how.vectorised(
                    #[inline(always)]
                    || match side_by_side(&self.pool) {
                        Some(2) if self.pool.kind == PoolKind::Max => backward_of_four(grid, [x, dy], dx),
                        Some(2) => backward::<T, 2>(self.pool.kind, grid, [x, dy], dx),
                        Some(3) => backward::<T, 3>(self.pool.kind, grid, [x, dy], dx),
                        Some(4) => backward::<T, 4>(self.pool.kind, grid, [x, dy], dx),
                        Some(_) | None => windows::backward(&self.pool, grid, [x, dy], dx),
                    },
                );
            });
        });
    }
}

/// The side of the windows, where they are square and lie side by side.
fn side_by_side(pool: &Pool2d) -> Option<usize> {
    match pool.window {
        PoolWindow::Fixed { kernel: [h, w], stride, padding: [0, 0] } => {
            (h == w && stride == [h, w]).then_some(h)
        }
        PoolWindow::Fixed { .. } | PoolWindow::Adaptive { .. } => None,
    }
}

/// The elements of window j, of K rows. (A loop, here and below, rather than arrays' `map`, which may stay a call of its own.)
#[inline(always)]
fn window<T: Real, const K: usize>(rows: &[&[[T; K]]; K], j: usize) -> [[T; K]; K] {
    let mut window = [[T::ZERO; K]; K];
    for (to, row) in window.iter_mut().zip(rows) {
        *to = row[j];
    }
    window
}

/// K rows in groups of K, without what is past the last window.
#[inline(always)]
fn whole_windows<T, const K: usize>(x: &[T], width: usize, columns: usize) -> [&[[T; K]]; K] {
    let mut rows: [&[[T; K]]; K] = [&[]; K];
    for (to, row) in rows.iter_mut().zip(x.chunks_exact(width)) {
        *to = &row.as_chunks().0[..columns];
    }
    rows
}

#[inline(always)]
fn forward<T: Real, const K: usize>(kind: PoolKind, grid: &Grid, x: &[T], y: &mut [T]) {
    let [_, width] = grid.x;
    let [height, columns] = grid.y;
    let count = T::of((K * K) as f64);
    for (x, y) in x.chunks_exact(grid.pixels()).zip(y.chunks_exact_mut(grid.windows())) {
        for (x, y) in x.chunks_exact(K * width).zip(y.chunks_exact_mut(columns)).take(height) {
            let rows: [&[[T; K]]; K] = whole_windows(x, width, columns);
            match kind {
                PoolKind::Max => {
                    for (j, y) in y.iter_mut().enumerate() {
                        *y = largest(&window(&rows, j));
                    }
                }
                PoolKind::Average => {
                    for (j, y) in y.iter_mut().enumerate() {
                        *y = sum(&window(&rows, j)) / count;
                    }
                }
            }
        }
    }
}

/// The largest element, or NaN where there is one.
#[inline(always)]
fn largest<T: Real, const K: usize>(window: &[[T; K]; K]) -> T {
    let mut best = window[0][0];
    for &x in window.as_flattened() {
        best = if replaces(x, best) { x } else { best };
    }
    best
}

/// Whether x is taken rather than what was the largest before.
#[inline(always)]
#[allow(clippy::eq_op, reason = "only a NaN differs from itself")]
fn replaces<T: Real>(x: T, best: T) -> bool {
    (x > best) | (x != x)
}

/// Row by row, as where windows do not lie side by side.
#[inline(always)]
fn sum<T: Real, const K: usize>(window: &[[T; K]; K]) -> T {
    let mut sum = T::ZERO;
    for row in window {
        let mut part = T::ZERO;
        for &x in row {
            part += x;
        }
        sum += part;
    }
    sum
}

#[inline(always)]
fn backward<T: Real, const K: usize>(kind: PoolKind, grid: &Grid, [x, dy]: [&[T]; 2], dx: &mut [T]) {
    let [_, width] = grid.x;
    let [height, columns] = grid.y;
    let count = T::of((K * K) as f64);
    let channels = dx.chunks_exact_mut(grid.pixels()).zip(x.chunks_exact(grid.pixels()));
    for ((dx, x), dy) in channels.zip(dy.chunks_exact(grid.windows())) {
        let rows = dx.chunks_exact_mut(K * width).zip(x.chunks_exact(K * width)).take(height);
        for ((dx, x), dy) in rows.zip(dy.chunks_exact(columns)) {
            let x: [&[[T; K]]; K] = whole_windows(x, width, columns);
            let mut dx = dx.chunks_exact_mut(width);
            let mut dx: [&mut [[T; K]]; K] = std::array::from_fn(|_| {
                dx.next().map_or(&mut [][..], |row| &mut row.as_chunks_mut().0[..columns])
            });
            for (j, &dy) in dy.iter().enumerate() {
                let share = match kind {
                    PoolKind::Max => first_largest(&window(&x, j), dy),
                    PoolKind::Average => [[dy / count; K]; K],
                };
                for (dx, share) in dx.iter_mut().zip(share) {
                    dx[j] = share;
                }
            }
        }
    }
}

/// The gradient of the largest of two by two, which nearly all networks take: in a loop that the compiler turns into vectors, as it
/// does not with the one for any window. Two to five times as fast.
#[inline(always)]
fn backward_of_four<T: Real>(grid: &Grid, [x, dy]: [&[T]; 2], dx: &mut [T]) {
    let [_, width] = grid.x;
    let [height, columns] = grid.y;
    let channels = dx.chunks_exact_mut(grid.pixels()).zip(x.chunks_exact(grid.pixels()));
    for ((dx, x), dy) in channels.zip(dy.chunks_exact(grid.windows())) {
        let rows = dx.chunks_exact_mut(2 * width).zip(x.chunks_exact(2 * width)).take(height);
        for ((dx, x), dy) in rows.zip(dy.chunks_exact(columns)) {
            let ((x0, x1), (dx0, dx1)) = (x.split_at(width), dx.split_at_mut(width));
            let (x0, x1) = (x0.as_chunks().0, x1.as_chunks().0);
            shares_of_four(x0, x1, dy, dx0.as_chunks_mut().0, dx1.as_chunks_mut().0);
        }
    }
}

/// What the windows of two rows make of theirs. A function of its own, though inlined: of its arguments the compiler knows that they do
/// not overlap.
#[inline(always)]
fn shares_of_four<T: Real>(x0: &[[T; 2]], x1: &[[T; 2]], dy: &[T], dx0: &mut [[T; 2]], dx1: &mut [[T; 2]]) {
    let columns = dy.len();
    let (x0, x1, dx0, dx1) = (&x0[..columns], &x1[..columns], &mut dx0[..columns], &mut dx1[..columns]);
    for j in 0..columns {
        let ([a, b], [c, d], dy) = (x0[j], x1[j], dy[j]);
        let second = beats(b, a);
        let best = if second { b } else { a };
        let third = beats(c, best);
        let best = if third { c } else { best };
        let fourth = beats(d, best);
        let share = |is: bool| if is { dy } else { T::ZERO };
        dx0[j] = [share(!second & !third & !fourth), share(second & !third & !fourth)];
        dx1[j] = [share(third & !fourth), share(fourth)];
    }
}

/// Whether x is taken rather than what came before: not among equals, nor after a NaN.
#[inline(always)]
#[allow(
    clippy::eq_op,
    clippy::neg_cmp_op_on_partial_ord,
    reason = "a NaN differs from itself, and is neither more nor less"
)]
fn beats<T: Real>(x: T, best: T) -> bool {
    !(x <= best) & (best == best)
}

/// dy at the place of the largest element, the first among equals; of the first NaN where there is one. Else zero.
#[inline(always)]
#[allow(clippy::eq_op, reason = "only a NaN differs from itself")]
fn first_largest<T: Real, const K: usize>(window: &[[T; K]; K], dy: T) -> [[T; K]; K] {
    let best = largest(window);
    let mut left = dy;
    let mut shares = [[T::ZERO; K]; K];
    for (shares, row) in shares.iter_mut().zip(window) {
        for (share, &x) in shares.iter_mut().zip(row) {
            let here = (x == best) | ((x != x) & (best != best));
            *share = if here { left } else { T::ZERO };
            left = if here { T::ZERO } else { left };
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Breaks where an equal one, a NaN or a zero's sign moves the gradient elsewhere, or what is in no window gets one.
    #[test]
    fn the_way_of_two_by_two_gives_what_the_way_of_any_window_gives() {
        let numbers = [f32::NAN, f32::NEG_INFINITY, -0.0, 0.0, 1.0, f32::INFINITY];
        let grid = Grid::new(&[1, 1, 3, 5], &[1, 1, 1, 2]);
        for n in 0..6 * 6 * 6 * 6 {
            let [a, b, c, d] = [1, 6, 36, 216].map(|place| numbers[n / place % 6]);
            let x = [a, b, 1.0, 2.0, 9.0, c, d, 4.0, 3.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0];
            let [mut four, mut any] = [[0.0; 15]; 2];
            backward_of_four(&grid, [&x, &[5.0, 7.0]], &mut four);
            backward::<f32, 2>(PoolKind::Max, &grid, [&x, &[5.0, 7.0]], &mut any);
            assert_eq!(four, any, "{x:?}");
            assert_eq!(four.iter().sum::<f32>(), 12.0, "{x:?}");
        }
    }
}
