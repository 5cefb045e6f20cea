//! The workloads compute what other libraries compute from the same weights and data.

use std::time::Instant;

use minibatch_session::{Series, bench, scale};

/// Workload and its first loss on jax-js 0.1.25; see docs/benchmarks.md.
const FIRST: [(&str, f32); 5] = [
    ("mlp-2d", 0.349_988),
    ("mlp-mnist", 2.333_878),
    ("cnn-28", 2.306_692),
    ("lstm-seed", 1.933_151),
    ("gpt-nano", 4.306_083),
];

#[test]
fn the_first_loss_is_the_peers() {
    let began = Instant::now();
    for (workload, first) in FIRST {
        for cpu in [true, false] {
            let clock = || began.elapsed().as_secs_f64() * 1000.0;
            let measured = pollster::block_on(bench(workload, cpu, 0.2, clock)).expect("it runs");
            eprintln!("{measured:?}");
            assert!(
                (measured.first.expect("a loss") - first).abs() < 3e-5,
                "{measured:?}, the peers' first loss is {first}"
            );
            assert!(measured.loss < measured.first, "it trains: {measured:?}");
        }
    }
}

#[test]
fn a_product_is_measured_in_gflops() {
    let began = Instant::now();
    for cpu in [true, false] {
        let clock = || began.elapsed().as_secs_f64() * 1000.0;
        let measured = pollster::block_on(bench("matmul-512", cpu, 0.1, clock)).expect("it runs");
        assert!(measured.gflops.is_some_and(|g| g > 0.01) && measured.first.is_none(), "{measured:?}");
    }
}

#[test]
fn a_step_is_timed_against_its_arithmetic() {
    let began = Instant::now();
    for series in Series::ALL {
        let clock = || began.elapsed().as_secs_f64() * 1000.0;
        let scaled =
            pollster::block_on(scale(series, series.sizes()[0], true, 0.01, clock)).expect("it runs");
        assert!(scaled.ms > 0.0 && scaled.steps >= 3 && scaled.flop > 100_000, "{scaled:?}");
    }
}
