//! Convolutions and pools.

use super::Rule;
use crate::{Activation, Conv2d, GraphError, Pool2d, PoolWindow, Shape};

/// The largest stride, padding, dilation or pool window, in pixels: kernels count pixels in 32 bits.
const LARGEST: usize = 65_535;

impl Rule<'_> {
    /// The four extents of an input, (a, b, height, width).
    fn four(&self, input: usize) -> Result<[usize; 4], GraphError> {
        let dims = self.shape(input).dims();
        if dims.contains(&0) {
            return Err(self.bad_shape(input, "each axis needs at least one element"));
        }
        dims.try_into()
            .map_err(|_| self.bad_shape(input, "give four axes: (samples, channels, height, width)"))
    }

    fn conv(&self, conv: &Conv2d) -> Result<(), GraphError> {
        let least = [conv.stride, conv.dilation].concat().into_iter().min().unwrap_or(0).min(conv.groups);
        let most = [conv.stride, conv.dilation, conv.padding].concat().into_iter().max().unwrap_or(0);
        if least > 0 && most <= LARGEST {
            return Ok(());
        }
        let Conv2d { stride, padding, dilation, groups } = conv;
        let value = format!("{stride:?}, {dilation:?}, {groups}, {padding:?}");
        let mend = "the first three must be at least 1, and none but groups more than 65,535";
        Err(self.bad_value("stride, dilation, groups, padding", &value, mend))
    }

    /// Height and width of the result.
    fn windows(&self, conv: &Conv2d, size: [usize; 2], kernel: [usize; 2]) -> Result<[usize; 2], GraphError> {
        if kernel.into_iter().max() > Some(LARGEST / 2) {
            let value = format!("{} x {}", kernel[0], kernel[1]);
            return Err(self.bad_value("window", &value, "neither side may be more than 32,767"));
        }
        let extent = |axis: usize| {
            conv.extent(axis, size[axis], kernel[axis]).ok_or_else(|| {
                let value = format!("{} x {}", kernel[0], kernel[1]);
                let mend = format!(
                    "it must fit into {} x {}: give a smaller window or more padding",
                    size[0], size[1]
                );
                self.bad_value("window", &value, &mend)
            })
        };
        Ok([extent(0)?, extent(1)?])
    }

    fn grouped(&self, conv: &Conv2d, channels: usize, weight: [usize; 4]) -> Result<(), GraphError> {
        let [o, per_group, ..] = weight;
        if per_group * conv.groups == channels && o % conv.groups == 0 {
            return Ok(());
        }
        let mend = format!(
            "{channels} channels in and {o} out in {} groups need a weight of {} channels, and a count of channels out \
             that the groups divide",
            conv.groups,
            channels / conv.groups
        );
        Err(self.mismatch(0, 1, mend))
    }

    pub(super) fn conv2d(
        &self,
        conv: &Conv2d,
        bias: bool,
        activation: Activation,
    ) -> Result<Shape, GraphError> {
        self.arity(2 + usize::from(bias))?;
        self.floats()?;
        self.conv(conv)?;
        if !activation.derivative_from_output() {
            let mend = "add it as a node of its own, so that its input is kept for the gradient";
            return Err(self.bad_value("activation", activation.id(), mend));
        }
        let [n, c, h, w] = self.four(0)?;
        let weight @ [o, _, kh, kw] = self.four(1)?;
        self.grouped(conv, c, weight)?;
        let [oh, ow] = self.windows(conv, [h, w], [kh, kw])?;
        if bias && self.shape(2).numel() != o {
            return Err(self.mismatch(1, 2, format!("the bias needs {o} elements")));
        }
        Ok(Shape::from([n, o, oh, ow]))
    }

    pub(super) fn conv2d_grad_input(&self, conv: &Conv2d, size: [usize; 2]) -> Result<Shape, GraphError> {
        self.arity(2)?;
        self.floats()?;
        self.conv(conv)?;
        let [n, o, oh, ow] = self.four(0)?;
        let [wo, per_group, kh, kw] = self.four(1)?;
        if o != wo || o % conv.groups != 0 {
            return Err(self.mismatch(
                0,
                1,
                format!("the weight needs {o} in front, in {} groups", conv.groups),
            ));
        }
        if self.windows(conv, size, [kh, kw])? != [oh, ow] {
            let mend = format!("a result of {} x {} has no such gradient", size[0], size[1]);
            return Err(self.mismatch(0, 1, mend));
        }
        Ok(Shape::from([n, per_group * conv.groups, size[0], size[1]]))
    }

    pub(super) fn conv2d_grad_weight(
        &self,
        conv: &Conv2d,
        kernel: [usize; 2],
        bias: Option<usize>,
    ) -> Result<Shape, GraphError> {
        self.arity(2)?;
        self.floats()?;
        self.conv(conv)?;
        let [n, c, h, w] = self.four(0)?;
        let [n2, o, oh, ow] = self.four(1)?;
        let fits = n == n2 && c % conv.groups == 0 && o % conv.groups == 0;
        if !fits || self.windows(conv, [h, w], kernel)? != [oh, ow] {
            let mend = format!("the gradient must be that of windows of {} x {}", kernel[0], kernel[1]);
            return Err(self.mismatch(0, 1, mend));
        }
        let weight = Shape::from([o, c / conv.groups, kernel[0], kernel[1]]);
        Ok(bias.map_or_else(|| weight.clone(), |gap| Shape::from([weight.numel() + gap + o])))
    }

    pub(super) fn pool2d(&self, pool: &Pool2d) -> Result<Shape, GraphError> {
        self.arity(1)?;
        self.floats()?;
        self.pooled(pool)
    }

    fn pooled(&self, pool: &Pool2d) -> Result<Shape, GraphError> {
        let [n, c, h, w] = self.four(0)?;
        if let PoolWindow::Fixed { kernel, stride, padding } = pool.window {
            let sized = |i: usize| (1..=LARGEST).contains(&stride[i]) && (1..=LARGEST).contains(&kernel[i]);
            let fits = (0..2).all(|i| sized(i) && padding[i] <= kernel[i] / 2);
            if !fits {
                let value = format!("{kernel:?}, {stride:?}, {padding:?}");
                let mend = "window and stride must be from 1 to 65,535, and padding at most half the window";
                return Err(self.bad_value("window, stride, padding", &value, mend));
            }
        }
        if let PoolWindow::Adaptive { size } = pool.window
            && size.into_iter().chain([h, w]).max() > Some(LARGEST)
        {
            let value = format!("{} x {} to {} x {}", h, w, size[0], size[1]);
            return Err(self.bad_value("size", &value, "none may be more than 65,535"));
        }
        let extent = |axis: usize, size: usize| {
            pool.extent(axis, size).ok_or_else(|| {
                self.bad_value(
                    "window",
                    &format!("{:?}", pool.window),
                    &format!("it must fit into {h} x {w}"),
                )
            })
        };
        Ok(Shape::from([n, c, extent(0, h)?, extent(1, w)?]))
    }

    pub(super) fn pool2d_grad(&self, pool: &Pool2d) -> Result<Shape, GraphError> {
        self.arity(2)?;
        self.floats()?;
        let result = self.pooled(pool)?;
        if *self.shape(1) != result {
            return Err(self.mismatch(0, 1, format!("the gradient must be {result}")));
        }
        Ok(self.shape(0).clone())
    }
}
