//! Sums that a kernel makes of its own result and another value.

use super::{Uses, whole};
use crate::{Binary, Epilogue, Graph, GraphError, NodeId, Op, Shape};

/// A sum that is made by what makes one of its terms.
#[derive(Clone, Copy)]
pub(super) struct Sum {
    /// The product or gradient.
    term: NodeId,
    /// The other term.
    other: NodeId,
}

/// The sums of a graph that are joined.
pub(super) struct Sums {
    /// By the number of the sum.
    sums: Vec<Option<Sum>>,
    /// What is no longer made: terms, and views on the way to their sum.
    joined: Vec<bool>,
}

impl Sums {
    pub fn of(graph: &Graph, uses: &Uses) -> Self {
        let n = graph.nodes().len();
        let mut all = Self { sums: vec![None; n], joined: vec![false; n] };
        for id in graph.ids().filter(|&id| uses.needed(id)) {
            let Some((sum, mut at)) = sum_at(graph, uses, id) else { continue };
            all.sums[id.index()] = Some(sum);
            while at != sum.term {
                all.joined[at.index()] = true;
                at = whole(graph, at);
            }
            all.joined[at.index()] = true;
        }
        all
    }

    pub fn at(&self, id: NodeId) -> Option<Sum> {
        self.sums[id.index()]
    }

    pub fn joined(&self, id: NodeId) -> bool {
        self.joined[id.index()]
    }
}

/// The sum that `id` is, if one of its terms can make it, and the input through which it sees that term.
fn sum_at(graph: &Graph, uses: &Uses, id: NodeId) -> Option<(Sum, NodeId)> {
    let node = graph.node(id);
    let (Op::Binary(Binary::Add), &[a, b]) = (&node.op, &node.inputs[..]) else { return None };
    if a == b || [a, b].iter().any(|&input| *graph.shape(input) != node.shape) {
        return None;
    }
    [(b, a), (a, b)].into_iter().find_map(|(input, other)| {
        let term = uses.whole_alone(graph, input)?;
        let makes = match &graph.node(term).op {
            Op::Matmul { epilogue, .. } => *epilogue == Epilogue::None,
            Op::NormGrad(norm) => graph.node(term).inputs.len() == 3 + usize::from(norm.weight),
            _ => false,
        };
        let fits = !uses.shown(graph, id) || *graph.shape(term) == node.shape;
        (makes && fits && uses.unchanged(graph, term, id)).then_some((Sum { term, other }, input))
    })
}

impl Sum {
    /// Adds to `to` what makes the sum, in this shape.
    pub fn add(
        self,
        from: &Graph,
        to: &mut Graph,
        shape: &Shape,
        at: impl Fn(NodeId) -> NodeId,
    ) -> Result<NodeId, GraphError> {
        let term = from.node(self.term);
        let mut op = term.op.clone();
        if let Op::Matmul { epilogue, .. } = &mut op {
            *epilogue = Epilogue::Add;
        }
        to.set_label(&term.label);
        let inputs: Vec<NodeId> = term.inputs.iter().chain([&self.other]).map(|&input| at(input)).collect();
        let made = to.add_node(op, &inputs)?;
        if to.shape(made) == shape { Ok(made) } else { to.view(made, 0, shape.clone()) }
    }
}
