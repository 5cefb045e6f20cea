//! Every operation a graph can hold. Adding one is a page in CONTRIBUTING.md; the compiler leads the way, since no
//! match on [`Op`] has a catch-all.

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
    /// y = f(z). Only for activations whose derivative can be had from y.
    Activation(Activation),
    /// y = z f'(saved): the last input is `saved`, f's output or input as [`Activation::derivative_from_output`] says.
    ActivationGrad(Activation),
}

/// A loss, reduced to its mean.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Loss {
    /// Mean over all elements of (prediction - target)^2.
    Mse,
    /// Half of [`Loss::Mse`]: its gradient is prediction - target over the count, as older playgrounds have it.
    HalfMse,
    /// Mean over all elements of max(z, 0) - z t + ln(1 + exp(-|z|)): binary cross-entropy of logits z.
    BinaryCrossEntropy,
    /// Mean over rows of ln(sum(exp(z))) - z\[class\]: softmax cross-entropy of logits z, targets are class numbers.
    CrossEntropy,
}

impl Loss {
    /// The number by which kernels know it.
    pub fn code(self) -> u32 {
        self as u32
    }
}

/// An update rule, as in PyTorch's `torch.optim`. The learning rate and the L1 and L2 rates are read from the control
/// block at each step; what stands here is fixed when the graph is built.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Optimizer {
    /// w -= lr g; with momentum v = momentum v + g, w -= lr v (Nesterov: w -= lr (g + momentum v)).
    Sgd {
        /// 0 means no velocity is kept.
        momentum: f32,
        /// Look ahead along the velocity.
        nesterov: bool,
    },
    /// s = alpha s + (1 - alpha) g^2, w -= lr g / (sqrt(s) + eps)
    RmsProp {
        /// The decay of the mean square.
        alpha: f32,
        /// Added to the denominator.
        eps: f32,
    },
    /// s += g^2, w -= lr g / (sqrt(s) + eps)
    Adagrad {
        /// Added to the denominator.
        eps: f32,
    },
    /// Adam (Kingma and Ba 2015); weight decay is added to the gradient.
    Adam {
        /// The decay of the first moment.
        beta1: f32,
        /// The decay of the second moment.
        beta2: f32,
        /// Added to the denominator.
        eps: f32,
    },
    /// AdamW (Loshchilov and Hutter 2019); weight decay shrinks the weights directly.
    AdamW {
        /// The decay of the first moment.
        beta1: f32,
        /// The decay of the second moment.
        beta2: f32,
        /// Added to the denominator.
        eps: f32,
    },
}

impl Optimizer {
    /// How many values it keeps for each parameter.
    pub fn state_count(self) -> usize {
        match self {
            Self::Sgd { momentum, .. } => usize::from(momentum != 0.0),
            Self::RmsProp { .. } | Self::Adagrad { .. } => 1,
            Self::Adam { .. } | Self::AdamW { .. } => 2,
        }
    }
}

/// One operation. The comment gives inputs and output: `(m, k) f32` is a matrix of floats.
#[derive(Clone, PartialEq, Debug)]
pub enum Op {
    /// A value that outlives the step, kept under its name and shared by every graph of one experiment.
    Variable {
        /// Its name.
        name: String,
    },
    /// A value that never changes: every element is `value`.
    Full {
        /// The element.
        value: f32,
    },
    /// The elements from `offset` on, seen under the node's own shape. Nothing is copied.
    View {
        /// The first element.
        offset: usize,
    },
    /// All inputs end to end, flat: (sum of elements). What computes an input writes straight into its place.
    Pack,
    /// a + b, of equal shapes.
    Add,
    /// y = f(x), elementwise.
    Activation(Activation),
    /// (saved, dy): dy f'(saved); see [`Activation::derivative_from_output`] for what `saved` is.
    ActivationGrad(Activation),
    /// (a, b, bias?, saved?): op(a) op(b) + bias, then the epilogue. a is (m, k), or (k, m) when `trans_a`; b is
    /// (k, n), or (n, k) when `trans_b`; bias is (n).
    Matmul {
        /// a is stored transposed.
        trans_a: bool,
        /// b is stored transposed.
        trans_b: bool,
        /// There is a bias.
        bias: bool,
        /// What is done to each element before it is stored.
        epilogue: Epilogue,
    },
    /// (m, n): the sum over rows, (n).
    SumRows,
    /// (table (r, ...), index (b) u32): those rows of the table, (b, ...). An index past the end counts as the last.
    Gather,
    /// (index (b) u32, dy (b, ...)): the gradient of a table of `rows` rows; rows chosen twice are summed in order.
    GatherGrad {
        /// The rows of the table.
        rows: usize,
    },
    /// (x, control): x / (1 - rate) where a counter-based random number keeps it, else 0. Its gradient is itself.
    Dropout {
        /// The share that is dropped, 0 <= rate < 1.
        rate: f32,
        /// Tells one dropout of a model from another.
        stream: u32,
    },
    /// (prediction, target): the mean loss, (1). Prediction is (b, k); target is (b, k) f32, or (b) u32 classes.
    Loss(Loss),
    /// (prediction, target, dloss (1)): the gradient with respect to the prediction.
    LossGrad(Loss),
    /// (prediction (b, c), target): counts of (true class, predicted class), (classes * classes). With c = 1 the class
    /// is prediction > 0, and target > 0; else the largest, the first among equals, against u32 classes.
    Confusion {
        /// How many classes there are.
        classes: usize,
    },
    /// (control): begins a training step. Advances the control block in place and gives the rows of the next batch,
    /// (batch) u32: a permutation of all samples, new each epoch; a batch may span two epochs.
    BeginStep {
        /// How many samples there are.
        samples: usize,
        /// How many of them make a batch.
        batch: usize,
    },
    /// (params (p), grads (p), decay (p), control, state...): one optimizer step in place over flat parameters.
    /// `decay` is 1 where L1 and L2 apply, 0 where not.
    Update(Optimizer),
    /// (ring (1 + rows * width), values (width)): writes the values as the next row of the ring, in place.
    /// `ring[0]` is the row that comes next.
    Record,
}

impl Op {
    /// The op's name in messages and labels.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Variable { .. } => "variable",
            Self::Full { .. } => "full",
            Self::View { .. } => "view",
            Self::Pack => "pack",
            Self::Add => "add",
            Self::Activation(_) => "activation",
            Self::ActivationGrad(_) => "activation_grad",
            Self::Matmul { .. } => "matmul",
            Self::SumRows => "sum_rows",
            Self::Gather => "gather",
            Self::GatherGrad { .. } => "gather_grad",
            Self::Dropout { .. } => "dropout",
            Self::Loss(_) => "loss",
            Self::LossGrad(_) => "loss_grad",
            Self::Confusion { .. } => "confusion",
            Self::BeginStep { .. } => "begin_step",
            Self::Update(_) => "update",
            Self::Record => "record",
        }
    }

    /// Which inputs the op changes in place; such a node is always kept and runs in the order it was added.
    pub fn changes(&self) -> &'static [usize] {
        match self {
            Self::BeginStep { .. } | Self::Record => &[0],
            Self::Update(optimizer) => match optimizer.state_count() {
                0 => &[0],
                1 => &[0, 4],
                _ => &[0, 4, 5],
            },
            Self::Variable { .. } | Self::Full { .. } | Self::View { .. } | Self::Pack | Self::Add => &[],
            Self::Activation(_) | Self::ActivationGrad(_) | Self::Matmul { .. } | Self::SumRows => &[],
            Self::Gather | Self::GatherGrad { .. } | Self::Dropout { .. } => &[],
            Self::Loss(_) | Self::LossGrad(_) | Self::Confusion { .. } => &[],
        }
    }

    /// Whether the node stands for a place rather than for work: a backend launches nothing for it.
    pub fn is_place(&self) -> bool {
        matches!(self, Self::Variable { .. } | Self::Full { .. } | Self::View { .. })
    }
}
