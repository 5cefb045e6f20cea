// Clipping of gradients: the sum of all squares, and x (flat, len elements) clipped by it or by value, as PyTorch does.
//
// sum_squares: to scratch, one sum a workgroup, as the pair (sum, 0) that shaders/sum.wgsl adds up.
// by_norm: y = x min(1, most / (sqrt(squares[0]) + 1e-6)); a NaN among the squares makes every y NaN.
// by_value: y = x within -most and most; NaN stays NaN.
//
// Grid: sum_squares a workgroup of LANES for each block of x, striding, four elements a round; the others one invocation an
// element, striding. Cost: one read an element, and one write.
#import rows

struct ClipParams {
    len: u32,
    most: f32,
    x_offset: u32,
    squares_offset: u32,
    y_offset: u32,
}

@group(0) @binding(0) var<uniform> params: ClipParams;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> squares: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<storage, read_write> scratch: array<f32>;

override WORKGROUP: u32 = 256;

@compute @workgroup_size(INVOCATIONS)
fn sum_squares(
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    var sums = vec4<f32>();
    for (var i = group.x * 4u * LANES + lane; i < params.len; i += groups.x * 4u * LANES) {
        let at = params.x_offset + min(four(i), vec4(params.len - 1u));
        let values = select(vec4<f32>(), vec4(x[at.x], x[at.y], x[at.z], x[at.w]), within(i, params.len));
        sums += values * values;
    }
    let total = group_sum(lane, vec2(dot(sums, vec4(1.0)), 0.0));
    if lane == 0u {
        scratch[2u * group.x] = total.x;
        scratch[2u * group.x + 1u] = 0.0;
    }
}

@compute @workgroup_size(WORKGROUP)
fn by_norm(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let share = params.most / (sqrt(squares[params.squares_offset]) + 1e-6);
    let scale = select(share, 1.0, share > 1.0);
    for (var i = id.x; i < params.len; i += groups.x * WORKGROUP) {
        y[params.y_offset + i] = x[params.x_offset + i] * scale;
    }
}

@compute @workgroup_size(WORKGROUP)
fn by_value(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var i = id.x; i < params.len; i += groups.x * WORKGROUP) {
        let value = x[params.x_offset + i];
        let low = select(value, -params.most, value < -params.most);
        y[params.y_offset + i] = select(low, params.most, low > params.most);
    }
}
