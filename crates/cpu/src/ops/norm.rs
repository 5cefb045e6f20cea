//! Softmax, normalisations, and clipping.

mod clip;
mod rows;
mod softmax;

use minibatch_graph::Op;

use crate::Real;
use crate::memory::Memory;
use crate::plan::Step;

/// How many elements of scratch a step needs.
pub(crate) fn scratch_len(step: &Step) -> usize {
    match &step.op {
        Op::NormGradWeight(norm) => norm.channels(),
        _ => 0,
    }
}

/// Runs one of these ops.
pub(crate) fn run<T: Real>(step: &Step, memory: &mut Memory<T>, scratch: &mut [T]) {
    let inputs = &step.inputs;
    // Of the last axis: a value without axes is a row of one.
    let columns = step.out_dims().last().copied().unwrap_or(1);
    match &step.op {
        Op::RunningStats { momentum } => memory.write(&inputs[0], |memory, running| {
            rows::running_stats(running, memory.floats(&inputs[1]), T::of(f64::from(*momentum)));
        }),
        op => memory.write(&step.output, |memory, out| {
            let input = |i: usize| memory.floats(&inputs[i]);
            match op {
                Op::Softmax { log } => softmax::forward(input(0), columns, *log, out),
                Op::SoftmaxGrad { log } => softmax::gradient(input(0), input(1), columns, *log, out),
                Op::Norm(norm) => {
                    let weight = norm.weight.then(|| input(1));
                    let bias = norm.bias.then(|| input(inputs.len() - 1));
                    rows::forward(norm, input(0), weight, bias, out);
                }
                Op::NormGrad(norm) => {
                    let weight = norm.weight.then(|| input(1));
                    rows::gradient(norm, input(0), weight, input(inputs.len() - 1), out);
                }
                Op::NormGradWeight(norm) => {
                    rows::weight_gradient(norm, input(0), input(1), out, scratch);
                }
                Op::SumSquares => out[0] = T::of(clip::sum_squares(input(0))),
                Op::ClipNorm { max } => clip::by_norm(input(0), input(1)[0], *max, out),
                Op::ClipValue { max } => clip::by_value(input(0), *max, out),
                _ => {}
            }
        }),
    }
}

/// Elements summed in their own type before their sum joins the total, which is f64: a long sum in f32 would lose
/// digits.
const BLOCK: usize = 1024;
/// Sums side by side, so that they are SIMD registers.
const LANES: usize = 16;

/// The sum of f(x).
fn sum<T: Real>(x: &[T], f: impl Fn(T) -> T) -> f64 {
    let block = |x: &[T]| {
        let mut lanes = [T::ZERO; LANES];
        let (whole, rest) = x.as_chunks::<LANES>();
        for x in whole {
            lanes.iter_mut().zip(x).for_each(|(lane, &x)| *lane += f(x));
        }
        lanes.iter_mut().zip(rest).for_each(|(lane, &x)| *lane += f(x));
        lanes.iter().map(|lane| lane.wide()).sum::<f64>()
    };
    x.chunks(BLOCK).map(block).sum()
}

/// The sum of f(x, y).
fn sum_of_pairs<T: Real>(x: &[T], y: &[T], f: impl Fn(T, T) -> T) -> f64 {
    let block = |(x, y): (&[T], &[T])| {
        let mut lanes = [T::ZERO; LANES];
        let ((x, x_rest), (y, y_rest)) = (x.as_chunks::<LANES>(), y.as_chunks::<LANES>());
        for (x, y) in x.iter().zip(y) {
            lanes.iter_mut().zip(x.iter().zip(y)).for_each(|(lane, (&x, &y))| *lane += f(x, y));
        }
        lanes.iter_mut().zip(x_rest.iter().zip(y_rest)).for_each(|(lane, (&x, &y))| *lane += f(x, y));
        lanes.iter().map(|lane| lane.wide()).sum::<f64>()
    };
    x.chunks(BLOCK).zip(y.chunks(BLOCK)).map(block).sum()
}
