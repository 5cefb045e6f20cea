//! Losses and their gradients.

use minibatch_graph::{DType, Loss};

use super::elementwise::{sigmoid, softplus};
use super::reduce::{largest, sum_of};
use crate::call::Call;
use crate::memory::{Memory, Operand};
use crate::{How, Real};

/// A loss, its gradient, or what each row adds to it.
#[derive(Clone, Debug)]
pub(crate) struct LossKernel {
    loss: Loss,
    what: What,
    prediction: Operand,
    target: Operand,
    out: Operand,
    how: How,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Value,
    /// Times this value.
    Gradient(Operand),
    Score,
}

impl LossKernel {
    pub fn value(call: &Call, loss: Loss, how: How) -> Self {
        Self::new(call, loss, What::Value, how)
    }

    pub fn gradient(call: &Call, loss: Loss, how: How) -> Self {
        Self::new(call, loss, What::Gradient(call.inputs[2]), how)
    }

    pub fn score(call: &Call, loss: Loss, how: How) -> Self {
        Self::new(call, loss, What::Score, how)
    }

    fn new(call: &Call, loss: Loss, what: What, how: How) -> Self {
        let [prediction, target] = call.operands();
        Self { loss, what, prediction, target, out: call.output, how }
    }

    pub fn run<T: Real>(&self, memory: &mut Memory<T>) {
        memory.write(&self.out, |memory, out| {
            let operands = Operands::new(memory, &self.prediction, &self.target);
            self.how.vectorised(
                #[inline(always)]
                || match &self.what {
                    What::Value => out[0] = value(self.loss, &operands),
                    What::Gradient(dloss) => gradient(self.loss, &operands, memory.floats(dloss)[0], out),
                    What::Score => score(self.loss, &operands, out),
                },
            );
        });
    }
}

/// Prediction (rows, columns) with its target: floats of the same shape, or a class number for each row.
struct Operands<'a, T> {
    prediction: &'a [T],
    columns: usize,
    floats: &'a [T],
    classes: &'a [u32],
}

impl<'a, T: Real> Operands<'a, T> {
    fn new(memory: &'a Memory<T>, prediction: &Operand, target: &Operand) -> Self {
        let (floats, classes): (&[T], &[u32]) = match target.dtype {
            DType::F32 => (memory.floats(target), &[]),
            DType::U32 => (&[], memory.words(target)),
        };
        Self { prediction: memory.floats(prediction), columns: prediction.columns, floats, classes }
    }

    fn pairs(&self) -> impl Iterator<Item = (T, T)> {
        self.prediction.iter().copied().zip(self.floats.iter().copied())
    }

    /// The sum of a term over all elements.
    fn sum(&self, term: impl Fn(T, T) -> T) -> f64 {
        self.pairs().map(|(p, t)| term(p, t).wide()).sum()
    }

    /// Each row with its class, or none where it is ignored; a number past the end counts as the last class.
    fn rows(&self, ignored: Option<u32>) -> impl Iterator<Item = (&[T], Option<usize>)> {
        let last = self.columns - 1;
        let class = move |&class: &u32| (Some(class) != ignored).then(|| last.min(class as usize));
        self.prediction.chunks_exact(self.columns).zip(self.classes.iter().map(class))
    }
}

/// What each row adds to the mean, (rows, 3): term, weight, right answers; see [`minibatch_graph::Op::Score`].
#[inline(always)]
fn score<T: Real>(loss: Loss, operands: &Operands<T>, out: &mut [T]) {
    let rows = out.chunks_exact_mut(3);
    if let Loss::CrossEntropy { label_smoothing, ignore_index } = loss {
        for (out, (z, class)) in rows.zip(operands.rows(ignore_index)) {
            let term = class.map(|class| T::of(class_term(z, class, f64::from(label_smoothing))));
            let right = class.is_some_and(|class| (0..z.len()).all(|c| wins(z, class, c)));
            out.copy_from_slice(&[
                term.unwrap_or(T::ZERO),
                T::of(f64::from(u8::from(class.is_some()))),
                share(right),
            ]);
        }
        return;
    }
    let columns = operands.columns;
    let half = T::of(f64::from(loss.half()));
    let pairs = operands.prediction.chunks_exact(columns).zip(operands.floats.chunks_exact(columns));
    for (out, (p, t)) in rows.zip(pairs) {
        let both = || p.iter().copied().zip(t.iter().copied());
        let term: f64 = both().map(|(p, t)| element_term(loss, p, t).wide()).sum();
        let right = both().filter(|&(p, t)| (p > T::ZERO) == (t > half)).count();
        out.copy_from_slice(&[T::of(term), T::of(columns as f64), T::of(right as f64)]);
    }
}

/// Whether the logit of `class` beats that of `c`: it is larger, or as large and comes first.
fn wins<T: Real>(z: &[T], class: usize, c: usize) -> bool {
    c == class || z[class] > z[c] || (class < c && z[class] == z[c])
}

fn share<T: Real>(yes: bool) -> T {
    if yes { T::ONE } else { T::ZERO }
}

/// What an element adds to the sum of a loss of elements.
#[inline(always)]
fn element_term<T: Real>(loss: Loss, p: T, t: T) -> T {
    let (e, half) = (p - t, T::of(0.5));
    match loss {
        Loss::Mse | Loss::SumSquares => e * e,
        Loss::HalfMse => half * e * e,
        Loss::L1 => e.abs(),
        Loss::Huber { delta } => {
            let (delta, e) = (T::of(f64::from(delta)), e.abs());
            if e > delta { delta * (e - half * delta) } else { half * e * e }
        }
        // max(z, 0) - z t + ln(1 + exp(-|z|)) = softplus(z) - z t
        Loss::BinaryCrossEntropy => softplus(p) - p * t,
        // Its terms are of rows.
        Loss::CrossEntropy { .. } => T::ZERO,
    }
}

/// What a row adds to the sum of cross-entropy.
#[inline(always)]
fn class_term<T: Real>(z: &[T], class: usize, smoothing: f64) -> f64 {
    let (largest, log_sum) = log_sum_exp(z);
    let wanted = z[class];
    // Not smoothing * (...) = 0 * inf where there is none and a logit is -inf.
    let smoothed = if smoothing == 0.0 { 0.0 } else { smoothing * (wanted.wide() - mean(z)) };
    (largest - wanted + log_sum).wide() + smoothed
}

/// The loss. Summed in f64, since a sum over a large batch in f32 would lose digits.
#[inline(always)]
fn value<T: Real>(loss: Loss, operands: &Operands<T>) -> T {
    let count = operands.prediction.len() as f64;
    T::of(match loss {
        Loss::SumSquares => operands.sum(|p, t| element_term(loss, p, t)),
        Loss::Mse | Loss::HalfMse | Loss::L1 | Loss::Huber { .. } | Loss::BinaryCrossEntropy => {
            operands.sum(|p, t| element_term(loss, p, t)) / count
        }
        Loss::CrossEntropy { label_smoothing, ignore_index } => {
            let smoothing = f64::from(label_smoothing);
            let counted = operands.rows(ignore_index).filter_map(|(z, class)| Some((z, class?)));
            let terms = counted.map(|(z, class)| class_term(z, class, smoothing));
            let (sum, rows) = terms.fold((0.0, 0.0), |(sum, rows), term| (sum + term, rows + 1.0));
            sum / f64::max(rows, 1.0)
        }
    })
}

/// The gradient of the loss with respect to the prediction, times `dloss`.
#[inline(always)]
fn gradient<T: Real>(loss: Loss, operands: &Operands<T>, dloss: T, out: &mut [T]) {
    let each = dloss / T::of(operands.prediction.len() as f64);
    let pairs = out.iter_mut().zip(operands.pairs());
    match loss {
        Loss::Mse => pairs.for_each(|(out, (p, t))| *out = (each + each) * (p - t)),
        Loss::HalfMse => pairs.for_each(|(out, (p, t))| *out = each * (p - t)),
        Loss::SumSquares => pairs.for_each(|(out, (p, t))| *out = (dloss + dloss) * (p - t)),
        Loss::L1 => pairs.for_each(|(out, (p, t))| *out = each * within(p - t, T::ZERO, T::ONE)),
        Loss::Huber { delta } => {
            let delta = T::of(f64::from(delta));
            pairs.for_each(|(out, (p, t))| *out = each * within(p - t, delta, delta));
        }
        Loss::BinaryCrossEntropy => pairs.for_each(|(out, (z, t))| *out = each * (sigmoid(z) - t)),
        Loss::CrossEntropy { label_smoothing, ignore_index } => {
            let counted = operands.rows(ignore_index).filter(|(_, class)| class.is_some()).count();
            let each = dloss / T::of(counted.max(1) as f64);
            let smoothing = f64::from(label_smoothing);
            let (one, spread) = (T::of(1.0 - smoothing), T::of(smoothing / operands.columns as f64));
            let rows = out.chunks_exact_mut(operands.columns).zip(operands.rows(ignore_index));
            for (out, (z, class)) in rows {
                let Some(class) = class else {
                    out.fill(T::ZERO);
                    continue;
                };
                let (largest, log_sum) = log_sum_exp(z);
                let share = |z: T| (z - largest - log_sum).exp();
                out.iter_mut().zip(z).for_each(|(out, &z)| *out = each * (share(z) - spread));
                out[class] -= each * one;
            }
        }
    }
}

/// e where |e| <= delta, else `most` with its sign.
#[inline(always)]
fn within<T: Real>(e: T, delta: T, most: T) -> T {
    if e > delta {
        most
    } else if e < -delta {
        -most
    } else {
        e
    }
}

fn mean<T: Real>(z: &[T]) -> f64 {
    z.iter().map(|z| z.wide()).sum::<f64>() / z.len() as f64
}

/// (m, ln(sum(exp(z - m)))), m being the largest, or the lowest number where all are -inf.
#[inline(always)]
fn log_sum_exp<T: Real>(z: &[T]) -> (T, T) {
    let largest = largest(z);
    (largest, sum_of(z, |z| (z - largest).exp()).ln())
}
