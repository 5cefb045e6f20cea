//! Elementwise operations. The choice of function stands outside the loops.

use minibatch_graph::{Activation, Unary, control, random};

use crate::call::Call;
use crate::memory::{Memory, Operand};
use crate::{How, Real};

/// An op from one element to one.
#[derive(Clone, Debug)]
pub(crate) struct Elementwise {
    function: Function,
    x: Operand,
    out: Operand,
    how: How,
}

#[derive(Clone, Debug)]
enum Function {
    Unary(Unary),
    Activation(Activation),
    /// Of this activation, given what is told of it.
    Derivative(Activation, Operand),
    Dropout {
        control: Operand,
        rate: f32,
        stream: u32,
    },
}

impl Elementwise {
    pub fn unary(call: &Call, f: Unary, how: How) -> Self {
        Self { function: Function::Unary(f), x: call.inputs[0], out: call.output, how }
    }

    pub fn activation(call: &Call, f: Activation, how: How) -> Self {
        Self { function: Function::Activation(f), x: call.inputs[0], out: call.output, how }
    }

    pub fn derivative(call: &Call, f: Activation, how: How) -> Self {
        Self { function: Function::Derivative(f, call.inputs[0]), x: call.inputs[1], out: call.output, how }
    }

    pub fn dropout(call: &Call, rate: f32, stream: u32, how: How) -> Self {
        let function = Function::Dropout { control: call.inputs[1], rate, stream };
        Self { function, x: call.inputs[0], out: call.output, how }
    }

    pub fn run<T: Real>(&self, memory: &mut Memory<T>) {
        memory.write(&self.out, |memory, out| {
            let all = memory.floats(&self.x);
            // An exponential or the like costs some ten multiply-adds.
            self.how.divided(10 * out.len(), [(out, 1)], &mut [(); 0], |at, [out], _| {
                let x = &all[at.clone()];
                self.how.vectorised(
                    #[inline(always)]
                    || match &self.function {
                        Function::Unary(f) => {
                            out.copy_from_slice(x);
                            unary(*f, out);
                        }
                        Function::Activation(f) => {
                            out.copy_from_slice(x);
                            activate(*f, out);
                        }
                        Function::Derivative(f, saved) => {
                            out.copy_from_slice(x);
                            scale_by_derivative(*f, &memory.floats(saved)[at], out);
                        }
                        Function::Dropout { control, rate, stream } => {
                            dropout((x, at.start), memory.words(control), *rate, *stream, out);
                        }
                    },
                );
            });
        });
    }
}

/// Adds `row` to each row of `out`.
#[inline(always)]
pub(crate) fn add_row<T: Real>(row: &[T], out: &mut [T]) {
    for out in out.chunks_exact_mut(row.len()) {
        out.iter_mut().zip(row).for_each(|(out, &b)| *out += b);
    }
}

/// x = f(x), in place.
#[inline(always)]
pub(crate) fn activate<T: Real>(f: Activation, x: &mut [T]) {
    match f {
        Activation::Linear => {}
        Activation::Relu => map(x, |x| x.max(T::ZERO)),
        Activation::LeakyRelu => {
            let slope = T::of(0.01);
            map(x, |x| if x > T::ZERO { x } else { slope * x });
        }
        Activation::Elu => map(x, |x| if x > T::ZERO { x } else { x.exp_m1() }),
        Activation::Gelu => map(x, |x| x * sigmoid(gelu_inner(x))),
        Activation::Silu => map(x, |x| x * sigmoid(x)),
        Activation::Tanh => map(x, T::tanh),
        Activation::Sigmoid => map(x, sigmoid),
        Activation::Softplus => map(x, softplus),
        Activation::Sine => map(x, T::sin),
    }
}

/// x = f(x), in place.
#[inline(always)]
pub(crate) fn unary<T: Real>(f: Unary, x: &mut [T]) {
    match f {
        Unary::Neg => map(x, |x| -x),
        Unary::Exp => map(x, T::exp),
        Unary::Log => map(x, T::ln),
        Unary::Sqrt => map(x, T::sqrt),
        Unary::Square => map(x, |x| x * x),
        Unary::Abs => map(x, T::abs),
        // A NaN stays a NaN, so that divergence is seen.
        Unary::Sign => map(x, |x| match x {
            x if x > T::ZERO => T::ONE,
            x if x < T::ZERO => -T::ONE,
            x => x,
        }),
    }
}

#[inline(always)]
fn map<T: Real>(x: &mut [T], f: impl Fn(T) -> T) {
    x.iter_mut().for_each(|x| *x = f(*x));
}

/// dy = dy f'(saved), in place; see [`Activation::derivative_from_output`] for what `saved` is.
#[inline(always)]
pub(crate) fn scale_by_derivative<T: Real>(f: Activation, saved: &[T], dy: &mut [T]) {
    let one = T::ONE;
    match f {
        Activation::Linear => {}
        Activation::Relu => scale(saved, dy, |y| if y > T::ZERO { one } else { T::ZERO }),
        Activation::LeakyRelu => scale(saved, dy, |y| if y > T::ZERO { one } else { T::of(0.01) }),
        Activation::Elu => scale(saved, dy, |y| if y > T::ZERO { one } else { y + one }),
        Activation::Gelu => scale(saved, dy, gelu_derivative),
        Activation::Silu => scale(saved, dy, |x| {
            let s = sigmoid(x);
            s * (one + x * (one - s))
        }),
        Activation::Tanh => scale(saved, dy, |y| one - y * y),
        Activation::Sigmoid => scale(saved, dy, |y| y * (one - y)),
        // sigmoid(x) = 1 - exp(-softplus(x))
        Activation::Softplus => scale(saved, dy, |y| -(-y).exp_m1()),
        Activation::Sine => scale(saved, dy, T::cos),
    }
}

#[inline(always)]
fn scale<T: Real>(saved: &[T], dy: &mut [T], derivative: impl Fn(T) -> T) {
    dy.iter_mut().zip(saved).for_each(|(dy, &s)| *dy = *dy * derivative(s));
}

/// 1 / (1 + exp(-x)): where exp overflows, the quotient is 0, as it should be.
#[inline(always)]
pub(crate) fn sigmoid<T: Real>(x: T) -> T {
    T::ONE / (T::ONE + (-x).exp())
}

/// ln(1 + exp(x)) without overflow.
#[inline(always)]
pub(crate) fn softplus<T: Real>(x: T) -> T {
    x.max(T::ZERO) + (-x.abs()).exp().ln_1p()
}

/// Twice what GELU takes the hyperbolic tangent of: (1 + tanh(u)) / 2 = sigmoid(2 u).
#[inline(always)]
fn gelu_inner<T: Real>(x: T) -> T {
    T::of(2.0 * 0.797_884_560_802_865_4) * (x + T::of(0.044_715) * x * x * x)
}

#[inline(always)]
fn gelu_derivative<T: Real>(x: T) -> T {
    let share = sigmoid(gelu_inner(x));
    let inner = T::of(2.0 * 0.797_884_560_802_865_4) * (T::ONE + T::of(3.0 * 0.044_715) * x * x);
    share * (T::ONE + x * (T::ONE - share) * inner)
}

/// out = x / (1 - rate) where the counter's draw keeps it, else 0.
/// `first` is the number of the first element.
#[inline(always)]
fn dropout<T: Real>((x, first): (&[T], usize), control: &[u32], rate: f32, stream: u32, out: &mut [T]) {
    let (seed, step) = (control[control::SEED], control[control::STEP]);
    let threshold = random::dropout_threshold(rate);
    let scale = T::ONE / (T::ONE - T::of(f64::from(rate)));
    for (i, (out, &x)) in (first..).zip(out.iter_mut().zip(x)) {
        let keeps = random::dropout_keeps(seed, stream, step, i as u32, threshold);
        *out = if keeps { x * scale } else { T::ZERO };
    }
}
