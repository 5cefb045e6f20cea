//! Images copied so that a convolution's inner loop only ever moves by one place.

use super::extents::Extents;
use super::shifted::WIDEST;
use crate::Real;

/// Room for a group of x in planes; and what a tile may read past them.
pub(super) fn planes_len(e: &Extents) -> usize {
    e.c * e.y.planes() * e.x.planes() * e.y.plane() * e.x.plane() + WIDEST
}

/// Copies one group of x, (c, h, w), into planes (c, phase along height, along width, row, place). What no window meets
/// is left out, and padding must be zero already; it stays so from sample to sample.
pub(super) fn split<T: Real>(e: &Extents, x: &[T], planes: &mut [T]) {
    let (height, width) = (e.y.plane(), e.x.plane());
    let mut all = planes.chunks_exact_mut(height * width);
    for x in x.chunks_exact(e.pixels()) {
        for i in 0..e.y.planes() {
            let (top, first_row, rows) = e.y.inside(i);
            for (j, plane) in (0..e.x.planes()).zip(&mut all) {
                let (left, first, count) = e.x.inside(j);
                for row in 0..if count > 0 { rows } else { 0 } {
                    let from = &x[(first_row + row * e.y.stride) * e.x.size + first..];
                    let to = &mut plane[(top + row) * width + left..][..count];
                    if e.x.stride == 1 {
                        to.copy_from_slice(&from[..count]);
                    } else {
                        to.iter_mut().zip(from.iter().step_by(e.x.stride)).for_each(|(to, &x)| *to = x);
                    }
                }
            }
        }
    }
}

/// The opposite for one channel and plane (i, j): its pixels get what is in `plane`, rows of `pitch` places.
pub(super) fn join<T: Real>(e: &Extents, [i, j]: [usize; 2], plane: &[T], pitch: usize, x: &mut [T]) {
    let (top, first_row, rows) = e.y.inside(i);
    let (left, first, count) = e.x.inside(j);
    for row in 0..if count > 0 { rows } else { 0 } {
        let to = &mut x[(first_row + row * e.y.stride) * e.x.size + first..];
        let from = &plane[(top + row) * pitch + left..][..count];
        if e.x.stride == 1 {
            to[..count].copy_from_slice(from);
        } else {
            to.iter_mut().step_by(e.x.stride).zip(from).for_each(|(to, &x)| *to = x);
        }
    }
}

/// Room for dy with so many zeros on each side of its rows and columns.
pub(super) fn margined_len(channels: usize, e: &Extents, margin: [usize; 2]) -> usize {
    channels * (e.y.out + 2 * margin[0]) * (e.x.out + 2 * margin[1]) + WIDEST
}

/// Copies images (channels, h', w') into rows of `pitch` places from place `first` on, `height` rows an image. All else
/// must be zero already.
pub(super) fn spread<T: Real>(e: &Extents, dy: &[T], [first, height, pitch]: [usize; 3], to: &mut [T]) {
    for (dy, to) in dy.chunks_exact(e.windows()).zip(to.chunks_exact_mut(height * pitch)) {
        for (row, to) in dy.chunks_exact(e.x.out).zip(to[first..].chunks_mut(pitch)) {
            to[..e.x.out].copy_from_slice(row);
        }
    }
}
