//! Activations that a product makes of its own result.

use super::{Uses, seen, whole};
use crate::{Activation, Epilogue, Graph, GraphError, NodeId, Op};

/// Elements past which a value and its activation stay two buffers: one of both might be more than a device holds in one, and a
/// launch is nothing beside that much work.
const LARGE: usize = 1 << 24;

/// What becomes of a node.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Fate {
    /// An activation that its product makes, of which nothing else is wanted.
    Made(Activation, NodeId),
    /// A product that makes its activation too.
    Both(Activation),
    /// The activation that such a product makes.
    Of(NodeId),
    /// What is no longer there: a product, and views on the way to its activation.
    Gone,
}

/// The activations of a graph that are joined.
pub(super) struct Activations(Vec<Option<Fate>>);

impl Activations {
    pub fn of(graph: &Graph, uses: &Uses) -> Self {
        let mut all = Self(vec![None; graph.nodes().len()]);
        for id in graph.ids().filter(|&id| uses.needed(id)) {
            let Op::Activation(f) = graph.node(id).op else { continue };
            let input = graph.node(id).inputs[0];
            let product = seen(graph, input);
            let plain = matches!(graph.node(product).op, Op::Matmul { epilogue: Epilogue::None, .. });
            if f == Activation::Linear || !plain || all.fate(product).is_some() || uses.shown(graph, id) {
                continue;
            }
            if uses.whole_alone(graph, input) == Some(product) {
                if !uses.unchanged(graph, product, id) {
                    continue;
                }
                all.0[id.index()] = Some(Fate::Made(f, product));
                let mut at = input;
                while at != product {
                    all.0[at.index()] = Some(Fate::Gone);
                    at = whole(graph, at);
                }
                all.0[product.index()] = Some(Fate::Gone);
            } else if !uses.shown(graph, product) && graph.node(product).shape.numel() <= LARGE {
                all.0[product.index()] = Some(Fate::Both(f));
                all.0[id.index()] = Some(Fate::Of(product));
            }
        }
        all
    }

    pub fn fate(&self, id: NodeId) -> Option<Fate> {
        self.0[id.index()]
    }
}

/// Adds to `to` the node that takes the place of `id`; none where nothing does.
pub(super) fn add(
    from: &Graph,
    to: &mut Graph,
    (id, fate): (NodeId, Fate),
    at: impl Fn(NodeId) -> NodeId,
) -> Result<Option<NodeId>, GraphError> {
    let shape = &from.node(id).shape;
    let product = |to: &mut Graph, id: NodeId, with: Epilogue| {
        let node = from.node(id);
        let mut op = node.op.clone();
        if let Op::Matmul { epilogue, .. } = &mut op {
            *epilogue = with;
        }
        to.set_label(&node.label);
        to.add_node(op, &node.inputs.iter().map(|&input| at(input)).collect::<Vec<_>>())
    };
    Ok(match fate {
        Fate::Gone => None,
        Fate::Made(f, of) => {
            let made = product(to, of, Epilogue::Activation(f))?;
            Some(if to.shape(made) == shape { made } else { to.view(made, 0, shape.clone())? })
        }
        Fate::Both(f) => {
            let both = product(to, id, Epilogue::Both(f))?;
            Some(to.view(both, shape.numel(), shape.clone())?)
        }
        Fate::Of(of) => {
            let both = to.node(at(of)).inputs[0];
            Some(to.view(both, 0, shape.clone())?)
        }
    })
}
