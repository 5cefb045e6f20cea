//! The workloads compute what other libraries compute from the same weights and data.

use std::time::Instant;

use minibatch_session::bench;

/// Workload and its first loss on TensorFlow.js 4.22.0 and jax-js 0.1.25, which agree; see docs/benchmarks.md.
const FIRST: [(&str, f32); 2] = [("mlp-2d", 0.349_988), ("mlp-mnist", 2.333_878)];

#[test]
fn the_first_loss_is_the_peers() {
    let began = Instant::now();
    for (workload, first) in FIRST {
        for cpu in [true, false] {
            let clock = || began.elapsed().as_secs_f64() * 1000.0;
            let measured = pollster::block_on(bench(workload, cpu, 0.2, clock)).expect("it runs");
            eprintln!("{measured:?}");
            assert!((measured.first - first).abs() < 1e-3, "{measured:?}, the peers' first loss is {first}");
            assert!(measured.loss < measured.first, "it trains: {measured:?}");
        }
    }
}
