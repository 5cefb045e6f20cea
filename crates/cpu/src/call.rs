//! One op of a graph with its operands resolved: what a kernel is made from.

use minibatch_graph::{Op, Shape};

use crate::memory::{Home, Operand};

/// An op, where its operands are, and their shapes.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub op: Op,
    pub inputs: Vec<Operand>,
    pub output: Operand,
    /// The shapes of the inputs, then of the output.
    pub shapes: Vec<Shape>,
    /// For a pack, what is copied: (input, first element).
    pub copies: Vec<(usize, usize)>,
}

impl Call {
    /// The extents of an input.
    pub fn dims(&self, input: usize) -> &[usize] {
        self.shapes[input].dims()
    }

    /// The extents of the output.
    pub fn out_dims(&self) -> &[usize] {
        self.shapes[self.shapes.len() - 1].dims()
    }

    /// The first inputs, of which there are so many.
    pub fn operands<const N: usize>(&self) -> [Operand; N] {
        std::array::from_fn(|input| self.inputs[input])
    }

    /// A buffer that the op would both read and write, but for what it changes in place.
    pub fn aliased(&self) -> Option<Home> {
        let changes = self.op.changes();
        let inputs = 0..self.inputs.len();
        let read = |i: &usize| match self.op {
            Op::Pack => self.copies.iter().any(|(copied, _)| copied == i),
            _ => !changes.contains(i),
        };
        let mut written: Vec<Home> = changes.iter().map(|&i| self.inputs[i].home).collect();
        if !self.op.yields_change() {
            written.push(self.output.home);
        }
        let twice = (1..written.len()).find(|&i| written[..i].contains(&written[i])).map(|i| written[i]);
        let of_inputs = inputs.filter(read).map(|i| self.inputs[i].home).find(|home| written.contains(home));
        twice.or(of_inputs)
    }
}
