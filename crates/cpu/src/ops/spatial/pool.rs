//! Pools: each window at a time.

use minibatch_graph::{Pool2d, PoolKind, PoolWindow};

use crate::Real;

/// A window of a channel: rows, columns, and what its sum is divided by for the mean.
struct Window {
    rows: (usize, usize),
    columns: (usize, usize),
    count: usize,
}

/// Calls `visit` with each window of a channel (h, w) in turn.
#[inline]
fn windows(pool: &Pool2d, x: &[usize], y: &[usize], mut visit: impl FnMut(Window)) {
    for i in 0..y[2] {
        let rows = pool.range(0, x[2], i);
        for j in 0..y[3] {
            let columns = pool.range(1, x[3], j);
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

/// y = the pool of x; the extents of both.
pub(super) fn forward<T: Real>(pool: &Pool2d, x_dims: &[usize], y_dims: &[usize], x: &[T], y: &mut [T]) {
    let width = x_dims[3];
    let channels = x.chunks_exact(x_dims[2] * width).zip(y.chunks_exact_mut(y_dims[2] * y_dims[3]));
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

/// dx = the gradient with respect to x, given dy.
pub(super) fn backward<T: Real>(
    pool: &Pool2d,
    x_dims: &[usize],
    y_dims: &[usize],
    x: &[T],
    dy: &[T],
    dx: &mut [T],
) {
    let (width, pixels) = (x_dims[3], x_dims[2] * x_dims[3]);
    dx.fill(T::ZERO);
    let channels = dy.chunks_exact(y_dims[2] * y_dims[3]).zip(dx.chunks_exact_mut(pixels));
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
