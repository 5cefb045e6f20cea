// The four losses as means, and their gradients; p (rows, columns) predictions or logits, t targets.
//
// 0 mse            mean over elements of (p - t)^2                            2 (p - t) / count
// 1 half mse       half of it                                                 (p - t) / count
// 2 binary         mean over elements of max(p, 0) - p t + ln(1 + e^-|p|)     (sigmoid(p) - t) / count
// 3 cross-entropy  mean over rows of ln(sum e^p) - p[class]                   (softmax(p) - onehot(class)) / rows
//
// Targets are f32 (rows, columns), but u32 class numbers (rows) for 3; one past the end counts as the last class.
//
// forward:  one workgroup; each invocation takes every WORKGROUP-th item (an element, or a row for 3), then a fixed
//           tree adds up. y (1). backward: y = dloss times the gradient, (rows, columns); one invocation an item,
//           grid-stride. Cost: one read an element; for 3 three passes over each row.
#import activation

struct LossParams {
    rows: u32,
    columns: u32,
    prediction_offset: u32,
    target_offset: u32,
    dloss_offset: u32,
    y_offset: u32,
}

@group(0) @binding(0) var<uniform> params: LossParams;
@group(0) @binding(1) var<storage, read> prediction: array<f32>;
@group(0) @binding(2) var<storage, read> targets: array<u32>;
@group(0) @binding(3) var<storage, read> dloss: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

const MSE = 0u;
const HALF_MSE = 1u;
const BINARY = 2u;
const CROSS_ENTROPY = 3u;

override WORKGROUP: u32 = 256; // a power of two
override CODE: u32 = 0; // which loss

var<workgroup> partial: array<f32, WORKGROUP>;

// How many items the mean is taken over.
fn items() -> u32 {
    return select(params.rows * params.columns, params.rows, CODE == CROSS_ENTROPY);
}

fn class_of(row: u32) -> u32 {
    return min(targets[params.target_offset + row], params.columns - 1u);
}

// (largest, sum of e^(p - largest)) of a row of logits.
fn row_sum(first: u32) -> vec2<f32> {
    var largest = prediction[first];
    for (var c = 1u; c < params.columns; c++) {
        largest = max(largest, prediction[first + c]);
    }
    var sum = 0.0;
    for (var c = 0u; c < params.columns; c++) {
        sum += exp(prediction[first + c] - largest);
    }
    return vec2(largest, sum);
}

fn item_loss(i: u32) -> f32 {
    if CODE == CROSS_ENTROPY {
        let first = params.prediction_offset + i * params.columns;
        let row = row_sum(first);
        return row.x + log(row.y) - prediction[first + class_of(i)];
    }
    let p = prediction[params.prediction_offset + i];
    let t = bitcast<f32>(targets[params.target_offset + i]);
    switch CODE {
        case HALF_MSE: { return 0.5 * (p - t) * (p - t); }
        case BINARY: { return softplus(p) - p * t; }
        default: { return (p - t) * (p - t); }
    }
}

@compute @workgroup_size(WORKGROUP)
fn forward(@builtin(local_invocation_index) lane: u32) {
    var sum = 0.0;
    for (var i = lane; i < items(); i += WORKGROUP) {
        sum += item_loss(i);
    }
    partial[lane] = sum;
    for (var half_way = WORKGROUP / 2u; half_way > 0u; half_way >>= 1u) {
        workgroupBarrier();
        if lane < half_way {
            partial[lane] += partial[lane + half_way];
        }
    }
    if lane == 0u {
        y[params.y_offset] = partial[0] / f32(items());
    }
}

fn row_grad(row: u32, scale: f32) {
    let first = params.prediction_offset + row * params.columns;
    let total = row_sum(first);
    let class_number = class_of(row);
    for (var c = 0u; c < params.columns; c++) {
        let share = exp(prediction[first + c] - total.x) / total.y;
        let wanted = select(0.0, 1.0, c == class_number);
        y[params.y_offset + row * params.columns + c] = (share - wanted) * scale;
    }
}

fn element_grad(i: u32) -> f32 {
    let p = prediction[params.prediction_offset + i];
    let t = bitcast<f32>(targets[params.target_offset + i]);
    switch CODE {
        case HALF_MSE: { return p - t; }
        case BINARY: { return sigmoid(p) - t; }
        default: { return 2.0 * (p - t); }
    }
}

@compute @workgroup_size(WORKGROUP)
fn backward(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let scale = dloss[params.dloss_offset] / f32(items());
    for (var i = id.x; i < items(); i += groups.x * WORKGROUP) {
        if CODE == CROSS_ENTROPY {
            row_grad(i, scale);
        } else {
            y[params.y_offset + i] = element_grad(i) * scale;
        }
    }
}
