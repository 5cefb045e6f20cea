//! y = softmax(q k' / sqrt(d)) v, and lse, the logarithm of the softmax's divisor.

use super::BLOCK;
use super::source::{Operands, Source};
use crate::Real;
use crate::ops::matmul::Product;

/// How the scratch is divided.
pub(super) struct Room {
    block: usize,
    keys: usize,
    scores: usize,
    product: usize,
}

impl Room {
    pub fn new(source: &Source) -> Self {
        let (rows, s, d) = (BLOCK.min(source.t), source.s, source.d);
        let scores = Product::of_extents([rows, d, s], [false, true]).scratch_len();
        let mixed = Product::of_extents([rows, s, d], [false, false]).scratch_len();
        Self { block: rows * d, keys: s * d, scores: rows * s, product: scores.max(mixed) }
    }

    pub fn len(&self) -> usize {
        self.block + 2 * self.keys + self.scores + self.product
    }
}

/// The result, (b, t, e).
pub(super) fn values<T: Real>(source: &Source, from: &Operands<T>, y: &mut [T], scratch: &mut [T]) {
    blocks(source, from, scratch, true, |source, block| {
        let rows = source.results(block.batch, block.head).after(block.first);
        for (&sum, y) in block.sums.iter().zip(block.mixed.chunks_exact_mut(source.d)) {
            // Nothing seen: the row is zero already.
            let scale = if sum == T::ZERO { T::ZERO } else { T::ONE / sum };
            y.iter_mut().for_each(|y| *y = *y * scale);
        }
        rows.copy_in(block.mixed, source.d, y);
    });
}

/// The logarithms, (b, heads, t); 0 for a query that sees nothing.
pub(super) fn lse<T: Real>(source: &Source, from: &Operands<T>, out: &mut [T], scratch: &mut [T]) {
    blocks(source, from, scratch, false, |source, block| {
        let first = (block.batch * source.attention.heads + block.head) * source.t + block.first;
        for ((out, &sum), &max) in out[first..].iter_mut().zip(block.sums).zip(block.maxima) {
            *out = if sum == T::ZERO { T::ZERO } else { max + sum.ln() };
        }
    });
}

/// A block of queries of one head.
struct Block<'a, T> {
    batch: usize,
    head: usize,
    /// The first query.
    first: usize,
    /// The largest score of each query, and the sum of exp(score - largest).
    maxima: &'a [T],
    sums: &'a [T],
    /// The values weighted by exp(score - largest), (queries, d), where they are wanted.
    mixed: &'a mut [T],
}

/// Goes over all blocks and tells of each.
fn blocks<T: Real>(
    source: &Source,
    from: &Operands<T>,
    scratch: &mut [T],
    mixes: bool,
    mut tell: impl FnMut(&Source, Block<T>),
) {
    let &Source { t, s, d, .. } = source;
    let room = Room::new(source);
    let (block, rest) = scratch.split_at_mut(room.block);
    let (k, rest) = rest.split_at_mut(room.keys);
    let (v, rest) = rest.split_at_mut(room.keys);
    let (scores, room_of_product) = rest.split_at_mut(room.scores);
    for (batch, head) in source.heads() {
        source.keys(batch, head).copy_out(from.kv, d, T::ONE, k);
        source.values(batch, head).copy_out(from.kv, d, T::ONE, v);
        let mask = from.mask.map(|mask| &mask[batch * s..][..s]);
        for first in (0..t).step_by(BLOCK) {
            let rows = BLOCK.min(t - first);
            let reach = source.reach(first + rows - 1);
            let block = &mut block[..rows * d];
            source.queries(batch, head).after(first).copy_out(from.q, d, source.scale(), block);
            let scores = &mut scores[..rows * reach];
            let product = Product::of_extents([rows, d, reach], [false, true]);
            product.run(block, &k[..reach * d], scores, room_of_product);
            let (mut maxima, mut sums) = ([T::ZERO; BLOCK], [T::ZERO; BLOCK]);
            for (i, row) in scores.chunks_exact_mut(reach).enumerate() {
                (maxima[i], sums[i]) = soften(row, source.reach(first + i), mask);
            }
            if mixes {
                let product = Product::of_extents([rows, reach, d], [false, false]);
                product.run(scores, &v[..reach * d], block, room_of_product);
            }
            let (maxima, sums) = (&maxima[..rows], &sums[..rows]);
            tell(source, Block { batch, head, first, maxima, sums, mixed: block });
        }
    }
}

/// Turns scores into exp(score - largest), or 0 where the key is not seen; the largest and the sum.
fn soften<T: Real>(row: &mut [T], reach: usize, mask: Option<&[T]>) -> (T, T) {
    let (seen, hidden) = row.split_at_mut(reach);
    hidden.fill(T::ZERO);
    let lowest = T::of(f64::from(f32::MIN));
    if let Some(mask) = mask {
        for (score, &mask) in seen.iter_mut().zip(mask) {
            *score = if mask == T::ZERO { lowest } else { *score };
        }
    }
    let max = seen.iter().fold(lowest, |max, &score| max.max(score));
    let mut sum = T::ZERO;
    for score in seen.iter_mut() {
        *score = (*score - max).exp();
        sum += *score;
    }
    if let Some(mask) = mask {
        // Where nothing is seen, the largest was the lowest.
        sum = T::ZERO;
        for (score, &mask) in seen.iter_mut().zip(mask) {
            *score = if mask == T::ZERO { T::ZERO } else { *score };
            sum += *score;
        }
    }
    (max, sum)
}
