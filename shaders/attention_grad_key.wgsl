// Attention's gradient with respect to k and v: dk = dS' q / sqrt(d), dv = P' dy; P and dS as in
// attention_grad_query.wgsl. Heads of up to 4 P columns.
//
// A workgroup takes WORKGROUP keys of one head, an invocation each; the queries pass through workgroup memory in tiles,
// with their dy, lse and D. Within a tile they go from the last to the first: when causal, an invocation stops at its
// own key, and all read the same query at the same time. Sums are in a fixed order, without atomics. Workgroup memory:
// 8 KiB and two numbers a query. Grid: an item is (batch, head, block of keys), a workgroup each, striding. Cost:
// 8 t s d a head, half when causal.
#import attention_rows

override WORKGROUP: u32 = 64;

const QUERIES = 1024u / D; // of a tile

var<workgroup> q_tile: array<vec4<f32>, QUERIES * P>;
var<workgroup> dy_tile: array<vec4<f32>, QUERIES * P>;
var<workgroup> sums_tile: array<vec2<f32>, QUERIES>; // lse, D

// Sixteen columns, from c on, of a row of a tile.
fn q_part(row: u32, c: u32) -> mat4x4<f32> {
    let at = row * P + c / 4u;
    return mat4x4(q_tile[at], q_tile[at + 1u], q_tile[at + 2u], q_tile[at + 3u]);
}

fn dy_part(row: u32, c: u32) -> mat4x4<f32> {
    let at = row * P + c / 4u;
    return mat4x4(dy_tile[at], dy_tile[at + 1u], dy_tile[at + 2u], dy_tile[at + 3u]);
}

@compute @workgroup_size(WORKGROUP)
fn main(
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let blocks = (params.s + WORKGROUP * R - 1u) / (WORKGROUP * R);
    for (var item = params.first + group.x; item < params.items; item += groups.x) {
        let batch = item / blocks / params.heads;
        let head = item / blocks % params.heads;
        let first = item % blocks * WORKGROUP * R;
        let keys = Indices(first + lane * R) + EACH;
        let there = keys < Indices(params.s);
        let rows = Indices(batch * params.s) + min(keys, Indices(params.s - 1u));
        let kv_rows = Indices(head * params.d) + rows * params.kv_row;
        var k_own: array<Lanes, D>;
        var v_own: array<Lanes, D>;
        for (var c = 0u; c < D; c++) {
            k_own[c] = select(Lanes(), kv_at(Indices(params.k_offset + c) + kv_rows) * params.scale, Bools(c < params.d));
            v_own[c] = select(Lanes(), kv_at(Indices(params.v_offset + c) + kv_rows), Bools(c < params.d));
        }
        var shown = there;
        if MASK != 0u {
            shown = there & (mask_at(Indices(params.mask_offset) + rows) != Lanes());
        }
        // The first query that sees one of them.
        let from_query = select(0u, first + lane * R, CAUSAL != 0u);
        var dk: array<Lanes, D>;
        var dv: array<Lanes, D>;
        let begin = select(0u, first / QUERIES * QUERIES, CAUSAL != 0u);
        for (var start = begin; start < params.t; start += QUERIES) {
            workgroupBarrier();
            let loaded = min(QUERIES, params.t - start);
            for (var n = lane; n < loaded * P; n += WORKGROUP) {
                let query = batch * params.t + start + n / P;
                q_tile[n] = q_four(params.q_offset + query * params.q_row + head * params.d, n % P);
                dy_tile[n] = dy_four(params.dy_offset + (query * params.heads + head) * params.d, n % P);
            }
            for (var n = lane; n < loaded; n += WORKGROUP) {
                let query = start + n;
                let y_row = ((batch * params.t + query) * params.heads + head) * params.d;
                var delta = 0.0;
                for (var p = 0u; p < P; p++) {
                    delta += dot(dy_four(params.dy_offset + y_row, p), y_four(params.y_offset + y_row, p));
                }
                let log_sum = lse[params.lse_offset + (batch * params.heads + head) * params.t + query];
                sums_tile[n] = vec2(log_sum, delta);
            }
            workgroupBarrier();
            let end = min(start + QUERIES, params.t);
            let here = end - clamp(from_query, start, end);
            for (var n = 0u; n < here; n++) {
                let query = end - 1u - n - start;
                var score = Lanes();
                var slope = Lanes();
                for (var c = 0u; c < D; c += 16u) {
                    score += dot_own(&k_own, c, q_part(query, c));
                    slope += dot_own(&v_own, c, dy_part(query, c));
                }
                let sums = sums_tile[query];
                let seen = shown & ((keys <= Indices(start + query)) | Bools(CAUSAL == 0u));
                let weight = select(Lanes(), exp(score - sums.x), seen);
                let ds = weight * (slope - sums.y);
                for (var c = 0u; c < D; c += 16u) {
                    add_own(&dk, c, ds, q_part(query, c));
                    add_own(&dv, c, weight, dy_part(query, c));
                }
            }
        }
        let out_rows = Indices(head * params.d) + rows * params.out_row;
        for (var c = 0u; c < D; c++) {
            let stored = there & Bools(c < params.d);
            store(Indices(params.out_offset + c) + out_rows, stored, dk[c] * params.scale);
            store(Indices(params.out2_offset + c) + out_rows, stored, dv[c]);
        }
    }
}
