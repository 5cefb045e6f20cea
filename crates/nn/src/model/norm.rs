//! Normalisations.

use minibatch_graph::{Binary, NodeId, Norm, Op, Unary};

use super::lower::{Lower, Value};
use crate::{Begin, NnError};

impl Lower<'_> {
    fn eps(&self, eps: f32) -> Result<(), NnError> {
        if (0.0..=1e3).contains(&eps) {
            return Ok(());
        }
        Err(self.refuse(format!("eps is {eps}; give a number from 0 to 1000")))
    }

    /// `{name}weight` of ones and, where wanted, `{name}bias` of zeros.
    fn scale(&mut self, name: &str, n: usize, bias: bool) -> Result<Vec<NodeId>, NnError> {
        let mut all = vec![self.param(&format!("{name}weight"), &[n], Begin::constant(1.0))?];
        if bias {
            all.push(self.param(&format!("{name}bias"), &[n], Begin::constant(0.0))?);
        }
        Ok(all)
    }

    /// Layer norm over the last axis (`center`), or RMS norm; the parameters' names begin with `name`.
    pub(super) fn last_axis_norm(
        &mut self,
        x: NodeId,
        name: &str,
        center: bool,
        eps: f32,
    ) -> Result<NodeId, NnError> {
        self.eps(eps)?;
        let columns = self.g.shape(x).dims().last().copied().unwrap_or(1);
        let own = self.scale(name, columns, center)?;
        let norm = Norm { columns, groups: 1, span: 1, center, eps, weight: true, bias: center };
        self.normed(norm, x, &own)
    }

    /// The rows of x normalised, in x's shape.
    fn normed(&mut self, norm: Norm, x: NodeId, own: &[NodeId]) -> Result<NodeId, NnError> {
        // What is kept beside the rows is no matter of the model's size.
        let flat = self.g.add_node(Op::Norm(norm), &[&[x], own].concat())?;
        let dims = self.g.shape(x).dims().to_vec();
        self.view(flat, &dims)
    }

    pub(super) fn group_norm(&mut self, x: Value, groups: usize, eps: f32) -> Result<Value, NnError> {
        self.eps(eps)?;
        let x = self.numbers(x)?;
        let [b, channels, height, width] = self.image(x)?;
        if groups == 0 || !channels.is_multiple_of(groups) {
            return Err(self
                .refuse(format!("groups is {groups}; give a number that divides the {channels} channels")));
        }
        let own = self.scale("", channels, true)?;
        let span = height * width;
        let columns = channels / groups * span;
        // PyTorch counts the batch in, though no group spans it: it refuses only where all there is are single values.
        if self.control.is_some() && b * columns == 1 {
            return Err(self.refuse(
                "one sample with one value a group has no spread; give a larger batch, or fewer groups than channels",
            ));
        }
        let norm = Norm { columns, groups, span, center: true, eps, weight: true, bias: true };
        let node = self.normed(norm, x.node, &own)?;
        Ok(Value { node, ..x })
    }

    /// Over (b, channels, height, width) or (b, features). In training each channel is normalised over the batch, and
    /// the running statistics move; else the running statistics serve, as arithmetic by element.
    pub(super) fn batch_norm(&mut self, x: Value, eps: f32, momentum: f32) -> Result<Value, NnError> {
        self.eps(eps)?;
        if !(0.0..=1.0).contains(&momentum) {
            return Err(self.refuse(format!("momentum is {momentum}; give a number from 0 to 1")));
        }
        let x = self.numbers(x)?;
        let dims = self.dims(x);
        if dims.len() != 2 && dims.len() != 4 {
            let shape = &dims[1..];
            return Err(self.refuse(format!(
                "it takes (features) or (channels, height, width), and a sample is {shape:?}; layer-norm takes any shape"
            )));
        }
        let channels = dims[1];
        let own = self.scale("", channels, true)?;
        let parts = vec![("running_mean", vec![0.0; channels]), ("running_var", vec![1.0; channels])];
        let running = self.buffer(&[channels], parts, (true, true))?;
        let node = if self.control.is_some() {
            self.over_batch(x.node, &own, running, eps, momentum)?
        } else {
            self.by_running(x.node, &own, running, eps)?
        };
        Ok(Value { node, ..x })
    }

    fn over_batch(
        &mut self,
        x: NodeId,
        own: &[NodeId],
        running: NodeId,
        eps: f32,
        momentum: f32,
    ) -> Result<NodeId, NnError> {
        let dims = self.g.shape(x).dims().to_vec();
        let channels = dims[1];
        let span = dims.iter().product::<usize>() / channels;
        if span < 2 {
            return Err(self.refuse("a batch of one value a channel has no spread; give a larger batch"));
        }
        let axes: Vec<usize> = [1, 0].into_iter().chain(2..dims.len()).collect();
        let turned = self.permute(x, &axes)?;
        let norm =
            Norm { columns: span, groups: channels, span, center: true, eps, weight: true, bias: true };
        let normed = self.normed(norm, turned, own)?;
        let rows = self.view(turned, &[channels, span])?;
        self.node(Op::RunningStats { momentum }, &[running, rows])?;
        self.permute(normed, &axes)
    }

    /// (x - mean) (weight / sqrt(variance + eps)) + bias
    fn by_running(
        &mut self,
        x: NodeId,
        own: &[NodeId],
        running: NodeId,
        eps: f32,
    ) -> Result<NodeId, NnError> {
        let dims = self.g.shape(x).dims().to_vec();
        let channels = dims[1];
        // One number a channel, to be repeated over what comes after it.
        let shape = [&[channels], &vec![1; dims.len() - 2][..]].concat();
        let part = |l: &mut Self, node: NodeId, at: usize| -> Result<NodeId, NnError> {
            Ok(l.g.view(node, at, minibatch_graph::Shape::new(shape.clone()))?)
        };
        let (mean, variance) = (part(self, running, 0)?, part(self, running, channels)?);
        let (weight, bias) = (part(self, own[0], 0)?, part(self, own[1], 0)?);
        let eps = self.g.full([1], eps);
        let spread = self.binary(Binary::Add, variance, eps)?;
        let spread = self.node(Op::Unary(Unary::Sqrt), &[spread])?;
        let scale = self.binary(Binary::Div, weight, spread)?;
        let centred = self.binary(Binary::Sub, x, mean)?;
        let scaled = self.binary(Binary::Mul, centred, scale)?;
        self.binary(Binary::Add, scaled, bias)
    }
}
