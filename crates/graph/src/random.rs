//! Random numbers by counter: the same on every backend, in any order, with nothing to carry along.

/// A well-mixed 32-bit hash (the finaliser `lowbias32` found by C. Wellons' search). `shaders/shared/random.wgsl` has
/// its twin, bit for bit.
pub fn hash(mut x: u32) -> u32 {
    x ^= x >> 16;
    x = x.wrapping_mul(0x7feb_352d);
    x ^= x >> 15;
    x = x.wrapping_mul(0x846c_a68b);
    x ^ (x >> 16)
}

/// The hash of three numbers, for one draw per (seed, stream, counter).
pub fn hash3(a: u32, b: u32, c: u32) -> u32 {
    hash(a ^ hash(b ^ hash(c ^ 0x9e37_79b9)))
}

/// Whether dropout keeps element `index` in training step `step`: `threshold` = rate * 2^32, compared as integers so
/// that every backend agrees.
pub fn dropout_keeps(seed: u32, stream: u32, step: u32, index: u32, threshold: u32) -> bool {
    hash3(hash3(seed, stream, 0x6d72_6f70), step, index) >= threshold
}

/// The threshold for [`dropout_keeps`].
pub fn dropout_threshold(rate: f32) -> u32 {
    (f64::from(rate) * 4_294_967_296.0) as u32
}

/// Where sample number `i` of an epoch lies among `n`: a permutation of 0..n keyed by seed and epoch, without a table.
///
/// Four Feistel rounds over the next even number of bits, walked until the result lies below n (Black and Rogaway
/// 2002, "Ciphers with arbitrary finite domains"); at most four rounds of the walk are expected.
pub fn permute(i: u32, n: u32, seed: u32, epoch: u32) -> u32 {
    let bits = 32 - n.saturating_sub(1).leading_zeros();
    let half = bits.div_ceil(2).max(1);
    let mask = (1u32 << half) - 1;
    let key = hash3(seed, epoch, 0x7368_7566);
    let mut x = i;
    loop {
        let (mut left, mut right) = (x >> half, x & mask);
        for round in 0..4u32 {
            (left, right) =
                (right, left ^ (hash(right ^ key.wrapping_add(0x9e37_79b9u32.wrapping_mul(round))) & mask));
        }
        x = (left << half) | right;
        if x < n {
            return x;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permute_is_a_permutation_and_changes_with_epoch() {
        for n in [1u32, 2, 3, 10, 64, 65, 250, 1009] {
            let mut seen = vec![false; n as usize];
            for i in 0..n {
                let p = permute(i, n, 42, 3);
                assert!(!seen[p as usize], "{p} twice among {n}");
                seen[p as usize] = true;
            }
        }
        let order = |epoch| (0..100).map(|i| permute(i, 100, 42, epoch)).collect::<Vec<_>>();
        assert_ne!(order(0), order(1));
    }

    #[test]
    fn dropout_keeps_its_share() {
        let threshold = dropout_threshold(0.3);
        let kept = (0..10_000).filter(|&i| dropout_keeps(1, 2, 3, i, threshold)).count();
        assert!((6800..7200).contains(&kept), "kept {kept} of 10000 at rate 0.3");
    }
}
