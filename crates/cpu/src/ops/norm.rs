//! Softmax, normalisations, and clipping.

mod clip;
mod rows;
mod softmax;

use std::ops::Range;

use minibatch_graph::Norm;

use crate::call::Call;
use crate::memory::{Memory, Operand};
use crate::ops::reduce::add_to;
use crate::{How, Real};

/// Softmax, normalisations, and clipping.
#[derive(Clone, Debug)]
pub(crate) struct NormKernel {
    what: What,
    inputs: Vec<Operand>,
    out: Operand,
    /// Elements of a row, along the last axis: a value without axes is a row of one.
    columns: usize,
    how: How,
}

#[derive(Clone, Debug)]
enum What {
    Softmax {
        log: bool,
    },
    SoftmaxGrad {
        log: bool,
    },
    Norm(Norm),
    NormGrad(Norm),
    NormGradWeight(Norm),
    /// The first input changes in place.
    RunningStats {
        momentum: f32,
    },
    SumSquares,
    ClipNorm {
        max: f32,
    },
    ClipValue {
        max: f32,
    },
}

impl NormKernel {
    pub fn softmax(call: &Call, log: bool, how: How) -> Self {
        Self::new(call, What::Softmax { log }, call.output, how)
    }

    pub fn softmax_grad(call: &Call, log: bool, how: How) -> Self {
        Self::new(call, What::SoftmaxGrad { log }, call.output, how)
    }

    pub fn norm(call: &Call, norm: &Norm, how: How) -> Self {
        Self::new(call, What::Norm(*norm), call.output, how)
    }

    pub fn norm_grad(call: &Call, norm: &Norm, how: How) -> Self {
        Self::new(call, What::NormGrad(*norm), call.output, how)
    }

    pub fn norm_grad_weight(call: &Call, norm: &Norm, how: How) -> Self {
        Self::new(call, What::NormGradWeight(*norm), call.output, how)
    }

    pub fn running_stats(call: &Call, momentum: f32, how: How) -> Self {
        Self::new(call, What::RunningStats { momentum }, call.inputs[0], how)
    }

    pub fn sum_squares(call: &Call, how: How) -> Self {
        Self::new(call, What::SumSquares, call.output, how)
    }

    pub fn clip_norm(call: &Call, max: f32, how: How) -> Self {
        Self::new(call, What::ClipNorm { max }, call.output, how)
    }

    pub fn clip_value(call: &Call, max: f32, how: How) -> Self {
        Self::new(call, What::ClipValue { max }, call.output, how)
    }

    fn new(call: &Call, what: What, out: Operand, how: How) -> Self {
        let columns = call.out_dims().last().copied().unwrap_or(1);
        Self { what, inputs: call.inputs.clone(), out, columns, how }
    }

    pub fn scratch_len(&self) -> usize {
        match &self.what {
            What::NormGradWeight(norm) => norm.weights(),
            What::Softmax { .. } | What::SoftmaxGrad { .. } | What::Norm(_) | What::NormGrad(_) => 0,
            What::RunningStats { .. } | What::SumSquares => 0,
            What::ClipNorm { .. } | What::ClipValue { .. } => 0,
        }
    }

    pub fn run<T: Real>(&self, memory: &mut Memory<T>, scratch: &mut [T]) {
        memory.write(&self.out, |memory, out| self.fill(memory, out, scratch));
    }

    fn fill<T: Real>(&self, memory: &Memory<T>, out: &mut [T], scratch: &mut [T]) {
        let (inputs, columns) = (&self.inputs[..], self.columns);
        let input = |i: usize| memory.floats(&inputs[i]);
        match &self.what {
            What::Softmax { log } => self.by_rows(
                columns,
                out,
                #[inline(always)]
                |at, _, out| {
                    softmax::forward(&input(0)[at], columns, *log, out);
                },
            ),
            What::SoftmaxGrad { log } => self.by_rows(
                columns,
                out,
                #[inline(always)]
                |at, _, out| {
                    softmax::gradient(&input(0)[at.clone()], &input(1)[at], columns, *log, out);
                },
            ),
            What::Norm(norm) => {
                let weight = norm.weight.then(|| input(1));
                let bias = norm.bias.then(|| input(inputs.len() - 1));
                let (y, moments) = out.split_at_mut(inputs[0].len());
                let all = [(y, norm.columns), (moments, Norm::MOMENTS)];
                self.how.divided(8 * inputs[0].len(), all, &mut [(); 0], |rows, [y, moments], _| {
                    let x = &input(0)[rows.start * norm.columns..][..y.len()];
                    self.how.vectorised(
                        #[inline(always)]
                        || rows::forward((norm, rows.start), x, [weight, bias], y, moments),
                    );
                });
            }
            What::NormGrad(norm) => {
                let weight = norm.weight.then(|| input(2));
                let dy = 2 + usize::from(norm.weight);
                let sum = (inputs.len() > dy + 1).then(|| input(dy + 1));
                let moments = &input(0)[inputs[1].len()..];
                self.by_rows(
                    norm.columns,
                    out,
                    #[inline(always)]
                    |at, first, out| {
                        let [x, dy] = [1, dy].map(|i| &input(i)[at.clone()]);
                        rows::gradient((norm, first), x, moments, weight, dy, out);
                        if let Some(sum) = sum {
                            add_to(out, &sum[at]);
                        }
                    },
                );
            }
            What::NormGradWeight(norm) => {
                let moments = &input(0)[inputs[1].len()..];
                self.how.vectorised(
                    #[inline(always)]
                    || rows::weight_gradient(norm, input(1), moments, input(2), out, scratch),
                );
            }
            What::RunningStats { momentum } => {
                rows::running_stats(out, input(1), T::of(f64::from(*momentum)));
            }
            What::SumSquares => {
                out[0] = T::of(self.how.vectorised(
                    #[inline(always)]
                    || clip::sum_squares(input(0)),
                ));
            }
            What::ClipNorm { max } => clip::by_norm(input(0), input(1)[0], *max, out),
            What::ClipValue { max } => clip::by_value(input(0), *max, out),
        }
    }

    /// Runs `kernel` on parts of the rows: the range of their elements, the first row's number, and the elements of the result.
    fn by_rows<T: Real>(
        &self,
        columns: usize,
        out: &mut [T],
        kernel: impl Fn(Range<usize>, usize, &mut [T]) + Sync,
    ) {
        self.how.divided(8 * out.len(), [(out, columns)], &mut [(); 0], |rows, [out], _| {
            let first = rows.start * columns;
            let at = first..first + out.len();
            self.how.vectorised(
                #[inline(always)]
                || kernel(at, rows.start, out),
            );
        });
    }
}

/// Elements summed in their own type before their sum joins the total, which is f64: a long sum in f32 would lose
/// digits.
const BLOCK: usize = 1024;
/// Sums side by side, so that they are SIMD registers.
const LANES: usize = 16;

/// The sum of f(x).
#[inline(always)]
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
#[inline(always)]
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
