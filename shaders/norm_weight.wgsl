// The gradient of a normalisation's weight, y[w] = sum over elements (r, c) with w(r, c) = w of dy n, and behind it that of its
// bias, the sum of dy, of those that WEIGHT and BIAS say there are; see norm.wgsl for w(r, c) and n. A weight has terms
// (rows / groups) span: term k is row (k / span) groups + w / each, column
// (w mod each) span + k mod span, with each = columns / span weights a row.
//
// m and s of each row were kept by the forward pass. The terms are split into `blocks`; a workgroup takes one block of ACROSS
// weights, DOWN invocations to each, which add up in a fixed tree. sums: with one block straight to y; with PARTS defined to
// scratch, pairs (blocks, weights), which finish adds up.
//
// Grid: one workgroup a block of ACROSS weights, striding; finish one invocation a weight, striding. Cost: one read of x
// and one of dy an element.

struct NormWeightParams {
    rows: u32,
    columns: u32,
    groups: u32,
    span: u32,
    blocks: u32,
    x_offset: u32,
    dy_offset: u32,
    y_offset: u32,
    moments_offset: u32,
}

@group(0) @binding(0) var<uniform> params: NormWeightParams;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<storage, read> kept: array<f32>; // the norm's result
@group(0) @binding(5) var<storage, read_write> scratch: array<f32>;

override WORKGROUP: u32 = 64;
override ACROSS: u32 = 16;
override DOWN: u32 = 16; // a power of two
override WEIGHT: u32 = 1;
override BIAS: u32 = 1;

var<workgroup> partial: array<vec2<f32>, ACROSS * DOWN>;

// What weight and bias get.
fn term(channel: u32, k: u32) -> vec2<f32> {
    let each = params.columns / params.span;
    let row = k / params.span * params.groups + channel / each;
    let at = row * params.columns + channel % each * params.span + k % params.span;
    let m = params.moments_offset + 3u * row;
    let n = (x[params.x_offset + at] - kept[m] - kept[m + 1u]) * kept[m + 2u];
    return dy[params.dy_offset + at] * vec2(n, 1.0);
}

fn store(channel: u32, channels: u32, sums: vec2<f32>) {
    if WEIGHT == 1u {
        y[params.y_offset + channel] = sums.x;
    }
    if BIAS == 1u {
        y[params.y_offset + channels * WEIGHT + channel] = sums.y;
    }
}

@compute @workgroup_size(ACROSS, DOWN)
fn sums(
    @builtin(local_invocation_id) local: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let channels = params.groups * (params.columns / params.span);
    let terms = params.rows / params.groups * params.span;
    let length = (terms + params.blocks - 1u) / params.blocks;
    let tiles = (channels + ACROSS - 1u) / ACROSS;
    for (var part = group.x; part < tiles * params.blocks; part += groups.x) {
        let block = part / tiles;
        let channel = part % tiles * ACROSS + local.x;
        var sum = vec2<f32>();
        if channel < channels {
            let end = min(terms, (block + 1u) * length);
            for (var k = block * length + local.y; k < end; k += DOWN) {
                sum += term(channel, k);
            }
        }
        if DOWN > 1u {
            partial[lane] = sum;
            for (var half_way = DOWN / 2u; half_way > 0u; half_way >>= 1u) {
                workgroupBarrier();
                if local.y < half_way {
                    partial[lane] += partial[lane + half_way * ACROSS];
                }
            }
            sum = partial[lane];
        }
        if local.y == 0u && channel < channels {
#ifdef PARTS
            let at = 2u * (block * channels + channel);
            scratch[at] = sum.x;
            scratch[at + 1u] = sum.y;
#else
            store(channel, channels, sum);
#endif
        }
        if DOWN > 1u {
            workgroupBarrier();
        }
    }
}

@compute @workgroup_size(WORKGROUP)
fn finish(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let channels = params.groups * (params.columns / params.span);
    for (var channel = id.x; channel < channels; channel += groups.x * WORKGROUP) {
        var sum = vec2<f32>();
        for (var block = 0u; block < params.blocks; block++) {
            let at = 2u * (block * channels + channel);
            sum += vec2(scratch[at], scratch[at + 1u]);
        }
        store(channel, channels, sum);
    }
}
