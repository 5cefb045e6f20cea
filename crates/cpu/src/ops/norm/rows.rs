//! Normalised rows, their gradients, and running statistics; see [`Norm`] for how rows and weights are indexed.

use minibatch_graph::Norm;

use super::{sum, sum_of_pairs};
use crate::Real;

/// What a row is normalised by: x becomes (x - mean - rest) scale.
#[derive(Clone, Copy)]
struct Row<T> {
    /// The mean, rounded.
    mean: T,
    /// The mean of x - mean: what the rounding took, which a row far from 0 would miss.
    rest: T,
    /// 1 / sqrt(variance + eps)
    scale: T,
}

impl<T: Real> Row<T> {
    #[inline(always)]
    fn new(norm: &Norm, x: &[T]) -> Self {
        let (mean, rest, variance) = moments(x, norm.center);
        Self { mean, rest, scale: T::of(1.0 / (variance + f64::from(norm.eps)).sqrt()) }
    }

    /// Of row number `row`, as the forward pass kept it.
    #[inline(always)]
    fn kept(moments: &[T], row: usize) -> Self {
        let moments = &moments[row * Norm::MOMENTS..][..Norm::MOMENTS];
        Self { mean: moments[0], rest: moments[1], scale: moments[2] }
    }

    #[inline(always)]
    fn normalised(&self, x: T) -> T {
        (x - self.mean - self.rest) * self.scale
    }
}

/// The mean in two parts and the variance, or 0, 0 and the mean square where the mean is not taken out.
#[inline(always)]
fn moments<T: Real>(x: &[T], center: bool) -> (T, T, f64) {
    let count = x.len() as f64;
    if !center {
        return (T::ZERO, T::ZERO, sum(x, |x| x * x) / count);
    }
    let mean = T::of(sum(x, |x| x) / count);
    let rest = sum(x, |x| x - mean) / count;
    let squares = sum(x, |x| (x - mean) * (x - mean)) / count;
    (mean, T::of(rest), (squares - rest * rest).max(0.0))
}

/// Which weights row number `row` has.
#[inline(always)]
fn channels_of(norm: &Norm, row: usize) -> std::ops::Range<usize> {
    let each = norm.columns / norm.span;
    let first = row % norm.groups * each;
    first..first + each
}

/// Lets `f` change each element of a row, given its weight.
#[inline(always)]
fn by_channel<T: Real>(span: usize, row: &mut [T], weights: &[T], f: impl Fn(T, T) -> T) {
    if span == 1 {
        row.iter_mut().zip(weights).for_each(|(x, &w)| *x = f(*x, w));
    } else {
        for (part, &w) in row.chunks_exact_mut(span).zip(weights) {
            part.iter_mut().for_each(|x| *x = f(*x, w));
        }
    }
}

/// out = normalised x, times the weight, plus the bias, and what each row was normalised by; `first` is the number of the
/// first row.
#[inline(always)]
pub(super) fn forward<T: Real>(
    (norm, first): (&Norm, usize),
    x: &[T],
    [weight, bias]: [Option<&[T]>; 2],
    out: &mut [T],
    moments: &mut [T],
) {
    let rows = x.chunks_exact(norm.columns).zip(out.chunks_exact_mut(norm.columns));
    for ((number, moments), (x, out)) in (first..).zip(moments.as_chunks_mut().0).zip(rows) {
        let row = Row::new(norm, x);
        *moments = [row.mean, row.rest, row.scale];
        out.iter_mut().zip(x).for_each(|(out, &x)| *out = row.normalised(x));
        if let Some(weight) = weight {
            by_channel(norm.span, out, &weight[channels_of(norm, number)], |x, w| x * w);
        }
        if let Some(bias) = bias {
            by_channel(norm.span, out, &bias[channels_of(norm, number)], |x, b| x + b);
        }
    }
}

/// With g = dy weight and n = normalised x: out = (g - mean(g) - n mean(g n)) / sqrt(variance + eps), without mean(g)
/// where the mean was not taken out.
#[inline(always)]
pub(super) fn gradient<T: Real>(
    (norm, first): (&Norm, usize),
    x: &[T],
    moments: &[T],
    weight: Option<&[T]>,
    dy: &[T],
    out: &mut [T],
) {
    let count = norm.columns as f64;
    let rows = x.chunks_exact(norm.columns).zip(dy.chunks_exact(norm.columns));
    for (number, ((x, dy), g)) in (first..).zip(rows.zip(out.chunks_exact_mut(norm.columns))) {
        g.copy_from_slice(dy);
        if let Some(weight) = weight {
            by_channel(norm.span, g, &weight[channels_of(norm, number)], |g, w| g * w);
        }
        let row = Row::kept(moments, number);
        let mean = if norm.center { T::of(sum(g, |g| g) / count) } else { T::ZERO };
        let along = T::of(sum_of_pairs(g, x, |g, x| g * row.normalised(x)) / count);
        for (g, &x) in g.iter_mut().zip(x) {
            *g = row.scale * (*g - mean - row.normalised(x) * along);
        }
    }
}

/// Rows summed by themselves before their sum joins the total.
const ROWS: usize = 256;

/// out = for each weight the sum of dy normalised x, then for each bias that of dy, of those there are.
#[inline(always)]
pub(super) fn weight_gradient<T: Real>(
    norm: &Norm,
    x: &[T],
    moments: &[T],
    dy: &[T],
    out: &mut [T],
    scratch: &mut [T],
) {
    let part = &mut scratch[..out.len()];
    out.fill(T::ZERO);
    let block = ROWS.next_multiple_of(norm.groups);
    let blocks = x.chunks(block * norm.columns).zip(dy.chunks(block * norm.columns));
    let of_weight = if norm.weight { norm.channels() } else { 0 };
    for (i, (x, dy)) in blocks.enumerate() {
        part.fill(T::ZERO);
        let (weights, biases) = part.split_at_mut(of_weight);
        let rows = x.chunks_exact(norm.columns).zip(dy.chunks_exact(norm.columns));
        for (number, (x, dy)) in (i * block..).zip(rows) {
            let at = channels_of(norm, number);
            if norm.weight {
                let row = Row::kept(moments, number);
                sum_by_channel(norm.span, x, dy, &mut weights[at.clone()], |x, dy| dy * row.normalised(x));
            }
            if norm.bias {
                sum_by_channel(norm.span, x, dy, &mut biases[at], |_, dy| dy);
            }
        }
        super::super::reduce::add_to(out, part);
    }
}

/// Adds f of a row's elements to the sums of their channels.
#[inline(always)]
fn sum_by_channel<T: Real>(span: usize, x: &[T], dy: &[T], sums: &mut [T], f: impl Fn(T, T) -> T) {
    if span == 1 {
        sums.iter_mut().zip(x.iter().zip(dy)).for_each(|(sum, (&x, &dy))| *sum += f(x, dy));
    } else {
        let spans = x.chunks_exact(span).zip(dy.chunks_exact(span));
        sums.iter_mut().zip(spans).for_each(|(sum, (x, dy))| *sum += T::of(sum_of_pairs(x, dy, &f)));
    }
}

/// Moves the means, then the unbiased variances, towards those of x's rows. A row of one element has variance 0.
#[inline(always)]
pub(super) fn running_stats<T: Real>(running: &mut [T], x: &[T], momentum: T) {
    let channels = running.len() / 2;
    let count = x.len() / channels;
    let (means, variances) = running.split_at_mut(channels);
    for (x, (mean, variance)) in x.chunks_exact(count).zip(means.iter_mut().zip(variances)) {
        let (new, rest, biased) = moments(x, true);
        let unbiased = T::of(biased * count as f64 / (count as f64 - 1.0).max(1.0));
        *mean += momentum * (new - *mean + rest);
        *variance += momentum * (unbiased - *variance);
    }
}
