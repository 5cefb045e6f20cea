//! Arithmetic by element and sums over axes.

/// y = a op b, element by element; an axis of extent 1 is repeated (NumPy's broadcasting, missing axes in front).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Binary {
    /// a + b
    Add,
    /// a - b
    Sub,
    /// a b
    Mul,
    /// a / b
    Div,
}

impl Binary {
    /// All of them; kernels number them by this order.
    pub const ALL: [Self; 4] = [Self::Add, Self::Sub, Self::Mul, Self::Div];

    /// The number by which kernels know it.
    pub fn code(self) -> u32 {
        self as u32
    }
}

/// y = f(x) for functions that are arithmetic rather than a layer's non-linearity.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Unary {
    /// -x
    Neg,
    /// e^x
    Exp,
    /// ln(x)
    Log,
    /// The square root.
    Sqrt,
    /// x^2
    Square,
    /// |x|
    Abs,
    /// -1, 0 or 1; its gradient is 0.
    Sign,
}

impl Unary {
    /// All of them; kernels number them by this order.
    pub const ALL: [Self; 7] =
        [Self::Neg, Self::Exp, Self::Log, Self::Sqrt, Self::Square, Self::Abs, Self::Sign];

    /// The number by which kernels know it.
    pub fn code(self) -> u32 {
        self as u32
    }
}

/// What becomes of the elements along reduced axes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Reduction {
    /// Their sum.
    Sum,
    /// Their mean.
    Mean,
}
