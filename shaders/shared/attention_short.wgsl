// What the kernels for short sequences share: an invocation has all keys (or queries) of a head, and four columns at a time.
#import attention_dots

override WORKGROUP: u32 = 64;

const MOST = 32u; // keys or queries; ops/attention.rs launches these for no more

// Four columns of a head from c on; past its last, that again.
fn columns_from(c: u32) -> vec4<u32> {
    return min(vec4(c) + vec4(0u, 1u, 2u, 3u), vec4(params.d - 1u));
}

fn q_four(row: u32, columns: vec4<u32>) -> vec4<f32> {
    let at = vec4(row) + columns;
    return vec4(q[at.x], q[at.y], q[at.z], q[at.w]);
}

fn kv_four(row: u32, columns: vec4<u32>) -> vec4<f32> {
    let at = vec4(row) + columns;
    return vec4(kv[at.x], kv[at.y], kv[at.z], kv[at.w]);
}

fn dy_four(row: u32, columns: vec4<u32>) -> vec4<f32> {
    let at = vec4(row) + columns;
    return vec4(dy[at.x], dy[at.y], dy[at.z], dy[at.w]);
}

// Stores four columns at `at`, or as many as there are.
fn store_four(at: u32, there: u32, x: vec4<f32>) {
    out[at] = x.x;
    if there > 1u { out[at + 1u] = x.y; }
    if there > 2u { out[at + 2u] = x.z; }
    if there > 3u { out[at + 3u] = x.w; }
}
