// y = x, for the inputs of a pack that could not be written in place. Flat, len elements of 32 bits, whatever they mean.
// Grid: one invocation an element, striding. Cost: one read and one write an element.

struct CopyParams {
    len: u32,
    x_offset: u32,
    y_offset: u32,
}

@group(0) @binding(0) var<uniform> params: CopyParams;
@group(0) @binding(1) var<storage, read> x: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;

override WORKGROUP: u32 = 256;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var i = id.x; i < params.len; i += groups.x * WORKGROUP) {
        y[params.y_offset + i] = x[params.x_offset + i];
    }
}
