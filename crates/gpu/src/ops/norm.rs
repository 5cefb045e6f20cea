//! Softmax, normalisations, and clipping.

use super::Lowering;
use crate::kernels::{ClipParams, Kernel, NormParams, NormWeightParams, SoftmaxParams, SumParams};
use crate::launch::Launch;
use minibatch_graph::{Home, NodeId, Norm};

/// Workgroups beside each other that leave sums in scratch: enough to fill a device, few enough to add up at once.
const PARTS: usize = 256;

pub(super) fn softmax(l: &Lowering, id: NodeId, log: bool, inputs: &[NodeId]) -> Launch {
    let params = softmax_params(l, id, inputs[0], 0);
    softmax_launch(l, Kernel::Softmax, params, vec![l.home(inputs[0]), l.home(id)], log)
}

pub(super) fn softmax_grad(l: &Lowering, id: NodeId, log: bool, inputs: &[NodeId]) -> Launch {
    let params = softmax_params(l, id, inputs[0], l.offset(inputs[1]));
    let buffers = vec![l.home(inputs[0]), l.home(inputs[1]), l.home(id)];
    softmax_launch(l, Kernel::SoftmaxGrad, params, buffers, log)
}

pub(super) fn running_stats(l: &Lowering, momentum: f32, inputs: &[NodeId]) -> Launch {
    let rows = l.numel(inputs[0]) / 2;
    let norm = Norm {
        columns: l.numel(inputs[1]) as usize / rows as usize,
        groups: 1,
        span: 1,
        center: true,
        eps: 0.0,
        weight: false,
        bias: false,
    };
    let mut params = norm_params(l, inputs[1], &norm);
    (params.momentum, params.y_offset) = (momentum, l.offset(inputs[0]));
    norm_launch(l, Kernel::RunningStats, params, vec![l.home(inputs[1]), l.home(inputs[0])], &norm)
}

/// A launch over rows whose invocations share them: as many to a row as take it in one round of four elements each, and
/// short rows several to a workgroup of at least `size`, a power of two. On a software device a barrier costs more than
/// the rounds it saves: there an invocation has a row to itself, or a SIMD register where rows are few or long, but for
/// rows so long that it would be ended.
pub(super) fn by_rows(
    l: &Lowering,
    kernel: Kernel,
    params: impl Into<Vec<u32>>,
    buffers: Vec<Home>,
    [rows, columns]: [u32; 2],
    size: u32,
) -> Launch {
    let most = match columns {
        ..=4096 if l.target.software && rows >= 8 => 1,
        ..=16_384 if l.target.software => 8,
        _ => 256,
    };
    let lanes = columns.div_ceil(4).next_power_of_two().min(most);
    let together = (size / lanes).max(1);
    Launch::new(kernel, params, buffers, rows.div_ceil(together) as usize)
        .with("LANES", lanes)
        .with("ROWS", together)
}

/// The launch that adds up what `parts` workgroups left in scratch, times `scale`, or over what they counted.
pub(super) fn sum_parts(l: &Lowering, id: NodeId, parts: usize, scale: Option<f32>) -> Launch {
    let params = SumParams { parts: parts as u32, scale: scale.unwrap_or(1.0), y_offset: l.offset(id) };
    Launch::new(Kernel::SumParts, params, vec![l.home(id)], 1)
        .with_scratch(2 * parts)
        .with("LANES", if parts <= 64 { 64 } else { 256 })
        .with("MEAN", u32::from(scale.is_none()))
}

/// How many workgroups share a sum over `items`, each taking `each` of them at a time.
pub(super) fn parts(items: u32, each: u32) -> usize {
    (items.div_ceil(each) as usize).clamp(1, PARTS)
}

fn softmax_params(l: &Lowering, id: NodeId, x: NodeId, dy_offset: u32) -> SoftmaxParams {
    let columns = l.dims(id).last().map_or(1, |&columns| columns as u32);
    let (x_offset, y_offset) = (l.offset(x), l.offset(id));
    SoftmaxParams { rows: l.numel(id) / columns, columns, x_offset, dy_offset, y_offset }
}

fn softmax_launch(
    l: &Lowering,
    kernel: Kernel,
    params: SoftmaxParams,
    buffers: Vec<Home>,
    log: bool,
) -> Launch {
    let shape = [params.rows, params.columns];
    by_rows(l, kernel, params, buffers, shape, 64).with("LOG", u32::from(log))
}

/// Offsets of what is there are for the caller to set.
fn norm_params(l: &Lowering, x: NodeId, norm: &Norm) -> NormParams {
    NormParams {
        rows: l.numel(x) / norm.columns as u32,
        columns: norm.columns as u32,
        groups: norm.groups as u32,
        span: norm.span as u32,
        eps: norm.eps,
        momentum: 0.0,
        x_offset: l.offset(x),
        weight_offset: 0,
        bias_offset: 0,
        dy_offset: 0,
        y_offset: 0,
        moments_offset: 0,
    }
}

/// Where the result of a norm over x keeps what each row was normalised by.
fn moments_offset(l: &Lowering, result: NodeId, x: NodeId) -> u32 {
    l.offset(result) + l.numel(x)
}

fn norm_launch(l: &Lowering, kernel: Kernel, params: NormParams, buffers: Vec<Home>, norm: &Norm) -> Launch {
    let shape = [params.rows, params.columns];
    by_rows(l, kernel, params, buffers, shape, 64).with("CENTER", u32::from(norm.center))
}

pub(super) fn forward(l: &Lowering, id: NodeId, norm: &Norm, inputs: &[NodeId]) -> Launch {
    // What there is not is bound to x, and not looked at.
    let weight = if norm.weight { inputs[1] } else { inputs[0] };
    let bias = if norm.bias { inputs[inputs.len() - 1] } else { inputs[0] };
    let mut params = norm_params(l, inputs[0], norm);
    (params.weight_offset, params.bias_offset) = (l.offset(weight), l.offset(bias));
    (params.y_offset, params.moments_offset) = (l.offset(id), moments_offset(l, id, inputs[0]));
    let buffers = [inputs[0], weight, bias, id].map(|node| l.home(node)).to_vec();
    norm_launch(l, Kernel::Norm, params, buffers, norm)
        .with("SPANS", u32::from(norm.span > 1))
        .with("WEIGHT", u32::from(norm.weight))
        .with("BIAS", u32::from(norm.bias))
}

pub(super) fn gradient(l: &Lowering, id: NodeId, norm: &Norm, inputs: &[NodeId]) -> Launch {
    let (result, x) = (inputs[0], inputs[1]);
    let own = 2 + usize::from(norm.weight);
    let (weight, dy) = (if norm.weight { inputs[2] } else { x }, inputs[own]);
    // A sum of gradients takes the place of the bias, which the gradient does not see.
    let sum = inputs.get(own + 1);
    let mut params = norm_params(l, x, norm);
    (params.weight_offset, params.dy_offset) = (l.offset(weight), l.offset(dy));
    (params.bias_offset, params.y_offset) = (sum.map_or(0, |&sum| l.offset(sum)), l.offset(id));
    params.moments_offset = moments_offset(l, result, x);
    let buffers = [x, weight, *sum.unwrap_or(&dy), dy, id, result].map(|node| l.home(node)).to_vec();
    norm_launch(l, Kernel::NormGrad, params, buffers, norm)
        .with("SPANS", u32::from(norm.span > 1))
        .with("WEIGHT", u32::from(norm.weight))
        .with("BIAS", u32::from(sum.is_some()))
}

/// Sums for each weight and bias, in blocks where there are few weights with long sums.
pub(super) fn weight_gradient(l: &Lowering, id: NodeId, norm: &Norm, inputs: &[NodeId]) -> Vec<Launch> {
    let [result, x, dy] = [inputs[0], inputs[1], inputs[2]];
    let (rows, channels) = (l.numel(x) as usize / norm.columns, norm.channels());
    let terms = rows / norm.groups * norm.span;
    // Neighbouring invocations take neighbouring elements: those of other weights, or of the same. Where weights fill a
    // software device's vectors, nothing is shared: barriers cost it more than rounds.
    let most = if l.target.software { 64 } else { 16 };
    let across = if norm.span == 1 { channels.next_power_of_two().min(most) } else { 1 };
    let alone = l.target.software && across >= 8;
    let together = if terms <= 256 { 64 } else { 256 };
    let down = if alone { 1 } else { together / across };
    let tiles = channels.div_ceil(across);
    // Two launches only where one would have its invocations sum for long.
    let whole = terms <= if alone { 1024 } else { 64 * down };
    let parts = if whole { 1 } else { PARTS.div_ceil(tiles) };
    let blocks = (terms / if alone { 64 } else { 16 * down }).clamp(1, parts);
    let params = || NormWeightParams {
        rows: rows as u32,
        columns: norm.columns as u32,
        groups: norm.groups as u32,
        span: norm.span as u32,
        blocks: blocks as u32,
        x_offset: l.offset(x),
        dy_offset: l.offset(dy),
        y_offset: l.offset(id),
        moments_offset: moments_offset(l, result, x),
    };
    let there =
        |launch: Launch| launch.with("WEIGHT", u32::from(norm.weight)).with("BIAS", u32::from(norm.bias));
    let tiled = |kernel, nodes: &[NodeId]| {
        let buffers = nodes.iter().map(|&node| l.home(node)).collect();
        Launch::new(kernel, params(), buffers, tiles * blocks)
            .with("ACROSS", across as u32)
            .with("DOWN", down as u32)
    };
    if blocks == 1 {
        return vec![there(tiled(Kernel::NormWeight, &[x, dy, id, result]))];
    }
    let sums = tiled(Kernel::NormWeightParts, &[x, dy, result]);
    let finish = there(Launch::over(Kernel::NormWeightFinish, params(), vec![l.home(id)], channels as u32));
    [sums, finish].map(|launch| launch.with_scratch(2 * blocks * channels)).into()
}

fn clip_params(l: &Lowering, id: NodeId, most: f32, inputs: &[NodeId]) -> ClipParams {
    ClipParams {
        len: l.numel(inputs[0]),
        most,
        x_offset: l.offset(inputs[0]),
        squares_offset: inputs.get(1).map_or(0, |&squares| l.offset(squares)),
        y_offset: l.offset(id),
    }
}

/// With the sum of squares among the inputs, by norm; else by value.
pub(super) fn clip(l: &Lowering, id: NodeId, most: f32, inputs: &[NodeId]) -> Launch {
    let kernel = if inputs.len() > 1 { Kernel::ClipNorm } else { Kernel::ClipValue };
    let buffers = inputs.iter().chain([&id]).map(|&node| l.home(node)).collect();
    Launch::over(kernel, clip_params(l, id, most, inputs), buffers, l.numel(id))
}

/// Partial sums, then their sum.
pub(super) fn sum_squares(l: &Lowering, id: NodeId, inputs: &[NodeId]) -> Vec<Launch> {
    let len = l.numel(inputs[0]);
    let lanes = if len <= 1024 { 64 } else { 256 };
    let parts = parts(len, 4 * lanes);
    let squares =
        Launch::new(Kernel::SumSquares, clip_params(l, id, 0.0, inputs), vec![l.home(inputs[0])], parts)
            .with("LANES", lanes)
            .with_scratch(2 * parts);
    vec![squares, sum_parts(l, id, parts, Some(1.0))]
}
