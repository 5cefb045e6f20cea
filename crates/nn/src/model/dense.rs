//! Dense layers, embeddings and positions.

use minibatch_graph::{Activation, Binary, Op, Unary};

use super::lower::{Content, Lower, Value};
use crate::{Begin, Init, NnError, PositionKind, Rule};

/// The widest a layer may be.
pub(super) const MAX_UNITS: usize = 1 << 20;

impl Lower<'_> {
    /// f(x W' + b) over the last axis: (b, ..., inputs) to (b, ..., units).
    pub(super) fn linear(
        &mut self,
        x: Value,
        units: usize,
        bias: bool,
        activation: Activation,
        init: Init,
    ) -> Result<Value, NnError> {
        self.within("units", units, 1, MAX_UNITS)?;
        let x = self.numbers(x)?;
        let mut dims = self.dims(x);
        let last = dims.len() - 1;
        let (weight, bias) = self.weights(&[units, dims[last]], bias.then_some(units), init)?;
        let matrix = self.rows(x.node)?;
        let product = self.matmul((matrix, false), (weight, true), bias, activation)?;
        dims[last] = units;
        let node = self.view(product, &dims)?;
        Ok(Value { node, ..x })
    }

    /// (b, ...) token numbers to (b, ..., units). A padding token keeps its vector; attention does not look at it.
    pub(super) fn embedding(
        &mut self,
        x: Value,
        vocabulary: usize,
        units: usize,
        padding: Option<u32>,
    ) -> Result<Value, NnError> {
        self.within("vocabulary", vocabulary, 1, 1 << 24)?;
        self.within("units", units, 1, MAX_UNITS)?;
        match x.content {
            Content::Tokens(n) if n > vocabulary => {
                return Err(self.refuse(format!(
                    "token numbers go up to {}, and there are {vocabulary} vectors; give a vocabulary of {n}",
                    n - 1
                )));
            }
            Content::Tokens(_) | Content::Chosen => {}
            Content::Numbers => {
                return Err(self.refuse(
                    "it takes token numbers, and other numbers come in; put it first and give the input `tokens`, or \
                     select the columns that hold token numbers",
                ));
            }
        }
        let dims = self.dims(x);
        let begin = self.begin(Rule::Normal(1.0));
        let table = self.table("weight", &[vocabulary, units], begin)?;
        let index = self.node(Op::ToIndex, &[x.node])?;
        let vectors = self.node(Op::Gather, &[table, index])?;
        let node = self.view(vectors, &[&dims[..], &[units]].concat())?;
        let mask = match padding {
            Some(token) if token as usize >= vocabulary => {
                return Err(self.refuse(format!("padding is token {token}; give one below {vocabulary}")));
            }
            Some(token) if dims.len() == 2 => {
                let token = self.g.full([1], token as f32);
                let apart = self.binary(Binary::Sub, x.node, token)?;
                let apart = self.node(Op::Unary(Unary::Abs), &[apart])?;
                Some(self.node(Op::Unary(Unary::Sign), &[apart])?)
            }
            _ => None,
        };
        Ok(Value { node, content: Content::Numbers, raw: false, mask })
    }

    /// Positions added to (b, steps, features).
    pub(super) fn positions(&mut self, x: Value, kind: PositionKind) -> Result<Value, NnError> {
        let x = self.numbers(x)?;
        let [_, steps, width] = self.steps(x)?;
        let table = match kind {
            PositionKind::Learned => {
                let begin = self.begin(Rule::Normal(0.02));
                self.table("weight", &[steps, width], begin)?
            }
            PositionKind::Sinusoidal => {
                let table = sinusoidal(steps, width);
                let table = self.buffer(&[steps, width], vec![("weight", table)], (false, true))?;
                self.view(table, &[steps, width])?
            }
        };
        let node = self.binary(Binary::Add, x.node, table)?;
        Ok(Value { node, ..x })
    }

    /// A dense layer's parameters `{name}weight` and `{name}bias`, as PyTorch begins them.
    pub(super) fn plain_weights(
        &mut self,
        name: &str,
        units: usize,
        inputs: usize,
        bias: Option<Begin>,
    ) -> Result<[minibatch_graph::NodeId; 2], NnError> {
        let stream = self.stream();
        let begin = Begin::weight(Init::Pytorch, inputs, units, stream);
        let weight = self.param(&format!("{name}weight"), &[units, inputs], begin)?;
        let begin = bias.unwrap_or(Begin::bias(Init::Pytorch, inputs, units * inputs, stream));
        Ok([weight, self.param(&format!("{name}bias"), &[units], begin)?])
    }

    /// A rule with random numbers of its own.
    pub(super) fn begin(&mut self, rule: Rule) -> Begin {
        Begin { rule, stream: self.stream(), skip: 0 }
    }
}

/// (steps, width): column 2 i is sin(t / 10000^(2 i / width)), column 2 i + 1 its cosine.
fn sinusoidal(steps: usize, width: usize) -> Vec<f32> {
    let at = |t: usize, c: usize| {
        let angle = t as f64 * libm::exp(-libm::log(10_000.0) * (c - c % 2) as f64 / width as f64);
        if c.is_multiple_of(2) { libm::sin(angle) as f32 } else { libm::cos(angle) as f32 }
    };
    (0..steps * width).map(|i| at(i / width, i % width)).collect()
}
