// The sum over rows: y[c] = sum over r of x[r, c]; x (rows, columns), y (columns). A bias's gradient.
//
// A workgroup takes ACROSS columns, DOWN invocations to each: they share the rows and add up in a fixed tree, so that
// the result does not depend on the schedule. Grid: one workgroup for ACROSS columns, striding. Cost: each element of
// x is read once, neighbouring invocations reading neighbouring columns.

struct SumRowsParams {
    rows: u32,
    columns: u32,
    x_offset: u32,
    y_offset: u32,
}

@group(0) @binding(0) var<uniform> params: SumRowsParams;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

override ACROSS: u32 = 16;
override DOWN: u32 = 16; // a power of two

var<workgroup> partial: array<f32, ACROSS * DOWN>;

@compute @workgroup_size(ACROSS, DOWN)
fn main(
    @builtin(local_invocation_id) local: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    for (var first = group.x * ACROSS; first < params.columns; first += groups.x * ACROSS) {
        let column = first + local.x;
        var sum = 0.0;
        if column < params.columns {
            for (var row = local.y; row < params.rows; row += DOWN) {
                sum += x[params.x_offset + row * params.columns + column];
            }
        }
        partial[lane] = sum;
        for (var half_way = DOWN / 2u; half_way > 0u; half_way >>= 1u) {
            workgroupBarrier();
            if local.y < half_way {
                partial[lane] += partial[lane + half_way * ACROSS];
            }
        }
        if local.y == 0u && column < params.columns {
            y[params.y_offset + column] = partial[lane];
        }
        workgroupBarrier();
    }
}
