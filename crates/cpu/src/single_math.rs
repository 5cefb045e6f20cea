//! Exponential, logarithm and hyperbolic tangent of `f32`: without a branch, so that loops over them become SIMD, and of
//! nothing but sums, products, quotients and moves of bits, so that every machine gives the same bits. A C library's own differ
//! from one system to the next.
//!
//! The reductions are those of Cody and Waite; the logarithm's series is that of FreeBSD's `e_logf.c`. The coefficients were
//! fitted anew, for the least largest error.

use std::f32::consts::LOG2_E;

/// Added to a small number and taken away again, it leaves the nearest integer, which meanwhile stands in the lowest bits.
const MAGIC: f32 = 12_582_912.0;
/// ln 2 in two parts. The first has so few digits that its products with exponents are exact.
const LN2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
/// (e^r - 1 - r) / r² over |r| <= ln 2 / 2
const EXP: [f32; 5] = [0.499_999_97, 0.166_665_39, 0.041_667_223, 0.008_367_181, 0.001_388_239_6];
/// (ln((1 + s) / (1 - s)) - 2 s) / s³ as a function of s², for (1 + s) / (1 - s) from sqrt(1/2) to sqrt(2)
const LOG: [f32; 3] = [0.666_667_8, 0.399_766_1, 0.298_987_9];

/// r + r² q(r), which is e^r - 1, and the exponent k of x = k ln 2 + r. What stands for k where x is NaN means nothing.
#[inline(always)]
fn reduced(x: f32) -> (f32, i32) {
    let shifted = x * LOG2_E + MAGIC;
    let k = shifted.to_bits().wrapping_sub(MAGIC.to_bits()) as i32;
    let n = shifted - MAGIC;
    let r = (x - n * LN2[0]) - n * LN2[1];
    let [a, b, c, d, e] = EXP;
    (r + (r * r) * (a + r * (b + r * (c + r * (d + r * e)))), k)
}

/// 2^k for -127 < k < 128
#[inline(always)]
fn power_of_two(k: i32) -> f32 {
    f32::from_bits((k.wrapping_add(127) as u32).wrapping_shl(23))
}

/// x, but no less and no more than that; NaN stays NaN.
#[inline(always)]
fn within(x: f32, least: f32, most: f32) -> f32 {
    let x = if x < least { least } else { x };
    if x > most { most } else { x }
}

#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    // Beyond these the result is 0 and infinite.
    let (m, k) = reduced(within(x, -104.0, 89.0));
    // In two factors: 2^k itself may be too large, or too small, for a number of its own.
    let half = k >> 1;
    (1.0 + m) * power_of_two(half) * power_of_two(k.wrapping_sub(half))
}

#[inline(always)]
pub(crate) fn exp_m1(x: f32) -> f32 {
    // Below the first the result is -1.
    let (m, k) = reduced(within(x, -30.0, 89.0));
    let half = power_of_two(k.wrapping_sub(1));
    2.0 * (half * m + (half - 0.5))
}

#[inline(always)]
pub(crate) fn tanh(x: f32) -> f32 {
    let t = exp_m1(-2.0 * x.abs());
    (-t / (2.0 + t)).copysign(x)
}

/// ln(1 + rest), where 1 + rest is `x` and a little, `rest_by_x` = that little / x; x being positive, normal and finite.
#[inline(always)]
fn log(x: f32, rest_by_x: f32, below: f32) -> f32 {
    // x = 2^k (1 + f), and 1 + f lies between sqrt(1/2) and sqrt(2).
    const LEAST: u32 = std::f32::consts::FRAC_1_SQRT_2.to_bits();
    let bits = x.to_bits().wrapping_add(1f32.to_bits() - LEAST);
    let k = ((bits >> 23) as i32).wrapping_sub(127) as f32 - below;
    let f = f32::from_bits((bits & 0x007f_ffff).wrapping_add(LEAST)) - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let [a, b, c] = LOG;
    let series = z * (a + z * (b + z * c));
    let half_square = 0.5 * f * f;
    k * LN2[0] - ((half_square - (s * (half_square + series) + (k * LN2[1] + rest_by_x))) - f)
}

#[inline(always)]
pub(crate) fn ln(x: f32) -> f32 {
    let tiny = x < f32::MIN_POSITIVE;
    let y = log(if tiny { x * 33_554_432.0 } else { x }, 0.0, if tiny { 25.0 } else { 0.0 });
    ends(x, y)
}

#[inline(always)]
pub(crate) fn ln_1p(x: f32) -> f32 {
    let sum = 1.0 + x;
    // What the sum lost to rounding (Kahan).
    let lost = if x > 1.0 { 1.0 - (sum - x) } else { x - (sum - 1.0) };
    let y = ends(sum, log(sum, lost / sum, 0.0));
    if x < f32::INFINITY { y } else { x }
}

/// The logarithm y of x, and what it is where there is no series: at 0, below, infinity and NaN.
#[inline(always)]
fn ends(x: f32, y: f32) -> f32 {
    let y = if x < f32::INFINITY { y } else { x };
    let y = if x == 0.0 { f32::NEG_INFINITY } else { y };
    if x < 0.0 { f32::NAN } else { y }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "what they are compared with")]
mod tests {
    use super::*;

    /// How many of the last place's units of the right result the found one is off.
    fn ulp(found: f32, right: f64) -> f64 {
        if found.is_nan() && right.is_nan() || f64::from(found) == right {
            return 0.0;
        }
        let near = right as f32;
        if near.is_infinite() || found.is_infinite() || found.is_nan() {
            // Past the largest number by less than half a unit is infinite, and the other way.
            return if found == near { 0.0 } else { f64::INFINITY };
        }
        let unit = 2f64.powi(((right.abs().log2().floor() as i32) - 23).max(-149));
        ((f64::from(found) - right) / unit).abs()
    }

    /// Every 251st number, of both signs, with NaN and infinity, and where a function ends.
    fn numbers() -> impl Iterator<Item = f32> {
        let ends = [88.72, 88.722_84, 88.73, -87.3, -103.9, -103.98, -104.1, 0.0, -0.0, 1.0, -1.0, f32::NAN];
        (0..=u32::MAX).step_by(251).map(f32::from_bits).chain(ends)
    }

    /// Breaks where a coefficient, a reduction or an end is wrong.
    #[test]
    fn each_is_within_three_units_in_the_last_place_everywhere() {
        type Row = (&'static str, fn(f32) -> f32, fn(f64) -> f64, f64);
        let functions: [Row; 5] = [
            ("exp", exp, f64::exp, 1.1),
            ("exp_m1", exp_m1, f64::exp_m1, 2.0),
            ("ln", ln, f64::ln, 1.0),
            ("ln_1p", ln_1p, f64::ln_1p, 1.0),
            ("tanh", tanh, f64::tanh, 3.0),
        ];
        for (name, function, right, most) in functions {
            let worst = numbers()
                .map(|x| (ulp(function(x), right(f64::from(x))), x))
                .fold((0.0, 0.0), |worst, here| if here.0 > worst.0 { here } else { worst });
            eprintln!("{name}: {:.3} units off at {:e}", worst.0, worst.1);
            assert!(worst.0 <= most, "{name} is {} units off at {:e}", worst.0, worst.1);
        }
    }
}
