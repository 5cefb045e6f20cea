//! The one source of randomness: a small counter-based generator that gives the same stream natively and in
//! wasm.

use core::f64::consts::TAU;

/// The counter's stride: 2^64 divided by the golden ratio, made odd (Steele, Lea and Flood 2014, "Fast
/// splittable pseudorandom number generators").
const STRIDE: u64 = 0x9e37_79b9_7f4a_7c15;

/// SplitMix64: a 64-bit counter whose every value is hashed into one random number.
///
/// Not for secrets. Good enough for data sets, and cheap to seed: any two seeds or streams give unrelated
/// sequences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rng {
    counter: u64,
}

impl Rng {
    /// A generator whose whole sequence follows from `seed`. The same as stream 0 of that seed.
    pub fn new(seed: u64) -> Self {
        Self { counter: seed }
    }

    /// One of many independent generators of the same `seed`: use a stream for each purpose, so that drawing
    /// more numbers for one purpose never changes another.
    pub fn with_stream(seed: u64, stream: u64) -> Self {
        // `mix` keeps 0 at 0, so stream 0 is the seed itself.
        Self { counter: seed ^ mix(stream.wrapping_mul(STRIDE)) }
    }

    fn next_u64(&mut self) -> u64 {
        self.counter = self.counter.wrapping_add(STRIDE);
        mix(self.counter)
    }

    /// 32 random bits (the upper half of one 64-bit draw).
    pub fn next_u32(&mut self) -> u32 {
        (self.next_u64() >> 32) as u32
    }

    /// A number in `[0, 1)`, on the grid of multiples of 2^-53.
    pub fn uniform(&mut self) -> f64 {
        const STEP: f64 = 1.0 / (1u64 << 53) as f64;
        (self.next_u64() >> 11) as f64 * STEP
    }

    /// A number spread evenly from `lo` (included) to `hi`.
    pub fn range(&mut self, lo: f64, hi: f64) -> f64 {
        lo + (hi - lo) * self.uniform()
    }

    /// A standard normal number, by Box and Muller's transform. Uses two draws and keeps no spare, so the
    /// number of draws behind any sequence of calls is plain.
    pub fn normal(&mut self) -> f64 {
        // 1 - uniform lies in (0, 1], where the logarithm is finite.
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.uniform()));
        radius * libm::cos(TAU * self.uniform())
    }

    /// A whole number in `0..n`; 0 when `n` is 0. The bias is below `n / 2^32`.
    pub fn below(&mut self, n: u32) -> u32 {
        ((u64::from(self.next_u32()) * u64::from(n)) >> 32) as u32
    }

    /// Puts the items in random order (Fisher and Yates). Meant for up to `u32::MAX` items; any beyond stay
    /// in place.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        let count = u32::try_from(items.len()).unwrap_or(u32::MAX);
        for last in (1..count).rev() {
            let other = self.below(last + 1);
            items.swap(last as usize, other as usize);
        }
    }
}

/// SplitMix64's output hash (Stafford's variant 13 of the MurmurHash3 finaliser).
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
