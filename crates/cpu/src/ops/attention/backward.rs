//! Attention's gradient. With P = softmax(q k' / sqrt(d)) made anew from lse and D = the row sums of dy y:
//! dv = P' dy, dS = P (dy v' - D) / sqrt(d), dq = dS k, dk = dS' q.

use std::ops::Range;

use super::BLOCK;
use super::forward::scores;
use super::source::{Head, Source};
use crate::memory::{Memory, Operand};
use crate::ops::product::Product;
use crate::{How, Real};

/// The gradient: the packed (b, t, 3 e), or q's (b, t, e), then the packed (b, s, 2 e).
#[derive(Clone, Debug)]
pub(crate) struct Backward {
    source: Source,
    /// What the forward pass gave, y (b, t, e) and lse (b, heads, t), and dy, the gradient of y.
    result: [Operand; 2],
    out: Operand,
    how: How,
    /// Elements of a block's scores, and of what its products need besides.
    room: [usize; 2],
}

/// The numbers of [`Backward::result`].
#[derive(Clone, Copy)]
struct Given<'a, T> {
    y: &'a [T],
    lse: &'a [T],
    dy: &'a [T],
}

impl Backward {
    pub fn new(source: Source, result: [Operand; 2], out: Operand, how: How) -> Self {
        let (rows, s, d) = (BLOCK.min(source.t), source.s, source.d);
        let alone = how.in_threads(1);
        let products = [
            scores(&source, rows, s, alone),
            Product::new([rows, s, d], [false, false], alone),
            Product::new([s, rows, d], [true, false], alone),
        ];
        let product = products.iter().map(Product::scratch_len).max().unwrap_or(0);
        Self { source, result, out, how, room: [rows * s, product] }
    }

    /// Into how many parts the batches are divided. Where q is another input its gradient is before all others, and no part of
    /// the batches is one part of the result.
    fn parts(&self) -> How {
        if self.source.attention.cross { self.how.in_threads(1) } else { self.how }
    }

    fn work(&self) -> usize {
        5 * self.source.work()
    }

    pub fn scratch_len(&self) -> usize {
        self.parts().parts(self.work()) * (2 * self.room[0] + self.room[1])
    }

    pub fn run<T: Real>(&self, memory: &mut Memory<T>, scratch: &mut [T]) {
        let source = &self.source;
        memory.write(&self.out, |memory, out| {
            // What is not seen has no gradient, and the others are added up.
            out.fill(T::ZERO);
            let [result, dy] = self.result.map(|result| memory.floats(&result));
            let (y, lse) = result.split_at(dy.len());
            let (given, from) = (Given { y, lse, dy }, source.operands(memory));
            let each =
                if source.attention.cross { out.len() / source.b.max(1) } else { 3 * source.t * source.e };
            self.parts().divided(self.work(), [(out, each)], scratch, |batches, [out], scratch| {
                let begin = batches.start * each;
                for batch in batches {
                    let mask = from.mask.map(|mask| &mask[batch * source.s..][..source.s]);
                    for head in 0..source.attention.heads {
                        self.head((batch, head, begin), [from.q, from.kv], (given, mask), out, scratch);
                    }
                }
            });
        });
    }

    /// One head of a batch; `begin` is the place in the whole result where `out` begins.
    fn head<T: Real>(
        &self,
        (batch, head, begin): (usize, usize, usize),
        [q, kv]: [&[T]; 2],
        (given, mask): (Given<T>, Option<&[T]>),
        out: &mut [T],
        scratch: &mut [T],
    ) {
        let source = &self.source;
        let &Source { b, t, e, d, .. } = source;
        let how = self.how.in_threads(1);
        let (queries, keys, values) =
            (source.queries(batch, head), source.keys(batch, head), source.values(batch, head));
        let results = source.results(batch, head);
        // The gradient of k and v is packed as they are, behind q's where that is another input.
        let behind = if source.attention.cross { b * t * e } else { 0 };
        let place = |head: Head, rows: usize, behind: usize| -> Range<usize> {
            let at = head.range(rows, d);
            at.start + behind - begin..at.end + behind - begin
        };
        let lse = &given.lse[(batch * source.attention.heads + head) * t..][..t];
        let (p, rest) = scratch.split_at_mut(self.room[0]);
        let (ds, scratch) = rest.split_at_mut(self.room[0]);
        for first in (0..t).step_by(BLOCK) {
            let rows = BLOCK.min(t - first);
            let reach = source.reach(first + rows - 1);
            let [p, ds] = [&mut *p, &mut *ds].map(|part| &mut part[..rows * reach]);
            let (queries, results) = (queries.after(first), results.after(first));
            let (q, dy) = (&q[queries.first..], &given.dy[results.range(rows, d)]);
            let y = &given.y[results.range(rows, d)];
            scores(source, rows, reach, how).run([q, &kv[keys.first..]], p, scratch, &|_, _| {});
            Product::new([rows, d, reach], [false, true], how).strided([e, values.stride, reach]).run(
                [dy, &kv[values.first..]],
                ds,
                scratch,
                &|_, _| {},
            );
            for i in 0..rows {
                let row = i * reach..(i + 1) * reach;
                let delta = dot(&dy[i * e..][..d], &y[i * e..][..d]);
                let numbers = [source.scale(), lse[first + i], delta];
                let reach = source.reach(first + i);
                let (p, ds) = (&mut p[row.clone()], &mut ds[row]);
                how.vectorised(
                    #[inline(always)]
                    || soften(p, ds, reach, mask, numbers),
                );
            }
            let outer = Product::new([reach, rows, d], [true, false], how);
            outer.strided([reach, e, values.stride]).add(
                [p, dy],
                &mut out[place(values, reach, behind)],
                scratch,
            );
            outer.strided([reach, queries.stride, keys.stride]).add(
                [ds, q],
                &mut out[place(keys, reach, behind)],
                scratch,
            );
            Product::new([rows, reach, d], [false, false], how)
                .strided([reach, keys.stride, queries.stride])
                .run([ds, &kv[keys.first..]], &mut out[place(queries, rows, 0)], scratch, &|_, _| {});
        }
    }
}

fn dot<T: Real>(a: &[T], b: &[T]) -> T {
    a.iter().zip(b).fold(T::ZERO, |sum, (&a, &b)| sum + a * b)
}

/// Turns one query's scores, not yet scaled, into its weights P, and dy v' into P (dy v' - D) times the scale; zeros where a
/// key is not seen.
#[inline(always)]
fn soften<T: Real>(p: &mut [T], ds: &mut [T], reach: usize, mask: Option<&[T]>, [scale, lse, delta]: [T; 3]) {
    for (p, ds) in p[..reach].iter_mut().zip(&mut ds[..reach]) {
        *p = (*p * scale - lse).exp();
        *ds = *p * (*ds - delta) * scale;
    }
    p[reach..].fill(T::ZERO);
    ds[reach..].fill(T::ZERO);
    for (j, _) in mask.into_iter().flatten().enumerate().filter(|(j, mask)| *j < reach && **mask == T::ZERO) {
        p[j] = T::ZERO;
        ds[j] = T::ZERO;
    }
}
