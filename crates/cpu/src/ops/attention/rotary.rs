//! Rotary positions.

use minibatch_graph::Rotary;

use crate::Real;

/// Turns columns 2 i and 2 i + 1 of each head of the first parts of x (b, t, parts e) by t base^(-2 i / d).
pub(super) fn turn<T: Real>(rotary: Rotary, dims: &[usize], x: &[T], y: &mut [T]) {
    let Rotary { heads, parts, turned, base, inverse } = rotary;
    let (steps, width) = (dims[1], dims[2]);
    let d = width / (parts * heads);
    y.copy_from_slice(x);
    if turned == 0 {
        return;
    }
    for (step, pair) in (0..steps).flat_map(|step| (0..d / 2).map(move |pair| (step, pair))) {
        // In f64 for both types: a turn of many steps would lose its digits.
        let turn = step as f64 * f64::from(base).powf(-2.0 * pair as f64 / d as f64);
        let (sin, cos) = (if inverse { -turn } else { turn }).sin_cos();
        let (sin, cos) = (T::of(sin), T::of(cos));
        for row in y.chunks_exact_mut(width).skip(step).step_by(steps) {
            for head in row[..turned * heads * d].chunks_exact_mut(d) {
                let (even, odd) = (head[2 * pair], head[2 * pair + 1]);
                head[2 * pair] = even * cos - odd * sin;
                head[2 * pair + 1] = even * sin + odd * cos;
            }
        }
    }
}
