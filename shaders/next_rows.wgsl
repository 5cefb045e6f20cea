// The numbers of the next rows of all samples, y (rows) u32, in order; the last may be past the end. Moves the cursor on,
// in place, and back to 0 when all have come.
//
// Grid: one workgroup; every invocation reads the cursor before the first one moves it on. Cost: a write a row.

struct NextRowsParams {
    rows: u32,
    samples: u32,
    cursor_offset: u32,
    y_offset: u32,
}

@group(0) @binding(0) var<uniform> params: NextRowsParams;
@group(0) @binding(1) var<storage, read_write> cursor: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;

override WORKGROUP: u32 = 256;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
    let first = cursor[params.cursor_offset];
    for (var i = lane; i < params.rows; i += WORKGROUP) {
        y[params.y_offset + i] = first + i;
    }
    storageBarrier();
    if lane == 0u {
        let next = first + params.rows;
        cursor[params.cursor_offset] = select(next, 0u, next >= params.samples);
    }
}
