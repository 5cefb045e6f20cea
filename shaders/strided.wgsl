// Elements moved from places in x to places in y, at most six axes: permuted axes, a part of an axis taken out or put
// in, zeros around it.
//
// y[right place of i] = x[left place of i]. When PADDED, elements whose coordinate along the innermost axis is not
// within before to before + inside are zero, and left_offset is `before` elements ahead of x's first.
// Grid: one invocation an element moved, striding. Cost: one read and one write an element, neighbouring invocations
// writing neighbouring elements; a permutation that moves the last axis reads each element a cache line apart.
#import walk

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

override WORKGROUP: u32 = 256;
override PADDED: u32 = 0;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var i = id.x; i < params.len; i += groups.x * WORKGROUP) {
        let at = places(i);
        if PADDED == 1u && i % params.extent0 - params.before >= params.inside {
            y[at.y] = 0.0;
        } else {
            y[at.y] = x[at.x];
        }
    }
}
