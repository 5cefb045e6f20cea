// Dropout: y[i] = x[i] scale where the random number of (seed, stream, step, i) keeps it, else 0; flat, len elements.
// The gradient is the same kernel over dy: the counter gives the same mask again, so none is stored.
// threshold = rate 2^32 and scale = 1 / (1 - rate); a drop is decided by comparing integers, the same everywhere.
//
// Grid: one invocation an element, striding. Cost: one read, one write and three hashes an element.
#import control
#import random

struct DropoutParams {
    len: u32,
    stream: u32,
    threshold: u32,
    scale: f32,
    x_offset: u32,
    control_offset: u32,
    y_offset: u32,
}

@group(0) @binding(0) var<uniform> params: DropoutParams;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> control: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

override WORKGROUP: u32 = 256;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let key = hash3(control[params.control_offset + SEED], params.stream, 0x6d726f70u);
    let step = control[params.control_offset + STEP];
    for (var i = id.x; i < params.len; i += groups.x * WORKGROUP) {
        let keeps = hash3(key, step, i) >= params.threshold;
        y[params.y_offset + i] = select(0.0, x[params.x_offset + i] * params.scale, keeps);
    }
}
