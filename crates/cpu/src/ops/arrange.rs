//! Arithmetic with broadcasting, sums over axes, and ops that only move elements.

use minibatch_graph::walk::{Walk, around};
use minibatch_graph::{Binary, Op, Reduction};

use super::{elementwise, places, reduce};
use crate::Real;
use crate::memory::Memory;
use crate::plan::Step;

/// How many elements of scratch a step needs.
pub(crate) fn scratch_len(step: &Step) -> usize {
    match &step.op {
        Op::Reduce { axes, .. } => {
            reduce::scratch_len(Walk::reduce(step.dims(0), axes).axes(), step.output.len())
        }
        _ => 0,
    }
}

/// Runs one of these ops.
pub(crate) fn run<T: Real>(step: &Step, memory: &mut Memory<T>, scratch: &mut [T]) {
    memory.write(&step.output, |memory, out| {
        let x = memory.floats(&step.inputs[0]);
        match &step.op {
            Op::Binary(op) => {
                let walk = Walk::binary(step.dims(0), step.dims(1));
                binary(*op, &walk, x, memory.floats(&step.inputs[1]), out);
            }
            Op::Unary(f) => {
                out.copy_from_slice(x);
                elementwise::unary(*f, out);
            }
            Op::Reduce { reduction, axes } => {
                reduce::sum(Walk::reduce(step.dims(0), axes).axes(), x, out, scratch);
                if *reduction == Reduction::Mean {
                    let count = T::of((x.len() / out.len().max(1)) as f64);
                    out.iter_mut().for_each(|out| *out = *out / count);
                }
            }
            Op::Permute { axes } => places::permute(&Walk::permute(step.dims(0), axes), x, out),
            Op::Slice { axis, start, len } => {
                let (_, extent, inner) = around(step.dims(0), *axis);
                places::take(x, [start * inner, extent * inner], out, len * inner);
            }
            Op::Pad { axis, before, .. } => {
                let (_, extent, inner) = around(step.dims(0), *axis);
                let width = step.out_dims()[*axis] * inner;
                out.fill(T::ZERO);
                places::put(x, extent * inner, out, [before * inner, width]);
            }
            Op::Concat { axis } => {
                let (_, total, inner) = around(step.out_dims(), *axis);
                let mut start = 0;
                for (i, input) in step.inputs.iter().enumerate() {
                    let width = step.dims(i)[*axis] * inner;
                    places::put(memory.floats(input), width, out, [start, total * inner]);
                    start += width;
                }
            }
            // The others' own modules run them.
            _ => {}
        }
    });
}

/// out = a op b, with the choice outside the loops.
fn binary<T: Real>(op: Binary, walk: &Walk<2>, a: &[T], b: &[T], out: &mut [T]) {
    match op {
        Binary::Add => places::combine(walk, a, b, out, |a, b| a + b),
        Binary::Sub => places::combine(walk, a, b, out, |a, b| a - b),
        Binary::Mul => places::combine(walk, a, b, out, |a, b| a * b),
        Binary::Div => places::combine(walk, a, b, out, |a, b| a / b),
    }
}
