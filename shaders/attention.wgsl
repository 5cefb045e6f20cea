// Attention forward, y = softmax(q k' / sqrt(d)) v for each head, and the logarithm of the softmax's divisor. Heads of up to D
// columns; D is a text constant.
//
// A workgroup takes WORKGROUP queries of one head, an invocation each. Keys and values pass through workgroup memory in
// tiles, read by all at once; four keys at a time each invocation moves its largest score, its sum and its weighted
// values on (the online softmax of Milakov and Gimelshein 2018, as in FlashAttention, Dao and others 2022). Nothing of
// t x s is kept. An invocation whose queries see fewer keys stops earlier. Workgroup memory: 8 KiB and the tile's mask.
// Grid: an item is (batch, head, block of queries), a workgroup each, striding. Cost: 4 t s d a head, half when causal;
// k and v are read t / WORKGROUP times.
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

// Four columns of the weighted values move on by two keys.
fn mix_four(
    mixed: ptr<function, array<Lanes, D>>,
    c: u32,
    fade: Lanes,
    weight0: Lanes,
    v0: vec4<f32>,
    weight1: Lanes,
    v1: vec4<f32>,
) {
    (*mixed)[c] = (*mixed)[c] * fade + (weight0 * v0.x + weight1 * v1.x);
    (*mixed)[c + 1u] = (*mixed)[c + 1u] * fade + (weight0 * v0.y + weight1 * v1.y);
    (*mixed)[c + 2u] = (*mixed)[c + 2u] * fade + (weight0 * v0.z + weight1 * v1.z);
    (*mixed)[c + 3u] = (*mixed)[c + 3u] * fade + (weight0 * v0.w + weight1 * v1.w);
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
        let queries = Indices(first + lane * R) + EACH;
        let rows = Indices(batch * params.t) + min(queries, Indices(last));
        let q_rows = Indices(params.q_offset + head * params.d) + rows * params.q_row;
        var q_own: array<Lanes, D>;
        for (var c = 0u; c < D; c++) {
            q_own[c] = select(Lanes(), q_at(q_rows + Indices(c)) * params.scale, Bools(c < params.d));
        }
        let reaches = reach(queries);
        let most = reach_of(min(first + lane * R + R - 1u, last));
        let end = reach_of(last);
        var largest = Lanes(LOWEST);
        var sum = Lanes();
        var mixed: array<Lanes, D>;
        for (var start = 0u; start < end; start += KEYS) {
            workgroupBarrier();
            // Keys are taken two at a time.
            let loaded = min(KEYS, (end - start + 1u) & ~1u);
            for (var n = lane; n < loaded * P; n += WORKGROUP) {
                let key = start + n / P;
                let kv_row = (batch * params.s + key) * params.kv_row + head * params.d;
                k_tile[n] = select(vec4<f32>(), kv_four(params.k_offset + kv_row, n % P), key < params.s);
                v_tile[n] = select(vec4<f32>(), kv_four(params.v_offset + kv_row, n % P), key < params.s);
            }
            if MASK != 0u {
                for (var n = lane; n < loaded; n += WORKGROUP) {
                    mask_tile[n] = mask[params.mask_offset + batch * params.s + min(start + n, params.s - 1u)];
                }
            }
            workgroupBarrier();
            let here = min(KEYS, max(most, start) - start);
            for (var key = 0u; key < here; key += 2u) {
                var score0 = Lanes();
                var score1 = Lanes();
                for (var c = 0u; c < D; c += 16u) {
                    score0 += dot_own(&q_own, c, k_part(key, c));
                    score1 += dot_own(&q_own, c, k_part(key + 1u, c));
                }
                let sees0 = sees(start + key, reaches, mask_tile[key]);
                let sees1 = sees(start + key + 1u, reaches, mask_tile[key + 1u]);
                score0 = select(Lanes(LOWEST), score0, sees0);
                score1 = select(Lanes(LOWEST), score1, sees1);
                let larger = max(largest, max(score0, score1));
                let weight0 = select(Lanes(), exp(score0 - larger), sees0);
                let weight1 = select(Lanes(), exp(score1 - larger), sees1);
                let fade = exp(largest - larger);
                largest = larger;
                sum = sum * fade + (weight0 + weight1);
                for (var c = 0u; c < D; c += 16u) {
                    let v0 = v_part(key, c);
                    let v1 = v_part(key + 1u, c);
                    mix_four(&mixed, c, fade, weight0, v0[0], weight1, v1[0]);
                    mix_four(&mixed, c + 4u, fade, weight0, v0[1], weight1, v1[1]);
                    mix_four(&mixed, c + 8u, fade, weight0, v0[2], weight1, v1[2]);
                    mix_four(&mixed, c + 12u, fade, weight0, v0[3], weight1, v1[3]);
                }
            }
        }
        let there = queries <= Indices(last);
        let at = Indices(params.lse_offset + (batch * params.heads + head) * params.t) + queries;
        store(at, there, select(largest + log(sum), Lanes(), sum == Lanes()));
        let inverse = select(1.0 / sum, Lanes(), sum == Lanes());
        let out_rows = Indices(params.out_offset + head * params.d) + rows * params.out_row;
        for (var c = 0u; c < D; c++) {
            store(out_rows + Indices(c), there & Bools(c < params.d), mixed[c] * inverse);
        }
    }
}
