//! Muon (Jordan 2024, <https://kellerjordan.github.io/posts/muon/>), as `torch.optim.Muon` has it: momentum whose matrix is
//! made orthogonal before it moves the weights. It is for the matrices inside a network; biases, gains, embeddings and
//! the output layer are left to another rule, AdamW as a rule.

use minibatch_graph::{Activation, Binary, Graph, NodeId, Op, Optimizer, Reduction, Unary};

use crate::NnError;

/// Muon's settings. Learning rate and weight decay are the control block's, as for every rule.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Muon {
    /// The share of the momentum that stays.
    pub momentum: f32,
    /// Look ahead along the momentum.
    pub nesterov: bool,
    /// Newton-Schulz steps.
    pub steps: usize,
    /// The least norm that a momentum is divided by.
    pub eps: f32,
    /// How the step depends on the matrix's shape.
    pub adjust: Adjust,
    /// What moves the other parameters.
    pub others: Optimizer,
}

impl Default for Muon {
    /// As `torch.optim.Muon` and `torch.optim.AdamW`.
    fn default() -> Self {
        let others = Optimizer::AdamW { beta1: 0.9, beta2: 0.999, eps: 1e-8 };
        Self { momentum: 0.95, nesterov: true, steps: 5, eps: 1e-7, adjust: Adjust::Original, others }
    }
}

/// What a step is multiplied by, for a matrix of some rows (outputs) and columns (inputs).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Adjust {
    /// sqrt(max(1, rows / columns)), as Jordan has it.
    Original,
    /// 0.2 sqrt(max(rows, columns)): steps as large as AdamW's, so that one learning rate suits both (Moonshot 2025,
    /// arXiv:2502.16982).
    MatchRmsAdamW,
}

impl Adjust {
    fn factor(self, rows: usize, columns: usize) -> f32 {
        let (rows, columns) = (rows as f32, columns as f32);
        match self {
            Self::Original => (rows / columns).max(1.0).sqrt(),
            Self::MatchRmsAdamW => 0.2 * rows.max(columns).sqrt(),
        }
    }
}

/// A matrix among the flat parameters, (rows, columns) row-major.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Matrix {
    /// Its first element.
    pub offset: usize,
    /// Outputs, as a rule.
    pub rows: usize,
    /// Inputs.
    pub columns: usize,
}

impl Matrix {
    fn end(&self) -> usize {
        self.offset + self.rows * self.columns
    }
}

/// The flat vectors of a model, all of one length.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Flat {
    /// (parameters) f32, moved in place.
    pub params: NodeId,
    /// (parameters) f32.
    pub grads: NodeId,
    /// (parameters) f32: 1 where L1 and L2 apply.
    pub decay: NodeId,
    /// The control block.
    pub control: NodeId,
    /// (parameters) f32 each, zeros at first: the momenta of matrices and the first moments of others; the second
    /// moments of others.
    pub state: [NodeId; 2],
}

/// The coefficients of X (a + b X'X + c (X'X)^2): steepest at 0 rather than exact at 1 (Jordan 2024).
const COEFFICIENTS: [f32; 3] = [3.4445, -4.7750, 2.0315];

impl Muon {
    /// Adds one step over all parameters: Muon over `matrices`, the other rule over what lies between them. Weight decay
    /// shrinks the weights directly, w -= lr L2 decay w. Matrices of one shape go through Newton-Schulz together: about 50
    /// launches for each shape, and two for each matrix.
    ///
    /// # Errors
    /// When a matrix lies outside the parameters or over another one.
    pub fn update(&self, g: &mut Graph, flat: &Flat, matrices: &[Matrix]) -> Result<(), NnError> {
        let mut sorted: Vec<Matrix> = matrices.to_vec();
        sorted.sort_by_key(|m| m.offset);
        let mut at = 0;
        for m in &sorted {
            if m.offset < at {
                let message =
                    format!("the matrix at {} lies over the one before, which ends at {at}", m.offset);
                return Err(NnError::layer("muon", message));
            }
            self.update_others(g, flat, at, m.offset)?;
            at = m.end();
        }
        let parameters = g.shape(flat.params).numel();
        self.update_others(g, flat, at, parameters)?;
        while let Some(&Matrix { rows, columns, .. }) = sorted.first() {
            let same = |m: &Matrix| (m.rows, m.columns) == (rows, columns);
            let alike: Vec<Matrix> = sorted.iter().copied().filter(same).collect();
            sorted.retain(|m| !same(m));
            self.update_alike(g, flat, &alike)?;
        }
        Ok(())
    }

    /// The other rule from one parameter up to another.
    fn update_others(&self, g: &mut Graph, flat: &Flat, from: usize, to: usize) -> Result<(), NnError> {
        if to <= from {
            return Ok(());
        }
        let part = |g: &mut Graph, of: NodeId| g.view(of, from, [to - from]);
        let [params, grads, decay] = [flat.params, flat.grads, flat.decay].map(|of| part(g, of));
        let kept = &flat.state[..self.others.state_count()];
        let state = kept.iter().map(|&of| part(g, of)).collect::<Result<Vec<_>, _>>()?;
        g.update(self.others, [params?, grads?, decay?, flat.control], &state)?;
        Ok(())
    }

    /// One step of matrices of one shape.
    fn update_alike(&self, g: &mut Graph, flat: &Flat, matrices: &[Matrix]) -> Result<(), NnError> {
        let Matrix { rows, columns, .. } = matrices[0];
        let mut directions = vec![];
        for m in matrices {
            let buffer = g.view(flat.state[0], m.offset, [rows, columns])?;
            let grads = g.view(flat.grads, m.offset, [rows, columns])?;
            let op = Op::Momentum { momentum: self.momentum, nesterov: self.nesterov };
            directions.push(g.add_node(op, &[buffer, grads])?);
        }
        let packed = g.add_node(Op::Pack, &directions)?;
        let all = g.view(packed, 0, [matrices.len(), rows, columns])?;
        let orthogonal = self.orthogonal(g, all)?;
        let step = scaled(g, orthogonal, self.adjust.factor(rows, columns))?;
        // w -= lr (step + decay L2 w): plain gradient descent along the step.
        let descent = Optimizer::Sgd { momentum: 0.0, nesterov: false };
        for (i, m) in matrices.iter().enumerate() {
            let shape = [rows, columns];
            let params = g.view(flat.params, m.offset, shape)?;
            let step = g.view(step, i * rows * columns, shape)?;
            let decay = g.view(flat.decay, m.offset, shape)?;
            g.update(descent, [params, step, decay, flat.control], &[])?;
        }
        Ok(())
    }

    /// Each of the matrices x (count, rows, columns) with its singular values brought near 1, by Newton-Schulz.
    fn orthogonal(&self, g: &mut Graph, x: NodeId) -> Result<NodeId, NnError> {
        let tall = g.shape(x).dims()[1] > g.shape(x).dims()[2];
        let [a, b, c] = COEFFICIENTS;
        let mut x = self.normalised(g, x)?;
        let product = |g: &mut Graph, left, right| g.matmul(left, right, None, Activation::Linear);
        for _ in 0..self.steps {
            // Of the shorter side; it is symmetric, and so is its square.
            let gram = product(g, (x, tall), (x, !tall))?;
            let square = product(g, (gram, false), (gram, false))?;
            let (first, second) = (scaled(g, gram, b)?, scaled(g, square, c)?);
            let bend = binary(g, Binary::Add, first, second)?;
            let bent = if tall {
                product(g, (x, false), (bend, false))
            } else {
                product(g, (bend, false), (x, false))
            }?;
            let straight = scaled(g, x, a)?;
            x = binary(g, Binary::Add, straight, bent)?;
        }
        Ok(x)
    }

    /// Each matrix over its norm, or over eps where that is larger: max(n, eps) = relu(n - eps) + eps.
    fn normalised(&self, g: &mut Graph, x: NodeId) -> Result<NodeId, NnError> {
        let squares = g.add_node(Op::Unary(Unary::Square), &[x])?;
        let sum = g.add_node(Op::Reduce { reduction: Reduction::Sum, axes: vec![1, 2] }, &[squares])?;
        let norm = g.add_node(Op::Unary(Unary::Sqrt), &[sum])?;
        let eps = g.full([1], self.eps);
        let over = binary(g, Binary::Sub, norm, eps)?;
        let over = g.add_node(Op::Activation(Activation::Relu), &[over])?;
        let divisor = binary(g, Binary::Add, over, eps)?;
        binary(g, Binary::Div, x, divisor)
    }
}

fn binary(g: &mut Graph, op: Binary, a: NodeId, b: NodeId) -> Result<NodeId, NnError> {
    Ok(g.add_node(Op::Binary(op), &[a, b])?)
}

fn scaled(g: &mut Graph, x: NodeId, by: f32) -> Result<NodeId, NnError> {
    if by == 1.0 {
        return Ok(x);
    }
    let factor = g.full([1], by);
    binary(g, Binary::Mul, x, factor)
}
