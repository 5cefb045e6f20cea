//! The two sides of a generative adversarial network (Goodfellow and others 2014, arXiv:1406.2661).

use minibatch_graph::{Activation, Binary, Graph, GraphError, NodeId, Op, Reduction, Unary};

/// What a discriminator and a generator minimise. Scores are what the discriminator gives, (b, ...) f32, before any
/// sigmoid: large for what it takes for real. ln(1 + e^x), softplus, stands for the logarithms of its probability
/// D = sigmoid(score), so that no score is too far out: -ln D = softplus(-score), -ln(1 - D) = softplus(score).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Adversarial {
    /// The game as it was first written: the generator makes ln(1 - D) small, which is flat where it loses.
    Minimax,
    /// The same discriminator; the generator makes -ln D small, which is steep there (the same paper, section 3).
    NonSaturating,
    /// Half the square of what a score lacks of 1, real, or 0, made (Mao and others 2017, arXiv:1611.04076, equation 9).
    LeastSquares,
}

impl Adversarial {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Minimax, Self::NonSaturating, Self::LeastSquares];

    /// The discriminator's loss, (1): the mean over scores of real samples and the mean over scores of made ones, added.
    ///
    /// # Errors
    /// When the scores are no floats.
    pub fn discriminator(self, g: &mut Graph, real: NodeId, made: NodeId) -> Result<NodeId, GraphError> {
        let (real, made) = match self {
            Self::Minimax | Self::NonSaturating => (unlikely(g, real)?, likely(g, made)?),
            Self::LeastSquares => (off(g, real, 1.0)?, off(g, made, 0.0)?),
        };
        g.add_node(Op::Binary(Binary::Add), &[real, made])
    }

    /// The generator's loss, (1), from the scores of what it made.
    ///
    /// # Errors
    /// When the scores are no floats.
    pub fn generator(self, g: &mut Graph, made: NodeId) -> Result<NodeId, GraphError> {
        match self {
            Self::Minimax => {
                let seen = likely(g, made)?;
                g.add_node(Op::Unary(Unary::Neg), &[seen])
            }
            Self::NonSaturating => unlikely(g, made),
            Self::LeastSquares => off(g, made, 1.0),
        }
    }
}

/// The mean of -ln D.
fn unlikely(g: &mut Graph, score: NodeId) -> Result<NodeId, GraphError> {
    let turned = g.add_node(Op::Unary(Unary::Neg), &[score])?;
    likely(g, turned)
}

/// The mean of -ln(1 - D).
fn likely(g: &mut Graph, score: NodeId) -> Result<NodeId, GraphError> {
    let each = g.add_node(Op::Activation(Activation::Softplus), &[score])?;
    mean(g, each)
}

/// Half the mean of (score - wanted)^2.
fn off(g: &mut Graph, score: NodeId, wanted: f32) -> Result<NodeId, GraphError> {
    let wanted = g.full([1], wanted);
    let apart = g.add_node(Op::Binary(Binary::Sub), &[score, wanted])?;
    let squares = g.add_node(Op::Unary(Unary::Square), &[apart])?;
    let (mean, half) = (mean(g, squares)?, g.full([1], 0.5));
    g.add_node(Op::Binary(Binary::Mul), &[mean, half])
}

/// The mean of all elements, (1).
fn mean(g: &mut Graph, x: NodeId) -> Result<NodeId, GraphError> {
    let axes = (0..g.shape(x).rank()).collect();
    let mean = g.add_node(Op::Reduce { reduction: Reduction::Mean, axes }, &[x])?;
    g.view(mean, 0, [1])
}
