//! Dense layers.

use minibatch_graph::Activation;

use super::lower::{Lower, Value};
use crate::{Init, NnError};

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
        let inputs = dims[dims.len() - 1];
        let (weight, bias) = self.weights(&[units, inputs], bias.then_some(units), init)?;
        let rows = dims[..dims.len() - 1].iter().product();
        let matrix = self.view(x.node, &[rows, inputs])?;
        let product = self.matmul((matrix, false), (weight, true), bias, activation)?;
        let last = dims.len() - 1;
        dims[last] = units;
        let node = self.view(product, &dims)?;
        Ok(Value { node, ..x })
    }
}
