// Writes values (width) as the next row of a ring (1 + rows width), in place; ring[0] is the row that comes next.
//
// Grid: one workgroup; every invocation reads the row before the first one moves it on. Cost: a copy.

struct RecordParams {
    rows: u32,
    width: u32,
    ring_offset: u32,
    values_offset: u32,
}

@group(0) @binding(0) var<uniform> params: RecordParams;
@group(0) @binding(1) var<storage, read_write> ring: array<f32>;
@group(0) @binding(2) var<storage, read> values: array<f32>;

override WORKGROUP: u32 = 64;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
    let row = min(u32(ring[params.ring_offset]), params.rows - 1u);
    let first = params.ring_offset + 1u + row * params.width;
    for (var i = lane; i < params.width; i += WORKGROUP) {
        ring[first + i] = values[params.values_offset + i];
    }
    storageBarrier();
    if lane == 0u {
        ring[params.ring_offset] = f32((row + 1u) % params.rows);
    }
}
