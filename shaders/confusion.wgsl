// The confusion counts: counts[side, true * classes + predicted] += how many rows, in place; prediction (rows, columns),
// counts (2 sides, classes^2) f32. The side is that of the row's sample, as in shaders/tally.wgsl; number 0 begins anew.
//
// columns = 1: two classes, prediction > 0 against target > threshold (f32). Else the class is the column of the largest
// prediction, the first among equals (the first of all if that is a NaN), against u32 targets. A row whose target is past
// the end, or ignored, is not counted.
//
// Grid: one workgroup; it counts in workgroup memory, at most 2 x 32 x 32 counters, so that no global atomics are needed.
// Counting is exact in any order. Cost: one read an element.

struct ConfusionParams {
    rows: u32,
    columns: u32,
    classes: u32,
    each: u32,
    train: u32,
    samples: u32,
    has_ignored: u32,
    ignored: u32,
    threshold: f32,
    counts_offset: u32,
    prediction_offset: u32,
    target_offset: u32,
    index_offset: u32,
}

@group(0) @binding(0) var<uniform> params: ConfusionParams;
@group(0) @binding(1) var<storage, read_write> counts: array<f32>;
@group(0) @binding(2) var<storage, read> prediction: array<f32>;
@group(0) @binding(3) var<storage, read> targets: array<u32>;
@group(0) @binding(4) var<storage, read> index: array<u32>;

override WORKGROUP: u32 = 256;

var<workgroup> found: array<atomic<u32>, 2048>;

fn predicted(row: u32) -> u32 {
    let first = params.prediction_offset + row * params.columns;
    var largest = prediction[first];
    if params.columns == 1u {
        return select(0u, 1u, largest > 0.0);
    }
    var best = 0u;
    for (var c = 1u; c < params.columns; c++) {
        let value = prediction[first + c];
        if value > largest {
            largest = value;
            best = c;
        }
    }
    return best;
}

fn wanted(row: u32) -> u32 {
    let word = targets[params.target_offset + row];
    if params.columns == 1u {
        return select(0u, 1u, bitcast<f32>(word) > params.threshold);
    }
    return select(word, params.classes, params.has_ignored == 1u && word == params.ignored);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
    let cells = params.classes * params.classes;
    for (var i = lane; i < 2u * cells; i += WORKGROUP) {
        atomicStore(&found[i], 0u);
    }
    workgroupBarrier();
    for (var row = lane; row < params.rows; row += WORKGROUP) {
        let truth = wanted(row);
        let sample = index[params.index_offset + row / params.each];
        if truth < params.classes && sample < params.samples {
            let first = select(cells, 0u, sample < params.train);
            atomicAdd(&found[first + truth * params.classes + predicted(row)], 1u);
        }
    }
    workgroupBarrier();
    let anew = index[params.index_offset] == 0u;
    for (var i = lane; i < 2u * cells; i += WORKGROUP) {
        let at = params.counts_offset + i;
        counts[at] = select(counts[at], 0.0, anew) + f32(atomicLoad(&found[i]));
    }
}
