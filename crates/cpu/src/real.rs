//! The number types: `f32` to be fast, `f64` to be right.

use std::fmt::Debug;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub, SubAssign};

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// A floating-point number the CPU can compute with: `f32` or `f64`.
pub trait Real:
    sealed::Sealed
    + Copy
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
    ($($type:ident: $($function:ident)*;)*) => {$(
        impl Real for $type {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            fn of(value: f64) -> Self {
                value as Self
            }
            fn wide(self) -> f64 {
                f64::from(self)
            }
            fn narrow(self) -> f32 {
                self as f32
            }
            fn max(self, other: Self) -> Self {
                // Not IEEE's maximum: NaN stays NaN, and this is one instruction.
                if self < other { other } else { self }
            }
            $(fn $function(self) -> Self {
                $type::$function(self)
            })*
        }
    )*};
}

real! {
    f32: abs sqrt exp exp_m1 ln ln_1p tanh sin cos;
    f64: abs sqrt exp exp_m1 ln ln_1p tanh sin cos;
}
