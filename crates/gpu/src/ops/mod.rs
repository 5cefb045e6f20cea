//! From a node to the launches that compute it: which kernel, which parameters, which grid.

mod arrange;
mod attention;
mod elementwise;
mod loss;
mod matmul;
mod measure;
mod norm;
mod recurrent;
mod reduce;
mod rows;
mod spatial;
mod step;

use crate::kernels::Product;
use crate::launch::Launch;
use crate::limits::Limits;
use minibatch_graph::{Graph, Home, MemoryPlan, NodeId, Op};

/// What lowering a node needs to know.
pub(crate) struct Lowering<'a> {
    pub graph: &'a Graph,
    pub memory: &'a MemoryPlan,
    /// The kernel to use for every product, rather than the one that suits it best.
    pub product: Option<Product>,
    /// What it is compiled for.
    pub target: Target,
}

/// What kind of device launches are made for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    /// It is software.
    pub software: bool,
    /// What it grants.
    pub limits: Limits,
}

impl Lowering<'_> {
    /// What holds a node's value.
    fn home(&self, id: NodeId) -> Home {
        self.memory.place(id).home.clone()
    }

    /// Where in its home a node's value begins.
    fn offset(&self, id: NodeId) -> u32 {
        self.memory.place(id).offset as u32
    }

    /// How many elements it has.
    fn numel(&self, id: NodeId) -> u32 {
        self.graph.shape(id).numel() as u32
    }

    /// Its extents.
    fn dims(&self, id: NodeId) -> &[usize] {
        self.graph.shape(id).dims()
    }

    /// Its extents as (rows, columns); the shape rules have seen to it that it is a matrix.
    fn matrix(&self, id: NodeId) -> (u32, u32) {
        self.graph
            .shape(id)
            .as_matrix()
            .map_or((1, self.numel(id)), |(rows, columns)| (rows as u32, columns as u32))
    }
}

/// What computes a node, in workgroups that the device can take. Most take one launch; a place takes none.
pub(crate) fn launches(l: &Lowering, id: NodeId) -> Vec<Launch> {
    of_node(l, id).into_iter().map(|launch| launch.within(l.target.limits.invocations)).collect()
}

fn of_node(l: &Lowering, id: NodeId) -> Vec<Launch> {
    let inputs = &l.graph.node(id).inputs;
    match &l.graph.node(id).op {
        Op::Variable { .. } | Op::Full { .. } | Op::View { .. } => vec![],
        Op::Pack => elementwise::pack(l, id),
        Op::Binary(op) => vec![arrange::binary(l, id, *op, inputs)],
        Op::Unary(f) => vec![elementwise::unary(l, id, *f, inputs)],
        Op::Reduce { reduction, axes } => vec![reduce::reduce(l, id, *reduction, axes, inputs[0])],
        Op::Permute { axes } => vec![arrange::permute(l, id, axes, inputs[0])],
        Op::Slice { axis, start, len } => vec![arrange::slice(l, id, *axis, [*start, *len], inputs[0])],
        Op::Pad { axis, before, .. } => vec![arrange::pad(l, id, *axis, *before, inputs[0])],
        Op::Concat { axis } => arrange::concat(l, id, *axis, inputs),
        Op::Conv2d { conv, bias, activation } => {
            spatial::conv2d(l, id, conv, (bias.then(|| inputs[2]), *activation), inputs)
        }
        Op::Conv2dGradInput { conv, .. } => spatial::conv2d_grad_input(l, id, conv, inputs),
        Op::Conv2dGradWeight { conv, kernel, bias } => {
            spatial::conv2d_grad_weight(l, id, (conv, *kernel, *bias), inputs)
        }
        Op::Pool2d(pool) => vec![spatial::pool2d(l, id, pool, inputs)],
        Op::Pool2dGrad(pool) => spatial::pool2d_grad(l, id, pool, inputs),
        Op::Softmax { log } => vec![norm::softmax(l, id, *log, inputs)],
        Op::SoftmaxGrad { log } => vec![norm::softmax_grad(l, id, *log, inputs)],
        Op::Norm(norm) => vec![norm::forward(l, id, norm, inputs)],
        Op::NormGrad(norm) => vec![norm::gradient(l, id, norm, inputs)],
        Op::NormGradWeight(norm) => norm::weight_gradient(l, id, norm, inputs),
        Op::RunningStats { momentum } => vec![norm::running_stats(l, *momentum, inputs)],
        Op::SumSquares => norm::sum_squares(l, id, inputs),
        Op::ClipNorm { max } | Op::ClipValue { max } => vec![norm::clip(l, id, *max, inputs)],
        Op::Attention(attention) => attention::result(l, id, attention),
        Op::AttentionGrad(attention) => attention::gradient(l, id, attention),
        Op::Rotary(rotary) => vec![attention::turn(l, id, rotary)],
        Op::Recurrent(recurrent) => recurrent::forward(l, id, *recurrent, inputs),
        Op::RecurrentGrad(recurrent) => recurrent::backward(l, id, *recurrent, inputs),
        Op::Activation(f) => vec![elementwise::activation(l, id, *f, inputs)],
        Op::ActivationGrad(f) => vec![elementwise::activation_grad(l, id, *f, inputs)],
        Op::Matmul { trans_a, trans_b, bias, epilogue } => {
            vec![matmul::matmul(l, id, [*trans_a, *trans_b, *bias], *epilogue, inputs)]
        }
        Op::WeightGrad { gap } => vec![matmul::weight_grad(l, id, *gap, inputs)],
        Op::ToIndex => vec![rows::to_index(l, id, inputs)],
        Op::Gather => vec![rows::gather(l, id, inputs)],
        Op::GatherGrad { rows } => vec![rows::gather_grad(l, id, *rows, inputs)],
        Op::Dropout { rate, stream } => vec![elementwise::dropout(l, id, *rate, *stream, inputs)],
        Op::Loss(loss) => loss::loss(l, id, *loss, inputs),
        Op::LossGrad(loss) => loss::loss_grad(l, id, *loss, inputs),
        Op::Score(loss) => vec![measure::score(l, id, *loss, inputs)],
        Op::Tally(sides) => vec![measure::tally(l, *sides, inputs)],
        Op::Confusion { classes, loss, sides } => {
            vec![measure::confusion(l, (*classes, *loss, *sides), inputs)]
        }
        Op::NextRows { samples, rows } => vec![measure::next_rows(l, id, [*samples, *rows], inputs)],
        Op::BeginStep { samples, batch } => vec![step::begin_step(l, id, *samples, *batch, inputs)],
        Op::Update(optimizer) => vec![step::update(l, *optimizer, inputs)],
        Op::Momentum { momentum, nesterov } => vec![step::momentum(l, id, *momentum, *nesterov, inputs)],
        Op::Record => vec![step::record(l, inputs)],
        Op::KeepLeast => step::keep_least(l, inputs),
    }
}
