// What a kernel of several workgroups left in scratch, `parts` pairs (sum, count), added up: y = scale sum, or
// scale sum / max(count, 1) where MEAN is 1.
//
// Grid: one workgroup, a fixed tree. Cost: nothing to speak of.
#import rows

struct SumParams {
    parts: u32,
    scale: f32,
    y_offset: u32,
}

@group(0) @binding(0) var<uniform> params: SumParams;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<storage, read> scratch: array<f32>;

override MEAN: u32 = 0;

@compute @workgroup_size(INVOCATIONS)
fn main(@builtin(local_invocation_index) lane: u32) {
    var sum = vec2<f32>();
    for (var part = lane; part < params.parts; part += INVOCATIONS) {
        sum += vec2(scratch[2u * part], scratch[2u * part + 1u]);
    }
    let total = group_sum(lane, sum);
    if lane == 0u {
        let count = select(1.0, max(total.y, 1.0), MEAN == 1u);
        y[params.y_offset] = params.scale * total.x / count;
    }
}
