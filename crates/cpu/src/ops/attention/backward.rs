//! Attention's gradient. With P = softmax(q k' / sqrt(d)) made anew from lse and D = the row sums of dy y:
//! dv = P' dy, dS = P (dy v' - D) / sqrt(d), dq = dS k, dk = dS' q.

use super::BLOCK;
use super::source::{Head, Operands, Source};
use crate::Real;
use crate::ops::matmul::Product;
use crate::ops::reduce::add_to;

/// What the forward pass gave, and the gradient of its result: y and dy (b, t, e), lse (b, heads, t).
pub(super) struct Result<'a, T> {
    pub y: &'a [T],
    pub lse: &'a [T],
    pub dy: &'a [T],
}

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
        let products = [
            Product::of_extents([rows, d, s], [false, true]),
            Product::of_extents([rows, s, d], [false, false]),
            Product::of_extents([s, rows, d], [true, false]),
        ];
        let product = products.iter().map(Product::scratch_len).max().unwrap_or(0);
        Self { block: rows * d, keys: s * d, scores: rows * s, product }
    }

    pub fn len(&self) -> usize {
        3 * self.block + 5 * self.keys + 2 * self.scores + self.product
    }
}

/// The gradient: the packed (b, t, 3 e), or q's (b, t, e), then the packed (b, s, 2 e).
pub(super) fn gradient<T: Real>(
    source: &Source,
    from: &Operands<T>,
    result: &Result<T>,
    out: &mut [T],
    scratch: &mut [T],
) {
    let &Source { b, t, s, e, d, .. } = source;
    let room = Room::new(source);
    let (q, rest) = scratch.split_at_mut(room.block);
    let (dy, rest) = rest.split_at_mut(room.block);
    let (dq, rest) = rest.split_at_mut(room.block);
    let (k, rest) = rest.split_at_mut(room.keys);
    let (v, rest) = rest.split_at_mut(room.keys);
    let (dk, rest) = rest.split_at_mut(room.keys);
    let (dv, rest) = rest.split_at_mut(room.keys);
    let (part, rest) = rest.split_at_mut(room.keys);
    let (p, rest) = rest.split_at_mut(room.scores);
    let (ds, room_of_product) = rest.split_at_mut(room.scores);
    // The gradient of k and v is packed as they are, behind q's where that is another input.
    let behind = if source.attention.cross { b * t * e } else { 0 };
    let place = |head: Head| Head { first: behind + head.first, ..head };
    for (batch, head) in source.heads() {
        source.keys(batch, head).copy_out(from.kv, d, T::ONE, k);
        source.values(batch, head).copy_out(from.kv, d, T::ONE, v);
        dk.fill(T::ZERO);
        dv.fill(T::ZERO);
        let mask = from.mask.map(|mask| &mask[batch * s..][..s]);
        let lse = &result.lse[(batch * source.attention.heads + head) * t..][..t];
        for first in (0..t).step_by(BLOCK) {
            let rows = BLOCK.min(t - first);
            let reach = source.reach(first + rows - 1);
            let [q, dy, dq] = [&mut *q, &mut *dy, &mut *dq].map(|part| &mut part[..rows * d]);
            let [p, ds] = [&mut *p, &mut *ds].map(|part| &mut part[..rows * reach]);
            let part = &mut part[..reach * d];
            source.queries(batch, head).after(first).copy_out(from.q, d, source.scale(), q);
            let results = source.results(batch, head).after(first);
            results.copy_out(result.dy, d, T::ONE, dy);
            let inner = Product::of_extents([rows, d, reach], [false, true]);
            inner.run(q, &k[..reach * d], p, room_of_product);
            inner.run(dy, &v[..reach * d], ds, room_of_product);
            // dq is not needed yet: until then y is there.
            results.copy_out(result.y, d, T::ONE, dq);
            for i in 0..rows {
                let row = i * reach..(i + 1) * reach;
                let delta = dot(&dy[i * d..][..d], &dq[i * d..][..d]);
                let reach = source.reach(first + i);
                soften(&mut p[row.clone()], &mut ds[row], reach, mask, lse[first + i], delta);
            }
            let outer = Product::of_extents([reach, rows, d], [true, false]);
            outer.run(p, dy, part, room_of_product);
            add_to(&mut dv[..reach * d], part);
            // q is scaled already.
            outer.run(ds, q, part, room_of_product);
            add_to(&mut dk[..reach * d], part);
            let mixed = Product::of_extents([rows, reach, d], [false, false]);
            mixed.run(ds, &k[..reach * d], dq, room_of_product);
            dq.iter_mut().for_each(|x| *x = *x * source.scale());
            source.queries(batch, head).after(first).copy_in(dq, d, out);
        }
        place(source.keys(batch, head)).copy_in(dk, d, out);
        place(source.values(batch, head)).copy_in(dv, d, out);
    }
}

fn dot<T: Real>(a: &[T], b: &[T]) -> T {
    a.iter().zip(b).fold(T::ZERO, |sum, (&a, &b)| sum + a * b)
}

/// Turns one query's scores into its weights P, and dy v' into P (dy v' - D); zeros where a key is not seen.
fn soften<T: Real>(p: &mut [T], ds: &mut [T], reach: usize, mask: Option<&[T]>, lse: T, delta: T) {
    for (p, ds) in p[..reach].iter_mut().zip(&mut ds[..reach]) {
        *p = (*p - lse).exp();
        *ds = *p * (*ds - delta);
    }
    p[reach..].fill(T::ZERO);
    ds[reach..].fill(T::ZERO);
    for (j, _) in mask.into_iter().flatten().enumerate().filter(|(j, mask)| *j < reach && **mask == T::ZERO) {
        p[j] = T::ZERO;
        ds[j] = T::ZERO;
    }
}
