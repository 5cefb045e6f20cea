//! y = softmax(q k' / sqrt(d)) v, and lse, the logarithm of the softmax's divisor.

use super::BLOCK;
use super::source::{Operands, Source};
use crate::memory::{Memory, Operand};
use crate::ops::product::Product;
use crate::ops::reduce::{largest, sum_of_replaced, total};
use crate::{How, Real};

/// One of both results.
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
    batch: usize,
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

    /// The result, (b, t, e).
    pub fn values<T: Real>(&self, memory: &mut Memory<T>, scratch: &mut [T]) {
        let source = &self.source;
        let (e, d) = (source.e, source.d);
        self.over_batches(memory, source.t * e, scratch, |from, batches, y, scratch| {
            let first = batches.start * source.t * e;
            for batch in batches {
                self.blocks(from, batch, scratch, |block, scratch| {
                    let rows = block.sums.len();
                    let results = source.results(block.batch, block.head).after(block.first);
                    let at = results.range(rows, d);
                    let y = &mut y[at.start - first..at.end - first];
                    let values = source.values(block.batch, block.head);
                    Product::new([rows, block.reach, d], [false, false], self.how.in_threads(1))
                        .strided([block.reach, values.stride, e])
                        .run([block.weights, &from.kv[values.first..]], y, scratch, &|_, _| {});
                    for (&sum, y) in block.sums.iter().zip(y.chunks_mut(e)) {
                        // Nothing seen: the row is zero already.
                        let scale = if sum == T::ZERO { T::ZERO } else { T::ONE / sum };
                        y[..d].iter_mut().for_each(|y| *y = *y * scale);
                    }
                });
            }
        });
    }

    /// The logarithms, (b, heads, t); 0 for a query that sees nothing.
    pub fn lse<T: Real>(&self, memory: &mut Memory<T>, scratch: &mut [T]) {
        let (heads, t) = (self.source.attention.heads, self.source.t);
        self.over_batches(memory, heads * t, scratch, |from, batches, out, scratch| {
            let begin = batches.start * heads * t;
            for batch in batches {
                self.blocks(from, batch, scratch, |block, _| {
                    let first = (block.batch * heads + block.head) * t + block.first - begin;
                    for ((out, &sum), &max) in out[first..].iter_mut().zip(block.sums).zip(block.maxima) {
                        *out = if sum == T::ZERO { T::ZERO } else { max + sum.ln() };
                    }
                });
            }
        });
    }

    /// Divides the batches, whose results have so many elements each.
    fn over_batches<T: Real>(
        &self,
        memory: &mut Memory<T>,
        each: usize,
        scratch: &mut [T],
        kernel: impl Fn(&Operands<T>, std::ops::Range<usize>, &mut [T], &mut [T]) + Sync,
    ) {
        memory.write(&self.out, |memory, out| {
            let from = self.source.operands(memory);
            let work = 2 * self.source.work();
            self.how.divided(work, [(out, each)], scratch, |batches, [out], scratch| {
                kernel(&from, batches, out, scratch);
            });
        });
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
                tell(Block { batch, head, first, reach, weights, maxima, sums }, scratch);
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
