// What the kernels of conv2d.wgsl share: their operands, the phases of a transposed convolution, and how results are
// stored.
#import activation

struct Conv2dParams {
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
    every_h: u32, // elements of a window from one of a phase to the next
    every_w: u32,
    w_group: u32, // elements of the weight from one group, channel of y, channel of x to the next
    w_out: u32,
    w_in: u32,
    first: u32, // channels of x that this launch adds
    end: u32,
    first_row: u32, // and elements of a window along the height, counted in a phase
    end_row: u32,
    x_offset: u32,
    weight_offset: u32,
    bias_offset: u32,
    y_offset: u32,
}

@group(0) @binding(0) var<uniform> params: Conv2dParams;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

override WORKGROUP: u32 = 64;
override OUT: u32 = 8; // 1, 2, 4 or 8
override TRANSPOSED: u32 = 0;
override ADDS: u32 = 0; // to what is in y
override FINISHES: u32 = 1; // applies bias and activation
override BIAS: u32 = 0; // there is one
override ACTIVATION: u32 = 0;

// One phase along an axis: of x, result number j takes origin + j step + t shift with element `element` + t `every` of
// the window, t < count.
struct Line {
    origin: i32,
    step: i32,
    shift: i32,
    element: i32,
    every: i32,
    count: u32,
}

fn line(phase: u32, kernel: u32, stride: u32, padding: u32, dilation: u32, every: u32) -> Line {
    if TRANSPOSED == 0u {
        return Line(-i32(padding), i32(stride), i32(dilation), 0, 1, kernel);
    }
    // Window i has pixel phase + padding as element k where i stride + k dilation is that; the first such k.
    let pixel = phase + padding;
    var k = 0u;
    var off = pixel % stride;
    while k < kernel && off != 0u {
        off = (off + stride - dilation % stride) % stride;
        k++;
    }
    let count = select(0u, (kernel - 1u - k) / every + 1u, k < kernel);
    // From the last element down, so that the windows go up.
    let last = i32(k) + (i32(count) - 1) * i32(every);
    let origin = (i32(pixel) - last * i32(dilation)) / i32(stride);
    return Line(origin, 1, i32(dilation * every / stride), last, -i32(every), count);
}

fn store(channel: u32, at: vec4<u32>, keep: vec4<bool>, sums: vec4<f32>, group: u32) {
    if channel >= params.outs {
        return;
    }
    let place = at + vec4(channel * params.out_h * params.out_w);
    for (var i = 0u; i < 4u; i++) {
        if keep[i] {
            var z = sums[i];
            if ADDS == 1u {
                z += y[place[i]];
            }
            if BIAS == 1u && FINISHES == 1u {
                z += bias[params.bias_offset + group * params.outs + channel];
            }
            if FINISHES == 1u {
                z = act(ACTIVATION, z);
            }
            y[place[i]] = z;
        }
    }
}

// Element `column` of a row of x that begins at `at` and has `limit` elements.
fn load(at: u32, column: i32, limit: u32) -> f32 {
    return select(0.0, x[at + u32(column)], u32(column) < limit);
}
