//! Where attention finds its queries, keys, values and mask.

use std::ops::Range;

use minibatch_graph::Attention;

use crate::Real;
use crate::call::Call;
use crate::memory::{Memory, Operand};

/// The extents of an attention, and where and how its operands are packed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source {
    pub attention: Attention,
    q: Operand,
    kv: Operand,
    mask: Option<Operand>,
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
pub(crate) struct Operands<'a, T> {
    /// Where the queries are, and where the keys and values: the same when they are packed together.
    pub q: &'a [T],
    pub kv: &'a [T],
    /// (b, s)
    pub mask: Option<&'a [T]>,
}

/// A matrix of some rows of one head, within the rows of all heads: its first element, and from row to row.
#[derive(Clone, Copy)]
pub(crate) struct Head {
    pub first: usize,
    pub stride: usize,
}

impl Head {
    /// The same without its first rows.
    pub fn after(self, rows: usize) -> Self {
        Self { first: self.first + rows * self.stride, ..self }
    }

    /// So many rows of `d` columns.
    pub fn range(self, rows: usize, d: usize) -> Range<usize> {
        self.first..self.first + (rows - 1) * self.stride + d
    }
}

impl Source {
    /// The shape rules have seen to it that all divides.
    pub fn new(attention: Attention, call: &Call) -> Self {
        let dims = call.dims(0);
        let (b, t) = (dims[0], dims[1]);
        let (e, s) = if attention.cross { (dims[2], call.dims(1)[1]) } else { (dims[2] / 3, t) };
        let mask = 1 + usize::from(attention.cross);
        Self {
            attention,
            q: call.inputs[0],
            kv: call.inputs[usize::from(attention.cross)],
            mask: attention.mask.then(|| call.inputs[mask]),
            b,
            t,
            s,
            e,
            d: e / attention.heads,
        }
    }

    /// How many inputs are attention's own.
    pub fn inputs(&self) -> usize {
        1 + usize::from(self.attention.cross) + usize::from(self.attention.mask)
    }

    pub fn operands<'a, T: Real>(&self, memory: &'a Memory<T>) -> Operands<'a, T> {
        Operands {
            q: memory.floats(&self.q),
            kv: memory.floats(&self.kv),
            mask: self.mask.as_ref().map(|mask| memory.floats(mask)),
        }
    }

    /// Multiply-adds of one product of all scores.
    pub fn work(&self) -> usize {
        self.b * self.t * self.s * self.e
    }

    /// 1 / sqrt(d)
    pub fn scale<T: Real>(&self) -> T {
        T::ONE / T::of(self.d as f64).sqrt()
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
