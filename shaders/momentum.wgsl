// The velocity that Muon takes, in place, flat, len elements: b = momentum b + (1 - momentum) g, and the direction y = b,
// or momentum b + (1 - momentum) g of the new b where NESTEROV is 1.
//
// Grid: one invocation an element, striding. Cost: two reads and two writes an element.

struct MomentumParams {
    len: u32,
    momentum: f32,
    buffer_offset: u32,
    g_offset: u32,
    y_offset: u32,
}

@group(0) @binding(0) var<uniform> params: MomentumParams;
@group(0) @binding(1) var<storage, read_write> buffer: array<f32>;
@group(0) @binding(2) var<storage, read> g: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

override WORKGROUP: u32 = 256;
override NESTEROV: u32 = 0;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var i = id.x; i < params.len; i += groups.x * WORKGROUP) {
        let fresh = (1.0 - params.momentum) * g[params.g_offset + i];
        let moved = params.momentum * buffer[params.buffer_offset + i] + fresh;
        buffer[params.buffer_offset + i] = moved;
        y[params.y_offset + i] = select(moved, params.momentum * moved + fresh, NESTEROV == 1u);
    }
}
