// The plainest of kernels. add: y = a + b. copy: y = a, for the inputs of a pack that could not be written in place.
// All flat, len elements; copy carries 32-bit words, whatever they mean, through f32 only by their bits.
// Grid: one invocation an element, striding. Cost: one or two reads and one write an element.

struct ElementwiseParams {
    len: u32,
    a_offset: u32,
    b_offset: u32,
    y_offset: u32,
}

@group(0) @binding(0) var<uniform> params: ElementwiseParams;
@group(0) @binding(1) var<storage, read> a: array<u32>;
@group(0) @binding(2) var<storage, read> b: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<u32>;

override WORKGROUP: u32 = 256;

@compute @workgroup_size(WORKGROUP)
fn add(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var i = id.x; i < params.len; i += groups.x * WORKGROUP) {
        let left = bitcast<f32>(a[params.a_offset + i]);
        let right = bitcast<f32>(b[params.b_offset + i]);
        y[params.y_offset + i] = bitcast<u32>(left + right);
    }
}

@compute @workgroup_size(WORKGROUP)
fn copy(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var i = id.x; i < params.len; i += groups.x * WORKGROUP) {
        y[params.y_offset + i] = a[params.a_offset + i];
    }
}
