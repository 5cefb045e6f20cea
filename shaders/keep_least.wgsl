// Keeps values (n) with their loss where it is the least so far: kept (1 + n), in place; kept[0] is the least loss, by its
// bits, so that words of any type can be kept. A loss that is not finite is never kept, which its bits tell: a compiler
// may take it that floats are.
//
// Grid: with SETTLE one workgroup: every invocation reads the least loss before the first one replaces it. Many values
// take a grid of their own before it, without SETTLE, and the workgroup is left the loss alone. Cost: a copy where the
// loss is the least, else two reads.

struct KeepLeastParams {
    len: u32,
    kept_offset: u32,
    values_offset: u32,
    loss_offset: u32,
}

@group(0) @binding(0) var<uniform> params: KeepLeastParams;
@group(0) @binding(1) var<storage, read_write> kept: array<u32>;
@group(0) @binding(2) var<storage, read> values: array<u32>;
@group(0) @binding(3) var<storage, read> loss: array<u32>;

override WORKGROUP: u32 = 256;
override SETTLE: u32 = 1;

const EXPONENT: u32 = 0x7f800000u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let now = loss[params.loss_offset];
    let finite = (now & EXPONENT) != EXPONENT;
    let better = finite && bitcast<f32>(now) < bitcast<f32>(kept[params.kept_offset]);
    if better {
        for (var i = id.x; i < params.len; i += groups.x * WORKGROUP) {
            kept[params.kept_offset + 1u + i] = values[params.values_offset + i];
        }
    }
    if SETTLE == 1u {
        storageBarrier();
        if better && id.x == 0u {
            kept[params.kept_offset] = now;
        }
    }
}
