//! The gradients of a layer's weight and bias: of a dense one a product with dz turned, and the sums of dz's columns; of a
//! convolution's those of the channels of dy.

use super::{Uses, seen};
use crate::{Epilogue, Graph, NodeId, Op, Reduction};

/// What a node is to a pair.
#[derive(Clone, Copy)]
enum Part {
    /// The weight's gradient: how many elements of the pack lie between it and the bias's.
    Weight { gap: usize },
    /// The bias's gradient: that of which weight, and how many elements behind that one's first.
    Bias { weight: NodeId, behind: usize },
}

/// The pairs of a graph.
pub(super) struct Pairs(Vec<Option<Part>>);

/// Something that goes into a pack, alone.
struct Packed {
    /// What computes it.
    id: NodeId,
    /// Its first element in the pack.
    at: usize,
}

impl Pairs {
    pub fn of(graph: &Graph, uses: &Uses) -> Self {
        let mut pairs = Self(vec![None; graph.nodes().len()]);
        for pack in graph.ids().filter(|&id| uses.needed(id) && graph.node(id).op == Op::Pack) {
            let mut at = 0;
            let mut packed = vec![];
            for &input in &graph.node(pack).inputs {
                packed.extend(uses.whole_alone(graph, input).map(|id| Packed { id, at }));
                at += graph.shape(input).numel();
            }
            pairs.pair(graph, uses, &packed);
        }
        pairs
    }

    fn pair(&mut self, graph: &Graph, uses: &Uses, packed: &[Packed]) {
        for weight in packed {
            let Some((dz, axes)) = summed(graph, weight.id) else { continue };
            let bias = packed.iter().find(|bias| {
                let free = self.0[bias.id.index()].is_none();
                // The weight's place is where both are made.
                let behind = bias.id > weight.id && bias.at > weight.at;
                free && behind
                    && sums_of(graph, bias.id, dz, axes)
                    && uses.unchanged(graph, weight.id, bias.id)
            });
            let Some(bias) = bias else { continue };
            let behind = bias.at - weight.at;
            let gap = behind - graph.shape(weight.id).numel();
            self.0[weight.id.index()] = Some(Part::Weight { gap });
            self.0[bias.id.index()] = Some(Part::Bias { weight: weight.id, behind });
        }
    }

    /// Of the gradient of a weight that is made with a bias's: the op that makes both.
    pub fn both(&self, graph: &Graph, id: NodeId) -> Option<Op> {
        match (self.0[id.index()], &graph.node(id).op) {
            (Some(Part::Weight { gap }), Op::Matmul { .. }) => Some(Op::WeightGrad { gap }),
            (Some(Part::Weight { gap }), Op::Conv2dGradWeight { conv, kernel, .. }) => {
                Some(Op::Conv2dGradWeight { conv: *conv, kernel: *kernel, bias: Some(gap) })
            }
            _ => None,
        }
    }

    /// Of the gradient of a bias that is made with a weight's: that one, and where it lies behind it.
    pub fn weight_of(&self, id: NodeId) -> Option<(NodeId, usize)> {
        match self.0[id.index()] {
            Some(Part::Bias { weight, behind }) => Some((weight, behind)),
            Some(Part::Weight { .. }) | None => None,
        }
    }
}

/// Of the gradient of a weight: the gradient that the bias's sums, and over which axes.
fn summed(graph: &Graph, id: NodeId) -> Option<(NodeId, &'static [usize])> {
    let node = graph.node(id);
    match node.op {
        Op::Matmul { trans_a: true, trans_b: false, bias: false, epilogue: Epilogue::None } => {
            (node.shape.rank() == 2).then(|| (node.inputs[0], &[0][..]))
        }
        Op::Conv2dGradWeight { bias: None, .. } => Some((node.inputs[1], &[0, 2, 3])),
        _ => None,
    }
}

/// Whether a node sums this value over these axes.
fn sums_of(graph: &Graph, id: NodeId, value: NodeId, axes: &[usize]) -> bool {
    let node = graph.node(id);
    let sums = Op::Reduce { reduction: Reduction::Sum, axes: axes.to_vec() };
    node.op == sums
        && graph.shape(node.inputs[0]) == graph.shape(value)
        && seen(graph, node.inputs[0]) == seen(graph, value)
}
