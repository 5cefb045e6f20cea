// Arithmetic with broadcasting: y = a op b, where an operand of extent 1 along an axis is repeated there (its stride is
// 0). y is row-major, len elements.
//
// Grid: one invocation an element of y, striding. Cost: two reads and one write an element, a division for each axis but
// one; most broadcasts (a bias, a scale for each channel) take two or three axes.
#import walk
#import arithmetic

@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

override WORKGROUP: u32 = 256;
override CODE: u32 = 0; // which function

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var i = id.x; i < params.len; i += groups.x * WORKGROUP) {
        let at = places(i);
        y[params.y_offset + i] = combine(CODE, a[at.x], b[at.y]);
    }
}
