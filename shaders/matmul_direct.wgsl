// The matrix product by register tiles alone: y = epilogue(op(A) op(B) + bias), y (batch, m, n), inner extent k.
//
// An invocation makes 8 x 8 elements of y in registers and reads its 8 + 8 operands of each k straight from memory: k / 4
// reads an element of y, no barrier, no workgroup memory. For software devices, where workgroup memory is memory like
// any other, a barrier means putting every invocation aside, and a few hundred invocations are work enough; a GPU wants
// the tiled kernels. Rows and columns past the end read the last one and are not stored. Grid: one invocation a tile,
// striding.
#import matmul

override WORKGROUP: u32 = 64;

const SIDE = 8u;

fn columns(column: u32, product: u32) -> vec4<u32> {
    let all = min(vec4(column) + vec4(0u, 1u, 2u, 3u), vec4(params.n - 1u));
    return vec4(params.b_offset + product * params.b_batch) + all * params.b_col;
}

fn rows(row: u32, product: u32) -> vec4<u32> {
    let all = min(vec4(row) + vec4(0u, 1u, 2u, 3u), vec4(params.m - 1u));
    return vec4(params.a_offset + product * params.a_batch) + all * params.a_row;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let across = (params.n + SIDE - 1u) / SIDE;
    let down = (params.m + SIDE - 1u) / SIDE;
    // Read once: a software device would read them each round.
    let k = params.k;
    let a_col = params.a_col;
    let b_row = params.b_row;
    for (var tile = id.x; tile < params.batch * across * down; tile += groups.x * WORKGROUP) {
        let product = tile / across / down;
        let row = tile / across % down * SIDE;
        let column = tile % across * SIDE;
        let upper = rows(row, product);
        let lower = rows(row + 4u, product);
        let left = columns(column, product);
        let right = columns(column + 4u, product);
        var sums0 = vec4<f32>();
        var sums1 = vec4<f32>();
        var sums2 = vec4<f32>();
        var sums3 = vec4<f32>();
        var sums4 = vec4<f32>();
        var sums5 = vec4<f32>();
        var sums6 = vec4<f32>();
        var sums7 = vec4<f32>();
        var sums8 = vec4<f32>();
        var sums9 = vec4<f32>();
        var sums10 = vec4<f32>();
        var sums11 = vec4<f32>();
        var sums12 = vec4<f32>();
        var sums13 = vec4<f32>();
        var sums14 = vec4<f32>();
        var sums15 = vec4<f32>();
        var of_rows0 = vec4<f32>();
        var of_rows1 = vec4<f32>();
        var to_a = 0u;
        var to_b = 0u;
        for (var p = 0u; p < k; p++) {
            let b0 = vec4(b[left.x + to_b], b[left.y + to_b], b[left.z + to_b], b[left.w + to_b]);
            let b1 = vec4(b[right.x + to_b], b[right.y + to_b], b[right.z + to_b], b[right.w + to_b]);
            let a0 = vec4(a[upper.x + to_a], a[upper.y + to_a], a[upper.z + to_a], a[upper.w + to_a]);
            let a1 = vec4(a[lower.x + to_a], a[lower.y + to_a], a[lower.z + to_a], a[lower.w + to_a]);
            sums0 += a0.x * b0;
            sums1 += a0.x * b1;
            sums2 += a0.y * b0;
            sums3 += a0.y * b1;
            sums4 += a0.z * b0;
            sums5 += a0.z * b1;
            sums6 += a0.w * b0;
            sums7 += a0.w * b1;
            sums8 += a1.x * b0;
            sums9 += a1.x * b1;
            sums10 += a1.y * b0;
            sums11 += a1.y * b1;
            sums12 += a1.z * b0;
            sums13 += a1.z * b1;
            sums14 += a1.w * b0;
            sums15 += a1.w * b1;
            if SUMS == 1u {
                of_rows0 += a0;
                of_rows1 += a1;
            }
            to_a += a_col;
            to_b += b_row;
        }
        var sums = array(
            sums0, sums1, sums2, sums3, sums4, sums5, sums6, sums7,
            sums8, sums9, sums10, sums11, sums12, sums13, sums14, sums15,
        );
        for (var i = 0u; i < SIDE * SIDE; i++) {
            let at = vec2(row + i / SIDE, column + i % SIDE);
            if at.x < params.m && at.y < params.n {
                store((product * params.m + at.x) * params.n + at.y, at.y, sums[i / 4u][i % 4u]);
            }
        }
        if SUMS == 1u && column == 0u {
            var of_rows = array(of_rows0, of_rows1);
            for (var i = 0u; i < min(SIDE, params.m - row); i++) {
                store_sum(row + i, of_rows[i / 4u][i % 4u]);
            }
        }
    }
}
