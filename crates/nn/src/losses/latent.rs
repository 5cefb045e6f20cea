//! What keeps a code near the standard normal distribution.

use minibatch_graph::{Binary, Graph, GraphError, NodeId, Op, Reduction, Unary};

/// Kullback-Leibler divergence of N(mean, exp(log_variance)) from N(0, 1): 0.5 (exp(v) + m^2 - 1 - v), summed over a code
/// and averaged over the batch (Kingma and Welling 2014, arXiv:1312.6114, appendix B). Both are (b, code...) f32, of one
/// shape; the result is (1).
///
/// # Errors
/// When the shapes differ.
pub fn gaussian_kl(g: &mut Graph, mean: NodeId, log_variance: NodeId) -> Result<NodeId, GraphError> {
    let (ours, theirs) = (g.shape(mean).clone(), g.shape(log_variance).clone());
    if ours != theirs {
        return Err(GraphError::Mismatch {
            label: "loss".into(),
            op: "gaussian_kl",
            left: ours,
            right: theirs,
            mend: "give one mean and one log variance for each number of the code".into(),
        });
    }
    let binary = |g: &mut Graph, op, a, b| g.add_node(Op::Binary(op), &[a, b]);
    let variance = g.add_node(Op::Unary(Unary::Exp), &[log_variance])?;
    let squares = g.add_node(Op::Unary(Unary::Square), &[mean])?;
    let one = g.full([1], 1.0);
    // exp(v) - 1 - v first: the two large ones of a code far out would swallow it.
    let grown = binary(g, Binary::Sub, variance, one)?;
    let spread = binary(g, Binary::Sub, grown, log_variance)?;
    let each = binary(g, Binary::Add, spread, squares)?;
    let axes = (0..ours.rank()).collect();
    let sum = g.add_node(Op::Reduce { reduction: Reduction::Sum, axes }, &[each])?;
    let sum = g.view(sum, 0, [1])?;
    let share = g.full([1], 0.5 / ours.dims().first().copied().unwrap_or(1).max(1) as f32);
    binary(g, Binary::Mul, sum, share)
}
