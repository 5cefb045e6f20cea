//! The losses that are made of operations, as a table for docs/ops.md: what each computes and of which ops, read off its graph.

use std::collections::BTreeSet;
use std::fmt::Write;

use minibatch_graph::{DType, Graph, GraphError, NodeId};
use minibatch_nn::{Adversarial, gaussian_kl};

const HEAD: &str = "
## Losses made of them

Functions of `crates/nn/src/losses/`, which add these operations to a graph; their gradients are those of the operations, *checked* like them in
`tests/engine/gradcheck`. Values, gradients and ten steps are held against PyTorch (`tests/golden/losses.py`), on the CPU and the GPU. Scores are logits,
sp(x) is ln(1 + e^x).

| loss | what it is | made of |
|---|---|---|
";

/// What a loss makes of two arrays.
type Build = fn(&mut Graph, NodeId, NodeId) -> Result<NodeId, GraphError>;

const LOSSES: [(&str, &str, Build); 7] = [
    (
        "gaussian_kl(mean, log_variance)",
        "0.5 (exp(v) + m^2 - 1 - v): Kullback-Leibler divergence of a Gaussian code from N(0, 1), summed over the code, averaged over the batch",
        gaussian_kl,
    ),
    ("Adversarial::Minimax.discriminator(real, made)", "mean sp(-real) + mean sp(made)", |g, a, b| {
        Adversarial::Minimax.discriminator(g, a, b)
    }),
    ("Adversarial::Minimax.generator(made)", "-mean sp(made)", |g, _, b| {
        Adversarial::Minimax.generator(g, b)
    }),
    ("Adversarial::NonSaturating.discriminator(real, made)", "mean sp(-real) + mean sp(made)", |g, a, b| {
        Adversarial::NonSaturating.discriminator(g, a, b)
    }),
    ("Adversarial::NonSaturating.generator(made)", "mean sp(-made)", |g, _, b| {
        Adversarial::NonSaturating.generator(g, b)
    }),
    (
        "Adversarial::LeastSquares.discriminator(real, made)",
        "mean (real - 1)^2 / 2 + mean made^2 / 2",
        |g, a, b| Adversarial::LeastSquares.discriminator(g, a, b),
    ),
    ("Adversarial::LeastSquares.generator(made)", "mean (made - 1)^2 / 2", |g, _, b| {
        Adversarial::LeastSquares.generator(g, b)
    }),
];

/// The table with its heading.
pub fn losses_table() -> String {
    let mut text = String::from(HEAD);
    for (name, formula, build) in LOSSES {
        let mut g = Graph::new();
        let [a, b] = ["a", "b"].map(|name| g.variable(name, [3, 2], DType::F32).expect("a variable"));
        build(&mut g, a, b).unwrap_or_else(|error| panic!("{name}: {error}"));
        let ops: BTreeSet<_> =
            g.nodes().iter().filter(|node| !node.op.is_place()).map(|node| node.op.name()).collect();
        let ops = ops.iter().map(|op| format!("`{op}`")).collect::<Vec<_>>().join(" ");
        writeln!(text, "| `{name}` | {formula} | {ops} |").expect("a string takes all");
    }
    text
}
