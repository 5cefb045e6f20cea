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

// Four elements of a matrix from `first` on, `by` apart; zeros where not inside.
fn four_of_a(first: u32, by: u32, inside: vec4<bool>) -> vec4<f32> {
    let at = first + FOUR * by;
    return select(vec4<f32>(), vec4(a[at.x], a[at.y], a[at.z], a[at.w]), inside);
}

fn four_of_b(first: u32, by: u32, inside: vec4<bool>) -> vec4<f32> {
    let at = first + FOUR * by;
    return select(vec4<f32>(), vec4(b[at.x], b[at.y], b[at.z], b[at.w]), inside);
}

// One row of y in each column of the result.
fn outer(left: vec4<f32>, right: vec4<f32>) -> mat4x4<f32> {
    return mat4x4(left.x * right, left.y * right, left.z * right, left.w * right);
}

// Elements outside are not stored. Indices are constants: a software device keeps what is indexed otherwise in memory.
fn store_four(at: u32, column: u32, inside: vec4<bool>, sums: vec4<f32>) {
    if inside.x {
        store(at, column, sums.x);
    }
    if inside.y {
        store(at + 1u, column + 1u, sums.y);
    }
    if inside.z {
        store(at + 2u, column + 2u, sums.z);
    }
    if inside.w {
        store(at + 3u, column + 3u, sums.w);
    }
}

// A block whose first element is `at`; so many rows and columns of it are inside.
fn store_block(at: u32, column: u32, n: u32, rows: u32, columns: u32, sums: mat4x4<f32>) {
    let inside = FOUR < vec4(columns);
    store_four(at, column, inside & vec4(rows > 0u), sums[0]);
    store_four(at + n, column, inside & vec4(rows > 1u), sums[1]);
    store_four(at + 2u * n, column, inside & vec4(rows > 2u), sums[2]);
    store_four(at + 3u * n, column, inside & vec4(rows > 3u), sums[3]);
}

// The sums of so many rows from this one on.
fn store_sums(row: u32, rows: u32, sums: vec4<f32>) {
    if rows > 0u {
        store_sum(row, sums.x);
    }
    if rows > 1u {
        store_sum(row + 1u, sums.y);
    }
    if rows > 2u {
        store_sum(row + 2u, sums.z);
    }
    if rows > 3u {
        store_sum(row + 3u, sums.w);
    }
}

@compute @workgroup_size(Q * Q)
fn main(
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let extents = params; // read once: a software device would go to memory each time
    let fast = lane % Q;
    let slow = lane / Q;
    // Which block of four rows (or columns) and which k this invocation loads: the fast one lies contiguous in memory.
    let a_part = select(fast, slow, extents.a_col == 1u);
    let a_k = select(slow, fast, extents.a_col == 1u);
    let b_part = select(fast, slow, extents.b_row == 1u);
    let b_k = select(slow, fast, extents.b_row == 1u);
    let across = (extents.n + SIDE - 1u) / SIDE;
    let down = (extents.m + SIDE - 1u) / SIDE;
    for (var tile = group.x; tile < extents.batch * down * across; tile += groups.x) {
        let first_column = tile % across * SIDE;
        let first_row = tile / across % down * SIDE;
        let product = tile / across / down;
        let a_row0 = first_row + 4u * a_part;
        let b_column0 = first_column + 4u * b_part;
        var a_at = extents.a_offset + product * extents.a_batch + a_row0 * extents.a_row + a_k * extents.a_col;
        var b_at = extents.b_offset + product * extents.b_batch + b_column0 * extents.b_col + b_k * extents.b_row;
        let a_inside = vec4(a_row0) + FOUR < vec4(extents.m);
        let b_inside = vec4(b_column0) + FOUR < vec4(extents.n);
#ifdef WIDE
        let a_inside1 = vec4(a_row0 + 4u * Q) + FOUR < vec4(extents.m);
        let b_inside1 = vec4(b_column0 + 4u * Q) + FOUR < vec4(extents.n);
#endif
        var of_rows0 = vec4<f32>();
        var of_rows1 = vec4<f32>();
        var block00 = mat4x4<f32>();
#ifdef WIDE
        var block01 = mat4x4<f32>();
        var block10 = mat4x4<f32>();
        var block11 = mat4x4<f32>();
#endif
        for (var p = 0u; p < extents.k; p += Q) {
            let a_here = vec4(p + a_k < extents.k);
            let b_here = vec4(p + b_k < extents.k);
            a_slab[a_k * Q * W + a_part] = four_of_a(a_at, extents.a_row, a_inside & a_here);
            b_slab[b_k * Q * W + b_part] = four_of_b(b_at, extents.b_col, b_inside & b_here);
#ifdef WIDE
            a_slab[a_k * Q * W + a_part + Q] = four_of_a(a_at + 4u * Q * extents.a_row, extents.a_row, a_inside1 & a_here);
            b_slab[b_k * Q * W + b_part + Q] = four_of_b(b_at + 4u * Q * extents.b_col, extents.b_col, b_inside1 & b_here);
#endif
            a_at += Q * extents.a_col;
            b_at += Q * extents.b_row;
            workgroupBarrier();
            for (var q = 0u; q < Q; q++) {
                let left0 = a_slab[q * Q * W + slow];
                let right0 = b_slab[q * Q * W + fast];
                block00 += outer(left0, right0);
                if SUMS == 1u {
                    of_rows0 += left0;
                }
#ifdef WIDE
                let left1 = a_slab[q * Q * W + slow + Q];
                let right1 = b_slab[q * Q * W + fast + Q];
                if SUMS == 1u {
                    of_rows1 += left1;
                }
                block01 += outer(left0, right1);
                block10 += outer(left1, right0);
                block11 += outer(left1, right1);
#endif
            }
            workgroupBarrier();
        }
        let row = first_row + 4u * slow;
        let column = first_column + 4u * fast;
        let at = (product * extents.m + row) * extents.n + column;
        let rows = extents.m - min(row, extents.m);
        let columns = extents.n - min(column, extents.n);
        store_block(at, column, extents.n, rows, columns, block00);
        if SUMS == 1u && column == 0u {
            store_sums(row, rows, of_rows0);
        }
#ifdef WIDE
        let rows1 = rows - min(4u * Q, rows);
        let columns1 = columns - min(4u * Q, columns);
        if SUMS == 1u && column == 0u {
            store_sums(row + 4u * Q, rows1, of_rows1);
        }
        let at1 = at + 4u * Q * extents.n;
        store_block(at + 4u * Q, column + 4u * Q, extents.n, rows, columns1, block01);
        store_block(at1, column, extents.n, rows1, columns, block10);
        store_block(at1 + 4u * Q, column + 4u * Q, extents.n, rows1, columns1, block11);
#endif
    }
}
