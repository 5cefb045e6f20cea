// Arithmetic by element over equal shapes.
//
// binary: y = a op b; unary: y = f(a). All flat, len elements.
// Grid: one invocation an element, striding. Cost: one or two reads and one write an element.
#import arithmetic

struct ElementwiseParams {
    len: u32,
    a_offset: u32,
    b_offset: u32,
    y_offset: u32,
}

@group(0) @binding(0) var<uniform> params: ElementwiseParams;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

override WORKGROUP: u32 = 256;
override CODE: u32 = 0; // which function

const NEG = 0u;
const EXP = 1u;
const LOG = 2u;
const SQRT = 3u;
const SQUARE = 4u;
const ABS = 5u;
const SIGN = 6u;

fn apply(x: f32) -> f32 {
    switch CODE {
        case NEG: { return -x; }
        case EXP: { return exp(x); }
        case LOG: { return log(x); }
        case SQRT: { return sqrt(x); }
        case SQUARE: { return x * x; }
        case ABS: { return abs(x); }
        // A NaN stays a NaN, so that divergence is seen.
        case SIGN: { return select(select(x, -1.0, x < 0.0), 1.0, x > 0.0); }
        default: { return x; }
    }
}

@compute @workgroup_size(WORKGROUP)
fn binary(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var i = id.x; i < params.len; i += groups.x * WORKGROUP) {
        y[params.y_offset + i] = combine(CODE, a[params.a_offset + i], b[params.b_offset + i]);
    }
}

@compute @workgroup_size(WORKGROUP)
fn unary(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var i = id.x; i < params.len; i += groups.x * WORKGROUP) {
        y[params.y_offset + i] = apply(a[params.a_offset + i]);
    }
}
