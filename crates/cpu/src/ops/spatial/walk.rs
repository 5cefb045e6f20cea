//! Walking over the elements of a convolution's windows.

use super::extents::{Axis, Extents};

/// As many elements of a window as have their places in a table.
const TABLE: usize = 16;
/// Elements of [`Walk::in_chunks`].
const CHUNK: usize = 128;

/// Elements of a window along one axis, and how far into a buffer each finds its operand.
#[derive(Clone, Copy, Debug)]
struct Line {
    axis: Axis,
    /// The first element, from each to the next, and how many.
    first: usize,
    every: usize,
    count: usize,
    /// The place of an element: start + its plane's number * `plane` + its shift * `pitch`, wrapping around, since it
    /// may go down.
    start: usize,
    plane: usize,
    pitch: usize,
    table: [usize; TABLE],
}

impl Line {
    fn tabled(mut self) -> Self {
        for n in 0..self.count.min(TABLE) {
            self.table[n] = self.place(n);
        }
        self
    }

    fn place(&self, n: usize) -> usize {
        let k = self.element(n);
        let down = self.axis.shift(k).wrapping_mul(self.pitch);
        self.start.wrapping_add(k % self.axis.period * self.plane).wrapping_add(down)
    }

    #[inline(always)]
    fn element(&self, n: usize) -> usize {
        self.first + n * self.every
    }

    /// The place of the n-th element that is visited.
    #[inline(always)]
    fn at(&self, n: usize) -> usize {
        if n < TABLE { self.table[n] } else { self.place(n) }
    }
}

/// The elements of all channels' windows, in the weight's order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk {
    channels: usize,
    /// From one channel to the next, in the weight and in the operand.
    channel: [usize; 2],
    y: Line,
    x: Line,
}

impl Walk {
    /// Over x in planes (channel, plane along height, plane along width, row, place), for each window.
    pub fn over_planes(e: &Extents) -> Self {
        let (height, width) = (e.y.plane(), e.x.plane());
        let line = |axis: Axis, plane, pitch| {
            let (count, table) = (axis.kernel, [0; TABLE]);
            Line { axis, first: 0, every: 1, count, start: 0, plane, pitch, table }.tabled()
        };
        let planes = e.x.planes() * height * width;
        Self {
            channels: e.c,
            channel: [e.window(), e.y.planes() * planes],
            y: line(e.y, planes, width),
            x: line(e.x, height * width, 1),
        }
    }

    /// Over dy with `reach` zeros on each side, (channel, row, place), for each place of plane (i, j) of dx: place v
    /// there is what element k of window v - shift(k) looked at.
    pub fn over_windows(e: &Extents, [i, j]: [usize; 2]) -> Self {
        let pitch = e.x.out + 2 * e.x.reach();
        let line = |axis: Axis, first: usize, pitch: usize| {
            let count = (axis.kernel - first).div_ceil(axis.period);
            let (start, pitch) = (axis.reach() * pitch, pitch.wrapping_neg());
            Line { axis, first, every: axis.period, count, start, plane: 0, pitch, table: [0; TABLE] }
                .tabled()
        };
        let rows = e.y.out + 2 * e.y.reach();
        Self {
            channels: e.o,
            channel: [e.c * e.window(), rows * pitch],
            y: line(e.y, i, pitch),
            x: line(e.x, j, 1),
        }
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.channels * self.y.count * self.x.count
    }

    /// Calls `visit` with the places in the operand of some elements at a time, and the number of the first.
    #[inline(always)]
    pub fn in_chunks(&self, mut visit: impl FnMut(usize, &[usize])) {
        let mut places = [0; CHUNK];
        let (mut start, mut count) = (0, 0);
        self.each(|_, place| {
            places[count] = place;
            count += 1;
            if count == CHUNK {
                visit(start, &places);
                (start, count) = (start + CHUNK, 0);
            }
        });
        if count > 0 {
            visit(start, &places[..count]);
        }
    }

    /// Calls `visit` with the place of each element in the weight, from that of the first channel on, and in the
    /// operand.
    #[inline(always)]
    pub fn each(&self, mut visit: impl FnMut(usize, usize)) {
        for channel in 0..self.channels {
            let [weight, operand] = self.channel.map(|step| channel * step);
            for m in 0..self.y.count {
                let weight = weight + self.y.element(m) * self.x.axis.kernel;
                let operand = operand + self.y.at(m);
                for n in 0..self.x.count {
                    visit(weight + self.x.element(n), operand.wrapping_add(self.x.at(n)));
                }
            }
        }
    }
}
