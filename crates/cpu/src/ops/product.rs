//! C (m, n) = op(A) op(B): what all matrix products come to.
//!
//! B is copied into panels, each k steps of `NR` columns, padded with zeros; of A the rows are read where they lie, or, where
//! they are columns, copied likewise, `MR` at a time. A tile of C, `MR` x `NR`, stays in registers over all of k (Goto and van de
//! Geijn 2008, without the outermost blocking: k is small here). Each element is summed in the order of k, whatever the tile,
//! the blocks and the threads: its bits depend on none of them.

mod panels;
mod tile;

use std::ops::Range;

use crate::{How, Real};
use panels::pack;
use tile::{of_panel, of_rows};

/// The extents of a product, how its matrices are stored, and how it runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Product {
    pub m: usize,
    pub k: usize,
    pub n: usize,
    a: Side,
    b: Side,
    /// From one row of C to the next.
    c_stride: usize,
    how: How,
    /// Columns of B that are in panels at one time.
    group: usize,
}

/// What is done with rows of C, by number, as soon as they are complete. Called so seldom that one compiled product serves all.
type Finish<'a, T> = dyn Fn(Range<usize>, &mut [T]) + Sync + 'a;

/// How one matrix is stored.
#[derive(Clone, Copy, Debug)]
struct Side {
    /// From one stored row to the next.
    stride: usize,
    /// Whether the elements of one row (of A) or column (of B) lie next to each other.
    k_contiguous: bool,
}

/// Rows and columns of a tile: eight registers of four f32, or twelve of eight (of sixteen, in both cases).
const NARROW: [usize; 2] = [4, 8];
const WIDE: [usize; 2] = [6, 16];
/// Tiles of rows until the epilogue goes over them, which the cache still holds then.
const BLOCK: usize = 16;
/// The most numbers of B that are in panels at one time, where nobody wants all of it: a copy of large weights would be as large
/// as they. Going through A again for each group of columns is little beside the product.
const GROUP: usize = 1 << 20;

impl Product {
    /// A (m, k) times B (k, n), each stored the other way round where it is told to be transposed.
    pub fn new([m, k, n]: [usize; 3], [trans_a, trans_b]: [bool; 2], how: How) -> Self {
        let a = Side { stride: if trans_a { m } else { k }, k_contiguous: !trans_a };
        let b = Side { stride: if trans_b { k } else { n }, k_contiguous: trans_b };
        let all = n.next_multiple_of(WIDE[1]);
        let group = (GROUP / k.max(1) / WIDE[1] * WIDE[1]).clamp(WIDE[1], all.max(WIDE[1]));
        Self { m, k, n, a, b, c_stride: n, how, group }
    }

    /// The same between parts of larger matrices, whose rows lie this far apart in A, B and C.
    pub fn strided(mut self, [a, b, c]: [usize; 3]) -> Self {
        (self.a.stride, self.b.stride, self.c_stride) = (a, b, c);
        self
    }

    /// The same of so many rows of A and C, in one thread.
    pub fn of_rows(&self, m: usize) -> Self {
        Self { m, how: self.how.in_threads(1), ..*self }
    }

    /// How many multiply-adds it takes.
    pub fn work(&self) -> usize {
        self.m * self.k * self.n
    }

    /// Elements of a panel of A for each thread.
    fn own(&self) -> usize {
        if self.a.k_contiguous { 0 } else { self.k * WIDE[0] }
    }

    fn threads(&self) -> usize {
        self.how.parts(self.work())
    }

    /// Elements of scratch that [`Self::run`] needs.
    pub fn scratch_len(&self) -> usize {
        self.k * self.group + self.threads() * self.own()
    }

    /// Elements of scratch that [`Self::pack`] fills: all of B in panels.
    pub fn packed_len(&self) -> usize {
        self.k * self.n.next_multiple_of(WIDE[1])
    }

    /// C = op(A) op(B), after which `finish` is given rows of C, by number, for what comes behind the product.
    pub fn run<T: Real>(&self, pair: [&[T]; 2], c: &mut [T], scratch: &mut [T], finish: &Finish<T>) {
        self.groups::<T, false>(pair, c, scratch, finish);
    }

    /// C += op(A) op(B)
    pub fn add<T: Real>(&self, pair: [&[T]; 2], c: &mut [T], scratch: &mut [T]) {
        self.groups::<T, true>(pair, c, scratch, &|_, _| {});
    }

    /// Goes through the columns, a group at a time.
    fn groups<T: Real, const ADD: bool>(
        &self,
        [a, b]: [&[T]; 2],
        c: &mut [T],
        scratch: &mut [T],
        finish: &Finish<T>,
    ) {
        let (panels, own) = scratch.split_at_mut(self.k * self.group);
        // No columns have their rows finished too.
        for first in (0..self.n.max(1)).step_by(self.group) {
            let columns = first..self.n.min(first + self.group);
            self.pack_columns(b, columns.clone(), panels);
            let last = columns.end == self.n;
            self.columns::<T, ADD>(a, panels, columns, c, own, if last { finish } else { &|_, _| {} });
        }
    }

    /// Copies B into its panels, where [`Self::run_packed`] finds it as often as it is called.
    pub fn pack<T: Real>(&self, b: &[T], scratch: &mut [T]) {
        self.pack_columns(b, 0..self.n, scratch);
    }

    /// C = op(A) op(B), B being in its panels. The rows of A are read where they lie.
    pub fn run_packed<T: Real>(&self, a: &[T], c: &mut [T], panels: &[T]) {
        debug_assert!(self.a.k_contiguous, "there is no room for A");
        self.columns::<T, false>(a, panels, 0..self.n, c, &mut [], &|_, _| {});
    }

    /// Whether tiles are wide. In f64, which is for being right, they never are.
    fn wide<T>(&self) -> bool {
        self.how.wide() && size_of::<T>() == size_of::<f32>()
    }

    fn pack_columns<T: Real>(&self, b: &[T], columns: Range<usize>, panels: &mut [T]) {
        if self.wide::<T>() {
            self.pack_panels::<T, { WIDE[1] }>(b, columns, panels);
        } else {
            self.pack_panels::<T, { NARROW[1] }>(b, columns, panels);
        }
    }

    fn pack_panels<T: Real, const NR: usize>(&self, b: &[T], columns: Range<usize>, panels: &mut [T]) {
        let len = self.k * NR;
        let panels = &mut panels[..columns.len().div_ceil(NR) * len];
        // To copy an element takes about as long as two multiply-adds.
        self.how.divided(2 * panels.len(), [(panels, len)], &mut [(); 0], |these, [panels], _| {
            let firsts = columns.clone().step_by(NR).skip(these.start);
            for (panel, first) in panels.chunks_exact_mut(len.max(1)).zip(firsts) {
                let lanes = first..columns.end.min(first + NR);
                self.how.vectorised(
                    #[inline(always)]
                    || pack::<T, NR>(b, self.b, lanes, panel),
                );
            }
        });
    }

    fn columns<T: Real, const ADD: bool>(
        &self,
        a: &[T],
        panels: &[T],
        columns: Range<usize>,
        c: &mut [T],
        own: &mut [T],
        finish: &Finish<T>,
    ) {
        match (self.wide::<T>(), self.how.fuses() && size_of::<T>() == size_of::<f32>()) {
            (true, true) => {
                self.rows::<T, { WIDE[0] }, { WIDE[1] }, ADD, true>(a, panels, columns, c, own, finish);
            }
            (true, false) => {
                self.rows::<T, { WIDE[0] }, { WIDE[1] }, ADD, false>(a, panels, columns, c, own, finish);
            }
            (false, true) => {
                self.rows::<T, { NARROW[0] }, { NARROW[1] }, ADD, true>(a, panels, columns, c, own, finish);
            }
            (false, false) => {
                self.rows::<T, { NARROW[0] }, { NARROW[1] }, ADD, false>(a, panels, columns, c, own, finish);
            }
        }
    }

    /// Divides the rows among threads.
    fn rows<T: Real, const MR: usize, const NR: usize, const ADD: bool, const FUSED: bool>(
        &self,
        a: &[T],
        panels: &[T],
        columns: Range<usize>,
        c: &mut [T],
        own: &mut [T],
        finish: &Finish<T>,
    ) {
        let rows = MR * self.c_stride.max(1);
        self.how.divided(self.m * self.k * columns.len(), [(c, rows)], own, |tiles, [c], own| {
            let at = (tiles.start, columns.clone());
            if FUSED {
                self.how.fusing(
                    #[inline(always)]
                    || self.tiles::<T, MR, NR, ADD, true>([a, panels], at, c, own, finish),
                );
            } else {
                self.how.vectorised(
                    #[inline(always)]
                    || self.tiles::<T, MR, NR, ADD, false>([a, panels], at, c, own, finish),
                );
            }
        });
    }

    /// Some tiles of rows: as many as there are rows in C.
    #[inline(always)]
    fn tiles<T: Real, const MR: usize, const NR: usize, const ADD: bool, const FUSED: bool>(
        &self,
        [a, panels]: [&[T]; 2],
        (first, columns): (usize, Range<usize>),
        c: &mut [T],
        own: &mut [T],
        finish: &Finish<T>,
    ) {
        let stride = self.c_stride.max(1);
        for (block, c) in c.chunks_mut(BLOCK * MR * stride).enumerate() {
            let first = (first + block * BLOCK) * MR;
            for (i, c) in c.chunks_mut(MR * stride).enumerate() {
                let rows = first + i * MR..self.m.min(first + (i + 1) * MR);
                if self.a.k_contiguous {
                    // Rows past the last are the last once more, and dropped.
                    let rows: [&[T]; MR] = std::array::from_fn(|row| {
                        let row = (rows.start + row).min(rows.end - 1);
                        &a[row * self.a.stride..][..self.k]
                    });
                    self.across::<T, MR, NR, ADD>(
                        #[inline(always)]
                        |panel| of_rows::<T, MR, NR, FUSED>(&rows, panel),
                        panels,
                        columns.clone(),
                        c,
                    );
                } else {
                    let own = &mut own[..self.k * MR];
                    pack::<T, MR>(a, self.a, rows, own);
                    self.across::<T, MR, NR, ADD>(
                        #[inline(always)]
                        |panel| of_panel::<T, MR, NR, FUSED>(own.as_chunks().0, panel),
                        panels,
                        columns.clone(),
                        c,
                    );
                }
            }
            finish(first..self.m.min(first + BLOCK * MR), c);
        }
    }

    /// One row of tiles.
    #[inline(always)]
    fn across<T: Real, const MR: usize, const NR: usize, const ADD: bool>(
        &self,
        tile: impl Fn(&[[T; NR]]) -> [[T; NR]; MR],
        panels: &[T],
        columns: Range<usize>,
        c: &mut [T],
    ) {
        let (steps, _) = panels.as_chunks::<NR>();
        for (j, first) in columns.clone().step_by(NR).enumerate() {
            let tile = tile(&steps[j * self.k..][..self.k]);
            let width = NR.min(columns.end - first);
            for (c, sums) in c.chunks_mut(self.c_stride).zip(&tile) {
                let c = &mut c[first..first + width];
                if ADD {
                    c.iter_mut().zip(sums).for_each(|(c, &sum)| *c += sum);
                } else if let Some(c) = c.first_chunk_mut::<NR>() {
                    *c = *sums;
                } else {
                    c.copy_from_slice(&sums[..width]);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(i: usize) -> f32 {
        ((i * 37 % 101) as f32 - 50.0) / 64.0
    }

    fn matrix(rows: usize, columns: usize) -> Vec<f32> {
        (0..rows * columns).map(|i| number(i * 3 + rows)).collect()
    }

    /// Breaks where an element is summed in another order, or from others, because of the tile, the threads, the groups of
    /// columns or the way a matrix lies.
    #[test]
    fn every_way_gives_the_bits_of_three_loops() {
        for [m, k, n] in [[1, 1, 1], [6, 16, 16], [67, 21, 35], [13, 700, 3], [130, 64, 190], [5, 0, 3]] {
            for [trans_a, trans_b] in [[false, false], [false, true], [true, false], [true, true]] {
                let (a, b) = (matrix(m, k), matrix(k, n));
                let a_at = |i: usize, p: usize| a[if trans_a { p * m + i } else { i * k + p }];
                let b_at = |p: usize, j: usize| b[if trans_b { j * k + p } else { p * n + j }];
                let dot = |i: usize, j: usize| (0..k).fold(0.0, |sum: f32, p| sum + a_at(i, p) * b_at(p, j));
                let expected: Vec<f32> = (0..m * n).map(|at| dot(at / n, at % n) + (at / n) as f32).collect();
                for how in [How::default(), How::default().narrow()] {
                    for threads in [1, 2, 3, 8] {
                        let mut product =
                            Product::new([m, k, n], [trans_a, trans_b], how.in_threads(threads));
                        for group in [product.group, 16] {
                            product.group = group;
                            let mut scratch = vec![f32::NAN; product.scratch_len()];
                            let mut c = vec![f32::NAN; m * n];
                            product.run([&a, &b], &mut c, &mut scratch, &|rows, c: &mut [f32]| {
                                for (row, c) in rows.zip(c.chunks_mut(n)) {
                                    c.iter_mut().for_each(|c| *c += row as f32);
                                }
                            });
                            assert_eq!(c, expected, "{m} {k} {n} {trans_a} {trans_b} {how:?} {group}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn parts_of_larger_matrices_are_multiplied_where_they_lie() {
        let (a, b) = (matrix(9, 50), matrix(7, 40));
        let how = How::default();
        let product = Product::new([9, 5, 7], [false, true], how).strided([50, 40, 30]);
        let mut c = vec![1.0; 8 * 30 + 7];
        let mut scratch = vec![0.0; product.scratch_len()];
        product.add([&a[20..], &b[3..]], &mut c, &mut scratch);
        for (row, column) in (0..9).flat_map(|row| (0..30).map(move |column| (row, column))) {
            let dot = (0..5).fold(0.0, |sum: f32, p| sum + a[20 + row * 50 + p] * b[3 + column % 7 * 40 + p]);
            if let Some(&c) = c.get(row * 30 + column) {
                assert_eq!(c, if column < 7 { 1.0 + dot } else { 1.0 }, "{row} {column}");
            }
        }
    }

    /// Breaks where a fused product is summed in another order, or is not fused.
    #[test]
    fn a_fused_product_is_rounded_once_a_step() {
        let how = How::default().fused();
        let [m, k, n] = [13, 70, 35];
        let (a, b) = (matrix(m, k), matrix(k, n));
        let fused = |i: usize, j: usize| (0..k).fold(0f32, |sum, p| a[i * k + p].mul_add(b[p * n + j], sum));
        let plain = |i: usize, j: usize| (0..k).fold(0f32, |sum, p| sum + a[i * k + p] * b[p * n + j]);
        let expected =
            (0..m * n).map(|at| if how.fuses() { fused(at / n, at % n) } else { plain(at / n, at % n) });
        let product = Product::new([m, k, n], [false, false], how);
        let (mut c, mut scratch) = (vec![0.0; m * n], vec![0.0; product.scratch_len()]);
        product.run([&a, &b], &mut c, &mut scratch, &|_, _| {});
        assert_eq!(c, expected.collect::<Vec<f32>>());
    }
}
