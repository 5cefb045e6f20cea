// What attention's kernels share: where q, k, v and the rest lie. A row of any of them holds all heads, d columns each.

struct AttentionParams {
    heads: u32,
    t: u32, // queries
    s: u32, // keys
    d: u32, // columns of a head
    scale: f32, // 1 / sqrt(d)
    first: u32, // of this launch's items
    items: u32, // one past its last
    q_offset: u32,
    q_row: u32, // from a row of q to the next
    k_offset: u32,
    v_offset: u32,
    kv_row: u32,
    mask_offset: u32, // (b, s)
    y_offset: u32, // (b, t, heads d), as dy is
    lse_offset: u32, // (b, heads, t); forward within out
    dy_offset: u32,
    out_offset: u32,
    out_row: u32,
    out2_offset: u32, // of dv; its rows are as far apart as dk's
}

@group(0) @binding(0) var<uniform> params: AttentionParams;
@group(0) @binding(1) var<storage, read> q: array<f32>;
@group(0) @binding(2) var<storage, read> kv: array<f32>;
@group(0) @binding(3) var<storage, read> mask: array<f32>;
@group(0) @binding(4) var<storage, read> y: array<f32>;
@group(0) @binding(5) var<storage, read> lse: array<f32>;
@group(0) @binding(6) var<storage, read> dy: array<f32>;
@group(0) @binding(7) var<storage, read_write> out: array<f32>;

override CAUSAL: u32 = 0; // query i sees keys 0 to i alone
override MASK: u32 = 0; // there is one

const LOWEST = -3.4028234e38;

// How many keys a query sees, the mask aside.
fn reach_of(query: u32) -> u32 {
    return select(params.s, min(params.s, query + 1u), CAUSAL != 0u);
}
