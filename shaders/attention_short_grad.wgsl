// Attention's gradient over few queries and keys, for software devices: that of q, or with KEY defined those of k and v.
// Formulas in attention_grad_query.wgsl.
//
// An invocation has a query (or key) of a head: its weights P and dS first, then four columns at a time. Nothing is
// shared. Grid: an invocation an item (batch, head, query or key), striding. Cost: 6 t s d a head, and 12 t s d with KEY,
// half when causal.
#import attention_short

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
#ifdef KEY
    for (var item = params.first + id.x; item < params.items; item += groups.x * WORKGROUP) {
        let key = item % params.s;
        let head = item / params.s % params.heads;
        let batch = item / params.s / params.heads;
        let kv_row = (batch * params.s + key) * params.kv_row + head * params.d;
        let q_first = params.q_offset + batch * params.t * params.q_row + head * params.d;
        let width = params.heads * params.d;
        let y_first = (batch * params.t * params.heads + head) * params.d;
        let is_shown = shown(batch, key);
        // Of a hidden key there is nothing to sum; of a causal one only what sees it.
        let begin = select(params.t, select(0u, key, CAUSAL != 0u), is_shown);
        var weights: array<f32, MOST>;
        var slopes: array<f32, MOST>;
        for (var query = begin; query < params.t; query++) {
            let y_row = y_first + query * width;
            let log_sum = lse[params.lse_offset + (batch * params.heads + head) * params.t + query];
            let score = q_dot_kv(q_first + query * params.q_row, params.k_offset + kv_row) * params.scale;
            let slope = dy_dot_kv(params.dy_offset + y_row, params.v_offset + kv_row);
            let delta = dy_dot_y(params.dy_offset + y_row, params.y_offset + y_row);
            let weight = exp(score - log_sum);
            weights[query] = weight;
            slopes[query] = weight * (slope - delta) * params.scale;
        }
        let out_row = (batch * params.s + key) * params.out_row + head * params.d;
        for (var c = 0u; c < params.d; c += 4u) {
            let columns = columns_from(c);
            var dk = vec4<f32>();
            var dv = vec4<f32>();
            for (var query = begin; query < params.t; query++) {
                dk += slopes[query] * q_four(q_first + query * params.q_row, columns);
                dv += weights[query] * dy_four(params.dy_offset + y_first + query * width, columns);
            }
            store_four(params.out_offset + out_row + c, params.d - c, dk);
            store_four(params.out2_offset + out_row + c, params.d - c, dv);
        }
    }
#else
    for (var item = params.first + id.x; item < params.items; item += groups.x * WORKGROUP) {
        let query = item % params.t;
        let head = item / params.t % params.heads;
        let batch = item / params.t / params.heads;
        let row = batch * params.t + query;
        let q_row = params.q_offset + row * params.q_row + head * params.d;
        let y_row = (row * params.heads + head) * params.d;
        let kv_row = batch * params.s * params.kv_row + head * params.d;
        let log_sum = lse[params.lse_offset + item];
        let delta = dy_dot_y(params.dy_offset + y_row, params.y_offset + y_row);
        let end = reach_of(query);
        var slopes: array<f32, MOST>;
        for (var key = 0u; key < end; key++) {
            let key_row = kv_row + key * params.kv_row;
            let score = q_dot_kv(q_row, params.k_offset + key_row) * params.scale;
            let slope = dy_dot_kv(params.dy_offset + y_row, params.v_offset + key_row);
            let weight = select(0.0, exp(score - log_sum), shown(batch, key));
            slopes[key] = weight * (slope - delta) * params.scale;
        }
        let out_row = params.out_offset + row * params.out_row + head * params.d;
        for (var c = 0u; c < params.d; c += 4u) {
            let columns = columns_from(c);
            var dq = vec4<f32>();
            for (var key = 0u; key < end; key++) {
                dq += slopes[key] * kv_four(params.k_offset + kv_row + key * params.kv_row, columns);
            }
            store_four(out_row + c, params.d - c, dq);
        }
    }
#endif
}
