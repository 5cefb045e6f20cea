// What both kernels of conv2d_grad_weight.wgsl share: their operands, and how the invocations' sums come together.

struct Conv2dGradWeightParams {
    samples: u32,
    groups: u32,
    ins: u32, // channels of x in a group
    outs: u32, // channels of y in a group
    in_h: u32,
    in_w: u32,
    out_h: u32,
    out_w: u32,
    kernel_h: u32,
    kernel_w: u32,
    stride_h: u32,
    stride_w: u32,
    padding_h: u32,
    padding_w: u32,
    dilation_h: u32,
    dilation_w: u32,
    tall: u32, // rows of an item
    first: u32, // items that this launch adds
    end: u32,
    x_offset: u32,
    dy_offset: u32,
    dw_offset: u32,
    sums_offset: u32, // of the sums of dy's channels
}

@group(0) @binding(0) var<uniform> params: Conv2dGradWeightParams;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> dw: array<f32>;

override LANES: u32 = 64; // a power of two
override OUTS: u32 = 4; // 1 or 4
override TALL: u32 = 3; // 1 or 3
override ELEMENTS: u32 = 9; // that a workgroup makes: 3 TALL, or 4
override KEPT: u32 = 9; // ELEMENTS, or one more: the sums of dy's channels, which whoever makes their first element of dw stores
override ADDS: u32 = 0; // to what is in dw

var<workgroup> partial: array<vec4<f32>, KEPT * LANES>;

// Element `column` of a row of x that begins at `at` and has `limit` elements.
fn load(at: u32, column: u32, limit: u32) -> f32 {
    return select(0.0, x[at + column], column < limit);
}

// Four channels of dy at one window; zeros past the end of a row. What is past the last channel is never stored.
fn load_dy(at: u32, inside: bool) -> vec4<f32> {
    var d = vec4(dy[at], 0.0, 0.0, 0.0);
    if OUTS == 4u {
        let plane = params.out_h * params.out_w;
        d = vec4(d.x, dy[at + plane], dy[at + 2u * plane], dy[at + 3u * plane]);
    }
    return select(vec4<f32>(), d, inside);
}

// Adds up the invocations' sums of all elements; all invocations must come here, before and after.
fn add_up(lane: u32) {
    for (var half_way = LANES / 2u; half_way > 0u; half_way >>= 1u) {
        workgroupBarrier();
        if lane < half_way {
            for (var e = 0u; e < KEPT; e++) {
                partial[e * LANES + lane] += partial[e * LANES + lane + half_way];
            }
        }
    }
    workgroupBarrier();
}

// Stores the sum of a channel of dy.
fn store_sum(channel: u32, sum: f32) {
    if ADDS == 1u {
        dw[params.sums_offset + channel] += sum;
    } else {
        dw[params.sums_offset + channel] = sum;
    }
}

// Stores the sum of an element for a channel of dy; `place` is the element's in its channel's part of dw.
fn store(group: u32, channel: u32, place: u32, sum: f32) {
    let window = params.ins * params.kernel_h * params.kernel_w;
    let at = params.dw_offset + (group * params.outs + channel) * window + place;
    if ADDS == 1u {
        dw[at] += sum;
    } else {
        dw[at] = sum;
    }
}
