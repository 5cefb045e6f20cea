//! Sums over axes, in blocks: the error of a long sum grows with the block and the number of blocks, not with their
//! product.

use minibatch_graph::walk::Axis;

use crate::Real;

/// Summands that are added up by themselves before their sum joins the total.
const BLOCK: usize = 256;
/// Sums that are kept side by side along a row, for SIMD.
const LANES: usize = 16;

/// out\[j\] = sum over i of x\[i, j\]; `scratch` has at least as many elements as `out`.
pub(crate) fn sum_rows<T: Real>(x: &[T], out: &mut [T], scratch: &mut [T]) {
    let columns = out.len();
    let part = &mut scratch[..columns];
    out.fill(T::ZERO);
    for block in x.chunks(BLOCK * columns) {
        part.fill(T::ZERO);
        block.chunks_exact(columns).for_each(|row| add_to(part, row));
        add_to(out, part);
    }
}

pub(crate) fn add_to<T: Real>(sums: &mut [T], row: &[T]) {
    sums.iter_mut().zip(row).for_each(|(sum, &x)| *sum += x);
}

/// The sum of a row.
pub(crate) fn total<T: Real>(x: &[T]) -> T {
    x.chunks(BLOCK * LANES).fold(T::ZERO, |total, block| {
        let mut lanes = [T::ZERO; LANES];
        let (whole, rest) = block.as_chunks::<LANES>();
        whole.iter().for_each(|row| add_to(&mut lanes, row));
        add_to(&mut lanes, rest);
        total + lanes.into_iter().fold(T::ZERO, |sum, lane| sum + lane)
    })
}

/// Whether an axis of [`minibatch_graph::walk::Walk::reduce`] is summed over.
fn summed(axis: &Axis<2>) -> bool {
    axis.strides[1] == 0
}

/// Scratch for [`sum`] over these axes into `len` sums.
pub(crate) fn scratch_len(axes: &[Axis<2>], len: usize) -> usize {
    match axes {
        [.., outer] if !summed(outer) => scratch_len(&axes[..axes.len() - 1], outer.strides[1]),
        [] | [_] => 0,
        [_, _] => len,
        [inner @ .., _] => 2 * len + scratch_len(inner, len),
    }
}

/// The sums of x over the axes (innermost first) that are summed over, from the outermost inwards.
pub(crate) fn sum<T: Real>(axes: &[Axis<2>], x: &[T], out: &mut [T], scratch: &mut [T]) {
    match axes {
        [] => out.copy_from_slice(x),
        [.., outer] if !summed(outer) => {
            let inner = &axes[..axes.len() - 1];
            let parts = x.chunks_exact(outer.strides[0]).zip(out.chunks_exact_mut(outer.strides[1]));
            parts.for_each(|(x, out)| sum(inner, x, out, scratch));
        }
        [_] => out[0] = total(x),
        [_, _] => sum_rows(x, out, scratch),
        [inner @ .., outer] => {
            let (part, scratch) = scratch.split_at_mut(out.len());
            let (own, scratch) = scratch.split_at_mut(out.len());
            out.fill(T::ZERO);
            for block in x.chunks(BLOCK * outer.strides[0]) {
                part.fill(T::ZERO);
                for x in block.chunks_exact(outer.strides[0]) {
                    sum(inner, x, own, scratch);
                    add_to(part, own);
                }
                add_to(out, part);
            }
        }
    }
}
