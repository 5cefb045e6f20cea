// Softmax cross-entropy with class numbers, and its gradient; z (rows, columns) logits, k (rows) u32 classes; one past
// the end counts as the last class. With s the smoothing, and N the rows whose class is not `ignored` (where
// has_ignored is 1):
//
// forward:  y = sum over those rows of (ln(sum e^z) - (1 - s) z[k] - s mean(z)) / N, and 0 where there are none
// backward: y (rows, columns) = dloss (softmax(z) - (1 - s) onehot(k) - s / columns) / N, zeros in ignored rows
//
// A logit of -inf has no share; a row of nothing else makes the loss NaN, as in PyTorch. forward: with one workgroup
// straight to y; with PARTS defined the pair (sum, N) of each goes to scratch, for shaders/sum.wgsl. backward: N is rows
// unless IGNORED is defined, when the kernel count has left it in scratch.
//
// Grid: LANES invocations a row, ROWS rows a workgroup, striding; count one workgroup. Cost: one read an element
// forward; two and a write backward; count one read a row.
#import rows

struct CrossEntropyParams {
    rows: u32,
    columns: u32,
    smoothing: f32,
    has_ignored: u32,
    ignored: u32,
    prediction_offset: u32,
    target_offset: u32,
    dloss_offset: u32,
    y_offset: u32,
}

@group(0) @binding(0) var<uniform> params: CrossEntropyParams;
@group(0) @binding(1) var<storage, read> prediction: array<f32>;
@group(0) @binding(2) var<storage, read> targets: array<u32>;
@group(0) @binding(3) var<storage, read> dloss: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;
@group(0) @binding(5) var<storage, read_write> scratch: array<f32>;

override SMOOTH: u32 = 0; // smoothing is not 0

fn counts(row: u32) -> bool {
    return params.has_ignored == 0u || targets[params.target_offset + row] != params.ignored;
}

fn class_of(row: u32) -> u32 {
    return min(targets[params.target_offset + row], params.columns - 1u);
}

fn z_four(row: u32, column: u32) -> vec4<f32> {
    let at = params.prediction_offset + row * params.columns + min(four(column), vec4(params.columns - 1u));
    return vec4(prediction[at.x], prediction[at.y], prediction[at.z], prediction[at.w]);
}

// (largest, sum of e^(z - largest))
fn row_total(lane: u32, row: u32, columns: u32) -> vec2<f32> {
    var part = vec2(LOWEST, 0.0);
    for (var c = lane % LANES; c < columns; c += 4u * LANES) {
        part = joined_by(part, z_four(row, c), within(c, columns));
    }
    return row_join(lane, part);
}

fn row_mean(lane: u32, row: u32, columns: u32) -> f32 {
    var sum = vec4<f32>();
    for (var c = lane % LANES; c < columns; c += 4u * LANES) {
        sum += select(vec4<f32>(), z_four(row, c), within(c, columns));
    }
    return row_sum(lane, vec2(dot(sum, vec4(1.0)), 0.0)).x / f32(params.columns);
}

@compute @workgroup_size(INVOCATIONS)
fn forward(
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    var sums = vec2<f32>();
    for (var block = group.x * ROWS; block < params.rows; block += groups.x * ROWS) {
        let row = block + lane / LANES;
        let columns = select(0u, params.columns, row < params.rows);
        let total = row_total(lane, row, columns);
        var mean = 0.0;
        if SMOOTH == 1u {
            mean = row_mean(lane, row, columns);
        }
        if lane % LANES == 0u && row < params.rows {
            if counts(row) {
                let wanted = prediction[params.prediction_offset + row * params.columns + class_of(row)];
                var term = total.x - wanted + log(total.y);
                if SMOOTH == 1u {
                    term += params.smoothing * (wanted - mean);
                }
                sums += vec2(term, 1.0);
            }
        }
    }
    let total = group_sum(lane, sums);
    if lane == 0u {
#ifdef PARTS
        scratch[2u * group.x] = total.x;
        scratch[2u * group.x + 1u] = total.y;
#else
        y[params.y_offset] = total.x / max(total.y, 1.0);
#endif
    }
}

@compute @workgroup_size(INVOCATIONS)
fn count(@builtin(local_invocation_index) lane: u32) {
    var sum = 0.0;
    for (var row = lane; row < params.rows; row += INVOCATIONS) {
        sum += select(0.0, 1.0, counts(row));
    }
    let total = group_sum(lane, vec2(sum, 0.0));
    if lane == 0u {
        scratch[0] = total.x;
    }
}

@compute @workgroup_size(INVOCATIONS)
fn backward(
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
#ifdef IGNORED
    let scale = dloss[params.dloss_offset] / max(scratch[0], 1.0);
#else
    let scale = dloss[params.dloss_offset] / f32(params.rows);
#endif
    for (var block = group.x * ROWS; block < params.rows; block += groups.x * ROWS) {
        let row = block + lane / LANES;
        let columns = select(0u, params.columns, row < params.rows);
        let total = row_total(lane, row, columns);
        for (var c = lane % LANES; c < columns; c += LANES) {
            let at = row * columns + c;
            let share = exp(prediction[params.prediction_offset + at] - total.x) / total.y;
            var wanted = select(0.0, 1.0 - params.smoothing, c == class_of(row));
            if SMOOTH == 1u {
                wanted += params.smoothing / f32(columns);
            }
            y[params.y_offset + at] = select(0.0, (share - wanted) * scale, counts(row));
        }
    }
}
