// Rows shared by the invocations of a workgroup: LANES to a row, ROWS rows at a time, invocation `lane` being number
// lane % LANES of row lane / LANES. Sums go up a fixed tree, so that they are the same each time. Every function here
// is to be called by all invocations together.
//
// An invocation takes four elements a round, LANES apart: `four`. Those past the row's end are read from its last place
// and must be taken out with `within`.

override LANES: u32 = 64; // a power of two
override ROWS: u32 = 1; // a power of two
// With a name of its own: naga 30 fails on overrides that follow an array whose length is a nameless expression.
override INVOCATIONS: u32 = LANES * ROWS;

var<workgroup> partial: array<vec2<f32>, INVOCATIONS>;

// The lowest number there is.
const LOWEST = -3.4028234e38;

fn four(column: u32) -> vec4<u32> {
    return vec4(column) + vec4(0u, 1u, 2u, 3u) * LANES;
}

fn within(column: u32, columns: u32) -> vec4<bool> {
    return four(column) < vec4(columns);
}

fn row_sum(lane: u32, value: vec2<f32>) -> vec2<f32> {
    if LANES == 1u {
        return value;
    }
    partial[lane] = value;
    for (var half_way = LANES / 2u; half_way > 0u; half_way >>= 1u) {
        workgroupBarrier();
        if lane % LANES < half_way {
            partial[lane] += partial[lane + half_way];
        }
    }
    workgroupBarrier();
    let total = partial[lane - lane % LANES];
    workgroupBarrier();
    return total;
}

// (m, sum of e^(x - m)) of two sets joined, m being the larger m.
fn join(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> {
    let largest = max(a.x, b.x);
    return vec2(largest, a.y * exp(a.x - largest) + b.y * exp(b.x - largest));
}

// A set with four more x. It begins as (LOWEST, 0): -inf has a difference to that, and adds nothing.
fn joined_by(a: vec2<f32>, x: vec4<f32>, inside: vec4<bool>) -> vec2<f32> {
    let four_x = select(vec4(LOWEST), x, inside);
    let largest = max(a.x, max(max(four_x.x, four_x.y), max(four_x.z, four_x.w)));
    let shares = select(vec4<f32>(), exp(four_x - largest), inside);
    return vec2(largest, a.y * exp(a.x - largest) + dot(shares, vec4(1.0)));
}

fn row_join(lane: u32, value: vec2<f32>) -> vec2<f32> {
    if LANES == 1u {
        return value;
    }
    partial[lane] = value;
    for (var half_way = LANES / 2u; half_way > 0u; half_way >>= 1u) {
        workgroupBarrier();
        if lane % LANES < half_way {
            partial[lane] = join(partial[lane], partial[lane + half_way]);
        }
    }
    workgroupBarrier();
    let total = partial[lane - lane % LANES];
    workgroupBarrier();
    return total;
}

// Over the whole workgroup; only invocation 0 has the result.
fn group_sum(lane: u32, value: vec2<f32>) -> vec2<f32> {
    partial[lane] = value;
    for (var half_way = INVOCATIONS / 2u; half_way > 0u; half_way >>= 1u) {
        workgroupBarrier();
        if lane < half_way {
            partial[lane] += partial[lane + half_way];
        }
    }
    return partial[lane];
}
