// The confusion matrix: y[true * classes + predicted] = how many rows; prediction (rows, columns), y (classes^2) f32.
//
// columns = 1: two classes, prediction > 0 against target > 0 (f32). Else the class is the column of the largest
// prediction, the first among equals (the first of all if that is a NaN), against u32 targets. A row whose target is past
// the end is not counted.
//
// Grid: one workgroup; it counts in workgroup memory, at most 32 x 32 counters, so that no global atomics are needed.
// Counting is exact in any order. Cost: one read an element.

struct ConfusionParams {
    rows: u32,
    columns: u32,
    classes: u32,
    prediction_offset: u32,
    target_offset: u32,
    y_offset: u32,
}

@group(0) @binding(0) var<uniform> params: ConfusionParams;
@group(0) @binding(1) var<storage, read> prediction: array<f32>;
@group(0) @binding(2) var<storage, read> targets: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

override WORKGROUP: u32 = 256;

var<workgroup> counts: array<atomic<u32>, 1024>;

fn predicted(row: u32) -> u32 {
    let first = params.prediction_offset + row * params.columns;
    var largest = prediction[first];
    if params.columns == 1u {
        return select(0u, 1u, largest > 0.0);
    }
    var found = 0u;
    for (var c = 1u; c < params.columns; c++) {
        let value = prediction[first + c];
        if value > largest {
            largest = value;
            found = c;
        }
    }
    return found;
}

fn wanted(row: u32) -> u32 {
    let word = targets[params.target_offset + row];
    if params.columns == 1u {
        return select(0u, 1u, bitcast<f32>(word) > 0.0);
    }
    return word;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
    let cells = params.classes * params.classes;
    for (var i = lane; i < cells; i += WORKGROUP) {
        atomicStore(&counts[i], 0u);
    }
    workgroupBarrier();
    for (var row = lane; row < params.rows; row += WORKGROUP) {
        let truth = wanted(row);
        if truth < params.classes {
            atomicAdd(&counts[truth * params.classes + predicted(row)], 1u);
        }
    }
    workgroupBarrier();
    for (var i = lane; i < cells; i += WORKGROUP) {
        y[params.y_offset + i] = f32(atomicLoad(&counts[i]));
    }
}
