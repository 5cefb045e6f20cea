//! What attention and recurrent ops are told. Attention takes (batch, steps, width), recurrent ops (steps, batch,
//! features).

use serde::{Deserialize, Serialize};

/// Scaled dot-product attention (Vaswani and others 2017), softmax(q k' / sqrt(d)) v for each head, d = width / heads.
/// Nothing of size steps x steps is kept.
///
/// Inputs: without `cross` the packed (b, t, 3 e), columns q, k, v; with it q (b, t, e) and the packed (b, s, 2 e),
/// columns k, v. With `mask` another (b, s): a key is seen where it is not 0. A query that may see nothing gives zeros.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Attention {
    /// How many heads; divides the width e.
    pub heads: usize,
    /// Query i sees keys 0 to i alone.
    pub causal: bool,
    /// Keys and values come from another sequence.
    pub cross: bool,
    /// There is a padding mask.
    pub mask: bool,
}

impl Attention {
    /// Elements of the flat result for values (b, t, e).
    pub fn len(&self, [b, t, e]: [usize; 3]) -> usize {
        b * t * (e + self.heads)
    }
}

/// Turns pairs of neighbouring columns by an angle that grows with the step: rotary positions (Su and others 2021).
/// x is (b, t, parts * e); the first `turned` parts of each row are turned, head by head: columns 2 i and 2 i + 1 of a
/// head of d columns by t base^(-2 i / d). The rest is copied.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rotary {
    /// How many heads a part has; e / heads is even.
    pub heads: usize,
    /// How many parts a row has.
    pub parts: usize,
    /// How many of them are turned, from the first on.
    pub turned: usize,
    /// 10,000 as a rule.
    pub base: f32,
    /// Turned back: the gradient.
    pub inverse: bool,
}

/// A recurrent cell, as in PyTorch, gates in PyTorch's order.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cell {
    /// h = tanh(x + U h + b)
    RnnTanh,
    /// h = max(0, x + U h + b)
    RnnRelu,
    /// i, f, o = sigmoid, g = tanh, in the order i, f, g, o; c = f c + i g; h = o tanh(c)
    Lstm,
    /// r, z = sigmoid(x + U h + b); n = tanh(x + r (U h + b)), in the order r, z, n; h = (1 - z) n + z h
    Gru,
}

impl Cell {
    /// All of them; kernels number them by this order.
    pub const ALL: [Self; 4] = [Self::RnnTanh, Self::RnnRelu, Self::Lstm, Self::Gru];

    /// The number by which kernels know it.
    pub fn code(self) -> u32 {
        self as u32
    }

    /// How many gates there are: rows of weights for each hidden unit.
    pub fn gates(self) -> usize {
        match self {
            Self::RnnTanh | Self::RnnRelu => 1,
            Self::Lstm => 4,
            Self::Gru => 3,
        }
    }
}

/// A recurrent layer in one direction over a whole sequence of t steps, batch b, h hidden units, g gates.
///
/// Inputs: the projected inputs with their bias (t, b, g h), U (g h, h), its bias (g h), the initial state (b, h) and, for
/// an LSTM, the initial cell (b, h). The result is flat, see [`Recurrent::parts`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Recurrent {
    /// The cell.
    pub cell: Cell,
    /// From the last step to the first.
    pub reverse: bool,
}

/// Where the parts of a flat recurrent result begin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RecurrentParts {
    /// The states (t + 1, b, h), the initial one among them: the first, or the last when reversed.
    pub states: usize,
    /// The LSTM's cells (t + 1, b, h) in the same order; of no length for others.
    pub cells: usize,
    /// The gates after their non-linearities (t, b, g h).
    pub gates: usize,
    /// The GRU's U h + b of the gate n, (t, b, h); of no length for others.
    pub inner: usize,
    /// The whole length.
    pub len: usize,
}

/// Where the parts of a flat recurrent gradient begin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RecurrentGradParts {
    /// With respect to the projected inputs (t, b, g h).
    pub inputs: usize,
    /// With respect to U h + b (t, b, g h): for the GRU alone, else the same as `inputs`.
    pub inner: usize,
    /// With respect to the initial state (b, h).
    pub state: usize,
    /// With respect to the LSTM's initial cell (b, h); of no length for others.
    pub cell: usize,
    /// The whole length.
    pub len: usize,
}

impl Recurrent {
    /// Where the parts of the result begin, for t steps, batch b and h units.
    pub fn parts(&self, t: usize, b: usize, h: usize) -> RecurrentParts {
        let states = (t + 1) * b * h;
        let cells = if self.cell == Cell::Lstm { states } else { 0 };
        let gates = t * b * h * self.cell.gates();
        let inner = if self.cell == Cell::Gru { t * b * h } else { 0 };
        let at = [0, states, states + cells, states + cells + gates, states + cells + gates + inner];
        RecurrentParts { states: at[0], cells: at[1], gates: at[2], inner: at[3], len: at[4] }
    }

    /// Where the parts of the gradient begin.
    pub fn grad_parts(&self, t: usize, b: usize, h: usize) -> RecurrentGradParts {
        let gates = t * b * h * self.cell.gates();
        let (inner, state) = if self.cell == Cell::Gru { (gates, 2 * gates) } else { (0, gates) };
        let cell = state + b * h;
        let len = if self.cell == Cell::Lstm { cell + b * h } else { cell };
        RecurrentGradParts { inputs: 0, inner, state, cell, len }
    }
}
