//! y = softmax(q k' / sqrt(d)) v, and lse, the logarithm of the softmax's divisor.

use super::BLOCK;
use super::source::{Operands, Source};
use crate::memory::{Memory, Operand};
use crate::ops::product::Product;
use crate::ops::reduce::{largest, sum_of_replaced, total};
use crate::{How, Real};

/// Both results.
#[derive(Clone, Debug)]
pub(crate) struct Forward {
    source: Source,
    out: Operand,
    how: How,
    /// Elements of a block's scores, and of what its products need besides.
    room: [usize; 2],
}

/// A block of queries of one head, its scores softened.
struct Block<'a, T> {
    head: usize,
    /// The first query.
    first: usize,
    /// How many keys any of them sees.
    reach: usize,
    /// exp(score - largest), (queries, keys).
    weights: &'a [T],
    /// The largest score of each query, and the sum of exp(score - largest).
    maxima: &'a [T],
    sums: &'a [T],
}

impl Forward {
    pub fn new(source: Source, out: Operand, how: How) -> Self {
        let (rows, s, d) = (BLOCK.min(source.t), source.s, source.d);
        let alone = how.in_threads(1);
        let products = [scores(&source, rows, s, alone), Product::new([rows, s, d], [false, false], alone)];
        let product = products.iter().map(Product::scratch_len).max().unwrap_or(0);
        Self { source, out, how, room: [rows * s, product] }
    }

    pub fn scratch_len(&self) -> usize {
        self.how.parts(2 * self.source.work()) * (self.room[0] + self.room[1])
    }

    /// The values, (b, t, e), then the logarithms, (b, heads, t), 0 for a query that sees nothing. Batches are divided.
    pub fn run<T: Real>(&self, memory: &mut Memory<T>, scratch: &mut [T]) {
        let source = &self.source;
        let (t, e, heads) = (source.t, source.e, source.attention.heads);
        memory.write(&self.out, |memory, out| {
            let from = source.operands(memory);
            let (y, lse) = out.split_at_mut(source.b * t * e);
            let all = [(y, t * e), (lse, heads * t)];
            self.how.divided(2 * source.work(), all, scratch, |batches, [y, lse], scratch| {
                let each = y.chunks_exact_mut(t * e).zip(lse.chunks_exact_mut(heads * t));
                for (batch, (y, lse)) in batches.zip(each) {
                    self.blocks(&from, batch, scratch, |block, scratch| {
                        self.finish(&from, batch, block, [&mut *y, &mut *lse], scratch);
                    });
                }
            });
        });
    }

    /// What comes of a block, among its batch's.
    fn finish<T: Real>(
        &self,
        from: &Operands<T>,
        batch: usize,
        block: Block<T>,
        [y, lse]: [&mut [T]; 2],
        scratch: &mut [T],
    ) {
        let source = &self.source;
        let (e, d, rows) = (source.e, source.d, block.sums.len());
        let at = source.results(0, block.head).after(block.first).range(rows, d);
        let y = &mut y[at];
        let values = source.values(batch, block.head);
        Product::new([rows, block.reach, d], [false, false], self.how.in_threads(1))
            .strided([block.reach, values.stride, e])
            .run([block.weights, &from.kv[values.first..]], y, scratch, &|_, _| {});
        for (&sum, y) in block.sums.iter().zip(y.chunks_mut(e)) {
            // Nothing seen: the row is zero already.
            let scale = if sum == T::ZERO { T::ZERO } else { T::ONE / sum };
            y[..d].iter_mut().for_each(|y| *y = *y * scale);
        }
        let lse = &mut lse[block.head * source.t + block.first..];
        for ((lse, &sum), &max) in lse.iter_mut().zip(block.sums).zip(block.maxima) {
            *lse = if sum == T::ZERO { T::ZERO } else { max + sum.ln() };
        }
    }

    /// Goes over all blocks of a batch and tells of each.
    fn blocks<T: Real>(
        &self,
        from: &Operands<T>,
        batch: usize,
        scratch: &mut [T],
        mut tell: impl FnMut(Block<T>, &mut [T]),
    ) {
        let source = &self.source;
        let (all, scratch) = scratch.split_at_mut(self.room[0]);
        let mask = from.mask.map(|mask| &mask[batch * source.s..][..source.s]);
        for head in 0..source.attention.heads {
            let (queries, keys) = (source.queries(batch, head), source.keys(batch, head));
            for first in (0..source.t).step_by(BLOCK) {
                let rows = BLOCK.min(source.t - first);
                let reach = source.reach(first + rows - 1);
                let weights = &mut all[..rows * reach];
                let pair = [&from.q[queries.after(first).first..], &from.kv[keys.first..]];
                scores(source, rows, reach, self.how.in_threads(1)).run(pair, weights, scratch, &|_, _| {});
                let (mut maxima, mut sums) = ([T::ZERO; BLOCK], [T::ZERO; BLOCK]);
                for (i, row) in weights.chunks_exact_mut(reach).enumerate() {
                    let reach = source.reach(first + i);
                    (maxima[i], sums[i]) = self.how.vectorised(
                        #[inline(always)]
                        || soften(row, reach, source.scale(), mask),
                    );
                }
                let (maxima, sums) = (&maxima[..rows], &sums[..rows]);
                tell(Block { head, first, reach, weights, maxima, sums }, scratch);
            }
        }
    }
}

/// The product of queries and keys.
pub(super) fn scores(source: &Source, rows: usize, reach: usize, how: How) -> Product {
    let (queries, keys) = (source.queries(0, 0), source.keys(0, 0));
    Product::new([rows, source.d, reach], [false, true], how).strided([queries.stride, keys.stride, reach])
}

/// Turns scores, not yet scaled, into exp(score - largest), or 0 where the key is not seen; the largest and the sum.
#[inline(always)]
fn soften<T: Real>(row: &mut [T], reach: usize, scale: T, mask: Option<&[T]>) -> (T, T) {
    let (seen, hidden) = row.split_at_mut(reach);
    hidden.fill(T::ZERO);
    let lowest = T::of(f64::from(f32::MIN));
    seen.iter_mut().for_each(|score| *score = *score * scale);
    if let Some(mask) = mask {
        for (score, &mask) in seen.iter_mut().zip(mask) {
            *score = if mask == T::ZERO { lowest } else { *score };
        }
    }
    let max = largest(seen);
    let mut sum = sum_of_replaced(seen, |score| (score - max).exp());
    if let Some(mask) = mask {
        // Where nothing is seen, the largest was the lowest.
        for (score, &mask) in seen.iter_mut().zip(mask) {
            *score = if mask == T::ZERO { T::ZERO } else { *score };
        }
        sum = total(seen);
    }
    (max, sum)
}
