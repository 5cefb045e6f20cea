// Losses of elements, and their gradients; p predictions or logits, t targets, e = p - t; flat, len elements.
//
// code and term                                                   its derivative
// 0 mse, 4 sum of squares   e^2                                   2 e
// 1 half mse                e^2 / 2                               e
// 2 binary cross-entropy    max(p, 0) - p t + ln(1 + e^-|p|)      sigmoid(p) - t
// 5 L1                      |e|                                   sign(e), 0 at 0
// 6 Huber                   e^2 / 2 where |e| <= delta,           e within -delta and delta
//                           else delta (|e| - delta / 2)
// The loss is scale times the sum of the terms: 1 / len, or 1 for 4.
//
// forward:  a fixed tree in each workgroup. With one workgroup straight to y (1); with PARTS
//           defined the pair (sum, 0) of each goes to scratch, for shaders/sum.wgsl.
// backward: y = dloss scale times the derivative; one invocation an element, striding.
// Cost: two reads an element, and one write backward.
#import loss_terms
#import rows

struct LossParams {
    len: u32,
    scale: f32,
    delta: f32,
    prediction_offset: u32,
    target_offset: u32,
    dloss_offset: u32,
    y_offset: u32,
}

@group(0) @binding(0) var<uniform> params: LossParams;
@group(0) @binding(1) var<storage, read> prediction: array<f32>;
@group(0) @binding(2) var<storage, read> targets: array<f32>;
@group(0) @binding(3) var<storage, read> dloss: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;
@group(0) @binding(5) var<storage, read_write> scratch: array<f32>;

override WORKGROUP: u32 = 256;

fn derivative(p: f32, t: f32) -> f32 {
    let e = p - t;
    switch CODE {
        case HALF_MSE: { return e; }
        case BINARY: { return sigmoid(p) - t; }
        case L1: { return select(e, select(-1.0, 1.0, e > 0.0), abs(e) > 0.0); }
        case HUBER: { return select(e, select(-params.delta, params.delta, e > 0.0), abs(e) > params.delta); }
        default: { return 2.0 * e; }
    }
}

@compute @workgroup_size(INVOCATIONS)
fn forward(
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    var sum = 0.0;
    for (var i = group.x * LANES + lane; i < params.len; i += groups.x * LANES) {
        sum += term(prediction[params.prediction_offset + i], targets[params.target_offset + i], params.delta);
    }
    let total = group_sum(lane, vec2(sum, 0.0));
    if lane == 0u {
#ifdef PARTS
        scratch[2u * group.x] = total.x;
        scratch[2u * group.x + 1u] = 0.0;
#else
        y[params.y_offset] = total.x * params.scale;
#endif
    }
}

@compute @workgroup_size(WORKGROUP)
fn backward(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let scale = dloss[params.dloss_offset] * params.scale;
    for (var i = id.x; i < params.len; i += groups.x * WORKGROUP) {
        let slope = derivative(prediction[params.prediction_offset + i], targets[params.target_offset + i]);
        y[params.y_offset + i] = slope * scale;
    }
}
