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
use minibatch_graph::{Graph, Home, MemoryPlan, NodeId, Op};

/// What lowering a node needs to know.
pub(crate) struct Lowering<'a> {
    pub graph: &'a Graph,
    pub memory: &'a MemoryPlan,
    /// The kernel to use for every product, rather than the one that suits it best.
    pub product: Option<Product>,
    /// The device is software.
    pub software: bool,
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

/// What computes a node. Most take one launch; a place takes none.
pub(crate) fn launches(l: &Lowering, id: NodeId) -> Vec<Launch> {
    let inputs = &l.graph.node(id).inputs;
    match &l.graph.node(id).op {
        Op::Variable { .. } | Op::Full { .. } | Op::View { .. } => vec![],
        Op::Pack => elementwise::pack(l, id),
        Op::Binary(_) | Op::Unary(_) | Op::Reduce { .. } => arrange::launches(l, id),
        Op::Permute { .. } | Op::Slice { .. } | Op::Pad { .. } | Op::Concat { .. } => {
            arrange::launches(l, id)
        }
        Op::Conv2d { .. } | Op::Conv2dGradInput { .. } | Op::Conv2dGradWeight { .. } => {
            spatial::launches(l, id)
        }
        Op::Pool2d(_) | Op::Pool2dGrad(_) => spatial::launches(l, id),
        Op::Softmax { .. } | Op::SoftmaxGrad { .. } => norm::launches(l, id),
        Op::Norm(_) | Op::NormGrad(_) | Op::NormGradWeight(_) => norm::launches(l, id),
        Op::RunningStats { .. } => norm::launches(l, id),
        Op::SumSquares | Op::ClipNorm { .. } | Op::ClipValue { .. } => norm::launches(l, id),
        Op::Attention(_) | Op::AttentionLse(_) | Op::AttentionGrad(_) => attention::launches(l, id),
        Op::Rotary(_) => attention::launches(l, id),
        Op::Recurrent(_) | Op::RecurrentGrad(_) => recurrent::launches(l, id),
        Op::Activation(f) => vec![elementwise::activation(l, id, *f, inputs)],
        Op::ActivationGrad(f) => vec![elementwise::activation_grad(l, id, *f, inputs)],
        Op::Matmul { trans_a, trans_b, bias, epilogue } => {
            vec![matmul::matmul(l, id, [*trans_a, *trans_b, *bias], *epilogue, inputs)]
        }
        Op::ToIndex => vec![rows::to_index(l, id, inputs)],
        Op::Gather => vec![rows::gather(l, id, inputs)],
        Op::GatherGrad { rows } => vec![rows::gather_grad(l, id, *rows, inputs)],
        Op::Dropout { rate, stream } => vec![elementwise::dropout(l, id, *rate, *stream, inputs)],
        Op::Loss(loss) => loss::loss(l, id, *loss, inputs),
        Op::LossGrad(loss) => loss::loss_grad(l, id, *loss, inputs),
        Op::Score(_) | Op::Tally(_) | Op::Confusion { .. } | Op::NextRows { .. } => measure::launches(l, id),
        Op::BeginStep { samples, batch } => vec![step::begin_step(l, id, *samples, *batch, inputs)],
        Op::Update(optimizer) => vec![step::update(l, *optimizer, inputs)],
        Op::Momentum { momentum, nesterov } => vec![step::momentum(l, id, *momentum, *nesterov, inputs)],
        Op::Record => vec![step::record(l, inputs)],
        Op::KeepLeast => step::keep_least(l, inputs),
    }
}
