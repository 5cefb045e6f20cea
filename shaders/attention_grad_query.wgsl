// Attention's gradient with respect to q: dq = dS k / sqrt(d), dS = P (dy v' - D), P = exp(q k' / sqrt(d) - lse),
// D = the row sums of dy y. Heads of up to 4 P columns.
//
// Laid out as the forward pass is (attention.wgsl): an invocation a query, tiles of keys and values in workgroup memory,
// the weights made anew from lse. Cost: 6 t s d a head, half when causal.
#import attention_rows

override WORKGROUP: u32 = 64;

const KEYS = 1024u / D; // of a tile

var<workgroup> k_tile: array<vec4<f32>, KEYS * P>;
var<workgroup> v_tile: array<vec4<f32>, KEYS * P>;
var<workgroup> mask_tile: array<f32, KEYS>;

// Sixteen columns, from c on, of a row of a tile.
fn k_part(row: u32, c: u32) -> mat4x4<f32> {
    let at = row * P + c / 4u;
    return mat4x4(k_tile[at], k_tile[at + 1u], k_tile[at + 2u], k_tile[at + 3u]);
}

fn v_part(row: u32, c: u32) -> mat4x4<f32> {
    let at = row * P + c / 4u;
    return mat4x4(v_tile[at], v_tile[at + 1u], v_tile[at + 2u], v_tile[at + 3u]);
}

@compute @workgroup_size(WORKGROUP)
fn main(
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let blocks = (params.t + WORKGROUP * R - 1u) / (WORKGROUP * R);
    for (var item = params.first + group.x; item < params.items; item += groups.x) {
        let batch = item / blocks / params.heads;
        let head = item / blocks % params.heads;
        let first = item % blocks * WORKGROUP * R;
        let last = min(first + WORKGROUP * R, params.t) - 1u;
        // Past the last query the last is done again, and not stored.
        let queries = min(Indices(first + lane * R) + EACH, Indices(last));
        let rows = Indices(batch * params.t) + queries;
        let q_rows = Indices(params.q_offset + head * params.d) + rows * params.q_row;
        let y_rows = (rows * params.heads + Indices(head)) * params.d;
        var q_own: array<Lanes, D>;
        var dy_own: array<Lanes, D>;
        var delta = Lanes();
        for (var c = 0u; c < D; c++) {
            q_own[c] = select(Lanes(), q_at(q_rows + Indices(c)) * params.scale, Bools(c < params.d));
            dy_own[c] = select(Lanes(), dy_at(Indices(params.dy_offset + c) + y_rows), Bools(c < params.d));
            delta += select(Lanes(), dy_own[c] * y_at(Indices(params.y_offset + c) + y_rows), Bools(c < params.d));
        }
        let log_sum = lse_at(Indices(params.lse_offset + (batch * params.heads + head) * params.t) + queries);
        let reaches = reach(queries);
        let most = reach_of(min(first + lane * R + R - 1u, last));
        let end = reach_of(last);
        var dq: array<Lanes, D>;
        for (var start = 0u; start < end; start += KEYS) {
            workgroupBarrier();
            let loaded = min(KEYS, end - start);
            for (var n = lane; n < loaded * P; n += WORKGROUP) {
                let key = start + n / P;
                let kv_row = (batch * params.s + key) * params.kv_row + head * params.d;
                k_tile[n] = kv_four(params.k_offset + kv_row, n % P);
                v_tile[n] = kv_four(params.v_offset + kv_row, n % P);
            }
            if MASK != 0u {
                for (var n = lane; n < loaded; n += WORKGROUP) {
                    mask_tile[n] = mask[params.mask_offset + batch * params.s + start + n];
                }
            }
            workgroupBarrier();
            let here = min(KEYS, max(most, start) - start);
            for (var key = 0u; key < here; key++) {
                var score = Lanes();
                var slope = Lanes();
                for (var c = 0u; c < D; c += 16u) {
                    score += dot_own(&q_own, c, k_part(key, c));
                    slope += dot_own(&dy_own, c, v_part(key, c));
                }
                let seen = sees(start + key, reaches, mask_tile[key]);
                let ds = select(Lanes(), exp(score - log_sum) * (slope - delta), seen);
                for (var c = 0u; c < D; c += 16u) {
                    add_own(&dq, c, ds, k_part(key, c));
                }
            }
        }
        let there = Indices(first + lane * R) + EACH <= Indices(last);
        let out_rows = Indices(params.out_offset + head * params.d) + rows * params.out_row;
        for (var c = 0u; c < D; c++) {
            store(out_rows + Indices(c), there & Bools(c < params.d), dq[c] * params.scale);
        }
    }
}
