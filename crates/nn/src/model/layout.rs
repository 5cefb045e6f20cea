//! Which parameters and buffers a model has, where each lies in the flat vector and how it begins.

use crate::init::{Begin, Rule};

/// Values with a name and a shape, as a file of weights holds them.
#[derive(Clone, PartialEq, Debug)]
pub struct NamedTensor {
    /// Its name: PyTorch's own, `layers.0.weight`.
    pub name: String,
    /// Its extents; the product is the number of values.
    pub shape: Vec<usize>,
    /// Row-major. Class and token numbers stand as floats too.
    pub values: Vec<f32>,
}

/// One array that is trained.
#[derive(Clone, PartialEq, Debug)]
pub struct Parameter {
    /// Its name in PyTorch.
    pub name: String,
    /// Its extents, as PyTorch keeps it.
    pub shape: Vec<usize>,
    /// Where it begins in [`crate::names::PARAMETERS`].
    pub offset: usize,
    /// How it begins.
    pub init: Begin,
    /// L1 and L2 apply: to arrays of two axes or more, not to biases and norms.
    pub decay: bool,
    /// It is a matrix, or a kernel, inside the network: neither a table of vectors nor the output layer's. Muon moves it.
    pub inner: bool,
}

impl Parameter {
    /// How many numbers it has.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// It has none: never so.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// One array of PyTorch's `buffers`: it is kept with the weights but not trained. It is the part from `offset` on of
/// the variable `variable`.
#[derive(Clone, PartialEq, Debug)]
pub struct Buffer {
    /// Its name in PyTorch.
    pub name: String,
    /// Its extents.
    pub shape: Vec<usize>,
    /// The variable it lies in.
    pub variable: String,
    /// Where it begins there.
    pub offset: usize,
    /// What it holds at first.
    pub start: Vec<f32>,
    /// Training changes it: running statistics. The others are tables that follow from the experiment.
    pub changes: bool,
    /// It belongs among a model's weights; a mask does not.
    pub saved: bool,
}

/// All parameters and buffers of a model, in the order in which the layers use them.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Layout {
    /// What is trained.
    pub parameters: Vec<Parameter>,
    /// What is not.
    pub buffers: Vec<Buffer>,
}

impl Layout {
    /// Numbers that are trained.
    pub fn total(&self) -> usize {
        self.parameters.last().map_or(0, |p| p.offset + p.len())
    }

    /// The variables the buffers lie in, each with what it holds at first and whether training changes it.
    pub fn variables(&self) -> Vec<(String, Vec<f32>, bool)> {
        let mut all: Vec<(String, Vec<f32>, bool)> = vec![];
        for b in &self.buffers {
            match all.iter_mut().find(|v| v.0 == b.variable) {
                Some(v) => v.1.extend(&b.start),
                None => all.push((b.variable.clone(), b.start.clone(), b.changes)),
            }
        }
        all
    }

    /// 1 where L1 and L2 apply, else 0, for every parameter.
    pub fn decay(&self) -> Vec<f32> {
        let mut all = vec![0.0; self.total()];
        for p in self.parameters.iter().filter(|p| p.decay) {
            all[p.offset..p.offset + p.len()].fill(1.0);
        }
        all
    }

    /// Bytes that drawing the parameters takes besides their own: for the largest array at once, and in double precision where
    /// it is made orthogonal.
    pub fn drawing(&self) -> u64 {
        let bytes = |p: &Parameter| match p.init.rule {
            Rule::Orthogonal => 12 * p.len() as u64,
            Rule::Constant(_) | Rule::Uniform(_) | Rule::Normal(_) => 4 * p.len() as u64,
        };
        self.parameters.iter().map(bytes).max().unwrap_or(0)
    }

    /// The parameters at step 0.
    pub fn draw(&self, seed: u32) -> Vec<f32> {
        // Grown to its size at once: twice the parameters may be more than there is room for.
        let mut all = Vec::with_capacity(self.total());
        self.parameters.iter().for_each(|p| all.extend(p.init.draw(&p.shape, seed)));
        all
    }
}
