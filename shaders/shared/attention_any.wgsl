// What the kernels for heads of any width share: rows are read from where they lie.
#import attention_dots

const WORKGROUP = 64u; // a power of two, 4 or more

var<workgroup> shares: array<f32, WORKGROUP>;
var<workgroup> weights: array<f32, WORKGROUP>;

const FOUR = vec4<u32>(0u, 1u, 2u, 3u);

// The sum of a column of k or v from `first` on, weighted. Past the tile's keys the weights are 0.
fn mixed_kv(first: u32, here: u32) -> f32 {
    var sum = 0.0;
    for (var n = 0u; n < here; n += 4u) {
        let weight = vec4(weights[n], weights[n + 1u], weights[n + 2u], weights[n + 3u]);
        let at = vec4(first) + min(vec4(n) + FOUR, vec4(here - 1u)) * params.kv_row;
        sum += dot(weight, vec4(kv[at.x], kv[at.y], kv[at.z], kv[at.w]));
    }
    return sum;
}

// The largest of all invocations' numbers, for all of them.
fn largest_of(lane: u32, x: f32) -> f32 {
    shares[lane] = x;
    for (var half_way = WORKGROUP / 2u; half_way > 0u; half_way >>= 1u) {
        workgroupBarrier();
        if lane < half_way {
            shares[lane] = max(shares[lane], shares[lane + half_way]);
        }
    }
    workgroupBarrier();
    let largest = shares[0];
    workgroupBarrier();
    return largest;
}

// Their sum, in a fixed order.
fn sum_of(lane: u32, x: f32) -> f32 {
    shares[lane] = x;
    for (var half_way = WORKGROUP / 2u; half_way > 0u; half_way >>= 1u) {
        workgroupBarrier();
        if lane < half_way {
            shares[lane] += shares[lane + half_way];
        }
    }
    workgroupBarrier();
    let sum = shares[0];
    workgroupBarrier();
    return sum;
}
