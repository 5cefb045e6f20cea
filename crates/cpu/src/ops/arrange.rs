//! Arithmetic with broadcasting, sums over axes, and ops that only move elements.

use minibatch_graph::{Binary, Op, Reduction};

use super::{elementwise, reduce};
use crate::Real;
use crate::memory::Memory;
use crate::plan::Step;

/// How many elements of scratch a step needs.
pub(crate) fn scratch_len(step: &Step) -> usize {
    match &step.op {
        Op::Reduce { .. } => step.output.len(),
        _ => 0,
    }
}

/// Runs one of these ops.
pub(crate) fn run<T: Real>(step: &Step, memory: &mut Memory<T>, scratch: &mut [T]) {
    let inputs = &step.inputs;
    memory.write(&step.output, |memory, out| match &step.op {
        Op::Binary(Binary::Add) => {
            elementwise::add(memory.floats(&inputs[0]), memory.floats(&inputs[1]), out);
        }
        Op::Reduce { reduction: Reduction::Sum, .. } => {
            reduce::sum_rows(memory.floats(&inputs[0]), out, scratch);
        }
        _ => {}
    });
}
