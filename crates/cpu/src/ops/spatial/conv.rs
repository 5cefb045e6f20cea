//! Convolutions and their gradients, over one group of one sample at a time.

use std::ops::Range;

use minibatch_graph::{Activation, Conv2d};

use super::dots::Dots;
use super::extents::{Axis, Extents};
use super::planes::{join, margined_len, planes_len, split, spread};
use super::shifted::{WIDEST, pack, panels_len, product, rows};
use super::walk::Walk;
use crate::call::Call;
use crate::memory::{Memory, Operand};
use crate::ops::elementwise;
use crate::ops::reduce::Sums;
use crate::{How, Real};

/// y = f(the convolution of x by the weight, plus bias).
#[derive(Clone, Debug)]
pub(crate) struct Forward {
    e: Extents,
    inputs: [Operand; 2],
    bias: Option<Operand>,
    activation: Activation,
    out: Operand,
    how: How,
}

/// dx = the gradient with respect to x, given dy and the weight.
#[derive(Clone, Debug)]
pub(crate) struct GradInput {
    e: Extents,
    inputs: [Operand; 2],
    out: Operand,
    how: How,
}

/// dw = the gradient with respect to the weight, given x and dy; perhaps the bias's too, the sums of dy's channels, at the end.
#[derive(Clone, Debug)]
pub(crate) struct GradWeight {
    e: Extents,
    inputs: [Operand; 2],
    out: Operand,
    bias: Option<Sums>,
    how: How,
}

/// Places from the first that counts to the last, where rows lie `pitch` apart.
fn places(rows: usize, columns: usize, pitch: usize) -> usize {
    (rows - 1) * pitch + columns
}

impl Forward {
    pub fn new(call: &Call, conv: &Conv2d, bias: bool, activation: Activation, how: How) -> Self {
        let e = Extents::new(conv, call.dims(0), call.out_dims(), call.dims(1));
        let bias = bias.then(|| call.inputs[2]);
        Self { e, inputs: call.operands(), bias, activation, out: call.output, how }
    }

    fn panels(&self) -> usize {
        self.e.groups * panels_len(self.e.o, self.e.c * self.e.window())
    }

    /// Places of y in rows as long as a plane's.
    fn places(&self) -> usize {
        places(self.e.y.out, self.e.x.out, self.e.x.plane()).next_multiple_of(WIDEST)
    }

    /// Planes of x, sums.
    fn own(&self) -> usize {
        planes_len(&self.e) + rows(self.e.o) * self.places()
    }

    /// Panels of the weight, and what each thread needs for itself.
    pub fn scratch_len(&self) -> usize {
        self.panels() + self.how.parts(self.e.work()) * self.own()
    }

    pub fn run<T: Real>(&self, memory: &mut Memory<T>, scratch: &mut [T]) {
        let (e, walk) = (&self.e, Walk::over_planes(&self.e));
        let (panels, own) = scratch.split_at_mut(self.panels());
        memory.write(&self.out, |memory, y| {
            let [x, weight] = self.inputs.map(|input| memory.floats(&input));
            let bias = self.bias.as_ref().map(|bias| memory.floats(bias));
            let (group_panels, row) = (panels_len(e.o, walk.len()), e.c * e.window());
            let groups = weight.chunks_exact(e.o * row).zip(panels.chunks_exact_mut(group_panels));
            groups.for_each(|(weight, panels)| pack(&walk, weight, row, e.o, panels));
            let sample = e.groups * e.o * e.windows();
            self.how.divided(e.work(), [(y, sample)], own, |samples, [y], own| {
                let x = &x[samples.start * e.groups * e.c * e.pixels()..];
                self.samples(&walk, (panels, bias), x, y, own);
            });
        });
    }

    /// As many samples as there are in y.
    fn samples<T: Real>(
        &self,
        walk: &Walk,
        (panels, bias): (&[T], Option<&[T]>),
        x: &[T],
        y: &mut [T],
        own: &mut [T],
    ) {
        let e = &self.e;
        let (planes, rest) = own.split_at_mut(planes_len(e));
        let sums = &mut rest[..rows(e.o) * self.places()];
        planes.fill(T::ZERO);
        let group_panels = panels_len(e.o, walk.len());
        let samples = x.chunks_exact(e.c * e.pixels()).zip(y.chunks_exact_mut(e.o * e.windows()));
        for (i, (x, y)) in samples.enumerate() {
            let group = i % e.groups;
            split(e, x, planes);
            let panels = &panels[group * group_panels..][..group_panels];
            product((walk, self.how), panels, e.o, planes, sums, |channel, sums| {
                let bias = bias.map_or(T::ZERO, |bias| bias[group * e.o + channel]);
                let y = y[channel * e.windows()..].chunks_exact_mut(e.x.out).take(e.y.out);
                for (y, sums) in y.zip(sums.chunks(e.x.plane())) {
                    y.iter_mut().zip(sums).for_each(|(y, &sum)| *y = sum + bias);
                }
            });
            // Which the cache still holds.
            self.how.vectorised(
                #[inline(always)]
                || elementwise::activate(self.activation, y),
            );
        }
    }
}

/// From one row of dy with its margins to the next; a plane of dx has the same pitch.
fn margined_pitch(axis: &Axis) -> usize {
    axis.out + 2 * axis.reach()
}

impl GradInput {
    pub fn new(call: &Call, conv: &Conv2d, how: How) -> Self {
        let e = Extents::new(conv, call.out_dims(), call.dims(0), call.dims(1));
        Self { e, inputs: call.operands(), out: call.output, how }
    }

    fn places(&self) -> usize {
        let e = &self.e;
        places(e.y.plane(), e.x.plane(), margined_pitch(&e.x)).next_multiple_of(WIDEST)
    }

    /// Panels of the weight; those of all planes together are the weight once.
    fn panels(&self) -> usize {
        self.e.groups * panels_len(self.e.c, self.e.o * self.e.window())
    }

    fn margined(&self) -> usize {
        margined_len(self.e.o, &self.e, [self.e.y.reach(), self.e.x.reach()])
    }

    /// Panels; for each thread dy with margins, and sums.
    pub fn scratch_len(&self) -> usize {
        let own = self.margined() + rows(self.e.c) * self.places();
        self.panels() + self.how.parts(self.e.work()) * own
    }

    /// The planes of dx, with the walk over the windows that meet each.
    fn planes(&self) -> impl Iterator<Item = ([usize; 2], Walk)> {
        let e = self.e;
        let planes = (0..e.y.planes()).flat_map(move |i| (0..e.x.planes()).map(move |j| [i, j]));
        planes.map(move |plane| (plane, Walk::over_windows(&e, plane)))
    }

    pub fn run<T: Real>(&self, memory: &mut Memory<T>, scratch: &mut [T]) {
        let e = &self.e;
        let group_panels = panels_len(e.c, e.o * e.window());
        let (panels, own) = scratch.split_at_mut(self.panels());
        memory.write(&self.out, |memory, dx| {
            let [dy, weight] = self.inputs.map(|input| memory.floats(&input));
            let weights = weight.chunks_exact(e.o * e.c * e.window());
            for (weight, mut panels) in weights.zip(panels.chunks_exact_mut(group_panels)) {
                for (_, walk) in self.planes() {
                    let (these, others) = panels.split_at_mut(panels_len(e.c, walk.len()));
                    pack(&walk, weight, e.window(), e.c, these);
                    panels = others;
                }
            }
            let sample = e.groups * e.c * e.pixels();
            self.how.divided(e.work(), [(dx, sample)], own, |samples, [dx], own| {
                self.samples(panels, &dy[samples.start * e.groups * e.o * e.windows()..], dx, own);
            });
        });
    }

    /// As many samples as there are in dx.
    fn samples<T: Real>(&self, panels: &[T], dy: &[T], dx: &mut [T], own: &mut [T]) {
        let e = &self.e;
        let group_panels = panels_len(e.c, e.o * e.window());
        let (margined, rest) = own.split_at_mut(self.margined());
        let sums = &mut rest[..rows(e.c) * self.places()];
        margined.fill(T::ZERO);
        dx.fill(T::ZERO);
        let pitch = margined_pitch(&e.x);
        let place = [e.y.reach() * pitch + e.x.reach(), margined_pitch(&e.y), pitch];
        let samples = dy.chunks_exact(e.o * e.windows()).zip(dx.chunks_exact_mut(e.c * e.pixels()));
        for (i, (dy, dx)) in samples.enumerate() {
            spread(e, dy, place, margined);
            let mut panels = &panels[i % e.groups * group_panels..][..group_panels];
            for (plane, walk) in self.planes() {
                let (these, others) = panels.split_at(panels_len(e.c, walk.len()));
                product((&walk, self.how), these, e.c, margined, sums, |channel, sums| {
                    join(e, plane, sums, pitch, &mut dx[channel * e.pixels()..][..e.pixels()]);
                });
                panels = others;
            }
        }
    }
}

impl GradWeight {
    pub fn new(call: &Call, (conv, kernel): (&Conv2d, [usize; 2]), bias: bool, how: How) -> Self {
        let (x, dy) = (call.dims(0), call.dims(1));
        let e = Extents::new(conv, x, dy, &[dy[1], x[1] / conv.groups, kernel[0], kernel[1]]);
        let bias = bias.then(|| Sums::new(dy, &[0, 2, 3], how));
        Self { e, inputs: call.operands(), out: call.output, bias, how }
    }

    /// Places of a channel of dy in rows as long as a plane's, the last row too.
    fn places(&self) -> usize {
        (self.e.y.out * self.e.x.plane()).next_multiple_of(WIDEST)
    }

    /// Planes of x, and what a block may read past them.
    fn planes(&self) -> usize {
        planes_len(&self.e) + self.e.x.plane()
    }

    /// For each thread planes of x, and dy.
    pub fn scratch_len(&self) -> usize {
        let weight = self.how.parts(self.e.work()) * (self.planes() + self.e.o * self.places());
        weight.max(self.bias.as_ref().map_or(0, Sums::scratch_len))
    }

    pub fn run<T: Real>(&self, memory: &mut Memory<T>, scratch: &mut [T]) {
        let e = &self.e;
        memory.write(&self.out, |memory, dw| {
            let [x, dy] = self.inputs.map(|input| memory.floats(&input));
            let (row, channels) = (e.c * e.window(), e.groups * e.o);
            let (dw, behind) = dw.split_at_mut(channels * row);
            if let Some(sums) = &self.bias {
                let at = behind.len() - channels;
                sums.run(dy, &mut behind[at..], scratch);
            }
            // By channels of y: a sum over samples is never divided.
            self.how.divided(e.work(), [(dw, row)], scratch, |channels, [dw], own| {
                self.channels(channels, [x, dy], dw, own);
            });
        });
    }

    /// The gradient of some channels' weights, among those of all groups.
    fn channels<T: Real>(&self, all: Range<usize>, [x, dy]: [&[T]; 2], dw: &mut [T], own: &mut [T]) {
        let (e, walk) = (&self.e, Walk::over_planes(&self.e));
        let (planes, rest) = own.split_at_mut(self.planes());
        let (row, places) = (e.c * e.window(), self.places());
        planes.fill(T::ZERO);
        // What is between the rows, and behind them, stays so.
        rest.fill(T::ZERO);
        dw.fill(T::ZERO);
        let samples = x.chunks_exact(e.c * e.pixels()).zip(dy.chunks_exact(e.o * e.windows()));
        for (i, (x, dy)) in samples.enumerate() {
            let begin = i % e.groups * e.o;
            let channels = all.start.max(begin)..all.end.min(begin + e.o);
            if channels.is_empty() {
                continue;
            }
            split(e, x, &mut planes[..planes_len(e)]);
            let spread_dy = &mut rest[..channels.len() * places];
            let dy = dy.chunks_exact(e.windows()).skip(channels.start - begin);
            for (dy, to) in dy.zip(spread_dy.chunks_exact_mut(places)) {
                spread(e, dy, [0, e.y.out, e.x.plane()], to);
            }
            let dw = &mut dw[(channels.start - all.start) * row..][..channels.len() * row];
            Dots { walk: &walk, how: self.how, x: planes, len: places, row }.add(spread_dy, dw);
        }
    }
}
