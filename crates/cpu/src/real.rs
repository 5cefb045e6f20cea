//! The number types: `f32` to be fast, `f64` to be right.
#![allow(clippy::disallowed_methods, reason = "f64, the oracle, has the system's own functions")]

use std::fmt::Debug;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub, SubAssign};

use crate::single_math;

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// A floating-point number the CPU can compute with: `f32` or `f64`.
pub trait Real:
    sealed::Sealed
    + Copy
    + Send
    + Sync
    + Default
    + Debug
    + PartialEq
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + 'static
{
    /// 0
    const ZERO: Self;
    /// 1
    const ONE: Self;
    /// The nearest number of this type.
    fn of(value: f64) -> Self;
    /// The number as f64.
    fn wide(self) -> f64;
    /// The number as f32, rounded.
    fn narrow(self) -> f32;
    /// |x|
    fn abs(self) -> Self;
    /// The larger of the two.
    fn max(self, other: Self) -> Self;
    /// This number times `by` plus `plus`, rounded once.
    fn mul_add(self, by: Self, plus: Self) -> Self;
    /// The square root.
    fn sqrt(self) -> Self;
    /// e^x
    fn exp(self) -> Self;
    /// e^x - 1, exact near 0.
    fn exp_m1(self) -> Self;
    /// ln(x)
    fn ln(self) -> Self;
    /// ln(1 + x), exact near 0.
    fn ln_1p(self) -> Self;
    /// tanh(x)
    fn tanh(self) -> Self;
    /// sin(x)
    fn sin(self) -> Self;
    /// cos(x)
    fn cos(self) -> Self;
}

macro_rules! real {
    ($($type:ident { $($function:ident = $path:expr;)* })*) => {$(
        impl Real for $type {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            #[inline(always)]
            fn of(value: f64) -> Self {
                value as Self
            }
            #[inline(always)]
            fn wide(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn narrow(self) -> f32 {
                self as f32
            }
            #[inline(always)]
            fn max(self, other: Self) -> Self {
                // Not IEEE's maximum: NaN stays NaN, and this is one instruction.
                if self < other { other } else { self }
            }
            #[inline(always)]
            fn mul_add(self, by: Self, plus: Self) -> Self {
                <$type>::mul_add(self, by, plus)
            }
            $(#[inline(always)]
            fn $function(self) -> Self {
                $path(self)
            })*
        }
    )*};
}

// Of f32 the same bits on every machine; f64, the oracle, has the system's own.
real! {
    f32 {
        abs = f32::abs;
        sqrt = f32::sqrt;
        exp = single_math::exp;
        exp_m1 = single_math::exp_m1;
        ln = single_math::ln;
        ln_1p = single_math::ln_1p;
        tanh = single_math::tanh;
        sin = libm::sinf;
        cos = libm::cosf;
    }
    f64 {
        abs = f64::abs;
        sqrt = f64::sqrt;
        exp = f64::exp;
        exp_m1 = f64::exp_m1;
        ln = f64::ln;
        ln_1p = f64::ln_1p;
        tanh = f64::tanh;
        sin = f64::sin;
        cos = f64::cos;
    }
}
