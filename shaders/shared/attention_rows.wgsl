// Rows of one head, D columns at most: those past d are zero. An invocation has R rows (4 when FOUR is defined, 2 when TWO
// is, else 1) of its own in registers, column by column, so that what it reads of the others' rows serves R times: reading
// is what costs most on software devices.
#import attention

#ifdef FOUR
const R = 4u;
alias Lanes = vec4<f32>;
alias Indices = vec4<u32>;
alias Bools = vec4<bool>;
const EACH = vec4<u32>(0u, 1u, 2u, 3u);

fn q_at(at: Indices) -> Lanes { return Lanes(q[at.x], q[at.y], q[at.z], q[at.w]); }
fn kv_at(at: Indices) -> Lanes { return Lanes(kv[at.x], kv[at.y], kv[at.z], kv[at.w]); }
fn mask_at(at: Indices) -> Lanes { return Lanes(mask[at.x], mask[at.y], mask[at.z], mask[at.w]); }
fn y_at(at: Indices) -> Lanes { return Lanes(y[at.x], y[at.y], y[at.z], y[at.w]); }
fn lse_at(at: Indices) -> Lanes { return Lanes(lse[at.x], lse[at.y], lse[at.z], lse[at.w]); }
fn dy_at(at: Indices) -> Lanes { return Lanes(dy[at.x], dy[at.y], dy[at.z], dy[at.w]); }
fn store(at: Indices, there: Bools, value: Lanes) {
    if there.x { out[at.x] = value.x; }
    if there.y { out[at.y] = value.y; }
    if there.z { out[at.z] = value.z; }
    if there.w { out[at.w] = value.w; }
}
#else
#ifdef TWO
const R = 2u;
alias Lanes = vec2<f32>;
alias Indices = vec2<u32>;
alias Bools = vec2<bool>;
const EACH = vec2<u32>(0u, 1u);

fn q_at(at: Indices) -> Lanes { return Lanes(q[at.x], q[at.y]); }
fn kv_at(at: Indices) -> Lanes { return Lanes(kv[at.x], kv[at.y]); }
fn mask_at(at: Indices) -> Lanes { return Lanes(mask[at.x], mask[at.y]); }
fn y_at(at: Indices) -> Lanes { return Lanes(y[at.x], y[at.y]); }
fn lse_at(at: Indices) -> Lanes { return Lanes(lse[at.x], lse[at.y]); }
fn dy_at(at: Indices) -> Lanes { return Lanes(dy[at.x], dy[at.y]); }
fn store(at: Indices, there: Bools, value: Lanes) {
    if there.x { out[at.x] = value.x; }
    if there.y { out[at.y] = value.y; }
}
#else
const R = 1u;
alias Lanes = f32;
alias Indices = u32;
alias Bools = bool;
const EACH = 0u;

fn q_at(at: Indices) -> Lanes { return q[at]; }
fn kv_at(at: Indices) -> Lanes { return kv[at]; }
fn mask_at(at: Indices) -> Lanes { return mask[at]; }
fn y_at(at: Indices) -> Lanes { return y[at]; }
fn lse_at(at: Indices) -> Lanes { return lse[at]; }
fn dy_at(at: Indices) -> Lanes { return dy[at]; }
fn store(at: Indices, there: Bools, value: Lanes) {
    if there { out[at] = value; }
}
#endif
#endif

const P = D / 4u;

// Whether these four columns, from 4 part on, are the head's.
fn inside(part: u32) -> vec4<bool> {
    return vec4(4u * part, 4u * part + 1u, 4u * part + 2u, 4u * part + 3u) < vec4(params.d);
}

fn q_four(row: u32, part: u32) -> vec4<f32> {
    let at = row + 4u * part;
    return select(vec4<f32>(), vec4(q[at], q[at + 1u], q[at + 2u], q[at + 3u]), inside(part));
}

fn kv_four(row: u32, part: u32) -> vec4<f32> {
    let at = row + 4u * part;
    return select(vec4<f32>(), vec4(kv[at], kv[at + 1u], kv[at + 2u], kv[at + 3u]), inside(part));
}

fn y_four(row: u32, part: u32) -> vec4<f32> {
    let at = row + 4u * part;
    return select(vec4<f32>(), vec4(y[at], y[at + 1u], y[at + 2u], y[at + 3u]), inside(part));
}

fn dy_four(row: u32, part: u32) -> vec4<f32> {
    let at = row + 4u * part;
    return select(vec4<f32>(), vec4(dy[at], dy[at + 1u], dy[at + 2u], dy[at + 3u]), inside(part));
}

// Own rows of sixteen columns from c on times a row read: sums over the columns.
fn dot_own(own: ptr<function, array<Lanes, D>>, c: u32, x: mat4x4<f32>) -> Lanes {
    return (dot_four(own, c, x[0]) + dot_four(own, c + 4u, x[1]))
        + (dot_four(own, c + 8u, x[2]) + dot_four(own, c + 12u, x[3]));
}

fn dot_four(own: ptr<function, array<Lanes, D>>, c: u32, x: vec4<f32>) -> Lanes {
    return ((*own)[c] * x.x + (*own)[c + 1u] * x.y) + ((*own)[c + 2u] * x.z + (*own)[c + 3u] * x.w);
}

// Adds a row read, weighted, to sixteen columns of own rows.
fn add_own(own: ptr<function, array<Lanes, D>>, c: u32, weight: Lanes, x: mat4x4<f32>) {
    add_four(own, c, weight, x[0]);
    add_four(own, c + 4u, weight, x[1]);
    add_four(own, c + 8u, weight, x[2]);
    add_four(own, c + 12u, weight, x[3]);
}

fn add_four(own: ptr<function, array<Lanes, D>>, c: u32, weight: Lanes, x: vec4<f32>) {
    (*own)[c] += weight * x.x;
    (*own)[c + 1u] += weight * x.y;
    (*own)[c + 2u] += weight * x.z;
    (*own)[c + 3u] += weight * x.w;
}

// How many keys each query sees, the mask aside.
fn reach(queries: Indices) -> Indices {
    return select(Indices(params.s), min(Indices(params.s), queries + Indices(1u)), Bools(CAUSAL != 0u));
}

// Whether each query sees this key.
fn sees(key: u32, reaches: Indices, mask: f32) -> Bools {
    return (Indices(key) < reaches) & Bools(MASK == 0u || mask != 0.0);
}
