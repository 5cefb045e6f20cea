//! Non-linearities, alone and joined to the product before them.

use serde::{Deserialize, Serialize};

/// An elementwise non-linearity. Formulas as in PyTorch's `torch.nn` (defaults: leaky slope 0.01, ELU alpha 1,
/// GELU in its tanh form, softplus beta 1).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// x
    Linear,
    /// max(0, x)
    Relu,
    /// x where positive, else 0.01 x
    LeakyRelu,
    /// x where positive, else exp(x) - 1
    Elu,
    /// 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))
    Gelu,
    /// x sigmoid(x)
    Silu,
    /// tanh(x)
    Tanh,
    /// 1 / (1 + exp(-x))
    Sigmoid,
    /// ln(1 + exp(x))
    Softplus,
    /// sin(x)
    Sine,
}

impl Activation {
    /// Every activation, in the order shown to learners. Kernels number them by this order.
    pub const ALL: [Self; 10] = [
        Self::Linear,
        Self::Relu,
        Self::LeakyRelu,
        Self::Elu,
        Self::Gelu,
        Self::Silu,
        Self::Tanh,
        Self::Sigmoid,
        Self::Softplus,
        Self::Sine,
    ];

    /// Its name in files, addresses and code.
    pub fn id(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Relu => "relu",
            Self::LeakyRelu => "leaky-relu",
            Self::Elu => "elu",
            Self::Gelu => "gelu",
            Self::Silu => "silu",
            Self::Tanh => "tanh",
            Self::Sigmoid => "sigmoid",
            Self::Softplus => "softplus",
            Self::Sine => "sine",
        }
    }

    /// The number by which kernels know it: its place in [`Self::ALL`].
    pub fn code(self) -> u32 {
        self as u32
    }

    /// Whether the derivative can be had from the output alone, so that the input need not be kept. Only such an
    /// activation can be fused into the product before it.
    pub fn derivative_from_output(self) -> bool {
        match self {
            Self::Linear | Self::Relu | Self::LeakyRelu | Self::Elu => true,
            Self::Tanh | Self::Sigmoid | Self::Softplus => true,
            Self::Gelu | Self::Silu | Self::Sine => false,
        }
    }
}

/// What a matrix product does to each element before it is stored.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Epilogue {
    /// Nothing more.
    None,
    /// y = f(z). It has a gradient where the activation's derivative can be had from y.
    Activation(Activation),
    /// f(z) and z itself behind it, flat: for activations whose derivative takes z.
    Both(Activation),
    /// y = z f'(saved): the last input is `saved`, f's output or input as [`Activation::derivative_from_output`] says.
    ActivationGrad(Activation),
    /// y = z + the last input, which has as many elements: a residual, or a sum of gradients.
    Add,
}
