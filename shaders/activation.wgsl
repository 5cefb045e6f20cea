// Activations on their own, where they could not join a product.
//
// forward:  y = f(x); backward: y = dy f'(x), where x is what was saved (f's input or output). All flat, len elements.
// Grid: one invocation an element, striding. Cost: one or two reads and one write an element.
#import activation

struct ActivationParams {
    len: u32,
    x_offset: u32,
    dy_offset: u32,
    y_offset: u32,
}

@group(0) @binding(0) var<uniform> params: ActivationParams;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

override WORKGROUP: u32 = 256;
override CODE: u32 = 0; // which activation

@compute @workgroup_size(WORKGROUP)
fn forward(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var i = id.x; i < params.len; i += groups.x * WORKGROUP) {
        y[params.y_offset + i] = act(CODE, x[params.x_offset + i]);
    }
}

@compute @workgroup_size(WORKGROUP)
fn backward(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var i = id.x; i < params.len; i += groups.x * WORKGROUP) {
        y[params.y_offset + i] = dy[params.dy_offset + i] * act_grad(CODE, x[params.x_offset + i]);
    }
}
