//! How much a graph computes, so that the time it takes can be held against it.

use crate::{Activation, Attention, Epilogue, Graph, GraphError, MemoryPlan, Node, Op, Unary};

/// What an exponential, a logarithm, a root or a quotient counts for: about as many operations as its polynomial has.
const FUNCTION: u64 = 10;
/// What a handful of additions and multiplications on each element counts for.
const FEW: u64 = 4;

/// The floating-point operations of one run of the graph. Products, convolutions, attention and recurrent layers count two for
/// each multiplication and its addition; all else counts by its elements, roughly: one where they are moved, added or
/// compared, ten where a function of them is taken. What nothing uses does not run and does not count.
///
/// # Errors
/// When the graph has no memory plan: an output is written twice, say.
pub fn arithmetic(graph: &Graph) -> Result<u64, GraphError> {
    let plan = MemoryPlan::new(graph)?;
    Ok(plan.order.iter().map(|&id| of_node(graph, graph.node(id))).sum())
}

fn of_node(graph: &Graph, node: &Node) -> u64 {
    let dims = |input: usize| graph.shape(node.inputs[input]).dims();
    let count = |input: usize| graph.shape(node.inputs[input]).numel() as u64;
    let result = node.shape.numel() as u64;
    match &node.op {
        Op::Variable { .. } | Op::Full { .. } | Op::View { .. } => 0,
        Op::Matmul { trans_a, epilogue, .. } => {
            let a = dims(0);
            let inner = a[a.len() - if *trans_a { 2 } else { 1 }] as u64;
            match epilogue {
                Epilogue::None | Epilogue::Add => result * (2 * inner + 1),
                Epilogue::Activation(f) | Epilogue::ActivationGrad(f) => {
                    result * (2 * inner + of_activation(*f))
                }
                Epilogue::Both(f) => result / 2 * (2 * inner + of_activation(*f)),
            }
        }
        // With the bias's share.
        Op::WeightGrad { .. } => count(0) * (2 * dims(1)[1] as u64 + 1),
        Op::Conv2d { .. } => result * (2 * per_result(dims(1)) + 1),
        Op::Conv2dGradInput { .. } => 2 * count(0) * per_result(dims(1)),
        Op::Conv2dGradWeight { conv, kernel, bias } => {
            let per_result = dims(0)[1] / conv.groups * kernel[0] * kernel[1];
            count(1) * (2 * per_result as u64 + u64::from(bias.is_some()))
        }
        // Scores and the sum of values; scores once more, and the gradients of values, weights, queries, keys.
        Op::Attention(attention) => of_attention(attention, dims, 2),
        Op::AttentionGrad(attention) => of_attention(attention, dims, 5),
        // The inputs' share is a product of its own, and so is the gradient of U: one product with U a step.
        Op::Recurrent(_) | Op::RecurrentGrad(_) => {
            let (rows, units) = (dims(1)[0] as u64, dims(1)[1] as u64);
            let steps = if let Op::Recurrent(_) = node.op { count(0) / rows } else { count(2) / units };
            steps * rows * (2 * units + FUNCTION)
        }
        Op::Activation(activation) | Op::ActivationGrad(activation) => result * of_activation(*activation),
        Op::Unary(Unary::Exp | Unary::Log | Unary::Sqrt) => result * FUNCTION,
        Op::Unary(Unary::Neg | Unary::Square | Unary::Abs | Unary::Sign) => result,
        Op::Softmax { .. } | Op::Rotary(_) => result * FUNCTION,
        Op::SoftmaxGrad { .. } | Op::Norm(_) | Op::NormGrad(_) | Op::Dropout { .. } => result * FEW,
        Op::NormGradWeight(_) | Op::RunningStats { .. } => count(1) * FEW,
        Op::Loss(_) | Op::LossGrad(_) | Op::Score(_) => count(0) * FUNCTION,
        Op::Update(optimizer) if optimizer.state_count() == 0 => count(0) * FEW,
        Op::Update(_) => count(0) * (FEW + FUNCTION),
        Op::Reduce { .. } | Op::SumSquares | Op::Pool2d(_) => count(0),
        Op::Pool2dGrad(_) | Op::Momentum { .. } | Op::ClipNorm { .. } | Op::ClipValue { .. } => count(0),
        Op::GatherGrad { .. } | Op::Tally(_) | Op::Confusion { .. } | Op::Record | Op::KeepLeast => count(1),
        Op::Binary(_) | Op::Pack | Op::Permute { .. } | Op::Slice { .. } | Op::Pad { .. } => result,
        Op::Concat { .. } | Op::ToIndex | Op::Gather => result,
        Op::NextRows { .. } | Op::BeginStep { .. } => result,
    }
}

/// Multiplications for each element of a convolution's result: the elements of one filter.
fn per_result(weight: &[usize]) -> u64 {
    weight[1..].iter().product::<usize>() as u64
}

/// So many products of the width for each pair of a query and a key it may see, and an exponential for each head.
fn of_attention<'a>(attention: &Attention, dims: impl Fn(usize) -> &'a [usize], products: u64) -> u64 {
    let queries = dims(0);
    let (batch, steps) = (queries[0] as u64, queries[1]);
    let (keys, width) = if attention.cross { (dims(1)[1], queries[2]) } else { (steps, queries[2] / 3) };
    let pairs: usize = if attention.causal { (1..=steps).map(|i| i.min(keys)).sum() } else { steps * keys };
    batch * pairs as u64 * (products * 2 * width as u64 + attention.heads as u64 * FUNCTION)
}

fn of_activation(activation: Activation) -> u64 {
    match activation {
        Activation::Linear | Activation::Relu | Activation::LeakyRelu => 1,
        Activation::Elu | Activation::Gelu | Activation::Silu | Activation::Tanh => FUNCTION,
        Activation::Sigmoid | Activation::Softplus | Activation::Sine => FUNCTION,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Conv2d, DType, NodeId};

    fn flop(build: impl FnOnce(&mut Graph) -> NodeId) -> u64 {
        let mut graph = Graph::new();
        let y = build(&mut graph);
        graph.output("y", y).expect("an output");
        arithmetic(&graph).expect("a plan")
    }

    fn variable(graph: &mut Graph, name: &str, dims: &[usize]) -> NodeId {
        graph.variable(name, crate::Shape::new(dims), DType::F32).expect("a variable")
    }

    #[test]
    fn a_product_counts_two_for_each_multiplication() {
        for trans in [false, true] {
            let count = flop(|g| {
                let a = variable(g, "a", if trans { &[5, 3] } else { &[3, 5] });
                let b = variable(g, "b", &[5, 7]);
                g.matmul((a, trans), (b, false), None, Activation::Linear).expect("a product")
            });
            assert_eq!(count, 3 * 7 * (2 * 5 + 1));
        }
    }

    #[test]
    fn a_convolution_counts_the_same_forwards_and_back() {
        let conv = Conv2d { padding: [1, 1], ..Conv2d::default() };
        let products = 2 * (2 * 6 * 8 * 8) * (4 * 9);
        let inputs = |g: &mut Graph| [variable(g, "x", &[2, 4, 8, 8]), variable(g, "w", &[6, 4, 3, 3])];
        let forwards = flop(|g| {
            let [x, w] = inputs(g);
            let op = Op::Conv2d { conv, bias: false, activation: Activation::Linear };
            g.add_node(op, &[x, w]).expect("a convolution")
        });
        assert_eq!(forwards, products + 2 * 6 * 8 * 8);
        let back = flop(|g| {
            let [_, w] = inputs(g);
            let dy = variable(g, "dy", &[2, 6, 8, 8]);
            g.add_node(Op::Conv2dGradInput { conv, size: [8, 8] }, &[dy, w]).expect("a gradient")
        });
        let weight = flop(|g| {
            let [x, _] = inputs(g);
            let dy = variable(g, "dy", &[2, 6, 8, 8]);
            g.add_node(Op::Conv2dGradWeight { conv, kernel: [3, 3], bias: None }, &[x, dy])
                .expect("a gradient")
        });
        assert_eq!([back, weight], [products; 2]);
    }

    #[test]
    fn attention_counts_the_pairs_that_see_each_other() {
        let of = |causal| {
            flop(|g| {
                let qkv = variable(g, "qkv", &[2, 4, 3 * 6]);
                let attention = Attention { heads: 3, causal, cross: false, mask: false };
                g.add_node(Op::Attention(attention), &[qkv]).expect("attention")
            })
        };
        let pair = 2 * 2 * 6 + 3 * FUNCTION;
        assert_eq!([of(true), of(false)], [2 * 10 * pair, 2 * 16 * pair]);
    }

    #[test]
    fn a_recurrent_layer_counts_the_same_forwards_and_back() {
        let recurrent = crate::Recurrent { cell: crate::Cell::Lstm, reverse: false };
        let (t, b, h) = (3, 2, 5);
        let step = b * 4 * h * (2 * h + FUNCTION as usize);
        let u = |g: &mut Graph| variable(g, "u", &[4 * h, h]);
        let forwards = flop(|g| {
            let state = variable(g, "state", &[b, h]);
            let (x, u, bias) = (variable(g, "x", &[t, b, 4 * h]), u(g), variable(g, "bias", &[4 * h]));
            g.add_node(Op::Recurrent(recurrent), &[x, u, bias, state, state]).expect("a layer")
        });
        let back = flop(|g| {
            let result = variable(g, "result", &[recurrent.parts(t, b, h).len]);
            let (u, dy) = (u(g), variable(g, "dy", &[t, b, h]));
            g.add_node(Op::RecurrentGrad(recurrent), &[result, u, dy]).expect("a gradient")
        });
        assert_eq!([forwards, back], [(t * step) as u64; 2]);
    }

    #[test]
    fn what_nothing_uses_counts_for_nothing() {
        let count = flop(|g| {
            let a = variable(g, "a", &[3]);
            g.add_node(Op::Unary(Unary::Exp), &[a]).expect("a function");
            g.add_node(Op::Unary(Unary::Neg), &[a]).expect("a function")
        });
        assert_eq!(count, 3);
    }
}
