// The softmax along rows, y (rows, columns), or its logarithm where LOG is 1, and the gradient given y.
//
// forward:  y = e^(x - m) / s with m = max(x), s = sum e^(x - m);  log: y = x - m - ln(s)
// backward: dx = y (dy - sum(y dy) / sum(y));                      log: dx = dy - e^y sum(dy)
// m and s come in one pass: where m grows, s shrinks by e^(old m - new m). An x of -inf (a masked place) gives 0; a row
// of nothing but -inf gives zeros, and -inf for the logarithm. NaN and +inf make their row NaN. sum(y) is 1 but for
// rounding; over it, the gradients of a row add up to 0 as closely as they can.
//
// Grid: LANES invocations a row, ROWS rows a workgroup, striding. Cost: two reads and a write an element forward, four
// reads and a write backward.
#import rows

struct SoftmaxParams {
    rows: u32,
    columns: u32,
    x_offset: u32,
    dy_offset: u32,
    y_offset: u32,
}

@group(0) @binding(0) var<uniform> params: SoftmaxParams;
@group(0) @binding(1) var<storage, read> x: array<f32>; // y, to the gradient
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

override LOG: u32 = 0;

fn x_four(row: u32, column: u32) -> vec4<f32> {
    let at = params.x_offset + row * params.columns + min(four(column), vec4(params.columns - 1u));
    return vec4(x[at.x], x[at.y], x[at.z], x[at.w]);
}

fn dy_four(row: u32, column: u32) -> vec4<f32> {
    let at = params.dy_offset + row * params.columns + min(four(column), vec4(params.columns - 1u));
    return vec4(dy[at.x], dy[at.y], dy[at.z], dy[at.w]);
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
        var part = vec2(LOWEST, 0.0);
        for (var c = lane % LANES; c < columns; c += 4u * LANES) {
            part = joined_by(part, x_four(row, c), within(c, columns));
        }
        let total = row_join(lane, part);
        let sum = select(total.y, 1.0, total.y == 0.0);
        for (var c = lane % LANES; c < columns; c += LANES) {
            let at = row * columns + c;
            let over = x[params.x_offset + at] - total.x;
            y[params.y_offset + at] = select(exp(over) / sum, over - log(sum), LOG == 1u);
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
        var part = vec2<f32>();
        for (var c = lane % LANES; c < columns; c += 4u * LANES) {
            let inside = within(c, columns);
            let shares = select(vec4<f32>(), select(x_four(row, c), vec4(1.0), LOG == 1u), inside);
            part += vec2(dot(select(vec4<f32>(), shares * dy_four(row, c), inside), vec4(1.0)), dot(shares, vec4(1.0)));
        }
        let sums = row_sum(lane, part);
        let total = sums.x / select(sums.y, 1.0, LOG == 1u || sums.y == 0.0);
        for (var c = lane % LANES; c < columns; c += LANES) {
            let at = row * columns + c;
            let result = x[params.x_offset + at];
            let grad = dy[params.dy_offset + at];
            y[params.y_offset + at] = select(result * (grad - total), grad - exp(result) * total, LOG == 1u);
        }
    }
}
