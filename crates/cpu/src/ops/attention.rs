//! Attention and rotary positions.
//!
//! Both directions of attention go by blocks of queries, as Dao and others (2022) do: the scores of a block are all
//! that is ever kept of the steps x steps matrix, and the backward pass makes them anew from each query's lse, the
//! logarithm of the sum of its exponentiated scores.

mod backward;
mod forward;
mod rotary;
mod source;

use minibatch_graph::Op;

use crate::Real;
use crate::memory::Memory;
use crate::plan::Step;
use source::Source;

/// How many queries are looked at together.
const BLOCK: usize = 32;

/// How many elements of scratch a step needs.
pub(crate) fn scratch_len(step: &Step) -> usize {
    match &step.op {
        Op::Attention(attention) => forward::Room::new(&Source::new(*attention, step)).len(),
        Op::AttentionLse(attention) => forward::Room::new(&Source::new(*attention, step)).len(),
        Op::AttentionGrad(attention) => backward::Room::new(&Source::new(*attention, step)).len(),
        _ => 0,
    }
}

/// Runs one of these ops.
pub(crate) fn run<T: Real>(step: &Step, memory: &mut Memory<T>, scratch: &mut [T]) {
    let inputs = &step.inputs;
    memory.write(&step.output, |memory, out| match &step.op {
        Op::Attention(attention) => {
            let source = Source::new(*attention, step);
            forward::values(&source, &source.operands(memory, inputs), out, scratch);
        }
        Op::AttentionLse(attention) => {
            let source = Source::new(*attention, step);
            forward::lse(&source, &source.operands(memory, inputs), out, scratch);
        }
        Op::AttentionGrad(attention) => {
            let source = Source::new(*attention, step);
            let [y, lse, dy] = [0, 1, 2].map(|i| memory.floats(&inputs[source.inputs() + i]));
            let result = backward::Result { y, lse, dy };
            backward::gradient(&source, &source.operands(memory, inputs), &result, out, scratch);
        }
        Op::Rotary(rotary) => rotary::turn(*rotary, step.dims(0), memory.floats(&inputs[0]), out),
        _ => {}
    });
}
