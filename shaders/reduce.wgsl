// Sums or means over any axes: y[i] = scale * the sum over p of x[kept place of i + summed place of p].
//
// Axes that are kept and axes that are summed over take turns, neighbours of one kind being joined: up to three of each,
// numbered from the innermost. y is row-major over the kept ones: `kept` elements of `summed` summands each.
//
// A workgroup takes ACROSS elements, DOWN invocations to each: they share the summands and add up in a fixed tree, so
// that the result does not depend on the schedule. Neighbouring invocations share an element when ROWS is 1 (the
// innermost axis is summed over), else they take neighbouring elements: so they read neighbouring places. Four
// summands are under way at a time, which hides memory's latency and keeps the rounds of the loop below 65,535, where
// a software device would end it. Grid: one workgroup for ACROSS elements, striding. Cost: each element of x is read once.

struct ReduceParams {
    kept: u32,
    summed: u32,
    scale: f32,
    x_offset: u32,
    y_offset: u32,
    kept_extent0: u32,
    kept_extent1: u32,
    kept0: u32,
    kept1: u32,
    kept_last: u32,
    summed_extent0: u32,
    summed_extent1: u32,
    summed0: u32,
    summed1: u32,
    summed_last: u32,
}

@group(0) @binding(0) var<uniform> params: ReduceParams;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

override ACROSS: u32 = 1;
override DOWN: u32 = 64; // a power of two
override ROWS: u32 = 1;
override KEPT_AXES: u32 = 3;
override SUMMED_AXES: u32 = 3;

var<workgroup> partial: array<f32, ACROSS * DOWN>;

fn kept_place(i: u32) -> u32 {
    var rest = i;
    var at = params.x_offset;
    if KEPT_AXES > 1u {
        at += rest % params.kept_extent0 * params.kept0;
        rest /= params.kept_extent0;
    }
    if KEPT_AXES > 2u {
        at += rest % params.kept_extent1 * params.kept1;
        rest /= params.kept_extent1;
    }
    return at + rest * params.kept_last;
}

fn summed_place(p: u32) -> u32 {
    var rest = p;
    var at = 0u;
    if SUMMED_AXES > 1u {
        at += rest % params.summed_extent0 * params.summed0;
        rest /= params.summed_extent0;
    }
    if SUMMED_AXES > 2u {
        at += rest % params.summed_extent1 * params.summed1;
        rest /= params.summed_extent1;
    }
    return at + rest * params.summed_last;
}

// The sum of every DOWN-th summand from `first` on, of the element that begins at `base`.
fn share(base: u32, first: u32) -> f32 {
    var four = vec4<f32>();
    var p = first;
    let last_four = params.summed - min(params.summed, 3u * DOWN);
    for (; p < last_four; p += 4u * DOWN) {
        four += vec4(
            x[base + summed_place(p)],
            x[base + summed_place(p + DOWN)],
            x[base + summed_place(p + 2u * DOWN)],
            x[base + summed_place(p + 3u * DOWN)],
        );
    }
    var sum = (four.x + four.y) + (four.z + four.w);
    for (; p < params.summed; p += DOWN) {
        sum += x[base + summed_place(p)];
    }
    return sum;
}

@compute @workgroup_size(ACROSS, DOWN)
fn main(
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let column = select(lane % ACROSS, lane / DOWN, ROWS == 1u);
    let slice = select(lane / ACROSS, lane % DOWN, ROWS == 1u);
    for (var first = group.x * ACROSS; first < params.kept; first += groups.x * ACROSS) {
        let i = first + column;
        var sum = 0.0;
        if i < params.kept {
            sum = share(kept_place(i), slice);
        }
        partial[slice * ACROSS + column] = sum;
        for (var half_way = DOWN / 2u; half_way > 0u; half_way >>= 1u) {
            workgroupBarrier();
            if slice < half_way {
                partial[slice * ACROSS + column] += partial[(slice + half_way) * ACROSS + column];
            }
        }
        if slice == 0u && i < params.kept {
            y[params.y_offset + i] = params.scale * partial[column];
        }
        workgroupBarrier();
    }
}
