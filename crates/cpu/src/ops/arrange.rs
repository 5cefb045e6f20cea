//! Arithmetic with broadcasting, and ops that only move elements.

use minibatch_graph::Binary;
use minibatch_graph::walk::{Walk, around};

use super::places;
use crate::call::Call;
use crate::memory::{Memory, Operand};
use crate::{How, Real};

/// out = a op b
#[derive(Clone, Debug)]
pub(crate) struct Arithmetic {
    op: Binary,
    walk: Walk<2>,
    inputs: [Operand; 2],
    out: Operand,
    how: How,
}

impl Arithmetic {
    pub fn new(call: &Call, op: Binary, how: How) -> Self {
        let walk = Walk::binary(call.dims(0), call.dims(1));
        Self { op, walk, inputs: call.operands(), out: call.output, how }
    }

    pub fn run<T: Real>(&self, memory: &mut Memory<T>) {
        memory.write(&self.out, |memory, out| {
            let [a, b] = self.inputs.map(|input| memory.floats(&input));
            self.how.vectorised(
                #[inline(always)]
                || match self.op {
                    Binary::Add => places::combine(&self.walk, a, b, out, |a, b| a + b),
                    Binary::Sub => places::combine(&self.walk, a, b, out, |a, b| a - b),
                    Binary::Mul => places::combine(&self.walk, a, b, out, |a, b| a * b),
                    Binary::Div => places::combine(&self.walk, a, b, out, |a, b| a / b),
                },
            );
        });
    }
}

/// An op that only moves elements.
#[derive(Clone, Debug)]
pub(crate) struct Move {
    way: Way,
    out: Operand,
}

#[derive(Clone, Debug)]
enum Way {
    /// Each value from this element on.
    Pack(Vec<(Operand, usize)>),
    Permute(Operand, Walk<2>),
    /// Parts of rows: the first element and the length of a row, and the width of a part.
    Take(Operand, [usize; 2], usize),
    /// Rows of this width become parts of rows: the first element and the length of a row. All else is zero.
    Pad(Operand, usize, [usize; 2]),
    /// Rows of this width become parts of rows, from this element on; the length of a row.
    Concat(Vec<(Operand, usize, usize)>, usize),
}

impl Move {
    pub fn pack(call: &Call) -> Self {
        let copies = call.copies.iter().map(|&(input, at)| (call.inputs[input], at)).collect();
        Self { way: Way::Pack(copies), out: call.output }
    }

    pub fn permute(call: &Call, axes: &[usize]) -> Self {
        Self { way: Way::Permute(call.inputs[0], Walk::permute(call.dims(0), axes)), out: call.output }
    }

    pub fn slice(call: &Call, [axis, start, len]: [usize; 3]) -> Self {
        let (_, extent, inner) = around(call.dims(0), axis);
        let way = Way::Take(call.inputs[0], [start * inner, extent * inner], len * inner);
        Self { way, out: call.output }
    }

    pub fn pad(call: &Call, [axis, before]: [usize; 2]) -> Self {
        let (_, extent, inner) = around(call.dims(0), axis);
        let width = call.out_dims()[axis] * inner;
        let way = Way::Pad(call.inputs[0], extent * inner, [before * inner, width]);
        Self { way, out: call.output }
    }

    pub fn concat(call: &Call, axis: usize) -> Self {
        let (_, total, inner) = around(call.out_dims(), axis);
        let mut start = 0;
        let mut parts = vec![];
        for (i, input) in call.inputs.iter().enumerate() {
            let width = call.dims(i)[axis] * inner;
            parts.push((*input, width, start));
            start += width;
        }
        Self { way: Way::Concat(parts, total * inner), out: call.output }
    }

    pub fn run<T: Real>(&self, memory: &mut Memory<T>) {
        memory.write(&self.out, |memory, out| match &self.way {
            Way::Pack(copies) => copies.iter().for_each(|(from, at)| {
                let from = memory.floats(from);
                out[*at..at + from.len()].copy_from_slice(from);
            }),
            Way::Permute(x, walk) => places::permute(walk, memory.floats(x), out),
            Way::Take(x, from, width) => places::take(memory.floats(x), *from, out, *width),
            Way::Pad(x, width, to) => {
                out.fill(T::ZERO);
                places::put(memory.floats(x), *width, out, *to);
            }
            Way::Concat(parts, row) => parts.iter().for_each(|(x, width, start)| {
                places::put(memory.floats(x), *width, out, [*start, *row]);
            }),
        });
    }
}
