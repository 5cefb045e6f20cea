//! What begins a training step and what ends it: the control block and the ring of metrics.

use minibatch_graph::{DType, control, random};

use crate::Real;
use crate::call::Call;
use crate::memory::{Memory, Operand};

/// What begins a training step and what ends it.
#[derive(Clone, Debug)]
pub(crate) enum Control {
    Begin {
        samples: usize,
        control: Operand,
        batch: Operand,
    },
    Record {
        ring: Operand,
        values: Operand,
    },
    /// Of numbers, or of words: what is kept, the values, and the loss they have.
    KeepFloats([Operand; 3]),
    KeepWords([Operand; 3]),
}

impl Control {
    pub fn begin(call: &Call, samples: usize) -> Self {
        Self::Begin { samples, control: call.inputs[0], batch: call.output }
    }

    pub fn record(call: &Call) -> Self {
        let [ring, values] = call.operands();
        Self::Record { ring, values }
    }

    pub fn keep_least(call: &Call) -> Self {
        match call.inputs[0].dtype {
            DType::F32 => Self::KeepFloats(call.operands()),
            DType::U32 => Self::KeepWords(call.operands()),
        }
    }

    pub fn run<T: Real>(&self, memory: &mut Memory<T>) {
        match self {
            Self::Begin { samples, control, batch } => memory.write_words(control, |memory, control| {
                memory.write_words(batch, |_, batch| begin(control, *samples, batch));
            }),
            Self::Record { ring, values } => {
                memory.write(ring, |memory, ring| record(ring, memory.floats(values)));
            }
            Self::KeepFloats([kept, values, loss]) => {
                let loss = memory.floats(loss)[0];
                memory.write(kept, |memory, kept| {
                    keep_least(kept, memory.floats(values), loss, |&least| least, |loss| loss);
                });
            }
            Self::KeepWords([kept, values, loss]) => {
                let loss = memory.floats(loss)[0];
                let of = |&word: &u32| T::of(f64::from(f32::from_bits(word)));
                memory.write_words(kept, |memory, kept| {
                    keep_least(kept, memory.words(values), loss, of, |loss: T| loss.narrow().to_bits());
                });
            }
        }
    }
}

/// Advances the control block and fills `batch` with the rows of the next batch.
fn begin(control: &mut [u32], samples: usize, batch: &mut [u32]) {
    let samples = samples as u32;
    let (epoch, cursor, seed) = (control[control::EPOCH], control[control::CURSOR], control[control::SEED]);
    let everything = batch.len() as u32 == samples;
    // Division rather than one subtraction, so that a cursor left by a larger data set does no harm.
    let at = |i: u32| {
        let position = cursor.wrapping_add(i);
        (epoch.wrapping_add(position / samples), position % samples)
    };
    for (i, row) in (0..).zip(batch.iter_mut()) {
        let (epoch, position) = at(i);
        *row = if everything { position } else { random::permute(position, samples, seed, epoch) };
    }
    (control[control::EPOCH], control[control::CURSOR]) = at(batch.len() as u32);
    advance_rates(control);
}

fn advance_rates(control: &mut [u32]) {
    control[control::LR] = learning_rate(control).to_bits();
    for (bias, beta) in [(control::BIAS1, control::BETA1), (control::BIAS2, control::BETA2)] {
        let (old, beta) = (f32::from_bits(control[bias]), f32::from_bits(control[beta]));
        control[bias] = (old * beta + (1.0 - beta)).to_bits();
    }
    control[control::STEP] = control[control::STEP].wrapping_add(1);
}

/// The schedule's rate for the step that begins; see [`control::schedule`].
fn learning_rate(control: &[u32]) -> f32 {
    let float = |word: usize| f64::from(f32::from_bits(control[word]));
    let at_least_one = |x: f64| if x > 0.0 { x } else { 1.0 };
    let done = f64::from(control[control::STEP]);
    let (base, gamma) = (float(control::BASE_LR), float(control::GAMMA));
    let drops = done / at_least_one(float(control::PERIOD));
    let shaped = match control[control::SCHEDULE] {
        control::schedule::STEP => base * libm::pow(gamma, drops.floor()),
        control::schedule::EXPONENTIAL => base * libm::pow(gamma, drops),
        control::schedule::COSINE => {
            let (min, way) = (float(control::MIN_LR), (done / at_least_one(float(control::TOTAL))).min(1.0));
            min + (base - min) * (1.0 + libm::cos(std::f64::consts::PI * way)) / 2.0
        }
        // Constant; so is a number that no version of this house has written.
        _ => base,
    };
    let warmup = float(control::WARMUP);
    let warm = if warmup > 0.0 { ((done + 1.0) / warmup).min(1.0) } else { 1.0 };
    (shaped * warm) as f32
}

/// Writes the next row of the ring; `ring[0]` is its number.
fn record<T: Real>(ring: &mut [T], values: &[T]) {
    let [next, rows @ ..] = ring else { return };
    let count = rows.len() / values.len();
    // A number that is not a row, such as NaN, counts as one that is.
    let row = next.wide() as usize % count;
    rows[row * values.len()..][..values.len()].copy_from_slice(values);
    *next = T::of(((row + 1) % count) as f64);
}

/// Keeps the values where the loss is finite and below the one they were kept by, which comes first; `of` and `as_kept`
/// say how a loss is kept among elements of this type.
fn keep_least<T: Real, K: Copy>(
    kept: &mut [K],
    values: &[K],
    loss: T,
    of: impl Fn(&K) -> T,
    as_kept: impl Fn(T) -> K,
) {
    let [least, kept @ ..] = kept else { return };
    if loss.wide().is_finite() && loss.wide() < of(least).wide() {
        *least = as_kept(loss);
        kept.copy_from_slice(values);
    }
}
