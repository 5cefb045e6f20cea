// What each row adds to a mean: y (rows, 3) = its term, what the term weighs, and how many of its answers are right.
// p (rows, columns) predictions or logits; t (rows, columns) f32, or (rows) u32 classes for cross-entropy.
//
// CODE 3, cross-entropy, k = min(t, columns - 1), s the smoothing:
//   term  ln(sum e^p) - (1 - s) p[k] - s mean(p)     weight 1     right 1 where p[k] is the largest, the first of equals
//   and zeros where has_ignored is 1 and t is `ignored`.
// The others: the sum of their terms, as in shaders/loss.wgsl; weight columns; right: how many p > 0 are as t > threshold.
//
// Grid: LANES invocations a row, ROWS rows a workgroup, striding. Cost: one read an element, for cross-entropy two.
#import loss_terms
#import rows

struct ScoreParams {
    rows: u32,
    columns: u32,
    smoothing: f32,
    has_ignored: u32,
    ignored: u32,
    delta: f32,
    threshold: f32,
    prediction_offset: u32,
    target_offset: u32,
    y_offset: u32,
}

@group(0) @binding(0) var<uniform> params: ScoreParams;
@group(0) @binding(1) var<storage, read> prediction: array<f32>;
@group(0) @binding(2) var<storage, read> targets: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

override SMOOTH: u32 = 0; // smoothing is not 0

fn z_four(row: u32, column: u32) -> vec4<f32> {
    let at = params.prediction_offset + row * params.columns + min(four(column), vec4(params.columns - 1u));
    return vec4(prediction[at.x], prediction[at.y], prediction[at.z], prediction[at.w]);
}

// (term, right) of a row of cross-entropy; `columns` is 0 for a row there is none of.
fn class_row(lane: u32, row: u32, columns: u32) -> vec2<f32> {
    let class_of = min(targets[params.target_offset + min(row, params.rows - 1u)], params.columns - 1u);
    let wanted = prediction[params.prediction_offset + min(row, params.rows - 1u) * params.columns + class_of];
    var part = vec2(LOWEST, 0.0);
    var more = vec2<f32>(); // the sum of logits, and how many beat the wanted one
    for (var c = lane % LANES; c < columns; c += 4u * LANES) {
        let z = z_four(row, c);
        let inside = within(c, columns);
        part = joined_by(part, z, inside);
        let beaten = (vec4(wanted) > z) | ((vec4(wanted) == z) & (vec4(class_of) <= four(c)));
        let lost = select(vec4<f32>(), select(vec4(1.0), vec4<f32>(), beaten), inside);
        more += vec2(dot(select(vec4<f32>(), z, inside), vec4(1.0)), dot(lost, vec4(1.0)));
    }
    let total = row_join(lane, part);
    let sums = row_sum(lane, more);
    var loss = total.x - wanted + log(total.y);
    if SMOOTH == 1u {
        loss += params.smoothing * (wanted - sums.x / f32(params.columns));
    }
    return vec2(loss, select(0.0, 1.0, sums.y == 0.0));
}

// (the sum of terms, right answers) of a row of elements.
fn element_row(lane: u32, row: u32, columns: u32) -> vec2<f32> {
    var sums = vec2<f32>();
    for (var c = lane % LANES; c < columns; c += LANES) {
        let at = row * columns + c;
        let p = prediction[params.prediction_offset + at];
        let t = bitcast<f32>(targets[params.target_offset + at]);
        sums += vec2(term(p, t, params.delta), select(0.0, 1.0, (p > 0.0) == (t > params.threshold)));
    }
    return row_sum(lane, sums);
}

@compute @workgroup_size(INVOCATIONS)
fn main(
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    for (var block = group.x * ROWS; block < params.rows; block += groups.x * ROWS) {
        let row = block + lane / LANES;
        let columns = select(0u, params.columns, row < params.rows);
        var told: vec2<f32>;
        var weight = f32(columns);
        if CODE == CROSS_ENTROPY {
            told = class_row(lane, row, columns);
            weight = 1.0;
            if params.has_ignored == 1u {
                let class_of = targets[params.target_offset + min(row, params.rows - 1u)];
                if class_of == params.ignored {
                    told = vec2<f32>();
                    weight = 0.0;
                }
            }
        } else {
            told = element_row(lane, row, columns);
        }
        if lane % LANES == 0u && row < params.rows {
            let at = params.y_offset + 3u * row;
            y[at] = told.x;
            y[at + 1u] = weight;
            y[at + 2u] = told.y;
        }
    }
}
