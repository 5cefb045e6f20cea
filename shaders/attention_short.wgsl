// Attention forward over few keys, for software devices: there a workgroup's tiles and barriers cost more than reading
// short sequences again.
//
// An invocation has a query of a head: its weights first, then four columns at a time of the weighted values. Nothing is
// shared. Grid: an invocation an item (batch, head, query), striding. Cost: 4 t s d a head, half when causal; k and v are
// read t times.
#import attention_short

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    for (var item = params.first + id.x; item < params.items; item += groups.x * WORKGROUP) {
        let query = item % params.t;
        let head = item / params.t % params.heads;
        let batch = item / params.t / params.heads;
        let q_row = params.q_offset + (batch * params.t + query) * params.q_row + head * params.d;
        let kv_row = batch * params.s * params.kv_row + head * params.d;
        let end = reach_of(query);
        var weights: array<f32, MOST>;
        var largest = LOWEST;
        for (var key = 0u; key < end; key++) {
            let score = q_dot_kv(q_row, params.k_offset + kv_row + key * params.kv_row) * params.scale;
            weights[key] = score;
            largest = select(largest, max(largest, score), shown(batch, key));
        }
        var sum = 0.0;
        for (var key = 0u; key < end; key++) {
            let weight = select(0.0, exp(weights[key] - largest), shown(batch, key));
            weights[key] = weight;
            sum += weight;
        }
        out[params.lse_offset + item] = select(largest + log(sum), 0.0, sum == 0.0);
        let inverse = select(1.0 / sum, 0.0, sum == 0.0);
        let out_row = params.out_offset + (batch * params.t + query) * params.out_row + head * params.d;
        for (var c = 0u; c < params.d; c += 4u) {
            let columns = columns_from(c);
            var mixed = vec4<f32>();
            for (var key = 0u; key < end; key++) {
                mixed += weights[key] * kv_four(params.v_offset + kv_row + key * params.kv_row, columns);
            }
            store_four(out_row + c, params.d - c, mixed * inverse);
        }
    }
}
