//! Clipping, by norm and by value, as PyTorch's `clip_grad_norm_` and `clip_grad_value_`.

use super::sum;
use crate::Real;

/// The sum of all squares.
#[inline(always)]
pub(super) fn sum_squares<T: Real>(x: &[T]) -> f64 {
    sum(x, |x| x * x)
}

/// out = x min(1, max / (sqrt(squares) + 1e-6)); a NaN among the squares shows in every element.
#[inline(always)]
pub(super) fn by_norm<T: Real>(x: &[T], squares: T, max: f32, out: &mut [T]) {
    let share = T::of(f64::from(max)) / (squares.sqrt() + T::of(1e-6));
    let scale = if share > T::ONE { T::ONE } else { share };
    out.iter_mut().zip(x).for_each(|(out, &x)| *out = x * scale);
}

/// out = x within -max and max; NaN stays NaN.
#[inline(always)]
pub(super) fn by_value<T: Real>(x: &[T], max: f32, out: &mut [T]) {
    let max = T::of(f64::from(max));
    for (out, &x) in out.iter_mut().zip(x) {
        let low = if x < -max { -max } else { x };
        *out = if low > max { max } else { low };
    }
}
