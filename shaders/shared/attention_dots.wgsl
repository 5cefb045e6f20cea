// Products of rows where they lie, for attention kernels that keep none in registers.
#import attention

// Four columns a round: a software device may end an invocation after 65,535.
fn q_dot_kv(q_row: u32, kv_row: u32) -> f32 {
    var sum = 0.0;
    var c = 0u;
    for (; c + 3u < params.d; c += 4u) {
        sum += (q[q_row + c] * kv[kv_row + c] + q[q_row + c + 1u] * kv[kv_row + c + 1u])
            + (q[q_row + c + 2u] * kv[kv_row + c + 2u] + q[q_row + c + 3u] * kv[kv_row + c + 3u]);
    }
    for (; c < params.d; c++) {
        sum += q[q_row + c] * kv[kv_row + c];
    }
    return sum;
}

fn dy_dot_kv(dy_row: u32, kv_row: u32) -> f32 {
    var sum = 0.0;
    var c = 0u;
    for (; c + 3u < params.d; c += 4u) {
        sum += (dy[dy_row + c] * kv[kv_row + c] + dy[dy_row + c + 1u] * kv[kv_row + c + 1u])
            + (dy[dy_row + c + 2u] * kv[kv_row + c + 2u] + dy[dy_row + c + 3u] * kv[kv_row + c + 3u]);
    }
    for (; c < params.d; c++) {
        sum += dy[dy_row + c] * kv[kv_row + c];
    }
    return sum;
}

fn dy_dot_y(dy_row: u32, y_row: u32) -> f32 {
    var sum = 0.0;
    var c = 0u;
    for (; c + 3u < params.d; c += 4u) {
        sum += (dy[dy_row + c] * y[y_row + c] + dy[dy_row + c + 1u] * y[y_row + c + 1u])
            + (dy[dy_row + c + 2u] * y[y_row + c + 2u] + dy[dy_row + c + 3u] * y[y_row + c + 3u]);
    }
    for (; c < params.d; c++) {
        sum += dy[dy_row + c] * y[y_row + c];
    }
    return sum;
}

// Whether the mask shows a key.
fn shown(batch: u32, key: u32) -> bool {
    return MASK == 0u || mask[params.mask_offset + batch * params.s + min(key, params.s - 1u)] != 0.0;
}
