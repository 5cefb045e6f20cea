// Normalised rows: layer, RMS, group and batch norm, which differ only in what a row is. x is (rows, columns); element c
// of row r has the weight and bias number w(r, c) = (r mod groups) (columns / span) + c / span.
//
// With m the mean of the row, or 0 where CENTER is 0, v the mean of (x - m)^2, s = 1 / sqrt(v + eps), n = (x - m) s:
//   forward:  y = n weight + bias                     backward: dx = s (g - mean(g) - n mean(g n)), g = dy weight,
//             m and s of each row behind y                      without mean(g) where CENTER is 0, from the m and s kept
//   running:  y (2 rows) holds means, then variances: y += momentum (new - y), new being m and v columns / (columns - 1)
//             (a row of one element has variance 0)
// m comes in two parts, the rounded mean and the mean of what is left: a row far from 0 would lose digits. WEIGHT and
// BIAS say which there are; what there is not is bound to something else. Backward, bias is a sum of gradients to which dx is
// added.
//
// Grid: LANES invocations a row, ROWS rows a workgroup, striding. Cost: three reads of x and a write an element forward,
// two reads of x, two of dy and a write backward. A software device can take rows up to 6 million long.
#import rows

struct NormParams {
    rows: u32,
    columns: u32,
    groups: u32,
    span: u32,
    eps: f32,
    momentum: f32,
    x_offset: u32,
    weight_offset: u32,
    bias_offset: u32,
    dy_offset: u32,
    y_offset: u32,
    moments_offset: u32, // of m's two parts and s, row by row
}

@group(0) @binding(0) var<uniform> params: NormParams;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read> dy: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;
@group(0) @binding(6) var<storage, read> kept: array<f32>; // forward's y

override CENTER: u32 = 1;
override WEIGHT: u32 = 0;
override BIAS: u32 = 0;
override SPANS: u32 = 1; // span is not 1: divisions that most norms do without

struct Moments {
    mean: f32,
    rest: f32, // of the mean
    variance: f32,
}

fn first_channel(row: u32) -> u32 {
    return select(0u, row % params.groups * (params.columns / params.span), params.groups > 1u);
}

fn channel(first: u32, column: u32) -> u32 {
    if SPANS == 0u {
        return first + column;
    }
    return first + column / params.span;
}

fn x_four(row: u32, column: u32) -> vec4<f32> {
    let at = params.x_offset + row * params.columns + min(four(column), vec4(params.columns - 1u));
    return vec4(x[at.x], x[at.y], x[at.z], x[at.w]);
}

// columns is 0 where there is no such row.
fn moments_of(lane: u32, row: u32, columns: u32) -> Moments {
    let share = 1.0 / f32(params.columns);
    var mean = 0.0;
    if CENTER == 1u {
        var sum = vec4<f32>();
        for (var c = lane % LANES; c < columns; c += 4u * LANES) {
            sum += select(vec4<f32>(), x_four(row, c), within(c, columns));
        }
        mean = row_sum(lane, vec2(dot(sum, vec4(1.0)), 0.0)).x * share;
    }
    var sums = vec2<f32>();
    for (var c = lane % LANES; c < columns; c += 4u * LANES) {
        let off = select(vec4<f32>(), x_four(row, c) - mean, within(c, columns));
        sums += vec2(dot(off, vec4(1.0)), dot(off, off));
    }
    let means = row_sum(lane, sums) * share;
    let rest = select(0.0, means.x, CENTER == 1u);
    return Moments(mean, rest, max(means.y - rest * rest, 0.0));
}

fn normalised(value: f32, m: Moments, scale: f32) -> f32 {
    return (value - m.mean - m.rest) * scale;
}

// dy times the weight.
fn grad_at(row: u32, column: u32, channels: u32) -> f32 {
    var grad = dy[params.dy_offset + row * params.columns + column];
    if WEIGHT == 1u {
        grad *= weight[params.weight_offset + channel(channels, column)];
    }
    return grad;
}

@compute @workgroup_size(INVOCATIONS)
fn forward(
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    for (var block = group.x * ROWS; block < params.rows; block += groups.x * ROWS) {
        let row = block + lane / LANES;
        let columns = select(0u, params.columns, row < params.rows);
        let m = moments_of(lane, row, columns);
        let scale = inverseSqrt(m.variance + params.eps);
        if lane % LANES == 0u && row < params.rows {
            let at = params.moments_offset + 3u * row;
            y[at] = m.mean;
            y[at + 1u] = m.rest;
            y[at + 2u] = scale;
        }
        let channels = first_channel(row);
        for (var c = lane % LANES; c < columns; c += LANES) {
            let at = row * columns + c;
            var value = normalised(x[params.x_offset + at], m, scale);
            if WEIGHT == 1u {
                value *= weight[params.weight_offset + channel(channels, c)];
            }
            if BIAS == 1u {
                value += bias[params.bias_offset + channel(channels, c)];
            }
            y[params.y_offset + at] = value;
        }
    }
}

@compute @workgroup_size(INVOCATIONS)
fn backward(
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    for (var block = group.x * ROWS; block < params.rows; block += groups.x * ROWS) {
        let row = block + lane / LANES;
        let columns = select(0u, params.columns, row < params.rows);
        let at_m = params.moments_offset + 3u * min(row, params.rows - 1u);
        let m = Moments(kept[at_m], kept[at_m + 1u], 0.0);
        let scale = kept[at_m + 2u];
        let channels = first_channel(row);
        var sums = vec2<f32>();
        for (var c = lane % LANES; c < columns; c += LANES) {
            let grad = grad_at(row, c, channels);
            sums += vec2(grad, grad * normalised(x[params.x_offset + row * columns + c], m, scale));
        }
        let means = row_sum(lane, sums) / f32(params.columns);
        let mean_grad = select(0.0, means.x, CENTER == 1u);
        for (var c = lane % LANES; c < columns; c += LANES) {
            let at = row * columns + c;
            let n = normalised(x[params.x_offset + at], m, scale);
            var value = scale * (grad_at(row, c, channels) - mean_grad - n * means.y);
            if BIAS == 1u {
                value += bias[params.bias_offset + at];
            }
            y[params.y_offset + at] = value;
        }
    }
}

@compute @workgroup_size(INVOCATIONS)
fn running(
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    for (var block = group.x * ROWS; block < params.rows; block += groups.x * ROWS) {
        let row = block + lane / LANES;
        let m = moments_of(lane, row, select(0u, params.columns, row < params.rows));
        if lane % LANES == 0u && row < params.rows {
            let unbiased = m.variance * f32(params.columns) / max(f32(params.columns) - 1.0, 1.0);
            let at = params.y_offset + row;
            y[at] += params.momentum * (m.mean - y[at] + m.rest);
            y[at + params.rows] += params.momentum * (unbiased - y[at + params.rows]);
        }
    }
}
