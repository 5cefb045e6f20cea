//! The program as it is passed on, which `cargo xtask test --long cli` builds, beside the one that the other tests run. Its profile
//! (link-time optimisation, small code but for the kernels) has twice made the CPU backend a fraction as fast, and nothing else told.

#![cfg(feature = "long")]

use std::ffi::OsStr;
use std::process::Command;

/// The most time it may take beside the other: what one run differs from the next.
const MOST: f64 = 1.2;

/// Milliseconds a step.
fn step(program: &OsStr, workload: &str) -> f64 {
    let words = ["bench", "--backend", "cpu", "--seconds", "1", "--json", "--workload", workload];
    let output = Command::new(program).args(words).output().expect("the program runs");
    let line: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one line of JSON");
    line["ms"].as_f64().expect("a time")
}

/// Breaks where the profile of a release keeps sums in memory, or leaves vectors out.
#[test]
fn the_released_program_is_as_fast_as_the_tests_own() {
    let released =
        std::env::var_os("MINIBATCH_RELEASED").expect("`cargo xtask test --long cli` says where it is");
    let programs = [OsStr::new(env!("CARGO_BIN_EXE_minibatch")), &released];
    for workload in ["mlp-mnist", "cnn-28", "lstm-seed", "gpt-nano"] {
        let mut best = [f64::INFINITY; 2];
        // In turn, and the best of each: the machine may do something else meanwhile.
        for _ in 0..4 {
            for (best, program) in best.iter_mut().zip(programs) {
                *best = best.min(step(program, workload));
            }
        }
        let [own, passed_on] = best;
        eprintln!("{workload}: {passed_on:.3} ms a step, the tests' own {own:.3}");
        assert!(passed_on < MOST * own, "{workload}: {passed_on} ms a step, the tests' own {own}");
    }
}
