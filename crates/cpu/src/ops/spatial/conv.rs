//! Convolutions and their gradients, over one group of one sample at a time.

use super::dots;
use super::extents::{Axis, Extents};
use super::planes::{join, margined_len, planes_len, split, spread};
use super::shifted::{WIDTH, pack, panels_len, product, rows};
use super::walk::Walk;
use crate::Real;

/// Places from the first that counts to the last, where rows lie `pitch` apart.
fn places(rows: usize, columns: usize, pitch: usize) -> usize {
    (rows - 1) * pitch + columns
}

/// Places of y in rows as long as a plane's.
fn forward_places(e: &Extents) -> usize {
    places(e.y.out, e.x.out, e.x.plane()).next_multiple_of(WIDTH)
}

/// Panels of the weight, planes of x, sums.
pub(super) fn forward_scratch(e: &Extents) -> usize {
    let panels = e.groups * panels_len(e.o, e.c * e.window());
    panels + planes_len(e) + rows(e.o) * forward_places(e)
}

/// y = the convolution of x by the weight, plus bias.
pub(super) fn forward<T: Real>(
    e: &Extents,
    x: &[T],
    weight: &[T],
    bias: Option<&[T]>,
    y: &mut [T],
    scratch: &mut [T],
) {
    let walk = Walk::over_planes(e);
    let (group_panels, row) = (panels_len(e.o, walk.len()), e.c * e.window());
    let (panels, rest) = scratch.split_at_mut(e.groups * group_panels);
    let (planes, rest) = rest.split_at_mut(planes_len(e));
    let sums = &mut rest[..rows(e.o) * forward_places(e)];
    for (weight, panels) in weight.chunks_exact(e.o * row).zip(panels.chunks_exact_mut(group_panels)) {
        pack(&walk, weight, row, e.o, panels);
    }
    planes.fill(T::ZERO);
    let samples = x.chunks_exact(e.c * e.pixels()).zip(y.chunks_exact_mut(e.o * e.windows()));
    for (i, (x, y)) in samples.enumerate() {
        let group = i % e.groups;
        split(e, x, planes);
        let panels = &panels[group * group_panels..][..group_panels];
        product(&walk, panels, e.o, planes, sums, |channel, sums| {
            let bias = bias.map_or(T::ZERO, |bias| bias[group * e.o + channel]);
            let y = y[channel * e.windows()..].chunks_exact_mut(e.x.out).take(e.y.out);
            for (y, sums) in y.zip(sums.chunks(e.x.plane())) {
                y.iter_mut().zip(sums).for_each(|(y, &sum)| *y = sum + bias);
            }
        });
    }
}

/// From one row of dy with its margins to the next; a plane of dx has the same pitch.
fn margined_pitch(axis: &Axis) -> usize {
    axis.out + 2 * axis.reach()
}

fn backward_places(e: &Extents) -> usize {
    places(e.y.plane(), e.x.plane(), margined_pitch(&e.x)).next_multiple_of(WIDTH)
}

/// Panels of the weight (those of all planes together are the weight once), dy with margins, sums.
pub(super) fn grad_input_scratch(e: &Extents) -> usize {
    let panels = e.groups * panels_len(e.c, e.o * e.window());
    let margins = margined_len(e.o, e, [e.y.reach(), e.x.reach()]);
    panels + margins + rows(e.c) * backward_places(e)
}

/// dx = the gradient with respect to x, given dy.
pub(super) fn grad_input<T: Real>(e: &Extents, dy: &[T], weight: &[T], dx: &mut [T], scratch: &mut [T]) {
    let group_panels = panels_len(e.c, e.o * e.window());
    let (panels, rest) = scratch.split_at_mut(e.groups * group_panels);
    let (margined, rest) = rest.split_at_mut(margined_len(e.o, e, [e.y.reach(), e.x.reach()]));
    let sums = &mut rest[..rows(e.c) * backward_places(e)];
    let planes = || (0..e.y.planes()).flat_map(|i| (0..e.x.planes()).map(move |j| [i, j]));
    let weights = weight.chunks_exact(e.o * e.c * e.window());
    for (weight, mut panels) in weights.zip(panels.chunks_exact_mut(group_panels)) {
        for plane in planes() {
            let walk = Walk::over_windows(e, plane);
            let (these, others) = panels.split_at_mut(panels_len(e.c, walk.len()));
            pack(&walk, weight, e.window(), e.c, these);
            panels = others;
        }
    }
    margined.fill(T::ZERO);
    dx.fill(T::ZERO);
    let pitch = margined_pitch(&e.x);
    let place = [e.y.reach() * pitch + e.x.reach(), margined_pitch(&e.y), pitch];
    let samples = dy.chunks_exact(e.o * e.windows()).zip(dx.chunks_exact_mut(e.c * e.pixels()));
    for (i, (dy, dx)) in samples.enumerate() {
        spread(e, dy, place, margined);
        let mut panels = &panels[i % e.groups * group_panels..][..group_panels];
        for plane in planes() {
            let walk = Walk::over_windows(e, plane);
            let (these, others) = panels.split_at(panels_len(e.c, walk.len()));
            product(&walk, these, e.c, margined, sums, |channel, sums| {
                join(e, plane, sums, pitch, &mut dx[channel * e.pixels()..][..e.pixels()]);
            });
            panels = others;
        }
    }
}

/// Places of a channel of dy in rows as long as a plane's, the last row too.
fn spread_places(e: &Extents) -> usize {
    (e.y.out * e.x.plane()).next_multiple_of(WIDTH)
}

/// Planes of x, and what a block may read past them; dy.
pub(super) fn grad_weight_scratch(e: &Extents) -> usize {
    planes_len(e) + e.x.plane() + e.o * spread_places(e)
}

/// dw = the gradient with respect to the weight, given dy.
pub(super) fn grad_weight<T: Real>(e: &Extents, x: &[T], dy: &[T], dw: &mut [T], scratch: &mut [T]) {
    let walk = Walk::over_planes(e);
    let (planes, rest) = scratch.split_at_mut(planes_len(e) + e.x.plane());
    let spread_dy = &mut rest[..e.o * spread_places(e)];
    planes.fill(T::ZERO);
    spread_dy.fill(T::ZERO);
    dw.fill(T::ZERO);
    let row = e.c * e.window();
    let samples = x.chunks_exact(e.c * e.pixels()).zip(dy.chunks_exact(e.o * e.windows()));
    for (i, (x, dy)) in samples.enumerate() {
        split(e, x, &mut planes[..planes_len(e)]);
        for (dy, to) in dy.chunks_exact(e.windows()).zip(spread_dy.chunks_exact_mut(spread_places(e))) {
            spread(e, dy, [0, e.y.out, e.x.plane()], to);
        }
        let dw = &mut dw[i % e.groups * e.o * row..][..e.o * row];
        dots::add(&walk, spread_dy, spread_places(e), planes, dw, row);
    }
}
