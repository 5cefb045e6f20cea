// Sums or means over any axes: y[i] = scale * the sum over p of x[kept place of i + summed place of p].
//
// Axes that are kept and axes that are summed over take turns, neighbours of one kind being joined: up to three of each,
// numbered from the innermost. y is row-major over the kept ones: `kept` elements of `summed` summands each.
//
// alone:      one invocation an element, striding; where there are many elements, or few summands.
// shared_out: a workgroup takes ACROSS elements, DOWN invocations to each; they share the summands and add up in a fixed
//             tree of 16 branches, so that the result does not depend on the schedule. Neighbouring invocations share
//             an element when ROWS is 1 (the innermost axis is summed over), else they take neighbouring elements: so
//             they read neighbouring places. Grid: one workgroup for ACROSS elements; there are never too many, since
//             elements are shared only when there are few.
// Four summands are under way at a time, which hides memory's latency, and keeps the rounds of the loop below 65,535,
// where a software device would end it. Cost: each element of x is read once.

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

override KEPT_AXES: u32 = 3;
override SUMMED_AXES: u32 = 3;

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

// The sum of every `by`-th summand from `first` on, of the element that begins at `base`.
fn share(base: u32, first: u32, by: u32) -> f32 {
    var four = vec4<f32>();
    var p = first;
    let last_four = params.summed - min(params.summed, 3u * by);
    for (; p < last_four; p += 4u * by) {
        four += vec4(
            x[base + summed_place(p)],
            x[base + summed_place(p + by)],
            x[base + summed_place(p + 2u * by)],
            x[base + summed_place(p + 3u * by)],
        );
    }
    var sum = (four.x + four.y) + (four.z + four.w);
    for (; p < params.summed; p += by) {
        sum += x[base + summed_place(p)];
    }
    return sum;
}

override WORKGROUP: u32 = 64;

@compute @workgroup_size(WORKGROUP)
fn alone(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var i = id.x; i < params.kept; i += groups.x * WORKGROUP) {
        y[params.y_offset + i] = params.scale * share(kept_place(i), 0u, 1u);
    }
}

override ACROSS: u32 = 1;
override DOWN: u32 = 64; // a power of two
override ROWS: u32 = 1;

var<workgroup> partial: array<f32, ACROSS * DOWN>;

@compute @workgroup_size(ACROSS, DOWN)
fn shared_out(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) group: vec3<u32>) {
    let column = select(lane % ACROSS, lane / DOWN, ROWS == 1u);
    let slice = select(lane / ACROSS, lane % DOWN, ROWS == 1u);
    let i = group.x * ACROSS + column;
    var sum = 0.0;
    if i < params.kept {
        sum = share(kept_place(i), slice, DOWN);
    }
    partial[slice * ACROSS + column] = sum;
    for (var parts = DOWN; parts > 1u;) {
        let fewer = max(parts / 16u, 1u);
        workgroupBarrier();
        if slice < fewer {
            var joined = partial[slice * ACROSS + column];
            for (var other = slice + fewer; other < parts; other += fewer) {
                joined += partial[other * ACROSS + column];
            }
            partial[slice * ACROSS + column] = joined;
        }
        parts = fewer;
    }
    if slice == 0u && i < params.kept {
        y[params.y_offset + i] = params.scale * partial[column];
    }
}
