//! Convolutions and pools.

mod conv;
mod dots;
mod extents;
mod planes;
mod pool;
mod shifted;
mod walk;

use minibatch_graph::Op;

use crate::Real;
use crate::memory::Memory;
use crate::ops::elementwise;
use crate::plan::Step;
use extents::Extents;

/// The extents of a convolution's step; none for a pool.
fn extents(step: &Step) -> Option<Extents> {
    match &step.op {
        Op::Conv2d { conv, .. } => Some(Extents::new(conv, step.dims(0), step.out_dims(), step.dims(1))),
        Op::Conv2dGradInput { conv, .. } => {
            Some(Extents::new(conv, step.out_dims(), step.dims(0), step.dims(1)))
        }
        Op::Conv2dGradWeight { conv, .. } => {
            Some(Extents::new(conv, step.dims(0), step.dims(1), step.out_dims()))
        }
        _ => None,
    }
}

/// How many elements of scratch a step needs.
pub(crate) fn scratch_len(step: &Step) -> usize {
    match (&step.op, extents(step)) {
        (Op::Conv2d { .. }, Some(e)) => conv::forward_scratch(&e),
        (Op::Conv2dGradInput { .. }, Some(e)) => conv::grad_input_scratch(&e),
        (Op::Conv2dGradWeight { .. }, Some(e)) => conv::grad_weight_scratch(&e),
        _ => 0,
    }
}

/// Runs one of these ops.
pub(crate) fn run<T: Real>(step: &Step, memory: &mut Memory<T>, scratch: &mut [T]) {
    let extents = extents(step);
    let inputs = &step.inputs;
    memory.write(&step.output, |memory, out| match (&step.op, extents) {
        (Op::Conv2d { bias, activation, .. }, Some(e)) => {
            let bias = bias.then(|| memory.floats(&inputs[2]));
            let (x, weight) = (memory.floats(&inputs[0]), memory.floats(&inputs[1]));
            let sample = out.len() / e.samples;
            conv::forward(&e, x, weight, bias, out, scratch);
            // A sample at a time, which the cache may still hold.
            out.chunks_exact_mut(sample).for_each(|out| elementwise::activate(*activation, out));
        }
        (Op::Conv2dGradInput { .. }, Some(e)) => {
            conv::grad_input(&e, memory.floats(&inputs[0]), memory.floats(&inputs[1]), out, scratch);
        }
        (Op::Conv2dGradWeight { .. }, Some(e)) => {
            conv::grad_weight(&e, memory.floats(&inputs[0]), memory.floats(&inputs[1]), out, scratch);
        }
        (Op::Pool2d(pool), _) => {
            pool::forward(pool, step.dims(0), step.out_dims(), memory.floats(&inputs[0]), out);
        }
        (Op::Pool2dGrad(pool), _) => {
            let (x, dy) = (memory.floats(&inputs[0]), memory.floats(&inputs[1]));
            pool::backward(pool, step.dims(0), step.dims(1), x, dy, out);
        }
        _ => {}
    });
}
