// The matrix product, plain: y = epilogue(op(A) op(B) + bias), y (batch, m, n), inner extent k.
//
// small: one invocation an element of y, grid-stride over them all; 2 k reads from memory for k multiply-adds, so
//        only for products too small to fill a tile. It is also what the other variants are tested against.
// deep:  one workgroup an element of y, its invocations sharing the k products and adding up in a fixed tree; for few
//        elements with a long inner extent, such as a weight gradient over a large batch. The grid strides over y.
#import matmul

override WORKGROUP: u32 = 64;
override SLICES: u32 = 64; // a power of two

@compute @workgroup_size(WORKGROUP)
fn small(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var i = id.x; i < params.batch * params.m * params.n; i += groups.x * WORKGROUP) {
        let column = i % params.n;
        let row = i / params.n % params.m;
        let product = i / params.n / params.m;
        var at_a = params.a_offset + product * params.a_batch + row * params.a_row;
        var at_b = params.b_offset + product * params.b_batch + column * params.b_col;
        var sum = 0.0;
        var of_row = 0.0;
        for (var p = 0u; p < params.k; p++) {
            sum += a[at_a] * b[at_b];
            if SUMS == 1u {
                of_row += a[at_a];
            }
            at_a += params.a_col;
            at_b += params.b_row;
        }
        store(i, column, sum);
        if SUMS == 1u && column == 0u {
            store_sum(row, of_row);
        }
    }
}

var<workgroup> partial: array<vec2<f32>, SLICES>;

@compute @workgroup_size(SLICES)
fn deep(
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    for (var i = group.x; i < params.batch * params.m * params.n; i += groups.x) {
        let column = i % params.n;
        let row = i / params.n % params.m;
        let product = i / params.n / params.m;
        let at_a = params.a_offset + product * params.a_batch + row * params.a_row;
        let at_b = params.b_offset + product * params.b_batch + column * params.b_col;
        // The second is that of the row.
        var sums = vec2<f32>();
        for (var p = lane; p < params.k; p += SLICES) {
            let left = a[at_a + p * params.a_col];
            sums += left * vec2(b[at_b + p * params.b_row], 1.0);
        }
        partial[lane] = sums;
        for (var half_way = SLICES / 2u; half_way > 0u; half_way >>= 1u) {
            workgroupBarrier();
            if lane < half_way {
                partial[lane] += partial[lane + half_way];
            }
        }
        if lane == 0u {
            store(i, column, partial[0].x);
            if SUMS == 1u && column == 0u {
                store_sum(row, partial[0].y);
            }
        }
        workgroupBarrier();
    }
}
