//! Joining ops that one kernel can do: fewer launches on a GPU, fewer ways through memory on a CPU, the same sums.
//!
//! It is done to a finished graph, gradient and all: what it makes has no gradient of its own.

mod activations;
mod sums;
mod weight_grads;

use crate::memory::needed;
use crate::{Graph, GraphError, NodeId, Op};
use activations::Activations;
use sums::Sums;
use weight_grads::Pairs;

/// The same graph with fewer nodes:
/// - a product makes its activation, and keeps what that was of where the gradient wants it ([`crate::Epilogue::Both`]);
/// - a product, or the gradient of a normalisation, that only a sum needs becomes that sum ([`crate::Epilogue::Add`]);
/// - the gradients of a layer's weight and bias that go into one pack are made at once ([`Op::WeightGrad`]).
///
/// # Errors
/// None that adding the nodes has not met before.
pub fn fused(graph: &Graph) -> Result<Graph, GraphError> {
    let uses = Uses::of(graph);
    let (sums, pairs) = (Sums::of(graph, &uses), Pairs::of(graph, &uses));
    let activations = Activations::of(graph, &uses);
    let mut to = Graph::new();
    let mut made: Vec<Option<NodeId>> = vec![None; graph.nodes().len()];
    for id in graph.ids().filter(|&id| uses.needed(id) && !sums.joined(id)) {
        let node = graph.node(id);
        let at = |input: NodeId| {
            made[input.index()].expect("inputs are made first, and what is joined has one use")
        };
        to.set_label(&node.label);
        if let Some(fate) = activations.fate(id) {
            made[id.index()] = activations::add(graph, &mut to, (id, fate), at)?;
            continue;
        }
        made[id.index()] = Some(if let Some(sum) = sums.at(id) {
            sum.add(graph, &mut to, &node.shape, at)?
        } else if let Some(op) = pairs.both(graph, id) {
            let inputs = [at(node.inputs[0]), at(node.inputs[1])];
            let both = to.add_node(op, &inputs)?;
            to.view(both, 0, node.shape.clone())?
        } else if let Some((weight, behind)) = pairs.weight_of(id) {
            let both = to.node(at(weight)).inputs[0];
            to.view(both, behind, node.shape.clone())?
        } else {
            to.copy(node, at)
        });
    }
    for (name, node) in graph.outputs() {
        to.output(name, made[node.index()].expect("what is an output is never joined"))?;
    }
    Ok(to)
}

/// Who needs what.
struct Uses {
    needed: Vec<bool>,
    counts: Vec<usize>,
}

impl Uses {
    fn of(graph: &Graph) -> Self {
        let needed = needed(graph);
        let mut counts = vec![0; graph.nodes().len()];
        for id in graph.ids().filter(|id| needed[id.index()]) {
            graph.node(id).inputs.iter().for_each(|input| counts[input.index()] += 1);
        }
        graph.outputs().iter().for_each(|(_, id)| counts[id.index()] += 1);
        Self { needed, counts }
    }

    fn needed(&self, id: NodeId) -> bool {
        self.needed[id.index()]
    }

    fn once(&self, id: NodeId) -> bool {
        self.counts[id.index()] == 1
    }

    /// Whether what `id` reads is still the same at `later`, so that it may as well be made there.
    fn unchanged(&self, graph: &Graph, id: NodeId, later: NodeId) -> bool {
        graph.nodes()[id.index()..later.index()].iter().all(|node| node.op.changes().is_empty())
    }

    /// Whether the host reads it: an output is no view.
    fn shown(&self, graph: &Graph, id: NodeId) -> bool {
        graph.outputs().iter().any(|(_, output)| *output == id)
    }

    /// What a chain of views shows as a whole, if nothing else sees it or a view of the chain.
    fn whole_alone(&self, graph: &Graph, mut id: NodeId) -> Option<NodeId> {
        while self.once(id) {
            match whole(graph, id) {
                same if same == id => return Some(id),
                seen => id = seen,
            }
        }
        None
    }
}

/// The value that `id` shows as a whole: itself, or what a view of all its elements looks at.
pub(crate) fn whole(graph: &Graph, id: NodeId) -> NodeId {
    let node = graph.node(id);
    match node.op {
        Op::View { .. } if node.shape.numel() == graph.shape(node.inputs[0]).numel() => node.inputs[0],
        _ => id,
    }
}

/// What a chain of views shows as a whole.
fn seen(graph: &Graph, id: NodeId) -> NodeId {
    match whole(graph, id) {
        same if same == id => id,
        next => seen(graph, next),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Activation, DType, MemoryPlan, Norm, backward};

    fn names(graph: &Graph) -> Vec<&'static str> {
        let plan = MemoryPlan::new(graph).unwrap();
        plan.order.iter().map(|&id| graph.node(id).op.name()).collect()
    }

    /// y = x W + x, then twice the mean square or so: something with a residual.
    fn residual(second_use: bool) -> Graph {
        let mut g = Graph::new();
        let x = g.variable("x", [2, 3, 4], DType::F32).unwrap();
        let w = g.variable("w", [4, 4], DType::F32).unwrap();
        let rows = g.view(x, 0, [6, 4]).unwrap();
        let product = g.matmul((rows, false), (w, false), None, Activation::Linear).unwrap();
        let shaped = g.view(product, 0, [2, 3, 4]).unwrap();
        let sum = g.add_node(Op::Binary(crate::Binary::Add), &[x, shaped]).unwrap();
        g.output("y", sum).unwrap();
        if second_use {
            g.output("product", product).unwrap();
        }
        g
    }

    /// Breaks where a product that something else needs too is lost in a sum, or one that nothing needs is kept.
    #[test]
    fn a_product_joins_the_sum_that_alone_needs_it() {
        let mut shown = residual(false);
        assert_eq!(names(&fused(&shown).unwrap()), ["matmul", "add"], "an output is no view");
        let sum = shown.outputs()[0].1;
        shown = {
            let mut g = Graph::new();
            for id in shown.ids() {
                g.copy(shown.node(id), |input| input);
            }
            let done = g.add_node(Op::Activation(Activation::Linear), &[sum]).unwrap();
            g.output("y", done).unwrap();
            g
        };
        assert_eq!(names(&fused(&shown).unwrap()), ["matmul", "activation"]);
        assert_eq!(names(&fused(&residual(true)).unwrap()), ["matmul", "add"]);
    }

    /// A layer, a normalisation and a residual, all trained.
    fn training(bias_first: bool) -> Graph {
        let mut g = Graph::new();
        let x = g.variable("x", [6, 4], DType::F32).unwrap();
        let p = g.variable("p", [4 * 4 + 4 + 4], DType::F32).unwrap();
        let w = g.view(p, 0, [4, 4]).unwrap();
        let b = g.view(p, 16, [4]).unwrap();
        let scale = g.view(p, 20, [4]).unwrap();
        let h = g.matmul((x, false), (w, true), Some(b), Activation::Linear).unwrap();
        let norm =
            Norm { columns: 4, groups: 1, span: 1, center: true, eps: 1e-5, weight: true, bias: false };
        let n = g.add_node(Op::Norm(norm), &[h, scale]).unwrap();
        let n = g.view(n, 0, [6, 4]).unwrap();
        let y = g.add_node(Op::Binary(crate::Binary::Add), &[h, n]).unwrap();
        let loss = g.add_node(Op::SumSquares, &[y]).unwrap();
        let wrt = if bias_first { [b, w, scale] } else { [w, b, scale] };
        let grads = backward(&mut g, loss, &wrt).unwrap();
        let pack = g.add_node(Op::Pack, &grads).unwrap();
        g.output("g", pack).unwrap();
        g
    }

    /// Breaks where the two gradients are made apart, or together where the bias comes first, or a gradient is summed apart.
    #[test]
    fn a_layers_gradients_are_made_at_once_and_summed_on_the_way() {
        let all = names(&fused(&training(false)).unwrap());
        assert_eq!(all.iter().filter(|&&name| name == "weight_grad").count(), 1, "{all:?}");
        assert!(!all.contains(&"reduce"), "{all:?}");
        // y = h + norm(h) and 2 y are sums of their own; that of dh's terms is not.
        assert_eq!(all.iter().filter(|&&name| name == "add").count(), 2, "{all:?}");
        let all = names(&fused(&training(true)).unwrap());
        assert!(all.contains(&"reduce") && !all.contains(&"weight_grad"), "{all:?}");
    }

    /// Breaks where a gradient is not written where the pack has it, or one leaves a hole.
    #[test]
    fn what_is_made_at_once_lies_where_the_pack_has_it() {
        let graph = fused(&training(false)).unwrap();
        let plan = MemoryPlan::new(&graph).unwrap();
        assert!(plan.copies.is_empty(), "{:?}", plan.copies);
        let at =
            |name| graph.ids().find(|&id| graph.node(id).op.name() == name).map(|id| plan.place(id).offset);
        assert_eq!((at("weight_grad"), at("norm_grad_weight")), (Some(0), Some(20)));
    }

    /// Breaks where an activation is made apart from its product, or what it is of is lost though a gradient wants it.
    #[test]
    fn a_product_makes_its_activation_and_keeps_what_that_was_of() {
        let build = |trained: bool| {
            let mut g = Graph::new();
            let x = g.variable("x", [6, 4], DType::F32).unwrap();
            let w = g.variable("w", [4, 4], DType::F32).unwrap();
            let y = g.matmul((x, false), (w, true), None, Activation::Gelu).unwrap();
            let loss = g.add_node(Op::SumSquares, &[y]).unwrap();
            if trained {
                let grad = backward(&mut g, loss, &[w]).unwrap()[0];
                g.output("grad", grad).unwrap();
            }
            g.output("loss", loss).unwrap();
            fused(&g).unwrap()
        };
        let (trained, seen) = (build(true), build(false));
        assert_eq!(names(&seen), ["matmul", "sum_squares"]);
        assert!(!names(&trained).contains(&"activation"), "{:?}", names(&trained));
        let made = |g: &Graph| {
            g.nodes().iter().find_map(|node| match node.op {
                Op::Matmul { epilogue, .. } => Some((epilogue, node.shape.numel())),
                _ => None,
            })
        };
        assert_eq!(made(&seen), Some((crate::Epilogue::Activation(Activation::Gelu), 24)));
        assert_eq!(made(&trained), Some((crate::Epilogue::Both(Activation::Gelu), 48)));
    }
}
