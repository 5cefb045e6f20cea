//! The softmax along rows, and its logarithm.

use super::{sum, sum_of_pairs};
use crate::Real;
use crate::ops::reduce::largest;

/// out = exp(x) / sum(exp(x)) along each row of `columns` elements, or its logarithm. A row of nothing but -inf gives
/// zeros, and -inf for the logarithm.
#[inline(always)]
pub(super) fn forward<T: Real>(x: &[T], columns: usize, log: bool, out: &mut [T]) {
    for (x, out) in x.chunks_exact(columns).zip(out.chunks_exact_mut(columns)) {
        let largest = largest(x);
        let total = T::of(sum(x, |x| (x - largest).exp()));
        let total = if total == T::ZERO { T::ONE } else { total };
        if log {
            let log_sum = total.ln();
            out.iter_mut().zip(x).for_each(|(out, &x)| *out = x - largest - log_sum);
        } else {
            let scale = T::ONE / total;
            out.iter_mut().zip(x).for_each(|(out, &x)| *out = (x - largest).exp() * scale);
        }
    }
}

/// out = y (dy - sum(y dy) / sum(y)), so that a row adds up to 0 though sum(y) is not quite 1; or dy - exp(y) sum(dy) for
/// the logarithm.
#[inline(always)]
pub(super) fn gradient<T: Real>(y: &[T], dy: &[T], columns: usize, log: bool, out: &mut [T]) {
    let rows = y.chunks_exact(columns).zip(dy.chunks_exact(columns));
    for ((y, dy), out) in rows.zip(out.chunks_exact_mut(columns)) {
        let pairs = out.iter_mut().zip(y.iter().zip(dy));
        if log {
            let total = T::of(sum(dy, |dy| dy));
            pairs.for_each(|(out, (&y, &dy))| *out = dy - y.exp() * total);
        } else {
            let shares = sum(y, |y| y);
            let shares = if shares == 0.0 { 1.0 } else { shares };
            let total = T::of(sum_of_pairs(y, dy, |y, dy| y * dy) / shares);
            pairs.for_each(|(out, (&y, &dy))| *out = y * (dy - total));
        }
    }
}
