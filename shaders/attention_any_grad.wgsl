// Attention's gradient for heads of any width: that of q, or with KEY defined those of k and v. Formulas in
// attention_grad_query.wgsl.
//
// A workgroup takes one query (or key). An invocation first has a key (or query) of a tile of WORKGROUP: its weight P and
// its dS. Then it has every WORKGROUP-th column, added up in the result itself. Grid: an item is (batch, head, query or
// key), a workgroup each, striding. Cost: 6 t s d a head, and 10 t s d with KEY.
#import attention_any

#ifdef KEY
var<workgroup> slopes: array<f32, WORKGROUP>;
#endif

@compute @workgroup_size(WORKGROUP)
fn main(
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
#ifdef KEY
    for (var item = params.first + group.x; item < params.items; item += groups.x) {
        let key = item % params.s;
        let head = item / params.s % params.heads;
        let batch = item / params.s / params.heads;
        let kv_row = (batch * params.s + key) * params.kv_row + head * params.d;
        let out_row = (batch * params.s + key) * params.out_row + head * params.d;
        let q_first = params.q_offset + batch * params.t * params.q_row + head * params.d;
        let y_first = (batch * params.t * params.heads + head) * params.d;
        let width = params.heads * params.d;
        let is_shown = shown(batch, key);
        // At least one tile, since the first one writes the result.
        let begin = select(0u, min(key, params.t - 1u) / WORKGROUP * WORKGROUP, CAUSAL != 0u);
        for (var start = begin; start < params.t; start += WORKGROUP) {
            let query = min(start + lane, params.t - 1u);
            let y_row = y_first + query * width;
            let log_sum = lse[params.lse_offset + (batch * params.heads + head) * params.t + query];
            let score = q_dot_kv(q_first + query * params.q_row, params.k_offset + kv_row) * params.scale;
            let slope = dy_dot_kv(params.dy_offset + y_row, params.v_offset + kv_row);
            let delta = dy_dot_y(params.dy_offset + y_row, params.y_offset + y_row);
            let seen = is_shown && start + lane < params.t && key < reach_of(query);
            let weight = select(0.0, exp(score - log_sum), seen);
            weights[lane] = weight;
            slopes[lane] = weight * (slope - delta) * params.scale;
            workgroupBarrier();
            let here = min(WORKGROUP, params.t - start);
            for (var column = lane; column < params.d; column += WORKGROUP) {
                let dk_at = params.out_offset + out_row + column;
                let dv_at = params.out2_offset + out_row + column;
                var dk = select(out[dk_at], 0.0, start == begin);
                var dv = select(out[dv_at], 0.0, start == begin);
                for (var n = 0u; n < here; n += 4u) {
                    let ds = vec4(slopes[n], slopes[n + 1u], slopes[n + 2u], slopes[n + 3u]);
                    let p = vec4(weights[n], weights[n + 1u], weights[n + 2u], weights[n + 3u]);
                    let at = vec4(start) + min(vec4(n) + FOUR, vec4(here - 1u));
                    let q_at = vec4(q_first + column) + at * params.q_row;
                    let dy_at = vec4(params.dy_offset + y_first + column) + at * width;
                    dk += dot(ds, vec4(q[q_at.x], q[q_at.y], q[q_at.z], q[q_at.w]));
                    dv += dot(p, vec4(dy[dy_at.x], dy[dy_at.y], dy[dy_at.z], dy[dy_at.w]));
                }
                out[dk_at] = dk;
                out[dv_at] = dv;
            }
            workgroupBarrier();
        }
    }
#else
    for (var item = params.first + group.x; item < params.items; item += groups.x) {
        let query = item % params.t;
        let head = item / params.t % params.heads;
        let batch = item / params.t / params.heads;
        let row = batch * params.t + query;
        let q_row = params.q_offset + row * params.q_row + head * params.d;
        let y_row = (row * params.heads + head) * params.d;
        let out_row = params.out_offset + row * params.out_row + head * params.d;
        let kv_row = batch * params.s * params.kv_row + head * params.d;
        let log_sum = lse[params.lse_offset + item];
        let delta = dy_dot_y(params.dy_offset + y_row, params.y_offset + y_row);
        let end = reach_of(query);
        for (var start = 0u; start < end; start += WORKGROUP) {
            let key = start + lane;
            let key_row = kv_row + min(key, end - 1u) * params.kv_row;
            let score = q_dot_kv(q_row, params.k_offset + key_row) * params.scale;
            let slope = dy_dot_kv(params.dy_offset + y_row, params.v_offset + key_row);
            let weight = select(0.0, exp(score - log_sum), key < end && shown(batch, key));
            weights[lane] = weight * (slope - delta) * params.scale;
            workgroupBarrier();
            let here = min(WORKGROUP, end - start);
            for (var column = lane; column < params.d; column += WORKGROUP) {
                let mixed = mixed_kv(params.k_offset + kv_row + start * params.kv_row + column, here);
                out[out_row + column] = select(out[out_row + column], 0.0, start == 0u) + mixed;
            }
            workgroupBarrier();
        }
    }
#endif
}
