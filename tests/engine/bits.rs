//! The CPU backend gives the same bits whatever the machine; in browsers see `web/bench.rs`, on another processor `arm.rs`.

use minibatch_session::{How, bits};
use minibatch_tests::bits::{FEW, trained};

/// Breaks where a sum is divided among threads, or its order follows the vectors' width.
#[test]
fn the_bits_are_those_of_one_thread_and_narrow_vectors() {
    for name in trained() {
        let bits = |how: How| pollster::block_on(bits(name, FEW, how)).unwrap();
        let how = How::default();
        let expected = bits(how.narrow().in_threads(1));
        for threads in [1, 2, 3, 8] {
            assert_eq!(bits(how.in_threads(threads)), expected, "{name} in {threads} threads");
        }
    }
}
