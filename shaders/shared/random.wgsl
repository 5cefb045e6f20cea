// Random numbers by counter: the twin, bit for bit, of crates/graph/src/random.rs, where the sources stand.

fn hash(value: u32) -> u32 {
    var x = value;
    x ^= x >> 16u;
    x *= 0x7feb352du;
    x ^= x >> 15u;
    x *= 0x846ca68bu;
    return x ^ (x >> 16u);
}

fn hash3(a: u32, b: u32, c: u32) -> u32 {
    return hash(a ^ hash(b ^ hash(c ^ 0x9e3779b9u)));
}

// Where sample number i of an epoch lies among n: four Feistel rounds over an even number of bits, walked until the
// result lies below n.
fn permute(i: u32, n: u32, seed: u32, epoch: u32) -> u32 {
    let bits = 32u - countLeadingZeros(max(n, 1u) - 1u);
    let half_bits = max((bits + 1u) / 2u, 1u);
    let mask = (1u << half_bits) - 1u;
    let key = hash3(seed, epoch, 0x73687566u);
    var x = i;
    loop {
        var left = x >> half_bits;
        var right = x & mask;
        for (var round = 0u; round < 4u; round++) {
            let mixed = left ^ (hash(right ^ (key + round * 0x9e3779b9u)) & mask);
            left = right;
            right = mixed;
        }
        x = (left << half_bits) | right;
        if x < n {
            break;
        }
    }
    return x;
}
