// Attention forward for heads of any width, where attention.wgsl would need too many registers.
//
// A workgroup takes one query. An invocation first has a key: its score and its weight, the largest score and what has
// been summed moving on from tile to tile of WORKGROUP keys. Then it has every WORKGROUP-th column: the weighted values
// are added up in y itself. Grid: an item is (batch, head, query), a workgroup each, striding. Cost: 4 t s d a head, k and
// v read t times.
#import attention_any

@compute @workgroup_size(WORKGROUP)
fn main(
    @builtin(local_invocation_index) lane: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    for (var item = params.first + group.x; item < params.items; item += groups.x) {
        let query = item % params.t;
        let head = item / params.t % params.heads;
        let batch = item / params.t / params.heads;
        let q_row = params.q_offset + (batch * params.t + query) * params.q_row + head * params.d;
        let out_row = params.out_offset + (batch * params.t + query) * params.out_row + head * params.d;
        let kv_row = batch * params.s * params.kv_row + head * params.d;
        let end = reach_of(query);
        var largest = LOWEST;
        var sum = 0.0; // of this invocation's keys
        for (var start = 0u; start < end; start += WORKGROUP) {
            let key = start + lane;
            let seen = key < end && shown(batch, key);
            let k_row = params.k_offset + kv_row + min(key, end - 1u) * params.kv_row;
            let score = select(LOWEST, q_dot_kv(q_row, k_row) * params.scale, seen);
            let larger = max(largest, largest_of(lane, score));
            let weight = select(0.0, exp(score - larger), seen);
            let fade = exp(largest - larger);
            largest = larger;
            sum = sum * fade + weight;
            weights[lane] = weight;
            workgroupBarrier();
            let here = min(WORKGROUP, end - start);
            for (var column = lane; column < params.d; column += WORKGROUP) {
                let mixed = mixed_kv(params.v_offset + kv_row + start * params.kv_row + column, here);
                out[out_row + column] = select(out[out_row + column] * fade, 0.0, start == 0u) + mixed;
            }
            workgroupBarrier();
        }
        let whole = sum_of(lane, sum);
        if lane == 0u {
            out[params.lse_offset + item] = select(largest + log(whole), 0.0, whole == 0.0);
        }
        let inverse = select(1.0 / whole, 0.0, whole == 0.0);
        for (var column = lane; column < params.d; column += WORKGROUP) {
            out[out_row + column] = out[out_row + column] * inverse;
        }
    }
}
