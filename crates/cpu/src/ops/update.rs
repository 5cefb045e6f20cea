//! The optimizers: one step over flat parameters, in place.

use minibatch_graph::{Optimizer, control};

use crate::call::Call;
use crate::memory::{Memory, Operand};
use crate::{How, Real};

/// A change of the parameters.
#[derive(Clone, Debug)]
pub(crate) enum Update {
    /// Inputs are params, grads, decay, control and the optimizer's state.
    Step {
        optimizer: Optimizer,
        inputs: Vec<Operand>,
        how: How,
    },
    Momentum {
        momentum: f32,
        nesterov: bool,
        buffer: Operand,
        g: Operand,
        out: Operand,
    },
}

impl Update {
    pub fn step(call: &Call, optimizer: Optimizer, how: How) -> Self {
        Self::Step { optimizer, inputs: call.inputs.clone(), how }
    }

    pub fn momentum(call: &Call, momentum: f32, nesterov: bool) -> Self {
        let [buffer, g] = call.operands();
        Self::Momentum { momentum, nesterov, buffer, g, out: call.output }
    }

    pub fn run<T: Real>(&self, memory: &mut Memory<T>) {
        match self {
            Self::Step { optimizer, inputs, how } => memory.write(&inputs[0], |memory, w| {
                let step = |memory: &Memory<T>, w: &mut [T], [first, second]: [&mut [T]; 2]| {
                    let rates = Rates::new(memory.words(&inputs[3]));
                    let (grads, decay) = (memory.floats(&inputs[1]), memory.floats(&inputs[2]));
                    // Roots and quotients take some multiply-adds each.
                    let all = [(&mut *w, 1), (first, 1), (second, 1)];
                    how.divided(6 * grads.len(), all, &mut [(); 0], |at, [w, first, second], _| {
                        how.vectorised(
                            #[inline(always)]
                            || step(*optimizer, &rates, [&grads[at.clone()], &decay[at]], w, [first, second]),
                        );
                    });
                };
                match &inputs[4..] {
                    [] => step(memory, w, [&mut [], &mut []]),
                    [first] => memory.write(first, |memory, s| step(memory, w, [s, &mut []])),
                    [first, second, ..] => memory.write(first, |memory, m| {
                        memory.write(second, |memory, v| step(memory, w, [m, v]));
                    }),
                }
            }),
            Self::Momentum { momentum: stays, nesterov, buffer, g, out } => {
                memory.write(buffer, |memory, buffer| {
                    memory.write(out, |memory, out| {
                        momentum(*stays, *nesterov, memory.floats(g), buffer, out);
                    });
                });
            }
        }
    }
}

/// What all elements share, from the control block.
struct Rates<T> {
    lr: T,
    l1: T,
    l2: T,
    bias1: T,
    bias2: T,
}

impl<T: Real> Rates<T> {
    fn new(control: &[u32]) -> Self {
        let float = |word: usize| T::of(f64::from(f32::from_bits(control[word])));
        let [lr, l1, l2] = [control::LR, control::L1, control::L2].map(float);
        Self { lr, l1, l2, bias1: float(control::BIAS1), bias2: float(control::BIAS2) }
    }

    /// The gradient with L1 and L2.
    #[inline(always)]
    fn regularised(&self, w: T, g: T, decay: T) -> T {
        g + decay * (self.l2 * w + self.l1 * sign(w))
    }
}

/// -1, 0 or 1.
#[inline(always)]
fn sign<T: Real>(x: T) -> T {
    let positive = if x > T::ZERO { T::ONE } else { T::ZERO };
    positive - if x < T::ZERO { T::ONE } else { T::ZERO }
}

#[inline(always)]
fn step<T: Real>(
    optimizer: Optimizer,
    rates: &Rates<T>,
    [grads, decay]: [&[T]; 2],
    w: &mut [T],
    [first, second]: [&mut [T]; 2],
) {
    let elements = w.iter_mut().zip(grads.iter().zip(decay).map(|(&g, &d)| (g, d)));
    let real = |x: f32| T::of(f64::from(x));
    match optimizer {
        Optimizer::Sgd { momentum: 0.0, .. } => {
            elements.for_each(|(w, (g, d))| *w -= rates.lr * rates.regularised(*w, g, d));
        }
        Optimizer::Sgd { momentum, nesterov } => {
            let momentum = real(momentum);
            for ((w, (g, d)), v) in elements.zip(first) {
                let g = rates.regularised(*w, g, d);
                *v = momentum * *v + g;
                *w -= rates.lr * if nesterov { g + momentum * *v } else { *v };
            }
        }
        Optimizer::RmsProp { alpha, eps } => {
            let (alpha, eps) = (real(alpha), real(eps));
            for ((w, (g, d)), s) in elements.zip(first) {
                let g = rates.regularised(*w, g, d);
                *s = alpha * *s + (T::ONE - alpha) * g * g;
                *w -= rates.lr * g / (s.sqrt() + eps);
            }
        }
        Optimizer::Adagrad { eps } => {
            let eps = real(eps);
            for ((w, (g, d)), s) in elements.zip(first) {
                let g = rates.regularised(*w, g, d);
                *s += g * g;
                *w -= rates.lr * g / (s.sqrt() + eps);
            }
        }
        Optimizer::Adadelta { rho, eps } => {
            let (rho, eps) = (real(rho), real(eps));
            for ((w, (g, d)), (s, u)) in elements.zip(first.iter_mut().zip(second)) {
                let g = rates.regularised(*w, g, d);
                *s = rho * *s + (T::ONE - rho) * g * g;
                let step = (*u + eps).sqrt() / (*s + eps).sqrt() * g;
                *u = rho * *u + (T::ONE - rho) * step * step;
                *w -= rates.lr * step;
            }
        }
        Optimizer::Adam { beta1, beta2, eps } => {
            let adam = Adam { beta1: real(beta1), beta2: real(beta2), eps: real(eps), rates };
            for ((w, (g, d)), (m, v)) in elements.zip(first.iter_mut().zip(second)) {
                let g = rates.regularised(*w, g, d);
                *w -= adam.step(g, m, v);
            }
        }
        Optimizer::AdamW { beta1, beta2, eps } => {
            let adam = Adam { beta1: real(beta1), beta2: real(beta2), eps: real(eps), rates };
            for ((w, (g, d)), (m, v)) in elements.zip(first.iter_mut().zip(second)) {
                let g = g + d * rates.l1 * sign(*w);
                *w -= rates.lr * rates.l2 * d * *w;
                *w -= adam.step(g, m, v);
            }
        }
    }
}

/// b = momentum b + (1 - momentum) g; out = b, or momentum b + (1 - momentum) g with Nesterov.
fn momentum<T: Real>(momentum: f32, nesterov: bool, g: &[T], buffer: &mut [T], out: &mut [T]) {
    let stays = T::of(f64::from(momentum));
    for ((&g, b), out) in g.iter().zip(buffer).zip(out) {
        *b = stays * *b + (T::ONE - stays) * g;
        *out = if nesterov { stays * *b + (T::ONE - stays) * g } else { *b };
    }
}

struct Adam<'a, T> {
    beta1: T,
    beta2: T,
    eps: T,
    rates: &'a Rates<T>,
}

impl<T: Real> Adam<'_, T> {
    /// Moves both moments and gives what to subtract from the weight.
    #[inline(always)]
    fn step(&self, g: T, m: &mut T, v: &mut T) -> T {
        *m = self.beta1 * *m + (T::ONE - self.beta1) * g;
        *v = self.beta2 * *v + (T::ONE - self.beta2) * g * g;
        let (m_hat, v_hat) = (*m / self.rates.bias1, *v / self.rates.bias2);
        self.rates.lr * m_hat / (v_hat.sqrt() + self.eps)
    }
}
