// Rows of a table by number, and the gradient of the table.
//
// forward:  y[i, j] = table[index[i], j]; y (count, width). Words of 32 bits, whatever they mean.
// backward: y[r, j] = sum over those i with index[i] = r of dy[i, j]; y (rows, width), summed in the order of i.
// An index past the end counts as the last row.
//
// Grid: forward one invocation an element of y, backward one four columns of a row, striding. Cost: forward two reads an
// element; backward count reads of the index for four elements, which beats atomics in being the same each time.

struct GatherParams {
    rows: u32,
    width: u32,
    count: u32,
    x_offset: u32,
    index_offset: u32,
    y_offset: u32,
}

@group(0) @binding(0) var<uniform> params: GatherParams;
@group(0) @binding(1) var<storage, read> x: array<u32>; // the table, or dy
@group(0) @binding(2) var<storage, read> index: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<u32>;

override WORKGROUP: u32 = 256;

fn row_of(i: u32) -> u32 {
    return min(index[params.index_offset + i], params.rows - 1u);
}

@compute @workgroup_size(WORKGROUP)
fn forward(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var at = id.x; at < params.count * params.width; at += groups.x * WORKGROUP) {
        let row = row_of(at / params.width);
        y[params.y_offset + at] = x[params.x_offset + row * params.width + at % params.width];
    }
}

@compute @workgroup_size(WORKGROUP)
fn backward(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let fours = (params.width + 3u) / 4u;
    for (var item = id.x; item < params.rows * fours; item += groups.x * WORKGROUP) {
        let row = item / fours;
        let columns = vec4(item % fours * 4u) + vec4(0u, 1u, 2u, 3u);
        // Past the last column the last is done again, and not stored.
        let read = params.x_offset + min(columns, vec4(params.width - 1u));
        var sum = vec4<f32>();
        for (var i = 0u; i < params.count; i++) {
            if row_of(i) == row {
                let at = read + i * params.width;
                sum += bitcast<vec4<f32>>(vec4(x[at.x], x[at.y], x[at.z], x[at.w]));
            }
        }
        let write = params.y_offset + row * params.width + columns;
        for (var c = 0u; c < min(4u, params.width - columns.x); c++) {
            y[write[c]] = bitcast<u32>(sum[c]);
        }
    }
}
