//! Sums over rows.

use crate::Real;

/// Rows summed by themselves before their sum joins the total: the error of a long sum grows with the block and the
/// number of blocks, not with their product.
const BLOCK: usize = 256;

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
