//! Convolutions and pools: strides, padding, dilation and groups by themselves and together, on odd extents.

use minibatch_graph::{Activation, Conv2d, Op, Pool2d, PoolKind, PoolWindow, Shape};

use super::{Builder, Case};

/// One convolution: x, weight, and where the windows are.
#[derive(Clone, Copy)]
pub(super) struct Shapes {
    x: [usize; 4],
    weight: [usize; 4],
    conv: Conv2d,
}

pub(super) const fn shapes(x: [usize; 4], weight: [usize; 4]) -> Shapes {
    let conv = Conv2d { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 };
    Shapes { x, weight, conv }
}

impl Shapes {
    pub(super) const fn stride(mut self, y: usize, x: usize) -> Self {
        self.conv.stride = [y, x];
        self
    }

    pub(super) const fn padding(mut self, y: usize, x: usize) -> Self {
        self.conv.padding = [y, x];
        self
    }

    const fn dilation(mut self, y: usize, x: usize) -> Self {
        self.conv.dilation = [y, x];
        self
    }

    pub(super) const fn groups(mut self, groups: usize) -> Self {
        self.conv.groups = groups;
        self
    }

    fn y(&self) -> [usize; 4] {
        let extent = |axis: usize| {
            self.conv.extent(axis, self.x[2 + axis], self.weight[2 + axis]).expect("a case's window fits")
        };
        [self.x[0], self.weight[0], extent(0), extent(1)]
    }

    fn name(&self) -> String {
        let Conv2d { stride, padding, dilation, groups } = self.conv;
        let (x, weight) = (self.x, self.weight);
        format!(
            "{x:?} by {weight:?} stride {stride:?} padding {padding:?} dilation {dilation:?} groups {groups}"
        )
    }
}

/// Each runs forward and through both gradients.
const CONVOLUTIONS: [Shapes; 49] = [
    shapes([1, 1, 1, 1], [1, 1, 1, 1]),
    shapes([1, 1, 3, 3], [1, 1, 3, 3]),
    shapes([2, 1, 28, 28], [8, 1, 3, 3]).padding(1, 1),
    shapes([3, 8, 14, 14], [16, 8, 3, 3]).padding(1, 1),
    shapes([2, 3, 11, 7], [5, 3, 3, 3]),
    shapes([2, 3, 7, 11], [9, 3, 3, 3]).padding(1, 0),
    shapes([1, 2, 13, 17], [4, 2, 5, 5]).padding(2, 2),
    shapes([1, 2, 13, 17], [4, 2, 1, 5]).padding(0, 4),
    shapes([1, 2, 17, 13], [3, 2, 7, 2]).padding(3, 1),
    shapes([2, 7, 9, 5], [13, 7, 1, 1]),
    shapes([2, 3, 5, 6], [2, 3, 1, 1]).padding(1, 2),
    shapes([1, 4, 1, 67], [6, 4, 1, 3]).padding(0, 1),
    shapes([2, 4, 67, 1], [6, 4, 3, 1]).padding(1, 0),
    shapes([3, 2, 2, 2], [3, 2, 2, 2]).padding(1, 1),
    // Windows that do not reach the last pixels.
    shapes([2, 3, 8, 8], [4, 3, 3, 3]).stride(2, 2),
    shapes([2, 3, 9, 10], [4, 3, 3, 3]).stride(2, 2).padding(1, 1),
    shapes([2, 3, 12, 13], [4, 3, 3, 5]).stride(3, 2).padding(1, 2),
    shapes([1, 2, 16, 15], [5, 2, 4, 4]).stride(2, 2).padding(1, 1),
    shapes([1, 2, 15, 11], [5, 2, 4, 3]).stride(4, 3),
    // Pixels between the windows.
    shapes([2, 2, 11, 13], [3, 2, 1, 1]).stride(3, 4),
    shapes([1, 2, 13, 12], [3, 2, 2, 1]).stride(5, 2).padding(1, 0),
    shapes([1, 1, 9, 9], [2, 1, 3, 3]).stride(1, 2).padding(1, 1),
    shapes([1, 3, 9, 9], [2, 3, 3, 3]).stride(2, 1).padding(1, 1),
    shapes([2, 2, 11, 12], [3, 2, 3, 3]).dilation(2, 2),
    shapes([2, 2, 11, 12], [3, 2, 3, 3]).dilation(2, 3).padding(2, 3),
    shapes([1, 2, 15, 16], [9, 2, 3, 3]).dilation(2, 2).stride(2, 2).padding(2, 2),
    shapes([1, 2, 15, 19], [4, 2, 3, 4]).dilation(3, 2).stride(2, 3).padding(3, 1),
    shapes([1, 2, 23, 19], [4, 2, 3, 3]).dilation(6, 4).stride(4, 6).padding(5, 1),
    shapes([2, 6, 8, 7], [6, 1, 3, 3]).padding(1, 1).groups(6),
    shapes([2, 3, 9, 9], [6, 1, 3, 3]).padding(1, 1).groups(3).stride(2, 2),
    shapes([1, 6, 7, 9], [4, 3, 3, 3]).padding(1, 1).groups(2),
    shapes([2, 6, 6, 6], [15, 2, 2, 3]).groups(3).dilation(1, 2),
    // The padding is wider than the image.
    shapes([1, 2, 2, 3], [2, 2, 3, 3]).padding(4, 5),
    shapes([1, 1, 1, 1], [1, 1, 3, 3]).padding(3, 3).stride(2, 2),
    // One window, and rows just past four and past a workgroup.
    shapes([3, 5, 6, 7], [10, 5, 6, 7]),
    shapes([1, 2, 5, 260], [3, 2, 3, 3]).padding(1, 1),
    shapes([70, 1, 5, 5], [2, 1, 3, 3]).padding(1, 1),
    shapes([1, 1, 19, 21], [2, 1, 17, 18]).padding(2, 3).dilation(1, 1),
    shapes([1, 40, 4, 4], [33, 40, 3, 3]).padding(1, 1),
    shapes([5, 3, 12, 12], [8, 3, 4, 4]).stride(4, 4),
    shapes([2, 2, 37, 9], [5, 2, 3, 3]).padding(2, 2),
    shapes([1, 5, 1, 30], [5, 1, 1, 5]).groups(5),
    shapes([2, 3, 30, 1], [4, 3, 4, 1]).stride(2, 1).padding(1, 0),
    shapes([2, 3, 30, 1], [4, 3, 3, 1]).stride(1, 3).dilation(2, 1),
    shapes([1, 3, 20, 1], [4, 3, 3, 2]).padding(1, 1),
    shapes([1, 2, 30, 31], [300, 2, 3, 3]),
    // More workgroups than one axis of a grid takes, then more rounds than an invocation may make: many channels, a
    // large window.
    shapes([1, 65_600, 1, 1], [65_600, 1, 1, 1]).groups(65_600),
    shapes([1, 7000, 3, 4], [2, 7000, 3, 3]).padding(1, 1),
    shapes([1, 1, 300, 251], [1, 1, 299, 250]),
];

/// Every pool runs as both kinds, forward and backward.
const POOLS: [([usize; 4], PoolWindow); 27] = [
    ([1, 1, 1, 1], fixed([1, 1], [1, 1], [0, 0])),
    ([2, 3, 28, 28], fixed([2, 2], [2, 2], [0, 0])),
    ([2, 2, 7, 9], fixed([2, 2], [2, 2], [0, 0])),
    ([2, 3, 11, 13], fixed([3, 3], [2, 2], [1, 1])),
    ([1, 3, 9, 8], fixed([3, 3], [1, 1], [1, 1])),
    ([2, 2, 10, 11], fixed([2, 3], [3, 4], [1, 1])),
    ([1, 2, 13, 12], fixed([1, 5], [1, 2], [0, 2])),
    ([1, 2, 12, 13], fixed([4, 1], [2, 1], [2, 0])),
    ([2, 1, 17, 19], fixed([5, 7], [3, 2], [2, 3])),
    ([1, 1, 1, 31], fixed([1, 3], [1, 3], [0, 1])),
    ([1, 2, 3, 3], fixed([2, 2], [2, 2], [1, 1])),
    // Windows that a workgroup shares.
    ([2, 2, 70, 71], fixed([70, 71], [1, 1], [0, 0])),
    ([1, 2, 69, 67], fixed([66, 65], [1, 2], [33, 0])),
    ([1, 2, 140, 66], fixed([70, 66], [70, 66], [0, 0])),
    ([2, 3, 11, 13], adaptive([1, 1])),
    ([2, 3, 11, 13], adaptive([3, 4])),
    ([2, 3, 12, 8], adaptive([3, 4])),
    ([1, 2, 5, 7], adaptive([5, 7])),
    ([1, 2, 3, 4], adaptive([7, 5])),
    ([2, 2, 70, 71], adaptive([1, 1])),
    ([1, 2, 133, 71], adaptive([2, 1])),
    ([130, 5, 4, 4], adaptive([2, 2])),
    ([1, 1, 40, 3], adaptive([3, 40])),
    ([1, 65_600, 2, 2], fixed([2, 2], [1, 1], [1, 1])),
    // Few pixels of many meet a window; several launches.
    ([1, 2, 5, 120], fixed([1, 2], [3, 50], [0, 1])),
    ([1, 1, 100, 101], fixed([40, 40], [1, 1], [0, 20])),
    ([1, 1, 101, 99], fixed([50, 50], [1, 1], [0, 0])),
];

const fn fixed(kernel: [usize; 2], stride: [usize; 2], padding: [usize; 2]) -> PoolWindow {
    PoolWindow::Fixed { kernel, stride, padding }
}

const fn adaptive(size: [usize; 2]) -> PoolWindow {
    PoolWindow::Adaptive { size }
}

pub(super) fn cases() -> Vec<Case> {
    let mut all = vec![];
    for shapes in CONVOLUTIONS {
        all.push(conv2d(shapes, false, Activation::Linear));
        all.push(conv2d(shapes, true, Activation::Tanh));
        all.push(grad_input(shapes));
        all.push(grad_weight(shapes));
    }
    let plain = shapes([2, 3, 6, 7], [5, 3, 3, 3]).padding(1, 1);
    for f in Activation::ALL.into_iter().filter(|f| f.derivative_from_output()) {
        all.push(conv2d(plain, true, f));
        all.push(conv2d(plain.stride(2, 2), false, f));
    }
    for (x, window) in POOLS {
        for kind in [PoolKind::Max, PoolKind::Average] {
            let pool = Pool2d { kind, window };
            all.extend([pool2d(x, pool), pool2d_grad(x, pool)]);
        }
        let pool = Pool2d { kind: PoolKind::Max, window };
        all.push(pool2d_grad_of_ties(x, pool));
    }
    all.extend([negative_max(), max_of_nan(), in_views()]);
    all
}

pub(super) fn conv2d(shapes: Shapes, bias: bool, activation: Activation) -> Case {
    let [o, c, kh, kw] = shapes.weight;
    let mark = if bias { " + bias" } else { "" };
    let name = format!("conv2d {}{mark} {activation:?}", shapes.name());
    let mut builder = Builder::new(name).tolerance(1e-5 + 4e-7 * (c * kh * kw) as f32);
    let mut inputs = vec![builder.float("x", shapes.x), builder.float("weight", shapes.weight)];
    if bias {
        inputs.push(builder.float("bias", [o]));
    }
    let y = builder.op(Op::Conv2d { conv: shapes.conv, bias, activation }, &inputs);
    builder.compares(y)
}

/// The gradient with respect to x, that is the transposed convolution.
pub(super) fn grad_input(shapes: Shapes) -> Case {
    let [o, _, kh, kw] = shapes.weight;
    let terms = o / shapes.conv.groups * kh * kw;
    let mut builder =
        Builder::new(format!("conv2d_grad_input {}", shapes.name())).tolerance(1e-5 + 4e-7 * terms as f32);
    let (dy, weight) = (builder.float("dy", shapes.y()), builder.float("weight", shapes.weight));
    let size = [shapes.x[2], shapes.x[3]];
    let dx = builder.op(Op::Conv2dGradInput { conv: shapes.conv, size }, &[dy, weight]);
    builder.compares(dx)
}

/// Its error grows as the root of the number of windows, whose products cancel.
pub(super) fn grad_weight(shapes: Shapes) -> Case {
    let [n, _, oh, ow] = shapes.y();
    let terms = (n * oh * ow) as f32;
    let mut builder = Builder::new(format!("conv2d_grad_weight {}", shapes.name()))
        .tolerance(1e-5 + 4e-7 * terms.min(20.0 * terms.sqrt()));
    let (x, dy) = (builder.float("x", shapes.x), builder.float("dy", shapes.y()));
    let kernel = [shapes.weight[2], shapes.weight[3]];
    let dw = builder.op(Op::Conv2dGradWeight { conv: shapes.conv, kernel, bias: None }, &[x, dy]);
    // What lies between the two is another's.
    let gap = 1 + n % 3;
    let both = builder.op(Op::Conv2dGradWeight { conv: shapes.conv, kernel, bias: Some(gap) }, &[x, dy]);
    let between = builder.float("between", [gap]);
    let between = builder.op(Op::Activation(Activation::Linear), &[between]);
    let g = builder.graph();
    let (weights, channels) = (g.shape(dw).numel(), shapes.weight[0]);
    let [weight, bias] =
        [(0, weights), (weights + gap, channels)].map(|(at, len)| g.view(both, at, [len]).expect("in range"));
    let pack = builder.op(Op::Pack, &[weight, between, bias]);
    builder.compares_as("with the bias's", pack).compares(dw)
}

pub(super) fn pool2d(x: [usize; 4], pool: Pool2d) -> Case {
    let mut builder = Builder::new(format!("pool2d {x:?} {pool:?}"));
    let x = builder.float("x", x);
    let y = builder.op(Op::Pool2d(pool), &[x]);
    builder.compares(y)
}

/// The extents of what a pool makes of x.
fn pooled([n, c, h, w]: [usize; 4], pool: Pool2d) -> [usize; 4] {
    let extent = |axis, size| pool.extent(axis, size).expect("a case's window fits");
    [n, c, extent(0, h), extent(1, w)]
}

pub(super) fn pool2d_grad(x: [usize; 4], pool: Pool2d) -> Case {
    let mut builder = Builder::new(format!("pool2d_grad {x:?} {pool:?}"));
    let dy = pooled(x, pool);
    let (x, dy) = (builder.float("x", x), builder.float("dy", dy));
    let dx = builder.op(Op::Pool2dGrad(pool), &[x, dy]);
    builder.compares(dx)
}

/// Few different values, so that most windows have several largest elements: the first gets the gradient.
fn pool2d_grad_of_ties(x: [usize; 4], pool: Pool2d) -> Case {
    let mut builder = Builder::new(format!("pool2d_grad of ties {x:?} {pool:?}"));
    let dy = pooled(x, pool);
    let values = (0..x.iter().product::<usize>()).map(|i| (i * i / 3 % 3) as f32 - 3.0).collect();
    let (x, dy) = (builder.given("x", x, values), builder.float("dy", dy));
    let dx = builder.op(Op::Pool2dGrad(pool), &[x, dy]);
    builder.compares(dx)
}

/// Padding of zeros would be chosen if it were looked at.
fn negative_max() -> Case {
    let window = fixed([3, 3], [2, 2], [1, 1]);
    let mut builder = Builder::new("pool2d of numbers below zero");
    let x = builder.between("x", [1, 2, 5, 5], -3e38, -1.0);
    let y = builder.op(Op::Pool2d(Pool2d { kind: PoolKind::Max, window }), &[x]);
    builder.compares(y)
}

/// A NaN is passed on, and minus infinity may be the largest.
fn max_of_nan() -> Case {
    let window = fixed([2, 2], [2, 2], [0, 0]);
    let mut builder = Builder::new("pool2d of NaN and infinity");
    let mut values = vec![1.0; 16];
    (values[1], values[6], values[15]) = (f32::NAN, f32::NAN, f32::INFINITY);
    [8, 9, 12, 13].iter().for_each(|&i: &usize| values[i] = f32::NEG_INFINITY);
    let x = builder.given("x", [1, 1, 4, 4], values);
    let y = builder.op(Op::Pool2d(Pool2d { kind: PoolKind::Max, window }), &[x]);
    builder.compares(y)
}

/// All operands are parts of one variable, and the results parts of one buffer.
fn in_views() -> Case {
    let shapes = shapes([2, 3, 5, 6], [4, 3, 3, 3]).padding(1, 1);
    let conv = shapes.conv;
    let mut builder = Builder::new("convolutions and pools of views").tolerance(2e-5);
    let all = builder.float("all", [7 + 180 + 108 + 4 + 240]);
    let mut at = 7;
    let mut part = |builder: &mut Builder, shape: &[usize]| {
        let first = at;
        at += shape.iter().product::<usize>();
        builder.graph().view(all, first, Shape::new(shape)).expect("a case's view")
    };
    let x = part(&mut builder, &shapes.x);
    let weight = part(&mut builder, &shapes.weight);
    let bias = part(&mut builder, &[4]);
    let dy = part(&mut builder, &shapes.y());
    let pool = Pool2d { kind: PoolKind::Max, window: fixed([3, 2], [2, 2], [1, 0]) };
    let mean = Pool2d { kind: PoolKind::Average, window: adaptive([2, 3]) };
    let y = builder.op(Op::Conv2d { conv, bias: true, activation: Activation::Relu }, &[x, weight, bias]);
    let dx = builder.op(Op::Conv2dGradInput { conv, size: [5, 6] }, &[dy, weight]);
    let dw = builder.op(Op::Conv2dGradWeight { conv, kernel: [3, 3], bias: None }, &[x, dy]);
    let pooled = builder.op(Op::Pool2d(pool), &[x]);
    let d_pooled = builder.op(Op::Pool2dGrad(pool), &[x, pooled]);
    let averaged = builder.op(Op::Pool2d(mean), &[x]);
    let d_averaged = builder.op(Op::Pool2dGrad(mean), &[x, averaged]);
    let packed = builder.op(Op::Pack, &[y, dx, dw, d_pooled, d_averaged]);
    builder.compares(packed)
}
