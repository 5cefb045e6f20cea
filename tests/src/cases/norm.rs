//! Softmax, normalisations, and clipping.

use minibatch_graph::{NodeId, Norm, Op};

use super::{Builder, Case};

/// Rows of one element, of a round of four for each invocation and one more, long ones, many and few.
const SHAPES: [[usize; 2]; 15] = [
    [1, 1],
    [300, 1],
    [1, 2],
    [64, 3],
    [65, 4],
    [129, 5],
    [7, 63],
    [16, 64],
    [17, 65],
    [3, 255],
    [4, 257],
    [2, 1024],
    [2, 1025],
    [3, 10_007],
    [10_007, 3],
];

pub(super) fn cases() -> Vec<Case> {
    let mut all = vec![];
    for [rows, columns] in SHAPES {
        for log in [false, true] {
            all.push(softmax(rows, columns, log));
            all.push(softmax_grad(rows, columns, log));
        }
        for (center, bits) in [(true, 3), (false, 1), (true, 0)] {
            let norm = Norm { weight: bits & 1 > 0, bias: bits & 2 > 0, ..layer(columns, center) };
            all.extend(of_norm("layer", &[rows, columns], norm));
        }
        all.push(running_stats(rows, columns));
        all.push(sum_squares(rows * columns));
        all.push(clip_norm(rows * columns, 2.0));
    }
    all.extend([softmax_of_masks(false), softmax_of_masks(true), softmax_far_out(), far_from_zero()]);
    for [n, c, pixels, groups] in [
        [2, 4, 9, 2],
        [3, 6, 5, 3],
        [1, 3, 1, 1],
        [5, 4, 1, 2],
        [2, 64, 64, 8],
        [4, 6, 257, 6],
        [70, 2, 3, 1],
    ] {
        let columns = c / groups * pixels;
        let norm = Norm { columns, groups, span: pixels, weight: true, bias: true, ..layer(1, true) };
        all.extend(of_norm("group", &[n, c, pixels], norm));
    }
    for [c, columns] in [[1, 1], [3, 2], [5, 257], [65, 63], [2, 20_011], [300, 7]] {
        let norm = Norm { columns, groups: c, span: columns, weight: true, bias: true, ..layer(1, true) };
        all.extend(of_norm("batch", &[c, columns], norm));
    }
    all.push(clip_norm(100, 1e3));
    all.extend([sum_squares(300_007), clip_value(1), clip_value(1009), clips_of_nan()]);
    all
}

/// Batch norm of channels that are long rows: forward (0), its gradient (1), that with a sum (2) or the weight's (3).
pub(super) fn batch(channels: usize, columns: usize, which: usize) -> Case {
    let norm = Norm { columns, groups: channels, span: columns, weight: true, bias: true, ..layer(1, true) };
    of_norm("batch", &[channels, columns], norm).swap_remove(which)
}

/// The weight's gradient of a layer norm of many short rows.
pub(super) fn many_rows(rows: usize, columns: usize) -> Case {
    let norm = Norm { weight: true, bias: true, ..layer(columns, true) };
    of_norm("layer", &[rows, columns], norm).swap_remove(3)
}

fn layer(columns: usize, center: bool) -> Norm {
    Norm { columns, groups: 1, span: 1, center, eps: 1e-5, weight: false, bias: false }
}

/// A value of its own, or a view of one at an odd place: every other shape begins there.
fn placed(builder: &mut Builder, name: &str, shape: &[usize], low: f32, high: f32) -> NodeId {
    let shape = minibatch_graph::Shape::new(shape.to_vec());
    let len = shape.numel();
    if len.is_multiple_of(2) {
        return builder.between(name, shape, low, high);
    }
    let whole = builder.between(name, [len + 5], low, high);
    builder.graph().view(whole, 3, shape).expect("in range")
}

pub(super) fn softmax(rows: usize, columns: usize, log: bool) -> Case {
    let mut builder = Builder::new(format!("softmax ({rows}, {columns}), log {log}"));
    let x = placed(&mut builder, "x", &[rows, columns], -6.0, 6.0);
    let y = builder.op(Op::Softmax { log }, &[x]);
    builder.compares(y)
}

fn softmax_grad(rows: usize, columns: usize, log: bool) -> Case {
    let mut builder = Builder::new(format!("gradient of softmax ({rows}, {columns}), log {log}"));
    let (low, high) = if log { (-8.0, 0.0) } else { (0.0, 1.0) };
    let y = placed(&mut builder, "y", &[rows, columns], low, high);
    let dy = placed(&mut builder, "dy", &[rows, columns], -2.0, 2.0);
    let dx = builder.op(Op::SoftmaxGrad { log }, &[y, dy]);
    let tolerance = 1e-5 + 4e-8 * columns as f32;
    builder.tolerance(tolerance).compares(dx)
}

/// Masked places, rows of them alone, and a row with NaN or infinity, which must show. Then the gradient.
fn softmax_of_masks(log: bool) -> Case {
    let mut builder = Builder::new(format!("softmax of masks, log {log}"));
    let (out, high) = (f32::NEG_INFINITY, f32::INFINITY);
    let row = |values: [f32; 9]| values.to_vec();
    let rows = [
        row([1.0, out, 2.0, out, out, 0.5, out, out, 3.0]),
        row([out; 9]),
        row([out, out, out, out, out, out, out, out, 7.0]),
        row([0.0, 1.0, f32::NAN, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
        row([0.0, 1.0, 0.0, 2.0, 0.0, high, 0.0, 0.0, 0.0]),
        row([f32::MIN, f32::MIN, f32::MIN, out, f32::MIN, out, out, out, out]),
    ];
    let x = builder.given("x", [6, 9], rows.concat());
    let dy = builder.float("dy", [6, 9]);
    let y = builder.op(Op::Softmax { log }, &[x]);
    let dx = builder.op(Op::SoftmaxGrad { log }, &[y, dy]);
    builder.compares_as("y", y).compares(dx)
}

fn softmax_far_out() -> Case {
    let mut builder = Builder::new("softmax far out");
    let x = builder.between("x", [5, 70], -1e4, 1e4);
    let (y, log) =
        (builder.op(Op::Softmax { log: false }, &[x]), builder.op(Op::Softmax { log: true }, &[x]));
    builder.compares_as("log", log).compares(y)
}

/// A normalisation and both gradients.
fn of_norm(name: &str, shape: &[usize], norm: Norm) -> Vec<Case> {
    let Norm { columns, groups, span, center, weight, bias, .. } = norm;
    let about = format!(
        "{name} norm {shape:?} by {columns}, groups {groups}, span {span}, center {center}, {weight} {bias}"
    );
    let begin = |what: &str, tolerance: f32| {
        let mut builder = Builder::new(format!("{what}{about}")).tolerance(tolerance);
        let x = placed(&mut builder, "x", shape, -2.0, 3.0);
        (builder, x)
    };
    let channels = [norm.channels()];
    let forward = {
        let (mut builder, x) = begin("", 1e-5);
        let mut inputs = vec![x];
        if weight {
            inputs.push(placed(&mut builder, "weight", &channels, -2.0, 2.0));
        }
        if bias {
            inputs.push(placed(&mut builder, "bias", &channels, -2.0, 2.0));
        }
        let y = rows(&mut builder, norm, &inputs);
        builder.compares(y)
    };
    let of_x = |summed: bool| {
        let (mut builder, x) = begin(if summed { "summed gradient of " } else { "gradient of " }, 1e-5);
        let mut inputs = vec![normed(&mut builder, norm, x), x];
        if weight {
            inputs.push(placed(&mut builder, "weight", &channels, -2.0, 2.0));
        }
        inputs.push(placed(&mut builder, "dy", shape, -2.0, 2.0));
        if summed {
            inputs.push(placed(&mut builder, "sum", shape, -2.0, 2.0));
        }
        let dx = builder.op(Op::NormGrad(norm), &inputs);
        builder.compares(dx)
    };
    let mut all = vec![forward, of_x(false), of_x(true)];
    if weight || bias {
        let terms = shape.iter().product::<usize>() / channels[0];
        let (mut builder, x) = begin("weight's gradient of ", 1e-5 + 1e-6 * (terms as f32).sqrt());
        let result = normed(&mut builder, norm, x);
        let dy = placed(&mut builder, "dy", shape, -2.0, 2.0);
        let grad = builder.op(Op::NormGradWeight(norm), &[result, x, dy]);
        all.push(builder.compares(grad));
    }
    all
}

/// The normalised rows alone: what rounding took from a mean is each backend's own.
fn rows(builder: &mut Builder, norm: Norm, inputs: &[NodeId]) -> NodeId {
    let flat = builder.op(Op::Norm(norm), inputs);
    let g = builder.graph();
    let shape = g.shape(inputs[0]).clone();
    let rows = g.view(flat, 0, shape).expect("they come first");
    builder.op(Op::Activation(minibatch_graph::Activation::Linear), &[rows])
}

/// The result of a norm without weight and bias: a gradient takes of it what each row was normalised by.
fn normed(builder: &mut Builder, norm: Norm, x: NodeId) -> NodeId {
    builder.op(Op::Norm(Norm { weight: false, bias: false, ..norm }), &[x])
}

/// Values a thousand away from zero, whose mean, rounded, is off by more than the tolerance.
fn far_from_zero() -> Case {
    let mut builder = Builder::new("layer norm far from zero").tolerance(2e-5);
    let x = builder.between("x", [9, 1009], 999.0, 1001.0);
    let y = rows(&mut builder, layer(1009, true), &[x]);
    builder.compares(y)
}

fn running_stats(rows: usize, columns: usize) -> Case {
    let mut builder = Builder::new(format!("running_stats ({rows}, {columns})"));
    let running = builder.between("running", [2 * rows], 0.1, 2.0);
    let x = placed(&mut builder, "x", &[rows, columns], -2.0, 3.0);
    builder.op(Op::RunningStats { momentum: 0.1 }, &[running, x]);
    builder.changes(&["running"], &[])
}

pub(super) fn sum_squares(len: usize) -> Case {
    let mut builder = Builder::new(format!("sum_squares ({len})"));
    let x = placed(&mut builder, "x", &[len], -2.0, 2.0);
    let sum = builder.op(Op::SumSquares, &[x]);
    builder.compares(sum)
}

fn clip_norm(len: usize, max: f32) -> Case {
    let mut builder = Builder::new(format!("clip_norm ({len}) to {max}"));
    let x = placed(&mut builder, "x", &[len], -2.0, 2.0);
    let squares = builder.op(Op::SumSquares, &[x]);
    let clipped = builder.op(Op::ClipNorm { max }, &[x, squares]);
    builder.compares(clipped)
}

fn clip_value(len: usize) -> Case {
    let mut builder = Builder::new(format!("clip_value ({len})")).tolerance(0.0);
    let x = placed(&mut builder, "x", &[len], -2.0, 2.0);
    let clipped = builder.op(Op::ClipValue { max: 0.75 }, &[x]);
    builder.compares(clipped)
}

/// What has diverged must stay visible, and zeros stay zeros.
fn clips_of_nan() -> Case {
    let mut builder = Builder::new("clips of NaN and zeros");
    let x = builder.given("x", [4], vec![1.0, f32::NAN, f32::INFINITY, -5.0]);
    let zeros = builder.given("zeros", [3], vec![0.0; 3]);
    let (squares, none) = (builder.op(Op::SumSquares, &[x]), builder.op(Op::SumSquares, &[zeros]));
    let by_norm = builder.op(Op::ClipNorm { max: 1.0 }, &[x, squares]);
    let of_zeros = builder.op(Op::ClipNorm { max: 1.0 }, &[zeros, none]);
    let by_value = builder.op(Op::ClipValue { max: 2.0 }, &[x]);
    builder.compares_as("by norm", by_norm).compares_as("of zeros", of_zeros).compares(by_value)
}
