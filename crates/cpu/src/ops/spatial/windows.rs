//! Pools whose windows overlap, differ in size or reach past the edge: each window at a time.

use minibatch_graph::{Pool2d, PoolKind, PoolWindow};

use crate::Real;

/// Height and width of what is pooled, and of the result.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grid {
    pub x: [usize; 2],
    pub y: [usize; 2],
}

impl Grid {
    /// Of these shapes (n, c, h, w).
    pub fn new(x: &[usize], y: &[usize]) -> Self {
        Self { x: [x[2], x[3]], y: [y[2], y[3]] }
    }

    /// Elements of a channel of x.
    pub fn pixels(&self) -> usize {
        self.x[0] * self.x[1]
    }

    /// Elements of a channel of the result.
    pub fn windows(&self) -> usize {
        self.y[0] * self.y[1]
    }
}

/// A window of a channel: rows, columns, and what its sum is divided by for the mean.
struct Window {
    rows: (usize, usize),
    columns: (usize, usize),
    count: usize,
}

/// Calls `visit` with each window of a channel (h, w) in turn.
#[inline]
fn windows(pool: &Pool2d, x: &[usize; 2], y: &[usize; 2], mut visit: impl FnMut(Window)) {
    for i in 0..y[0] {
        let rows = pool.range(0, x[0], i);
        for j in 0..y[1] {
            let columns = pool.range(1, x[1], j);
            let count = match pool.window {
                PoolWindow::Fixed { kernel, .. } => kernel[0] * kernel[1],
                PoolWindow::Adaptive { .. } => (rows.1 - rows.0) * (columns.1 - columns.0),
            };
            visit(Window { rows, columns, count });
        }
    }
}

/// The place of the largest element, the first among equals; of a NaN where there is one.
#[inline]
fn largest<T: Real>(x: &[T], width: usize, window: &Window) -> usize {
    let mut best = window.rows.0 * width + window.columns.0;
    for row in window.rows.0..window.rows.1 {
        for place in row * width + window.columns.0..row * width + window.columns.1 {
            // Only a NaN differs from itself.
            #[allow(clippy::eq_op, reason = "only a NaN differs from itself")]
            if x[place] > x[best] || (x[place] != x[place] && x[best] == x[best]) {
                best = place;
            }
        }
    }
    best
}

/// y = the pool of x.
pub(super) fn forward<T: Real>(pool: &Pool2d, grid: &Grid, x: &[T], y: &mut [T]) {
    let (x_dims, y_dims) = (&grid.x, &grid.y);
    let width = x_dims[1];
    let channels = x.chunks_exact(x_dims[0] * width).zip(y.chunks_exact_mut(y_dims[0] * y_dims[1]));
    for (x, y) in channels {
        let mut y = y.iter_mut();
        windows(pool, x_dims, y_dims, |window| {
            let value = match pool.kind {
                PoolKind::Max => x[largest(x, width, &window)],
                PoolKind::Average => mean(x, width, &window),
            };
            y.next().into_iter().for_each(|y| *y = value);
        });
    }
}

fn mean<T: Real>(x: &[T], width: usize, window: &Window) -> T {
    let mut sum = T::ZERO;
    for row in window.rows.0..window.rows.1 {
        // Row by row, so that no sum in f32 grows long.
        let row = &x[row * width..][window.columns.0..window.columns.1];
        sum += row.iter().fold(T::ZERO, |sum, &x| sum + x);
    }
    sum / T::of(window.count as f64)
}

/// dx, which is zero, becomes the gradient with respect to x, given dy.
pub(super) fn backward<T: Real>(pool: &Pool2d, grid: &Grid, [x, dy]: [&[T]; 2], dx: &mut [T]) {
    let (x_dims, y_dims) = (&grid.x, &grid.y);
    let (width, pixels) = (x_dims[1], x_dims[0] * x_dims[1]);
    let channels = dy.chunks_exact(y_dims[0] * y_dims[1]).zip(dx.chunks_exact_mut(pixels));
    for ((dy, dx), x) in channels.zip(x.chunks_exact(pixels)) {
        let mut dy = dy.iter();
        windows(pool, x_dims, y_dims, |window| {
            let Some(&dy) = dy.next() else { return };
            match pool.kind {
                PoolKind::Max => dx[largest(x, width, &window)] += dy,
                PoolKind::Average => {
                    let share = dy / T::of(window.count as f64);
                    for row in window.rows.0..window.rows.1 {
                        let row = &mut dx[row * width..][window.columns.0..window.columns.1];
                        row.iter_mut().for_each(|dx| *dx += share);
                    }
                }
            }
        });
    }
}
