// The matrix product by tiles: y = epilogue(op(A) op(B) + bias), y (batch, m, n), inner extent k.
//
// A workgroup of Q x Q invocations makes a square tile of y, each invocation 4 x 4 elements in registers, or 8 x 8
// when WIDE is defined: in W x W blocks of 4 x 4, Q blocks apart. Along the inner extent it goes Q at a time: each
// invocation brings W vec4 of A's slab (four rows, one k) and W of B's (one k, four columns) to workgroup memory.
// Every loaded element is used 4 Q W times: k / (2 Q W) reads an element of y. Q and W are text constants; workgroup
// memory is 32 Q^2 W bytes.
//
// Neighbouring invocations load along whichever axis is contiguous in memory. Elements outside read as zero. Grid: one
// workgroup a tile, striding.
#import matmul

const SIDE = 4u * Q * W; // of a tile

var<workgroup> a_slab: array<vec4<f32>, Q * Q * W>; // [k][row / 4]
var<workgroup> b_slab: array<vec4<f32>, Q * Q * W>; // [k][column / 4]

const FOUR = vec4<u32>(0u, 1u, 2u, 3u);

// Rows row to row + 3 of op(A) in column p; the matrix begins at `first`.
fn a_four(first: u32, row: u32, p: u32) -> vec4<f32> {
    let at = vec4(first + row * params.a_row + p * params.a_col) + FOUR * params.a_row;
    let inside = (vec4(row) + FOUR) < vec4(select(0u, params.m, p < params.k));
    return select(vec4<f32>(), vec4(a[at.x], a[at.y], a[at.z], a[at.w]), inside);
}

// Columns column to column + 3 of op(B) in row p.
fn b_four(first: u32, p: u32, column: u32) -> vec4<f32> {
    let at = vec4(first + p * params.b_row + column * params.b_col) + FOUR * params.b_col;
    let inside = (vec4(column) + FOUR) < vec4(select(0u, params.n, p < params.k));
    return select(vec4<f32>(), vec4(b[at.x], b[at.y], b[at.z], b[at.w]), inside);
}

// One row of y in each column of the result.
fn outer(left: vec4<f32>, right: vec4<f32>) -> mat4x4<f32> {
    return mat4x4(left.x * right, left.y * right, left.z * right, left.w * right);
}

fn store_block(product: u32, first_row: u32, first_column: u32, block: mat4x4<f32>) {
    var sums = block;
    for (var i = 0u; i < 16u; i++) {
        let row = first_row + i / 4u;
        let column = first_column + i % 4u;
        if row < params.m && column < params.n {
            store(product, row, column, sums[i / 4u][i % 4u]);
        }
    }
}

@compute @workgroup_size(Q * Q)
fn main(
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let fast = lane % Q;
    let slow = lane / Q;
    // Which block of four rows (or columns) and which k this invocation loads: the fast one lies contiguous in memory.
    let a_part = select(fast, slow, params.a_col == 1u);
    let a_k = select(slow, fast, params.a_col == 1u);
    let b_part = select(fast, slow, params.b_row == 1u);
    let b_k = select(slow, fast, params.b_row == 1u);
    let across = (params.n + SIDE - 1u) / SIDE;
    let down = (params.m + SIDE - 1u) / SIDE;
    for (var tile = group.x; tile < params.batch * down * across; tile += groups.x) {
        let first_column = tile % across * SIDE;
        let first_row = tile / across % down * SIDE;
        let product = tile / across / down;
        let a_first = params.a_offset + product * params.a_batch;
        let b_first = params.b_offset + product * params.b_batch;
        var block00 = mat4x4<f32>();
#ifdef WIDE
        var block01 = mat4x4<f32>();
        var block10 = mat4x4<f32>();
        var block11 = mat4x4<f32>();
#endif
        for (var p = 0u; p < params.k; p += Q) {
            a_slab[a_k * Q * W + a_part] = a_four(a_first, first_row + 4u * a_part, p + a_k);
            b_slab[b_k * Q * W + b_part] = b_four(b_first, p + b_k, first_column + 4u * b_part);
#ifdef WIDE
            a_slab[a_k * Q * W + a_part + Q] = a_four(a_first, first_row + 4u * (a_part + Q), p + a_k);
            b_slab[b_k * Q * W + b_part + Q] = b_four(b_first, p + b_k, first_column + 4u * (b_part + Q));
#endif
            workgroupBarrier();
            for (var q = 0u; q < Q; q++) {
                let left0 = a_slab[q * Q * W + slow];
                let right0 = b_slab[q * Q * W + fast];
                block00 += outer(left0, right0);
#ifdef WIDE
                let left1 = a_slab[q * Q * W + slow + Q];
                let right1 = b_slab[q * Q * W + fast + Q];
                block01 += outer(left0, right1);
                block10 += outer(left1, right0);
                block11 += outer(left1, right1);
#endif
            }
            workgroupBarrier();
        }
        let row = first_row + 4u * slow;
        let column = first_column + 4u * fast;
        store_block(product, row, column, block00);
#ifdef WIDE
        store_block(product, row, column + 4u * Q, block01);
        store_block(product, row + 4u * Q, column, block10);
        store_block(product, row + 4u * Q, column + 4u * Q, block11);
#endif
    }
}
