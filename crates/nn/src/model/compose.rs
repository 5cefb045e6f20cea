//! Layers made of layers, and layers that only rearrange.

use minibatch_graph::{Binary, Op, Reduction};

use super::lower::{Content, Lower, Value};
use crate::{Block, NnError};

impl Lower<'_> {
    /// body(x) + shortcut(x)
    pub(super) fn residual(
        &mut self,
        x: Value,
        body: &[Block],
        shortcut: &[Block],
    ) -> Result<Value, NnError> {
        let main = self.row("body", body, x)?;
        let side = self.row("shortcut", shortcut, x)?;
        let (main, side) = (self.numbers(main)?, self.numbers(side)?);
        let (ours, theirs) = (self.dims(main), self.dims(side));
        if ours != theirs {
            return Err(self.refuse(format!(
                "the body gives {:?} and the shortcut {:?}; make them equal, with a convolution or dense layer in the \
                 shortcut for example",
                &ours[1..],
                &theirs[1..]
            )));
        }
        let node = self.binary(Binary::Add, main.node, side.node)?;
        Ok(Value { node, mask: self.met_masks(&[main, side])?, ..main })
    }

    /// Every branch's result, joined.
    pub(super) fn branches(
        &mut self,
        x: Value,
        branches: &[Vec<Block>],
        axis: usize,
    ) -> Result<Value, NnError> {
        self.within("the number of branches", branches.len(), 1, 64)?;
        let mut results = vec![];
        for (i, branch) in branches.iter().enumerate() {
            let result = self.row(&format!("branches.{i}"), branch, x)?;
            results.push(self.numbers(result)?);
        }
        let first = self.dims(results[0]);
        let place = self.place(results[0], axis)?;
        for (i, &result) in results.iter().enumerate() {
            let dims = self.dims(result);
            if dims.len() != first.len() || (0..dims.len()).any(|a| a != place && dims[a] != first[a]) {
                return Err(self.refuse(format!(
                    "branch 0 gives {:?} and branch {i} {:?}; all axes but {axis} must be equal",
                    &first[1..],
                    &dims[1..]
                )));
            }
        }
        let nodes: Vec<_> = results.iter().map(|r| r.node).collect();
        let node = if nodes.len() == 1 { nodes[0] } else { self.node(Op::Concat { axis: place }, &nodes)? };
        let mask = if place == 1 { self.joined_masks(&results)? } else { self.met_masks(&results)? };
        Ok(Value { node, mask, ..results[0] })
    }

    /// The first places through the encoder, the rest through the decoder.
    pub(super) fn encoder_decoder(
        &mut self,
        x: Value,
        source: usize,
        encoder: &[Block],
        decoder: &[Block],
    ) -> Result<Value, NnError> {
        let extent = self.dims(x)[1];
        if source == 0 || source >= extent {
            return Err(self.refuse(format!(
                "source is {source}; give a number from 1 to {}",
                extent.saturating_sub(1)
            )));
        }
        let front = self.select(x, 0, 0, source)?;
        let back = self.select(x, 0, source, extent - source)?;
        let memory = self.row("encoder", encoder, front)?;
        let memory = self.numbers(memory)?;
        let outer = self.memory.replace(memory);
        let result = self.row("decoder", decoder, back);
        self.memory = outer;
        result
    }

    /// The number among all axes of an axis of each sample.
    fn place(&self, x: Value, axis: usize) -> Result<usize, NnError> {
        let axes = self.dims(x).len() - 1;
        self.within("axis", axis, 0, axes - 1)?;
        Ok(axis + 1)
    }

    pub(super) fn select(
        &mut self,
        x: Value,
        axis: usize,
        start: usize,
        len: usize,
    ) -> Result<Value, NnError> {
        let place = self.place(x, axis)?;
        let extent = self.dims(x)[place];
        if len == 0 || start.checked_add(len).is_none_or(|end| end > extent) {
            return Err(self.refuse(format!(
                "{len} places from {start} on are not within the {extent} along axis {axis}; give at least 1 of them"
            )));
        }
        let node = self.node(Op::Slice { axis: place, start, len }, &[x.node])?;
        let content = match x.content {
            Content::Numbers if x.raw => Content::Chosen,
            content => content,
        };
        let mask = if place == 1 { self.cut_mask(x.mask, start, len)? } else { x.mask };
        Ok(Value { node, content, mask, ..x })
    }

    pub(super) fn reshape(&mut self, x: Value, shape: &[usize]) -> Result<Value, NnError> {
        let dims = self.dims(x);
        let have: usize = dims[1..].iter().product();
        let wanted = shape.iter().try_fold(1usize, |n, &d| n.checked_mul(d));
        if shape.is_empty() || shape.len() > 5 || wanted != Some(have) {
            return Err(self.refuse(format!(
                "a sample is {:?}, {have} numbers, which do not make {shape:?}; give 1 to 5 extents with that product",
                &dims[1..]
            )));
        }
        let node = self.view(x.node, &[&dims[..1], shape].concat())?;
        Ok(Value { node, mask: None, ..x })
    }

    pub(super) fn flatten(&mut self, x: Value) -> Result<Value, NnError> {
        let count = self.dims(x)[1..].iter().product();
        self.reshape(x, &[count])
    }

    pub(super) fn reorder(&mut self, x: Value, axes: &[usize]) -> Result<Value, NnError> {
        let rank = self.dims(x).len() - 1;
        let mut sorted = axes.to_vec();
        sorted.sort_unstable();
        if !sorted.into_iter().eq(0..rank) {
            return Err(self.refuse(format!("axes are {axes:?}; give each of 0 to {} once", rank - 1)));
        }
        let all: Vec<usize> = [0].into_iter().chain(axes.iter().map(|a| a + 1)).collect();
        let node = self.permute(x.node, &all)?;
        Ok(Value { node, mask: x.mask.filter(|_| axes[0] == 0), ..x })
    }

    pub(super) fn last_step(&mut self, x: Value) -> Result<Value, NnError> {
        let x = self.numbers(x)?;
        let [b, t, features] = self.steps(x)?;
        let last = self.node(Op::Slice { axis: 1, start: t - 1, len: 1 }, &[x.node])?;
        let node = self.view(last, &[b, features])?;
        Ok(Value { node, mask: None, ..x })
    }

    pub(super) fn mean_over_steps(&mut self, x: Value) -> Result<Value, NnError> {
        let x = self.numbers(x)?;
        let [b, _, features] = self.steps(x)?;
        let mean = self.node(Op::Reduce { reduction: Reduction::Mean, axes: vec![1] }, &[x.node])?;
        let node = self.view(mean, &[b, features])?;
        Ok(Value { node, mask: None, ..x })
    }
}
