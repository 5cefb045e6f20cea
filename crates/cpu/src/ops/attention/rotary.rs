//! Rotary positions.

use minibatch_graph::Rotary;

use crate::Real;
use crate::call::Call;
use crate::memory::{Memory, Operand};

/// Turns columns 2 i and 2 i + 1 of each head of the first parts of x (b, t, parts e) by t base^(-2 i / d).
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    /// Elements of a row, of those that are turned, and of a head.
    width: usize,
    turned: usize,
    d: usize,
    /// Sine and cosine of each step and pair. In f64 for both types: a turn of many steps would lose its digits.
    turns: Vec<[f64; 2]>,
    x: Operand,
    out: Operand,
}

impl Turn {
    pub fn new(call: &Call, rotary: Rotary) -> Self {
        let Rotary { heads, parts, turned, base, inverse } = rotary;
        let (steps, width) = (call.dims(0)[1], call.dims(0)[2]);
        let d = width / (parts * heads);
        let pairs = (0..steps).flat_map(|step| (0..d / 2).map(move |pair| (step, pair)));
        let turns = pairs.map(|(step, pair)| {
            let turn = step as f64 * libm::pow(f64::from(base), -2.0 * pair as f64 / d as f64);
            libm::sincos(if inverse { -turn } else { turn }).into()
        });
        let (x, out) = (call.inputs[0], call.output);
        Self { width, turned: turned * heads * d, d, turns: turns.collect(), x, out }
    }

    pub fn run<T: Real>(&self, memory: &mut Memory<T>) {
        memory.write(&self.out, |memory, y| {
            y.copy_from_slice(memory.floats(&self.x));
            let steps = self.turns.chunks_exact((self.d / 2).max(1)).cycle();
            for (row, turns) in y.chunks_exact_mut(self.width).zip(steps) {
                for head in row[..self.turned].chunks_exact_mut(self.d) {
                    for (pair, [sin, cos]) in head.as_chunks_mut::<2>().0.iter_mut().zip(turns) {
                        let ([even, odd], sin, cos) = (*pair, T::of(*sin), T::of(*cos));
                        *pair = [even * cos - odd * sin, even * sin + odd * cos];
                    }
                }
            }
        });
    }
}
