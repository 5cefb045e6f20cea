//! Loops over elements that do not lie next to each other: broadcasting, permuted axes, parts of an axis.

use minibatch_graph::walk::{Axis, MAX_RANK, Walk};

use crate::Real;

/// Side of a square that is transposed at once, so that what is read and what is written both stay in cache.
const TILE: usize = 16;

/// Calls `visit` with each operand's first element for every place along these axes, innermost axis fastest.
#[inline(always)]
fn each<const N: usize>(axes: &[Axis<N>], mut visit: impl FnMut([usize; N])) {
    let mut counts = [0; MAX_RANK];
    let mut at = [0; N];
    loop {
        visit(at);
        let Some(turned) = axes.iter().zip(&counts).position(|(axis, &count)| count + 1 < axis.extent) else {
            return;
        };
        for (axis, count) in axes.iter().zip(&mut counts).take(turned) {
            at.iter_mut().zip(axis.strides).for_each(|(at, stride)| *at -= stride * *count);
            *count = 0;
        }
        counts[turned] += 1;
        at.iter_mut().zip(axes[turned].strides).for_each(|(at, stride)| *at += stride);
    }
}

/// out = f(a, b) with broadcasting; out is row-major.
#[inline(always)]
pub(super) fn combine<T: Real>(walk: &Walk<2>, a: &[T], b: &[T], out: &mut [T], f: impl Fn(T, T) -> T) {
    if out.is_empty() {
        return;
    }
    let Some((inner, outer)) = walk.axes().split_first() else {
        out[0] = f(a[0], b[0]);
        return;
    };
    let mut rows = out.chunks_exact_mut(inner.extent);
    each(outer, |[i, j]| {
        let row = rows.next().into_iter().flatten();
        match inner.strides {
            [0, _] => row.zip(&b[j..]).for_each(|(out, &b)| *out = f(a[i], b)),
            [_, 0] => row.zip(&a[i..]).for_each(|(out, &a)| *out = f(a, b[j])),
            // Contiguous: extents within were joined, or are 1.
            _ => row.zip(a[i..].iter().zip(&b[j..])).for_each(|(out, (&a, &b))| *out = f(a, b)),
        }
    });
}

/// out is x with its axes in another order.
pub(super) fn permute<T: Real>(walk: &Walk<2>, x: &[T], out: &mut [T]) {
    let axes = walk.axes();
    // The axis that is contiguous in x; there is none when there is one element.
    let Some(from) = axes.iter().position(|axis| axis.strides[0] == 1) else {
        return out.copy_from_slice(x);
    };
    if from == 0 {
        let width = axes[0].extent;
        return each(&axes[1..], |[i, j]| out[j..j + width].copy_from_slice(&x[i..i + width]));
    }
    let (right, down) = (axes[0], axes[from]);
    let mut others = [right; MAX_RANK];
    let rest = axes.iter().enumerate().filter(|(i, _)| *i != 0 && *i != from).map(|(_, axis)| *axis);
    others.iter_mut().zip(rest).for_each(|(to, axis)| *to = axis);
    each(&others[..axes.len() - 2], |[i, j]| {
        for first_down in (0..down.extent).step_by(TILE) {
            for first in (0..right.extent).step_by(TILE) {
                let end = (first + TILE).min(right.extent);
                for d in first_down..(first_down + TILE).min(down.extent) {
                    let row = &mut out[j + d * down.strides[1]..][first..end];
                    let from = x[i + d + first * right.strides[0]..].iter().step_by(right.strides[0]);
                    row.iter_mut().zip(from).for_each(|(out, &x)| *out = x);
                }
            }
        }
    });
}

/// Rows of out, `width` long, are parts of x's rows, which are `stride` long, from `start` on.
pub(super) fn take<T: Real>(x: &[T], [start, stride]: [usize; 2], out: &mut [T], width: usize) {
    for (out, x) in out.chunks_exact_mut(width.max(1)).zip(x.chunks_exact(stride.max(1))) {
        out.copy_from_slice(&x[start..start + width]);
    }
}

/// x's rows, `width` long, become parts of out's rows, which are `stride` long, from `start` on.
pub(super) fn put<T: Real>(x: &[T], width: usize, out: &mut [T], [start, stride]: [usize; 2]) {
    for (out, x) in out.chunks_exact_mut(stride.max(1)).zip(x.chunks_exact(width.max(1))) {
        out[start..start + width].copy_from_slice(x);
    }
}
