//! Every operation a graph can hold. Adding one is a page in CONTRIBUTING.md; the compiler leads the way, since no
//! match over all of [`Op`] has a catch-all.

mod activation;
mod elementwise;
mod loss;
mod norm;
mod optimizer;
mod sequence;
mod spatial;

pub use activation::{Activation, Epilogue};
pub use elementwise::{Binary, Reduction, Unary};
pub use loss::{Loss, Sides};
pub use norm::Norm;
pub use optimizer::Optimizer;
pub use sequence::{Attention, Cell, Recurrent, RecurrentGradParts, RecurrentParts, Rotary};
pub use spatial::{Conv2d, Pool2d, PoolKind, PoolWindow};

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
    /// (a, b): a op b with broadcasting.
    Binary(Binary),
    /// y = f(x), elementwise.
    Unary(Unary),
    /// y = f(x), elementwise.
    Activation(Activation),
    /// (saved, dy): dy f'(saved); see [`Activation::derivative_from_output`] for what `saved` is.
    ActivationGrad(Activation),
    /// (a, b, bias?, another?): op(a) op(b) + bias, then the epilogue. a is (m, k), or (k, m) when `trans_a`; b is
    /// (k, n), or (n, k) when `trans_b`; bias is (n). Or a and b have one more axis in front, of equal extent: so many
    /// products.
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
    /// (dz (k, m), x (k, n)): the gradients of a dense layer's weight and bias at once, flat: dz' x (m, n), then, `gap`
    /// elements behind it, the sums of dz's columns (m). What lies between is another's, and left as it is.
    WeightGrad {
        /// Elements between the two.
        gap: usize,
    },
    /// (x): the sum or mean over these axes, ascending, which keep extent 1.
    Reduce {
        /// What becomes of the elements.
        reduction: Reduction,
        /// Over which axes.
        axes: Vec<usize>,
    },
    /// (x): axis i of the result is axis `axes[i]` of x.
    Permute {
        /// A permutation of x's axes.
        axes: Vec<usize>,
    },
    /// (x): `len` places along one axis, from `start` on.
    Slice {
        /// Which axis.
        axis: usize,
        /// The first place.
        start: usize,
        /// How many places.
        len: usize,
    },
    /// (x): zeros added along one axis.
    Pad {
        /// Which axis.
        axis: usize,
        /// How many places before.
        before: usize,
        /// How many after.
        after: usize,
    },
    /// All inputs one after the other along an axis.
    Concat {
        /// Which axis.
        axis: usize,
    },
    /// (x f32): each element as an unsigned integer; below 0 counts as 0. Token numbers that came among numbers.
    ToIndex,
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
    /// (x (n, c, h, w), weight (o, c / groups, kh, kw), bias? (o)): the convolution, (n, o, h', w'), then the
    /// activation, whose derivative can be had from its output.
    Conv2d {
        /// Where the windows are.
        conv: Conv2d,
        /// There is a bias.
        bias: bool,
        /// What is done to each element before it is stored.
        activation: Activation,
    },
    /// (dy (n, o, h', w'), weight): the gradient with respect to x, (n, c, h, w); also the transposed convolution.
    Conv2dGradInput {
        /// Where the windows are.
        conv: Conv2d,
        /// Height and width of x.
        size: [usize; 2],
    },
    /// (x, dy): the gradient with respect to the weight, (o, c / groups, kh, kw). With `bias` flat, and behind it that of the
    /// bias, the sums of dy's channels (o), as [`Op::WeightGrad`] has it.
    Conv2dGradWeight {
        /// Where the windows are.
        conv: Conv2d,
        /// Height and width of a window.
        kernel: [usize; 2],
        /// The bias's gradient is made too, so many elements behind the weight's.
        bias: Option<usize>,
    },
    /// (x (n, c, h, w)): each channel pooled, (n, c, h', w').
    Pool2d(Pool2d),
    /// (x, dy): the gradient with respect to x.
    Pool2dGrad(Pool2d),
    /// (x): the softmax along the last axis, or its logarithm.
    Softmax {
        /// The logarithm.
        log: bool,
    },
    /// (y, dy): the gradient with respect to x, given the result y.
    SoftmaxGrad {
        /// Of the logarithm.
        log: bool,
    },
    /// (x, weight? (channels), bias? (channels)): flat, the normalised rows in x's order, then what each was normalised by,
    /// (rows, [`Norm::MOMENTS`]). The graph sees the rows through a view; only they have gradients.
    Norm(Norm),
    /// (result of the norm, x, weight?, dy, sum?): the gradient with respect to x, added to a sum of gradients where there
    /// is one.
    NormGrad(Norm),
    /// (result of the norm, x, dy): flat, the gradient with respect to the weight (channels), then to the bias (channels),
    /// of those there are.
    NormGradWeight(Norm),
    /// (running (2 c), x (c, k)): moves the running means, then the running variances (unbiased), in place towards those
    /// of x's rows: running += momentum (new - running).
    RunningStats {
        /// How far they move.
        momentum: f32,
    },
    /// See [`Attention`] for inputs; the result is flat, the values (b, t, e), then ln of the sum of exponentiated scores of
    /// each query, (b, heads, t). The graph sees the values through a view; only they have gradients.
    Attention(Attention),
    /// (attention's inputs..., its result, dy): the gradient of the packed q, k, v (b, t, 3 e); with `cross` flat, of q (b, t,
    /// e), then of the packed k, v (b, s, 2 e).
    AttentionGrad(Attention),
    /// (x (b, t, parts e)): rotary positions.
    Rotary(Rotary),
    /// See [`Recurrent`] for inputs and result. The graph sees the states through a view; only they have gradients.
    Recurrent(Recurrent),
    /// (result of the recurrent op, U, dstates (t, b, h)): flat, see [`Recurrent::grad_parts`].
    RecurrentGrad(Recurrent),
    /// (prediction, target): the loss, (1). Prediction is (b, k); target is (b, k) f32, or (b) u32 classes.
    Loss(Loss),
    /// (prediction, target, dloss (1)): the gradient with respect to the prediction.
    LossGrad(Loss),
    /// (prediction (b, k), target): what each row adds to a mean of this loss, (b, 3): its term, what the term weighs, and
    /// how many of its answers are right. A row of cross-entropy has one answer, right where its class has the largest
    /// logit, the first among equals; an ignored one has none and weighs nothing. Other losses have k answers, right
    /// where prediction and target lie on the same side ([`Loss::half`]), and weigh k.
    Score(Loss),
    /// (sums (2, 2, m), x (b, m), index (n)): adds the rows of x in place, those of training samples and those of test
    /// samples apart ([`Sides`]). b / n rows belong to one sample, whose number stands in the index; numbers past the last
    /// sample count for nothing. The index is one of [`Op::NextRows`]: number 0 begins anew. Each side has two rows of
    /// sums, to be added: that of the last blocks of pieces, and that of all before, so that f32 keeps its digits.
    Tally(Sides),
    /// (counts (2, classes * classes), prediction (b, c), target, index (n)): adds counts of (true class, predicted class)
    /// in place, by the sample's side, as [`Op::Tally`] does. With c = 1 the class is prediction > 0, and target above
    /// [`Loss::half`]; else the largest, the first among equals, against u32 classes; rows that are ignored, or whose
    /// target is past the end, are not counted.
    Confusion {
        /// How many classes there are.
        classes: usize,
        /// The loss, which says what a target means.
        loss: Loss,
        /// Which samples are whose.
        sides: Sides,
    },
    /// (cursor (1) u32): the numbers of the next `rows` of so many samples, (rows) u32, in order; the last ones may be
    /// past the end. Moves the cursor on in place, back to 0 when all have come.
    NextRows {
        /// How many samples there are.
        samples: usize,
        /// How many come at once.
        rows: usize,
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
    /// (buffer, grads): moves the buffer in place, b = momentum b + (1 - momentum) g, and gives the direction: b, or
    /// momentum b + (1 - momentum) g of the new b with Nesterov's look ahead. As `torch.optim.Muon` has it.
    Momentum {
        /// The share of the buffer that stays, 0 <= momentum < 1.
        momentum: f32,
        /// Look ahead along the buffer.
        nesterov: bool,
    },
    /// (x): the sum of all squares, (1).
    SumSquares,
    /// (x, squares (1)): x min(1, max / (sqrt(squares) + 1e-6)), as PyTorch clips by norm.
    ClipNorm {
        /// The largest norm, > 0.
        max: f32,
    },
    /// (x): each element within -max and max.
    ClipValue {
        /// The largest value, > 0.
        max: f32,
    },
    /// (ring (1 + rows * width), values (width)): writes the values as the next row of the ring, in place.
    /// `ring[0]` is the row that comes next.
    Record,
    /// (kept (1 + n), values (n), loss (1)): where the loss is below `kept[0]`, keeps the loss and the values in place.
    /// A loss that is not finite is never kept. Kept and values are of one type; among integers `kept[0]` is the loss by
    /// its bits in f32.
    KeepLeast,
}

impl Op {
    /// The op's name in messages and labels.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Variable { .. } => "variable",
            Self::Full { .. } => "full",
            Self::View { .. } => "view",
            Self::Pack => "pack",
            Self::Binary(Binary::Add) => "add",
            Self::Binary(Binary::Sub) => "sub",
            Self::Binary(Binary::Mul) => "mul",
            Self::Binary(Binary::Div) => "div",
            Self::Unary(_) => "unary",
            Self::Activation(_) => "activation",
            Self::ActivationGrad(_) => "activation_grad",
            Self::Matmul { .. } => "matmul",
            Self::WeightGrad { .. } => "weight_grad",
            Self::Reduce { .. } => "reduce",
            Self::Permute { .. } => "permute",
            Self::Slice { .. } => "slice",
            Self::Pad { .. } => "pad",
            Self::Concat { .. } => "concat",
            Self::ToIndex => "to_index",
            Self::Gather => "gather",
            Self::GatherGrad { .. } => "gather_grad",
            Self::Dropout { .. } => "dropout",
            Self::Conv2d { .. } => "conv2d",
            Self::Conv2dGradInput { .. } => "conv2d_grad_input",
            Self::Conv2dGradWeight { .. } => "conv2d_grad_weight",
            Self::Pool2d(_) => "pool2d",
            Self::Pool2dGrad(_) => "pool2d_grad",
            Self::Softmax { .. } => "softmax",
            Self::SoftmaxGrad { .. } => "softmax_grad",
            Self::Norm(_) => "norm",
            Self::NormGrad(_) => "norm_grad",
            Self::NormGradWeight(_) => "norm_grad_weight",
            Self::RunningStats { .. } => "running_stats",
            Self::Attention(_) => "attention",
            Self::AttentionGrad(_) => "attention_grad",
            Self::Rotary(_) => "rotary",
            Self::Recurrent(_) => "recurrent",
            Self::RecurrentGrad(_) => "recurrent_grad",
            Self::Loss(_) => "loss",
            Self::LossGrad(_) => "loss_grad",
            Self::Score(_) => "score",
            Self::Tally(_) => "tally",
            Self::Confusion { .. } => "confusion",
            Self::NextRows { .. } => "next_rows",
            Self::BeginStep { .. } => "begin_step",
            Self::Update(_) => "update",
            Self::Momentum { .. } => "momentum",
            Self::SumSquares => "sum_squares",
            Self::ClipNorm { .. } => "clip_norm",
            Self::ClipValue { .. } => "clip_value",
            Self::Record => "record",
            Self::KeepLeast => "keep_least",
        }
    }

    /// Which inputs the op changes in place; such a node is always kept and runs in the order it was added.
    pub fn changes(&self) -> &'static [usize] {
        match self {
            Self::BeginStep { .. } | Self::Record | Self::RunningStats { .. } | Self::Momentum { .. } => &[0],
            Self::KeepLeast | Self::Tally(_) | Self::Confusion { .. } | Self::NextRows { .. } => &[0],
            Self::Update(optimizer) => match optimizer.state_count() {
                0 => &[0],
                1 => &[0, 4],
                _ => &[0, 4, 5],
            },
            Self::Variable { .. } | Self::Full { .. } | Self::View { .. } | Self::Pack => &[],
            Self::Binary(_) | Self::Unary(_) | Self::Activation(_) | Self::ActivationGrad(_) => &[],
            Self::Matmul { .. } | Self::WeightGrad { .. } | Self::Reduce { .. } => &[],
            Self::Permute { .. } | Self::Slice { .. } | Self::Pad { .. } | Self::Concat { .. } => &[],
            Self::ToIndex | Self::Gather | Self::GatherGrad { .. } | Self::Dropout { .. } => &[],
            Self::Conv2d { .. } | Self::Conv2dGradInput { .. } | Self::Conv2dGradWeight { .. } => &[],
            Self::Pool2d(_) | Self::Pool2dGrad(_) => &[],
            Self::Softmax { .. } | Self::SoftmaxGrad { .. } => &[],
            Self::Norm(_) | Self::NormGrad(_) | Self::NormGradWeight(_) => &[],
            Self::Attention(_) | Self::AttentionGrad(_) | Self::Rotary(_) => &[],
            Self::Recurrent(_) | Self::RecurrentGrad(_) => &[],
            Self::Loss(_) | Self::LossGrad(_) | Self::Score(_) => &[],
            Self::SumSquares | Self::ClipNorm { .. } | Self::ClipValue { .. } => &[],
        }
    }

    /// How many elements within its result the op leaves as they are.
    pub(crate) fn gap(&self) -> usize {
        match self {
            Self::WeightGrad { gap } | Self::Conv2dGradWeight { bias: Some(gap), .. } => *gap,
            _ => 0,
        }
    }

    /// Whether the op yields nothing but the variable it changes.
    pub fn yields_change(&self) -> bool {
        matches!(self, Self::Update(_) | Self::Record | Self::KeepLeast | Self::RunningStats { .. })
            || matches!(self, Self::Tally(_) | Self::Confusion { .. })
    }

    /// Whether the node stands for a place rather than for work: a backend launches nothing for it.
    pub fn is_place(&self) -> bool {
        matches!(self, Self::Variable { .. } | Self::Full { .. } | Self::View { .. })
    }
}
