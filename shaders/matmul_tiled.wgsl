// The matrix product by tiles: y = epilogue(op(A) op(B) + bias), y (m, n), inner extent k.
//
// Q, a text constant (16 or 8), sets everything: a workgroup of Q x Q invocations makes a tile of 4Q x 4Q elements of
// y, each invocation 4 x 4 of them in registers. Along the inner extent it goes Q at a time: each invocation brings
// one vec4 of A's slab (four rows, one k) and one of B's (one k, four columns) to workgroup memory, 2 Q^2 vec4 in all
// (8 KiB for Q = 16). Every loaded element is used 4Q times: k (4Q + 4Q) / (4Q)^2 reads an element of y.
//
// Neighbouring invocations load along whichever axis is contiguous in memory. Grid: one workgroup a tile, striding.
#import matmul

var<workgroup> a_slab: array<vec4<f32>, Q * Q>; // [k][row / 4]
var<workgroup> b_slab: array<vec4<f32>, Q * Q>; // [k][column / 4]

fn a_at(row: u32, p: u32) -> f32 {
    let at = params.a_offset + min(row, params.m - 1u) * params.a_row + min(p, params.k - 1u) * params.a_col;
    return select(0.0, a[at], row < params.m && p < params.k);
}

fn b_at(p: u32, column: u32) -> f32 {
    let at = params.b_offset + min(p, params.k - 1u) * params.b_row + min(column, params.n - 1u) * params.b_col;
    return select(0.0, b[at], column < params.n && p < params.k);
}

fn store_row(row: u32, column: u32, sums: vec4<f32>) {
    if row >= params.m {
        return;
    }
    for (var j = 0u; j < 4u; j++) {
        if column + j < params.n {
            store(row, column + j, sums[j]);
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
    // Which of four rows (or columns) and which k this invocation loads: the fast one lies contiguous in memory.
    let a_part = select(fast, slow, params.a_col == 1u);
    let a_k = select(slow, fast, params.a_col == 1u);
    let b_part = select(fast, slow, params.b_row == 1u);
    let b_k = select(slow, fast, params.b_row == 1u);
    let across = (params.n + 4u * Q - 1u) / (4u * Q);
    let tiles = across * ((params.m + 4u * Q - 1u) / (4u * Q));
    for (var tile = group.x; tile < tiles; tile += groups.x) {
        let first_row = tile / across * 4u * Q;
        let first_column = tile % across * 4u * Q;
        var sum0 = vec4<f32>();
        var sum1 = vec4<f32>();
        var sum2 = vec4<f32>();
        var sum3 = vec4<f32>();
        for (var p = 0u; p < params.k; p += Q) {
            let row = first_row + 4u * a_part;
            let a_p = p + a_k;
            a_slab[a_k * Q + a_part] = vec4(a_at(row, a_p), a_at(row + 1u, a_p), a_at(row + 2u, a_p), a_at(row + 3u, a_p));
            let column = first_column + 4u * b_part;
            let b_p = p + b_k;
            b_slab[b_k * Q + b_part] =
                vec4(b_at(b_p, column), b_at(b_p, column + 1u), b_at(b_p, column + 2u), b_at(b_p, column + 3u));
            workgroupBarrier();
            for (var q = 0u; q < Q; q++) {
                let left = a_slab[q * Q + slow];
                let right = b_slab[q * Q + fast];
                sum0 += left.x * right;
                sum1 += left.y * right;
                sum2 += left.z * right;
                sum3 += left.w * right;
            }
            workgroupBarrier();
        }
        let row = first_row + 4u * slow;
        let column = first_column + 4u * fast;
        store_row(row, column, sum0);
        store_row(row + 1u, column, sum1);
        store_row(row + 2u, column, sum2);
        store_row(row + 3u, column, sum3);
    }
}
