//! Sums over axes, in blocks: the error of a long sum grows with the block and the number of blocks, not with their
//! product.

use minibatch_graph::Reduction;
use minibatch_graph::walk::{Axis, Walk};

use crate::call::Call;
use crate::memory::{Memory, Operand};
use crate::{How, Real};

/// The sums or means over axes.
#[derive(Clone, Debug)]
pub(crate) struct Reduce {
    reduction: Reduction,
    sums: Sums,
    x: Operand,
    out: Operand,
}

impl Reduce {
    pub fn new(call: &Call, reduction: Reduction, axes: &[usize], how: How) -> Self {
        Self { reduction, sums: Sums::new(call.dims(0), axes, how), x: call.inputs[0], out: call.output }
    }

    pub fn scratch_len(&self) -> usize {
        self.sums.scratch_len()
    }

    pub fn run<T: Real>(&self, memory: &mut Memory<T>, scratch: &mut [T]) {
        memory.write(&self.out, |memory, out| {
            let x = memory.floats(&self.x);
            self.sums.run(x, out, scratch);
            match self.reduction {
                Reduction::Sum => {}
                Reduction::Mean => {
                    let count = T::of((x.len() / out.len().max(1)) as f64);
                    out.iter_mut().for_each(|out| *out = *out / count);
                }
            }
        });
    }
}

/// The sums of a value of some shape over axes.
#[derive(Clone, Debug)]
pub(crate) struct Sums {
    walk: Walk<2>,
    /// How many sums there are.
    len: usize,
    how: How,
}

impl Sums {
    pub fn new(dims: &[usize], axes: &[usize], how: How) -> Self {
        let kept = dims.iter().enumerate().filter(|(axis, _)| !axes.contains(axis));
        Self { walk: Walk::reduce(dims, axes), len: kept.map(|(_, extent)| extent).product(), how }
    }

    pub fn scratch_len(&self) -> usize {
        scratch_len(self.walk.axes(), self.len)
    }

    pub fn run<T: Real>(&self, x: &[T], out: &mut [T], scratch: &mut [T]) {
        sum(self.how, self.walk.axes(), x, out, scratch);
    }
}

/// Summands that are added up by themselves before their sum joins the total.
const BLOCK: usize = 256;
/// Sums that are kept side by side along a row, for SIMD.
const LANES: usize = 16;

/// out\[j\] = sum over i of x\[i, first + j\], x being rows of `width`; `part` has as many elements as `out`.
#[inline(always)]
fn sum_rows<T: Real>(x: &[T], [width, first]: [usize; 2], out: &mut [T], part: &mut [T]) {
    let columns = out.len();
    out.fill(T::ZERO);
    for block in x.chunks(BLOCK * width) {
        part.fill(T::ZERO);
        block.chunks_exact(width).for_each(|row| add_to(part, &row[first..][..columns]));
        add_to(out, part);
    }
}

#[inline(always)]
pub(crate) fn add_to<T: Real>(sums: &mut [T], row: &[T]) {
    sums.iter_mut().zip(row).for_each(|(sum, &x)| *sum += x);
}

/// The sum of a row.
#[inline(always)]
pub(crate) fn total<T: Real>(x: &[T]) -> T {
    x.chunks(BLOCK * LANES).fold(T::ZERO, |total, block| {
        let mut lanes = [T::ZERO; LANES];
        let (whole, rest) = block.as_chunks::<LANES>();
        whole.iter().for_each(|row| add_to(&mut lanes, row));
        add_to(&mut lanes, rest);
        total + lanes.into_iter().fold(T::ZERO, |sum, lane| sum + lane)
    })
}

/// The sum of f(x), and x becomes f(x).
#[inline(always)]
pub(crate) fn sum_of_replaced<T: Real>(x: &mut [T], f: impl Fn(T) -> T) -> T {
    x.iter_mut().for_each(|x| *x = f(*x));
    total(x)
}

/// The sum of f(x).
#[inline(always)]
pub(crate) fn sum_of<T: Real>(x: &[T], f: impl Fn(T) -> T) -> T {
    x.chunks(BLOCK * LANES).fold(T::ZERO, |total, block| {
        let mut lanes = [T::ZERO; LANES];
        let (whole, rest) = block.as_chunks::<LANES>();
        whole.iter().for_each(|row| lanes.iter_mut().zip(row).for_each(|(lane, &x)| *lane += f(x)));
        lanes.iter_mut().zip(rest).for_each(|(lane, &x)| *lane += f(x));
        total + lanes.into_iter().fold(T::ZERO, |sum, lane| sum + lane)
    })
}

/// The largest number, but no less than the lowest there is, so that a row of nothing but -inf has differences. What is NaN
/// counts for nothing.
#[inline(always)]
pub(crate) fn largest<T: Real>(x: &[T]) -> T {
    let mut lanes = [T::of(f64::from(f32::MIN)); LANES];
    let (whole, rest) = x.as_chunks::<LANES>();
    whole.iter().for_each(|row| lanes.iter_mut().zip(row).for_each(|(lane, &x)| *lane = lane.max(x)));
    lanes.iter_mut().zip(rest).for_each(|(lane, &x)| *lane = lane.max(x));
    lanes.into_iter().fold(lanes[0], T::max)
}

/// Whether an axis of [`minibatch_graph::walk::Walk::reduce`] is summed over.
fn summed(axis: &Axis<2>) -> bool {
    axis.strides[1] == 0
}

/// Scratch for [`sum`] over these axes into `len` sums.
fn scratch_len(axes: &[Axis<2>], len: usize) -> usize {
    match axes {
        [.., outer] if !summed(outer) => scratch_len(&axes[..axes.len() - 1], outer.strides[1]),
        [] | [_] => 0,
        [_, _] => len,
        [inner @ .., _] => 2 * len + scratch_len(inner, len),
    }
}

/// The sums of x over the axes (innermost first) that are summed over, from the outermost inwards.
fn sum<T: Real>(how: How, axes: &[Axis<2>], x: &[T], out: &mut [T], scratch: &mut [T]) {
    match axes {
        [] => out.copy_from_slice(x),
        [.., outer] if !summed(outer) => {
            let inner = &axes[..axes.len() - 1];
            let parts = x.chunks_exact(outer.strides[0]).zip(out.chunks_exact_mut(outer.strides[1]));
            parts.for_each(|(x, out)| sum(how, inner, x, out, scratch));
        }
        [_] => {
            out[0] = how.vectorised(
                #[inline(always)]
                || total(x),
            )
        }
        [_, _] => {
            let width = out.len();
            how.divided(
                2 * x.len(),
                [(out, 1), (&mut scratch[..width], 1)],
                &mut [(); 0],
                |at, [out, part], _| {
                    how.vectorised(
                        #[inline(always)]
                        || sum_rows(x, [width, at.start], out, part),
                    );
                },
            );
        }
        [inner @ .., outer] => {
            let (part, scratch) = scratch.split_at_mut(out.len());
            let (own, scratch) = scratch.split_at_mut(out.len());
            // What a thread takes of x and of the sums: of an axis that is kept, if no more scratch is needed; or all.
            let (unit, work) = match inner {
                [deeper @ .., kept] if !summed(kept) && scratch_len(deeper, kept.strides[1]) == 0 => {
                    (kept.strides, 2 * x.len())
                }
                _ => ([outer.strides[0], out.len()], 0),
            };
            let all = [(out, unit[1]), (part, unit[1]), (own, unit[1])];
            how.divided(work, all, scratch, |units, [out, part, own], scratch| {
                out.fill(T::ZERO);
                for block in x.chunks(BLOCK * outer.strides[0]) {
                    part.fill(T::ZERO);
                    for x in block.chunks_exact(outer.strides[0]) {
                        let x = &x[units.start * unit[0]..units.end * unit[0]];
                        sum(how.in_threads(1), inner, x, own, scratch);
                        add_to(part, own);
                    }
                    add_to(out, part);
                }
            });
        }
    }
}
