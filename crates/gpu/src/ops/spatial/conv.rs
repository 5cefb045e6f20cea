//! Convolutions: which variant suits the windows, and how many launches.

use super::super::Lowering;
use super::{MOST_ROUNDS, extents};
use crate::kernels::{Conv2dGradWeightParams, Conv2dParams, Kernel};
use crate::launch::Launch;
use minibatch_graph::{Activation, Conv2d, NodeId};

/// The most workgroups of one launch.
const MOST_GROUPS: usize = 65_535;

/// Where the windows are, (along height, along width).
struct Windows {
    x: [u32; 2],
    y: [u32; 2],
    kernel: [u32; 2],
    stride: [u32; 2],
    padding: [u32; 2],
    dilation: [u32; 2],
    /// Elements of a window so far apart look at pixels of one phase, see conv2d.wgsl.
    every: [u32; 2],
}

impl Windows {
    /// From the shapes of x, y and the weight.
    fn new(conv: &Conv2d, x: [u32; 4], y: [u32; 4], weight: [u32; 4]) -> Self {
        let words = |pair: [usize; 2]| pair.map(|value| value as u32);
        let (stride, padding, dilation) = (words(conv.stride), words(conv.padding), words(conv.dilation));
        let every = [0, 1].map(|axis| stride[axis] / gcd(stride[axis], dilation[axis]));
        let [x, y, kernel] = [x, y, weight].map(|[_, _, height, width]| [height, width]);
        let mut windows = Self { x, y, kernel, stride, padding, dilation, every };
        if kernel == [1, 1] && stride == [1, 1] && padding == [0, 0] {
            // Windows of one pixel: one long row.
            (windows.x, windows.y) = ([1, x[0] * x[1]], [1, y[0] * y[1]]);
        } else if x[1] == 1 && kernel[1] == 1 && padding[1] == 0 {
            // A column may as well be a row.
            let pairs = [&mut windows.x, &mut windows.y, &mut windows.kernel, &mut windows.stride];
            pairs.into_iter().for_each(|pair| pair.reverse());
            let pairs = [&mut windows.padding, &mut windows.dilation, &mut windows.every];
            pairs.into_iter().for_each(|pair| pair.reverse());
        }
        windows
    }

    /// Operands of neighbours lie side by side.
    fn slide(&self, transposed: bool) -> bool {
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
    let (from, to) = (extents(l, x), extents(l, id));
    let (large, small) = if transposed { (to, from) } else { (from, to) };
    let windows = Windows::new(conv, large, small, extents(l, weight));
    let ([in_h, in_w], [out_h, out_w]) =
        if transposed { (windows.y, windows.x) } else { (windows.x, windows.y) };
    let [kernel_h, kernel_w] = windows.kernel;
    let (samples, groups) = (from[0], conv.groups as u32);
    let (ins, outs) = (from[1] / groups, to[1] / groups);
    let window = kernel_h * kernel_w;
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
        stride_h: windows.stride[0],
        stride_w: windows.stride[1],
        padding_h: windows.padding[0],
        padding_w: windows.padding[1],
        dilation_h: windows.dilation[0],
        dilation_w: windows.dilation[1],
        every_h: windows.every[0],
        every_w: windows.every[1],
        w_group: ins * outs * window,
        w_out: if transposed { window } else { ins * window },
        w_in: if transposed { outs * window } else { window },
        first: channels[0],
        end: channels[1],
        first_row: rows[0],
        end_row: rows[1],
        x_offset: l.offset(x),
        weight_offset: l.offset(weight),
        bias_offset: l.offset(bias_or_weight),
        y_offset: l.offset(id),
    };
    // Results of the phase that has most, and how many phases there are.
    let phases =
        if transposed { [windows.stride[0].min(out_h), windows.stride[1].min(out_w)] } else { [1, 1] };
    let apart = if transposed { windows.stride } else { [1, 1] };
    let (rows, columns) = (out_h.div_ceil(apart[0]), out_w.div_ceil(apart[1]));
    let slides = windows.slide(transposed) && (columns.is_multiple_of(4) || columns > 4);
    let items =
        if slides { samples * rows * columns.div_ceil(4) } else { (samples * rows * columns).div_ceil(4) };
    let out = channels_at_once(outs);
    let size = if items <= 256 { 32 } else { 64 };
    let tasks = [outs.div_ceil(out), items.div_ceil(size), phases[0], phases[1], groups];
    let tasks: usize = tasks.map(|count| count as usize).iter().product();
    let kernel = if slides { Kernel::Conv2dSlide } else { Kernel::Conv2d };
    let buffers = [x, weight, bias_or_weight, id].map(|node| l.home(node)).to_vec();
    let make = |(channels, rows): Share| {
        Launch::new(kernel, params(channels, rows), buffers.clone(), tasks)
            .with("WORKGROUP", size)
            .with("OUT", out)
            .with("TRANSPOSED", u32::from(transposed))
            .with("ADDS", u32::from(channels[0] > 0 || rows[0] > 0))
            .with("FINISHES", u32::from(channels[1] == ins && rows[1] == kernel_h))
            .with("BIAS", u32::from(bias.is_some()))
            .with("ACTIVATION", activation.code())
    };
    let searches = if transposed { (kernel_h + kernel_w) as usize + 2 } else { 0 };
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
/// `searches` more for each of its `turns`. A loop's last look at its condition is a round too.
fn shares(turns: usize, searches: usize, channels: u32, rows: u32, columns: u32) -> Vec<Share> {
    let room = (MOST_ROUNDS / turns).saturating_sub(searches).max(1);
    let row = columns as usize + 2;
    let whole = room / (row * rows as usize + 2);
    if whole > 0 {
        let step = whole.min(channels as usize);
        let firsts = (0..channels).step_by(step);
        return firsts.map(|c| ([c, (c + step as u32).min(channels)], [0, rows])).collect();
    }
    let step = (room / row).clamp(1, rows as usize);
    let firsts = move || (0..rows).step_by(step).map(move |row| [row, (row + step as u32).min(rows)]);
    (0..channels).flat_map(|c| firsts().map(move |rows| ([c, c + 1], rows))).collect()
}

/// The gradient with respect to the weight, given dy; with a gap that of the bias too, as far behind it.
pub(super) fn grad_weight(
    l: &Lowering,
    id: NodeId,
    (conv, kernel, bias): (&Conv2d, [usize; 2], Option<usize>),
    [x, dy]: [NodeId; 2],
) -> Vec<Launch> {
    let (from, to) = (extents(l, x), extents(l, dy));
    let weight = [to[1], from[1] / conv.groups as u32, kernel[0] as u32, kernel[1] as u32];
    let windows = Windows::new(conv, from, to, weight);
    let behind = l.offset(id) + weight.iter().product::<u32>() + bias.unwrap_or(0) as u32;
    let ([in_h, in_w], [out_h, out_w], [kernel_h, kernel_w]) = (windows.x, windows.y, windows.kernel);
    let (samples, groups) = (from[0], conv.groups as u32);
    let (ins, outs) = (from[1] / groups, to[1] / groups);
    // Rows of three elements must not leave too many idle.
    let slides = windows.slide(false) && kernel_w > 1 && out_w >= 4;
    let high = slides && windows.stride[0] == 1 && windows.dilation[0] == 1 && kernel_h > 1;
    // Long items make good use of what they keep, but there must be some for each invocation.
    let tall = out_h.div_ceil(out_h.div_ceil(8));
    let items = match slides {
        true => samples * out_h.div_ceil(tall) * out_w.div_ceil(4),
        false => samples * out_h * out_w,
    };
    let blocks = groups as usize * outs.div_ceil(4) as usize;
    let tasks = |wide: u32| {
        let parts = match slides {
            true => ins * kernel_h.div_ceil(wide) * kernel_w.div_ceil(3),
            false => (ins * kernel_h * kernel_w).div_ceil(4),
        };
        blocks * parts as usize
    };
    // Where few workgroups would have much to do each, they are large. Nine elements leave no room for that in workgroup
    // memory, so that a real device makes three at a time, in more of them; to a software one the reads cost more.
    let large = |wide| items >= 2048 && tasks(wide) <= 64;
    let wide = if high && (l.target.software || !large(3)) { 3 } else { 1 };
    let (tasks, elements) = (tasks(wide), if slides { 3 * wide } else { 4 });
    // The sums of dy are one element more.
    let kept = elements + u32::from(bias.is_some());
    let lanes = if kept <= 4 && large(wide) { 256.min(l.target.limits.invocations as u32) } else { 64 };
    let turns = tasks.div_ceil(MOST_GROUPS) * if slides { tall as usize + 2 } else { 1 };
    let step = (MOST_ROUNDS / turns).saturating_sub(100).max(1) * lanes as usize;
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
            stride_h: windows.stride[0],
            stride_w: windows.stride[1],
            padding_h: windows.padding[0],
            padding_w: windows.padding[1],
            dilation_h: windows.dilation[0],
            dilation_w: windows.dilation[1],
            tall,
            first,
            end: (first as usize + step).min(items as usize) as u32,
            x_offset: l.offset(x),
            dy_offset: l.offset(dy),
            dw_offset: l.offset(id),
            sums_offset: behind,
        };
        let buffers = [x, dy, id].map(|node| l.home(node)).to_vec();
        Launch::new(kernel, params, buffers, tasks)
            .with("LANES", lanes)
            .with("OUTS", if outs == 1 { 1 } else { 4 })
            .with("ELEMENTS", elements)
            .with("KEPT", kept)
            .with("ADDS", u32::from(first > 0))
    };
    let make = |first: u32| {
        let launch = make(first);
        if slides { launch.with("TALL", wide) } else { launch }
    };
    (0..items).step_by(step).map(make).collect()
}
