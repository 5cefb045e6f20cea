//! Convolutions: which variant suits the windows, and how many launches.

use super::super::Lowering;
use super::{MOST_ROUNDS, extents};
use crate::kernels::{Conv2dGradWeightParams, Conv2dParams, Kernel};
use crate::launch::Launch;
use minibatch_graph::{Activation, Conv2d, NodeId};

/// The most workgroups of one launch.
const MOST_GROUPS: usize = 65_535;

/// What a window's neighbours are made of: stride, padding, dilation, and how many elements of a window lie between two
/// that are the same for all results of a phase.
struct Axes {
    stride: [u32; 2],
    padding: [u32; 2],
    dilation: [u32; 2],
    every: [u32; 2],
}

impl Axes {
    fn new(conv: &Conv2d) -> Self {
        let words = |pair: [usize; 2]| pair.map(|value| value as u32);
        let (stride, dilation) = (words(conv.stride), words(conv.dilation));
        let every = [0, 1].map(|axis| stride[axis] / gcd(stride[axis], dilation[axis]));
        Self { stride, padding: words(conv.padding), dilation, every }
    }

    /// Operands of neighbours lie side by side.
    fn slides(&self, transposed: bool) -> bool {
        match transposed {
            true => self.dilation[1] * self.every[1] == self.stride[1],
            false => self.stride[1] == 1 && self.dilation[1] == 1,
        }
    }
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// A convolution of x by a weight, with bias and activation in `finish`; or, without, the gradient of one with respect
/// to x, where `x` is dy and the node has the shape of x.
pub(super) fn launches(
    l: &Lowering,
    id: NodeId,
    conv: &Conv2d,
    [x, weight]: [NodeId; 2],
    finish: Option<(Option<NodeId>, Activation)>,
) -> Vec<Launch> {
    let transposed = finish.is_none();
    let (bias, activation) = finish.unwrap_or((None, Activation::Linear));
    let ([samples, in_channels, in_h, in_w], [_, out_channels, out_h, out_w]) =
        (extents(l, x), extents(l, id));
    let [_, _, kernel_h, kernel_w] = extents(l, weight);
    let groups = conv.groups as u32;
    let (ins, outs) = (in_channels / groups, out_channels / groups);
    let window = kernel_h * kernel_w;
    let axes = Axes::new(conv);
    // What the convolution does not have is bound to the weight, and not looked at.
    let bias_or_weight = bias.unwrap_or(weight);
    let params = |channels: [u32; 2], rows: [u32; 2]| Conv2dParams {
        samples,
        groups,
        ins,
        outs,
        in_h,
        in_w,
        out_h,
        out_w,
        kernel_h,
        kernel_w,
        stride_h: axes.stride[0],
        stride_w: axes.stride[1],
        padding_h: axes.padding[0],
        padding_w: axes.padding[1],
        dilation_h: axes.dilation[0],
        dilation_w: axes.dilation[1],
        every_h: axes.every[0],
        every_w: axes.every[1],
        w_group: ins * outs * window,
        w_out: if transposed { window } else { ins * window },
        w_in: if transposed { outs * window } else { window },
        first: channels[0],
        end: channels[1],
        first_row: rows[0],
        end_row: rows[1],
        adds: u32::from(channels[0] > 0 || rows[0] > 0),
        finishes: u32::from(channels[1] == ins && rows[1] == kernel_h),
        has_bias: u32::from(bias.is_some()),
        x_offset: l.offset(x),
        weight_offset: l.offset(weight),
        bias_offset: l.offset(bias_or_weight),
        y_offset: l.offset(id),
    };
    // Results of the phase that has most, and how many phases there are.
    let phases = if transposed { [axes.stride[0].min(out_h), axes.stride[1].min(out_w)] } else { [1, 1] };
    let apart = if transposed { axes.stride } else { [1, 1] };
    let (rows, columns) = (out_h.div_ceil(apart[0]), out_w.div_ceil(apart[1]));
    let slides = axes.slides(transposed) && (columns.is_multiple_of(4) || columns > 4);
    let items =
        if slides { samples * rows * columns.div_ceil(4) } else { (samples * rows * columns).div_ceil(4) };
    let out = channels_at_once(outs);
    let size = if items <= 256 { 32 } else { 64 };
    let tasks = [outs.div_ceil(out), items.div_ceil(size), phases[0], phases[1], groups];
    let tasks: usize = tasks.map(|count| count as usize).iter().product();
    let kernel = if slides { Kernel::Conv2dSlide } else { Kernel::Conv2d };
    let buffers = [x, weight, bias_or_weight, id].map(|node| l.home(node)).to_vec();
    let make = |(channels, rows)| {
        Launch::new(kernel, params(channels, rows), buffers.clone(), tasks)
            .with("WORKGROUP", size)
            .with("OUT", out)
            .with("TRANSPOSED", u32::from(transposed))
            .with("ACTIVATION", activation.code())
    };
    let searches = if transposed { (kernel_h + kernel_w) as usize } else { 0 };
    shares(tasks.div_ceil(MOST_GROUPS), searches, ins, kernel_h, kernel_w).into_iter().map(make).collect()
}

/// How many channels an invocation makes: as many as waste few.
fn channels_at_once(outs: u32) -> u32 {
    match outs {
        0..=2 => outs.max(1),
        3..=4 => 4,
        _ if outs.next_multiple_of(4) < outs.next_multiple_of(8) => 4,
        _ => 8,
    }
}

type Share = ([u32; 2], [u32; 2]);

/// The channels and rows of a window that each launch adds, so that no invocation makes too many rounds; it makes
/// `searches` more for each of its `turns`.
fn shares(turns: usize, searches: usize, channels: u32, rows: u32, columns: u32) -> Vec<Share> {
    let room = (MOST_ROUNDS / turns).saturating_sub(searches).max(1);
    let row = columns as usize + 1;
    let whole = room / (row * rows as usize + 1);
    if whole > 0 {
        let step = whole.min(channels as usize);
        let firsts = (0..channels).step_by(step);
        return firsts.map(|c| ([c, (c + step as u32).min(channels)], [0, rows])).collect();
    }
    let step = (room / row).clamp(1, rows as usize);
    let firsts = move || (0..rows).step_by(step).map(move |row| [row, (row + step as u32).min(rows)]);
    (0..channels).flat_map(|c| firsts().map(move |rows| ([c, c + 1], rows))).collect()
}

/// The gradient with respect to the weight, given dy.
pub(super) fn grad_weight(l: &Lowering, id: NodeId, conv: &Conv2d, [x, dy]: [NodeId; 2]) -> Vec<Launch> {
    let ([samples, in_channels, in_h, in_w], [_, out_channels, out_h, out_w]) =
        (extents(l, x), extents(l, dy));
    let [_, _, kernel_h, kernel_w] = extents(l, id);
    let groups = conv.groups as u32;
    let (ins, outs) = (in_channels / groups, out_channels / groups);
    let axes = Axes::new(conv);
    // Three elements of a row at a time must not leave too many idle.
    let slides = axes.slides(false) && kernel_w != 1 && kernel_w != 4 && out_w >= 4;
    let across = if slides { out_w.div_ceil(4) } else { out_w };
    let items = samples * out_h * across;
    let taps =
        if slides { ins * kernel_h * kernel_w.div_ceil(3) } else { (ins * kernel_h * kernel_w).div_ceil(4) };
    let tasks = groups as usize * outs.div_ceil(4) as usize * taps as usize;
    let lanes = if items < 2048 || tasks > 64 { 64 } else { 256 };
    let step = (MOST_ROUNDS / tasks.div_ceil(MOST_GROUPS) - 32).max(1) * lanes as usize;
    let kernel = if slides { Kernel::Conv2dGradWeightSlide } else { Kernel::Conv2dGradWeight };
    let make = |first: u32| {
        let params = Conv2dGradWeightParams {
            samples,
            groups,
            ins,
            outs,
            in_h,
            in_w,
            out_h,
            out_w,
            kernel_h,
            kernel_w,
            stride_h: axes.stride[0],
            stride_w: axes.stride[1],
            padding_h: axes.padding[0],
            padding_w: axes.padding[1],
            dilation_h: axes.dilation[0],
            dilation_w: axes.dilation[1],
            first,
            end: (first as usize + step).min(items as usize) as u32,
            x_offset: l.offset(x),
            dy_offset: l.offset(dy),
            dw_offset: l.offset(id),
        };
        let buffers = [x, dy, id].map(|node| l.home(node)).to_vec();
        Launch::new(kernel, params, buffers, tasks).with("LANES", lanes)
    };
    (0..items).step_by(step).map(make).collect()
}
