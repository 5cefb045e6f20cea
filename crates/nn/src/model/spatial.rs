//! Convolutions and pools over (b, channels, height, width).

use minibatch_graph::{Activation, Binary, Conv2d, NodeId, Op, Pool2d, PoolKind, PoolWindow};

use super::lower::{Lower, Value, unflatten};
use crate::{Block, Init, NnError, Pair};

/// The largest window, stride, padding and the like.
const MAX_WINDOW: usize = 4096;

/// What a convolution and a transposed one have in common.
pub(super) struct Filters {
    pub channels: usize,
    pub kernel: Pair,
    pub conv: Conv2d,
    pub bias: bool,
    pub init: Init,
}

impl Lower<'_> {
    /// The block's convolution, with its settings within range.
    pub(super) fn filters(&self, block: &Block) -> Result<Filters, NnError> {
        let (channels, kernel, stride, padding, dilation, groups, bias, init) = match *block {
            Block::Conv2d { channels, kernel, stride, padding, dilation, groups, bias, init, .. }
            | Block::ConvTranspose2d {
                channels,
                kernel,
                stride,
                padding,
                dilation,
                groups,
                bias,
                init,
                ..
            } => (channels, kernel, stride, padding, dilation, groups, bias, init),
            _ => return Err(self.refuse("it is no convolution")),
        };
        self.within("channels", channels, 1, super::dense::MAX_UNITS)?;
        self.within("groups", groups, 1, channels)?;
        self.pair("kernel", kernel, 1)?;
        self.pair("stride", stride, 1)?;
        self.pair("padding", padding, 0)?;
        self.pair("dilation", dilation, 1)?;
        let conv = Conv2d { stride: stride.0, padding: padding.0, dilation: dilation.0, groups };
        Ok(Filters { channels, kernel, conv, bias, init })
    }

    fn pair(&self, what: &str, pair: Pair, low: usize) -> Result<(), NnError> {
        pair.0.iter().try_for_each(|&n| self.within(what, n, low, MAX_WINDOW))
    }

    /// The extents of an image; anything else is refused.
    pub(super) fn image(&self, x: Value) -> Result<[usize; 4], NnError> {
        let dims = self.dims(x);
        let message = || {
            let (shape, mend) = (&dims[1..], unflatten(&dims));
            format!("it takes (channels, height, width), and a sample is {shape:?}; {mend}")
        };
        <[usize; 4]>::try_from(&dims[..]).map_err(|_| self.refuse(message()))
    }

    fn grouped(&self, channels: usize, f: &Filters) -> Result<(), NnError> {
        let groups = f.conv.groups;
        if channels.is_multiple_of(groups) && f.channels.is_multiple_of(groups) {
            return Ok(());
        }
        let out = f.channels;
        Err(self.refuse(format!("{groups} groups must divide the {channels} channels in and the {out} out")))
    }

    pub(super) fn conv2d(&mut self, x: Value, f: &Filters, activation: Activation) -> Result<Value, NnError> {
        let x = self.numbers(x)?;
        let [_, channels, height, width] = self.image(x)?;
        self.grouped(channels, f)?;
        let [kh, kw] = f.kernel.0;
        for (axis, size) in [(0, height), (1, width)] {
            if f.conv.extent(axis, size, f.kernel.0[axis]).is_none() {
                return Err(self.refuse(format!(
                    "a window of {kh} x {kw} does not fit into {height} x {width}; give a smaller kernel or more padding"
                )));
            }
        }
        let shape = [f.channels, channels / f.conv.groups, kh, kw];
        let (weight, bias) = self.weights(&shape, f.bias.then_some(f.channels), f.init)?;
        let fused = activation.derivative_from_output();
        let first = if fused { activation } else { Activation::Linear };
        let op = Op::Conv2d { conv: f.conv, bias: bias.is_some(), activation: first };
        let inputs: Vec<NodeId> = [x.node, weight].into_iter().chain(bias).collect();
        let mut node = self.node(op, &inputs)?;
        if !fused {
            node = self.activate(node, activation)?;
        }
        Ok(Value { node, mask: None, ..x })
    }

    /// The gradient of a convolution with respect to its image, as a layer.
    pub(super) fn conv_transpose2d(&mut self, x: Value, f: &Filters, extra: Pair) -> Result<Value, NnError> {
        let x = self.numbers(x)?;
        let [_, channels, height, width] = self.image(x)?;
        self.grouped(channels, f)?;
        let mut size = [0; 2];
        for (axis, extent) in [(0, height), (1, width)] {
            let Conv2d { stride, padding, dilation, .. } = f.conv;
            if extra.0[axis] >= stride[axis].max(dilation[axis]) {
                let most = stride[axis].max(dilation[axis]) - 1;
                self.within("output_padding", extra.0[axis], 0, most)?;
            }
            let grown =
                (extent - 1) * stride[axis] + dilation[axis] * (f.kernel.0[axis] - 1) + 1 + extra.0[axis];
            size[axis] = grown.checked_sub(2 * padding[axis]).filter(|&n| n > 0).ok_or_else(|| {
                self.refuse(format!("padding {} takes all of the result away; give less", padding[axis]))
            })?;
            // Where the extra rows make room for one window more, this is no convolution's gradient.
            if f.conv.extent(axis, size[axis], f.kernel.0[axis]) != Some(extent) {
                let most = stride[axis] - 1;
                return Err(self.refuse(format!("output_padding is {}; give at most {most}", extra.0[axis])));
            }
        }
        let per_group = f.channels / f.conv.groups;
        let shape = [channels, per_group, f.kernel.0[0], f.kernel.0[1]];
        let (weight, bias) = self.weights(&shape, f.bias.then_some(f.channels), f.init)?;
        let mut node = self.node(Op::Conv2dGradInput { conv: f.conv, size }, &[x.node, weight])?;
        if let Some(bias) = bias {
            let bias = self.view(bias, &[f.channels, 1, 1])?;
            node = self.binary(Binary::Add, node, bias)?;
        }
        Ok(Value { node, mask: None, ..x })
    }

    pub(super) fn pool(
        &mut self,
        x: Value,
        kind: PoolKind,
        kernel: Pair,
        stride: Option<Pair>,
        padding: Pair,
    ) -> Result<Value, NnError> {
        let stride = stride.unwrap_or(kernel);
        self.pair("kernel", kernel, 1)?;
        self.pair("stride", stride, 1)?;
        self.pair("padding", padding, 0)?;
        if (0..2).any(|i| padding.0[i] > kernel.0[i] / 2) {
            return Err(self.refuse("padding must be at most half the kernel"));
        }
        self.pooled(
            x,
            Pool2d {
                kind,
                window: PoolWindow::Fixed { kernel: kernel.0, stride: stride.0, padding: padding.0 },
            },
        )
    }

    pub(super) fn adaptive_pool(&mut self, x: Value, kind: PoolKind, size: Pair) -> Result<Value, NnError> {
        self.pair("size", size, 1)?;
        self.pooled(x, Pool2d { kind, window: PoolWindow::Adaptive { size: size.0 } })
    }

    fn pooled(&mut self, x: Value, pool: Pool2d) -> Result<Value, NnError> {
        let x = self.numbers(x)?;
        let [_, _, height, width] = self.image(x)?;
        if pool.extent(0, height).is_none() || pool.extent(1, width).is_none() {
            return Err(self.refuse(format!(
                "its window does not fit into {height} x {width}; give a smaller kernel or pool less before"
            )));
        }
        let node = self.node(Op::Pool2d(pool), &[x.node])?;
        Ok(Value { node, mask: None, ..x })
    }
}
