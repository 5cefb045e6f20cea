//! Losses and their gradients.

use minibatch_graph::{DType, Loss};

use super::elementwise::{sigmoid, softplus};
use crate::Real;
use crate::memory::{Memory, Operand};

/// Prediction (rows, columns) with its target: floats of the same shape, or a class number for each row.
pub(crate) struct Operands<'a, T> {
    prediction: &'a [T],
    columns: usize,
    floats: &'a [T],
    classes: &'a [u32],
}

impl<'a, T: Real> Operands<'a, T> {
    pub fn new(memory: &'a Memory<T>, inputs: &[Operand]) -> Self {
        let (floats, classes): (&[T], &[u32]) = match inputs[1].dtype {
            DType::F32 => (memory.floats(&inputs[1]), &[]),
            DType::U32 => (&[], memory.words(&inputs[1])),
        };
        Self { prediction: memory.floats(&inputs[0]), columns: inputs[0].columns, floats, classes }
    }

    fn pairs(&self) -> impl Iterator<Item = (T, T)> {
        self.prediction.iter().copied().zip(self.floats.iter().copied())
    }

    /// Each row with its class; a number past the end counts as the last class.
    fn rows(&self) -> impl Iterator<Item = (&[T], usize)> {
        let last = self.columns - 1;
        self.prediction
            .chunks_exact(self.columns)
            .zip(self.classes.iter().map(move |&c| last.min(c as usize)))
    }
}

/// The mean loss. Summed in f64, since a sum over a large batch in f32 would lose digits.
pub(crate) fn value<T: Real>(loss: Loss, operands: &Operands<T>) -> T {
    let count = operands.prediction.len() as f64;
    let square = |(p, t): (T, T)| ((p - t) * (p - t)).wide();
    let mean = match loss {
        Loss::Mse | Loss::SumSquares | Loss::L1 | Loss::Huber { .. } => {
            operands.pairs().map(square).sum::<f64>() / count
        }
        Loss::HalfMse => operands.pairs().map(square).sum::<f64>() / (2.0 * count),
        // max(z, 0) - z t + ln(1 + exp(-|z|)) = softplus(z) - z t
        Loss::BinaryCrossEntropy => {
            operands.pairs().map(|(z, t)| (softplus(z) - z * t).wide()).sum::<f64>() / count
        }
        Loss::CrossEntropy { .. } => {
            let nll = |(z, class): (&[T], usize)| (log_sum_exp(z) - z[class]).wide();
            operands.rows().map(nll).sum::<f64>() / (count / operands.columns as f64)
        }
    };
    T::of(mean)
}

/// The gradient of the mean loss with respect to the prediction, times `dloss`.
pub(crate) fn gradient<T: Real>(loss: Loss, operands: &Operands<T>, dloss: T, out: &mut [T]) {
    let each = dloss / T::of(operands.prediction.len() as f64);
    let pairs = out.iter_mut().zip(operands.pairs());
    match loss {
        Loss::Mse | Loss::SumSquares | Loss::L1 | Loss::Huber { .. } => {
            pairs.for_each(|(out, (p, t))| *out = (each + each) * (p - t))
        }
        Loss::HalfMse => pairs.for_each(|(out, (p, t))| *out = each * (p - t)),
        Loss::BinaryCrossEntropy => pairs.for_each(|(out, (z, t))| *out = each * (sigmoid(z) - t)),
        Loss::CrossEntropy { .. } => {
            let each = dloss / T::of((operands.prediction.len() / operands.columns) as f64);
            for (out, (z, class)) in out.chunks_exact_mut(operands.columns).zip(operands.rows()) {
                let log_sum = log_sum_exp(z);
                out.iter_mut().zip(z).for_each(|(out, &z)| *out = each * (z - log_sum).exp());
                out[class] -= each;
            }
        }
    }
}

/// ln(sum(exp(z))), with the largest taken out first.
fn log_sum_exp<T: Real>(z: &[T]) -> T {
    let largest = z.iter().copied().fold(z[0], T::max);
    let sum = z.iter().fold(T::ZERO, |sum, &z| sum + (z - largest).exp());
    largest + sum.ln()
}
