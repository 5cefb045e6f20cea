//! The parameters and buffers of the layer under construction.

use minibatch_graph::{DType, NodeId, Shape};

use super::MAX_ELEMENTS;
use super::layout::{Buffer, Parameter};
use super::lower::Lower;
use crate::{Begin, Init, NnError};

impl Lower<'_> {
    /// The next parameter, seen whole.
    pub(super) fn param(&mut self, name: &str, shape: &[usize], init: Begin) -> Result<NodeId, NnError> {
        let parts = self.param_parts(name, shape, init, &[shape.first().copied().unwrap_or(1)])?;
        Ok(parts[0])
    }

    /// The next parameter, a table of vectors: those are not a matrix that something is multiplied by.
    pub(super) fn table(&mut self, name: &str, shape: &[usize], init: Begin) -> Result<NodeId, NnError> {
        let node = self.param(name, shape, init)?;
        self.layout.parameters.iter_mut().last().into_iter().for_each(|p| p.inner = false);
        Ok(node)
    }

    /// The next parameter, seen as parts of so many places along its first axis.
    pub(super) fn param_parts(
        &mut self,
        name: &str,
        shape: &[usize],
        init: Begin,
        parts: &[usize],
    ) -> Result<Vec<NodeId>, NnError> {
        let len = self.size(shape)?;
        let offset = self.layout.total();
        if offset + len > MAX_ELEMENTS {
            return Err(
                self.refuse(format!("the model has more than the {MAX_ELEMENTS} parameters there can be"))
            );
        }
        if shape.contains(&0) {
            return Err(
                self.refuse(format!("{name} would be {shape:?}, which is empty; give sizes of at least 1"))
            );
        }
        let name = self.named(name);
        let (decay, inner) = (shape.len() > 1, matches!(shape.len(), 2 | 4));
        self.layout.parameters.push(Parameter { name, shape: shape.to_vec(), offset, init, decay, inner });
        let (mut at, row) = (offset, len / shape[0]);
        let mut views = vec![];
        for &part in parts {
            let dims = [&[part], &shape[1..]].concat();
            views.push(self.g.view(self.params, at, Shape::new(dims))?);
            at += part * row;
        }
        self.leaves.extend(&views);
        Ok(views)
    }

    /// A variable of the layer that is not trained, made of one or more buffers end to end, of equal shapes.
    pub(super) fn buffer(
        &mut self,
        shape: &[usize],
        parts: Vec<(&str, Vec<f32>)>,
        (changes, saved): (bool, bool),
    ) -> Result<NodeId, NnError> {
        let len = self.size(shape)?;
        // Numbered, so that one model's variables take the place of another's.
        let (variable, count) = (format!("buffer.{}", self.buffers), parts.len());
        self.buffers += 1;
        for (i, (name, start)) in parts.into_iter().enumerate() {
            let (name, variable, shape) = (self.named(name), variable.clone(), shape.to_vec());
            self.layout.buffers.push(Buffer {
                name,
                shape,
                variable,
                offset: i * len,
                start,
                changes,
                saved,
            });
        }
        Ok(self.g.variable(&variable, [count * len], DType::F32)?)
    }

    pub(super) fn named(&self, name: &str) -> String {
        if self.path.is_empty() { name.into() } else { format!("{}.{name}", self.path) }
    }

    /// The next layer's random numbers.
    pub(super) fn stream(&mut self) -> u32 {
        self.streams += 1;
        self.streams - 1
    }

    /// A weight (out, in...) of this layer, and a bias.
    pub(super) fn weights(
        &mut self,
        shape: &[usize],
        bias: Option<usize>,
        init: Init,
    ) -> Result<(NodeId, Option<NodeId>), NnError> {
        let len = self.size(shape)?;
        let receptive: usize = shape[2..].iter().product();
        let (fan_in, fan_out) = (shape[1] * receptive, shape[0] * receptive);
        let stream = self.stream();
        let weight = self.param("weight", shape, Begin::weight(init, fan_in, fan_out, stream))?;
        let begin = Begin::bias(init, fan_in, len, stream);
        let bias = bias.map(|n| self.param("bias", &[n], begin)).transpose()?;
        Ok((weight, bias))
    }
}
