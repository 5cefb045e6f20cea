//! The matrix product: both matrices are copied into panels, so that one register tile serves all four transposes.
//!
//! C (m, n) = A (m, k) B (k, n). A panel of A is k steps of `MR` rows, one of B is k steps of `NR` columns, padded with
//! zeros; a tile of C, `MR` x `NR`, stays in registers over all of k (Goto and van de Geijn 2008, without the outermost
//! blocking: k is small here). Each element is summed in the order of k.

use minibatch_graph::Epilogue;

use super::elementwise;
use crate::Real;
use crate::memory::Memory;
use crate::plan::Step;

/// Rows of a tile.
const MR: usize = 4;
/// Columns of a tile: two SIMD registers of f32, so that the tile takes eight.
const NR: usize = 8;
/// Rows of A that are in panels at one time.
const BLOCK: usize = 64;
/// The most numbers of B that are in panels at one time, where nobody wants all of it: a copy of large weights would be as large
/// as they. Packing A again for each group of columns is little beside the product.
const GROUP: usize = 1 << 20;

/// The extents of one product.
pub(crate) struct Product {
    m: usize,
    k: usize,
    n: usize,
    trans_a: bool,
    trans_b: bool,
}

/// How many elements of scratch a product needs.
pub(crate) fn scratch_len(step: &Step, trans_a: bool, trans_b: bool) -> usize {
    Product::of(step, trans_a, trans_b).run_scratch_len()
}

/// out = op(a) op(b) + bias and the epilogue, for each pair of matrices.
pub(crate) fn run<T: Real>(
    step: &Step,
    [trans_a, trans_b, bias]: [bool; 3],
    epilogue: Epilogue,
    memory: &mut Memory<T>,
    scratch: &mut [T],
) {
    let product = Product::of(step, trans_a, trans_b);
    let &Product { m, k, n, .. } = &product;
    let inputs = &step.inputs;
    memory.write(&step.output, |memory, out| {
        // An empty matrix has no chunks, and gives zeros.
        out.fill(T::ZERO);
        let a = memory.floats(&inputs[0]).chunks_exact((m * k).max(1));
        let b = memory.floats(&inputs[1]).chunks_exact((k * n).max(1));
        for ((a, b), out) in a.zip(b).zip(out.chunks_exact_mut((m * n).max(1))) {
            product.run(a, b, out, scratch);
        }
        if bias {
            elementwise::add_row(memory.floats(&inputs[2]), out);
        }
        match epilogue {
            Epilogue::None => {}
            Epilogue::Activation(f) => elementwise::activate(f, out),
            Epilogue::ActivationGrad(f) => {
                let saved = memory.floats(&inputs[2 + usize::from(bias)]);
                elementwise::scale_by_derivative(f, saved, out);
            }
        }
    });
}

impl Product {
    /// One of a step's products: the last two axes of a and b.
    fn of(step: &Step, trans_a: bool, trans_b: bool) -> Self {
        let last_two = |dims: &[usize]| (dims[dims.len() - 2], dims[dims.len() - 1]);
        let (a, b) = (last_two(step.dims(0)), last_two(step.dims(1)));
        let (m, k) = if trans_a { (a.1, a.0) } else { a };
        let n = if trans_b { b.0 } else { b.1 };
        Self { m, k, n, trans_a, trans_b }
    }

    /// A (m, k) as it is times B (k, n), or (n, k) when `trans_b`.
    pub fn of_extents([m, k, n]: [usize; 3], [trans_a, trans_b]: [bool; 2]) -> Self {
        Self { m, k, n, trans_a, trans_b }
    }

    /// Room for all of B and one block of A, in panels.
    pub fn scratch_len(&self) -> usize {
        self.k * (self.n.next_multiple_of(NR) + BLOCK.min(self.m.next_multiple_of(MR)))
    }

    /// Room for one group of columns of B and one block of A: what [`Self::run`] needs.
    fn run_scratch_len(&self) -> usize {
        self.k * (self.group() + BLOCK.min(self.m.next_multiple_of(MR)))
    }

    /// Columns of B that are in panels at one time.
    fn group(&self) -> usize {
        let fitting = (GROUP / self.k.max(1) / NR * NR).max(NR);
        fitting.min(self.n.next_multiple_of(NR))
    }

    /// out = op(a) op(b)
    pub fn run<T: Real>(&self, a: &[T], b: &[T], out: &mut [T], scratch: &mut [T]) {
        let group = self.group();
        for first in (0..self.n).step_by(group.max(1)) {
            self.pack_columns(
                b,
                first,
                &mut scratch[..self.k * group.min((self.n - first).next_multiple_of(NR))],
            );
            self.run_columns(a, first, group, out, scratch);
        }
    }

    /// Copies B into its panels, where [`Self::run_packed`] finds it as often as it is called.
    pub fn pack_right<T: Real>(&self, b: &[T], scratch: &mut [T]) {
        self.pack_columns(b, 0, &mut scratch[..self.k * self.n.next_multiple_of(NR)]);
    }

    /// Copies the columns of B from `first` on into panels, as many as there is room for.
    fn pack_columns<T: Real>(&self, b: &[T], first: usize, panels: &mut [T]) {
        let &Self { k, n, trans_b, .. } = self;
        for (j, panel) in panels.chunks_exact_mut((k * NR).max(1)).enumerate() {
            pack::<T, NR>(b, Side { extent: n, k, k_contiguous: trans_b }, first + j * NR, panel);
        }
    }

    /// out = op(a) op(b), B being in its panels.
    pub fn run_packed<T: Real>(&self, a: &[T], out: &mut [T], scratch: &mut [T]) {
        self.run_columns(a, 0, self.n.next_multiple_of(NR), out, scratch);
    }

    /// The columns of out from `column` on, `group` of them where there are so many, the panels of those of B being there.
    fn run_columns<T: Real>(&self, a: &[T], column: usize, group: usize, out: &mut [T], scratch: &mut [T]) {
        let &Self { m, k, n, trans_a, .. } = self;
        if m * k * n == 0 {
            return out.fill(T::ZERO);
        }
        let columns = group.min((n - column).next_multiple_of(NR));
        let (b_panels, a_panels) = scratch.split_at_mut(k * columns);
        for (block, out) in out.chunks_mut(BLOCK * n).enumerate() {
            let first = block * BLOCK;
            let rows = out.len() / n;
            for (i, panel) in a_panels.chunks_exact_mut(k * MR).take(rows.div_ceil(MR)).enumerate() {
                pack::<T, MR>(a, Side { extent: m, k, k_contiguous: !trans_a }, first + i * MR, panel);
            }
            for (j, b_panel) in b_panels.chunks_exact(k * NR).enumerate() {
                for (out, a_panel) in out.chunks_mut(MR * n).zip(a_panels.chunks_exact(k * MR)) {
                    let tile = tile(a_panel.as_chunks().0, b_panel.as_chunks().0);
                    store(&tile, out, n, column + j * NR);
                }
            }
        }
    }
}

/// How one matrix is stored: `extent` rows (of A) or columns (of B), each with `k` elements.
#[derive(Clone, Copy)]
struct Side {
    extent: usize,
    k: usize,
    /// Whether a row's (or column's) elements lie next to each other.
    k_contiguous: bool,
}

/// Copies `W` rows (or columns) from `first` on, side by side, with zeros past the end.
fn pack<T: Real, const W: usize>(from: &[T], side: Side, first: usize, panel: &mut [T]) {
    let width = W.min(side.extent - first);
    let (steps, _) = panel.as_chunks_mut::<W>();
    if side.k_contiguous {
        for (lane, row) in from[first * side.k..].chunks_exact(side.k).take(width).enumerate() {
            steps.iter_mut().zip(row).for_each(|(step, &x)| step[lane] = x);
        }
        if width < W {
            steps.iter_mut().for_each(|step| step[width..].fill(T::ZERO));
        }
    } else {
        for (step, row) in steps.iter_mut().zip(from.chunks_exact(side.extent)) {
            match row[first..].first_chunk::<W>() {
                Some(whole) => *step = *whole,
                None => {
                    step[..width].copy_from_slice(&row[first..]);
                    step[width..].fill(T::ZERO);
                }
            }
        }
    }
}

/// One tile of the product.
#[inline]
fn tile<T: Real>(a: &[[T; MR]], b: &[[T; NR]]) -> [[T; NR]; MR] {
    let mut sums = [[T::ZERO; NR]; MR];
    for (a, b) in a.iter().zip(b) {
        for (sums, &a) in sums.iter_mut().zip(a) {
            for (sum, &b) in sums.iter_mut().zip(b) {
                *sum += a * b;
            }
        }
    }
    sums
}

/// Writes the part of a tile that lies within the matrix; `out` is its rows.
fn store<T: Real>(tile: &[[T; NR]; MR], out: &mut [T], n: usize, first: usize) {
    let width = NR.min(n - first);
    for (out, sums) in out.chunks_exact_mut(n).zip(tile) {
        out[first..first + width].copy_from_slice(&sums[..width]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Breaks where a column is summed in another order, or left out, because B is not in panels all at once.
    #[test]
    fn groups_of_columns_give_what_all_columns_give_to_the_bit() {
        for [trans_a, trans_b] in [[false, false], [false, true], [true, false], [true, true]] {
            let (m, k, n) = (67, GROUP / 16 + 5, 21);
            let product = Product { m, k, n, trans_a, trans_b };
            assert_eq!(product.group(), NR, "less than all columns");
            let number = |i: usize| ((i * 37 % 101) as f32 - 50.0) / 64.0;
            let (a, b): (Vec<f32>, Vec<f32>) =
                ((0..m * k).map(number).collect(), (0..k * n).map(number).collect());
            let (mut whole, mut parted) = (vec![1.0; m * n], vec![2.0; m * n]);
            let mut scratch = vec![0.0; product.scratch_len()];
            product.pack_right(&b, &mut scratch);
            product.run_packed(&a, &mut whole, &mut scratch);
            let mut scratch = vec![0.0; product.run_scratch_len()];
            product.run(&a, &b, &mut parted, &mut scratch);
            assert_eq!(whole, parted, "{trans_a} {trans_b}");
        }
    }
}
