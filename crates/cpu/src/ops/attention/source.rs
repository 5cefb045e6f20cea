//! Where attention finds its queries, keys, values and mask.

use minibatch_graph::Attention;

use crate::Real;
use crate::memory::{Memory, Operand};
use crate::plan::Step;

/// The extents of an attention, and how its operands are packed.
pub(super) struct Source {
    pub attention: Attention,
    /// Batches.
    pub b: usize,
    /// Queries.
    pub t: usize,
    /// Keys.
    pub s: usize,
    /// The width of all heads together.
    pub e: usize,
    /// The width of one head.
    pub d: usize,
}

/// The operands of an attention, each as its rows are stored.
pub(super) struct Operands<'a, T> {
    /// Where the queries are, and where the keys and values: the same when they are packed together.
    pub q: &'a [T],
    pub kv: &'a [T],
    /// (b, s)
    pub mask: Option<&'a [T]>,
}

/// A matrix of some rows of one head, within the rows of all heads: its first element, and from row to row.
#[derive(Clone, Copy)]
pub(super) struct Head {
    pub first: usize,
    pub stride: usize,
}

impl Head {
    /// The same without its first rows.
    pub fn after(self, rows: usize) -> Self {
        Self { first: self.first + rows * self.stride, ..self }
    }

    /// Copies so many rows of `d` columns out of `from`, times `scale`.
    pub fn copy_out<T: Real>(self, from: &[T], d: usize, scale: T, to: &mut [T]) {
        for (row, to) in to.chunks_exact_mut(d).enumerate() {
            let first = self.first + row * self.stride;
            to.iter_mut().zip(&from[first..first + d]).for_each(|(to, &x)| *to = x * scale);
        }
    }

    /// Copies rows of `d` columns into `to`.
    pub fn copy_in<T: Real>(self, from: &[T], d: usize, to: &mut [T]) {
        for (row, from) in from.chunks_exact(d).enumerate() {
            let first = self.first + row * self.stride;
            to[first..first + d].copy_from_slice(from);
        }
    }
}

impl Source {
    /// The shape rules have seen to it that all divides.
    pub fn new(attention: Attention, step: &Step) -> Self {
        let dims = step.dims(0);
        let (b, t) = (dims[0], dims[1]);
        let (e, s) = if attention.cross { (dims[2], step.dims(1)[1]) } else { (dims[2] / 3, t) };
        Self { attention, b, t, s, e, d: e / attention.heads }
    }

    /// How many inputs are attention's own.
    pub fn inputs(&self) -> usize {
        1 + usize::from(self.attention.cross) + usize::from(self.attention.mask)
    }

    pub fn operands<'a, T: Real>(&self, memory: &'a Memory<T>, inputs: &[Operand]) -> Operands<'a, T> {
        Operands {
            q: memory.floats(&inputs[0]),
            kv: memory.floats(&inputs[usize::from(self.attention.cross)]),
            mask: self.attention.mask.then(|| memory.floats(&inputs[self.inputs() - 1])),
        }
    }

    /// 1 / sqrt(d)
    pub fn scale<T: Real>(&self) -> T {
        T::ONE / T::of(self.d as f64).sqrt()
    }

    /// Batch and head, for each of both.
    pub fn heads(&self) -> impl Iterator<Item = (usize, usize)> {
        let heads = self.attention.heads;
        (0..self.b * heads).map(move |i| (i / heads, i % heads))
    }

    /// The queries of a head, among q's rows.
    pub fn queries(&self, batch: usize, head: usize) -> Head {
        let stride = if self.attention.cross { self.e } else { 3 * self.e };
        Head { first: batch * self.t * stride + head * self.d, stride }
    }

    /// Its keys, among those of k and v.
    pub fn keys(&self, batch: usize, head: usize) -> Head {
        let (stride, column) = if self.attention.cross { (2 * self.e, 0) } else { (3 * self.e, self.e) };
        Head { first: batch * self.s * stride + column + head * self.d, stride }
    }

    /// Its values, `e` columns behind the keys.
    pub fn values(&self, batch: usize, head: usize) -> Head {
        let keys = self.keys(batch, head);
        Head { first: keys.first + self.e, ..keys }
    }

    /// Its results.
    pub fn results(&self, batch: usize, head: usize) -> Head {
        Head { first: batch * self.t * self.e + head * self.d, stride: self.e }
    }

    /// How many keys query `i` may see, the padding mask aside.
    pub fn reach(&self, i: usize) -> usize {
        if self.attention.causal { self.s.min(i + 1) } else { self.s }
    }
}
