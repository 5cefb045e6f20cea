//! `minibatch bench`: milliseconds a training step of workloads that other libraries are measured on too.

use std::time::Instant;

use minibatch_session::{BenchError, Measured, WORKLOADS, bench};

use crate::Ending;
use crate::args::{BackendChoice, Bench};
use crate::error::Result;
use crate::output::{json, line, note, unread};

/// Measures one workload or all, there or on both backends, and prints each as soon as it is done.
///
/// # Errors
/// When the GPU asked for is not there, or the engine fails.
pub fn run(args: &Bench) -> Result<Ending> {
    if !args.json {
        line(&row("workload", "backend", "ms a step", "steps", ["first loss", "GFLOP/s"]));
    }
    let began = Instant::now();
    let workloads = WORKLOADS.iter().filter(|w| args.workload.as_deref().is_none_or(|name| name == **w));
    for workload in workloads {
        for backend in [BackendChoice::Gpu, BackendChoice::Cpu] {
            if args.backend.is_some_and(|chosen| chosen != backend) || unread() {
                continue;
            }
            let clock = move || began.elapsed().as_secs_f64() * 1000.0;
            let force_cpu = backend == BackendChoice::Cpu;
            match pollster::block_on(bench(workload, force_cpu, args.seconds, clock)) {
                Ok(measured) => line(&told(&measured, args.json)?),
                Err(BenchError::NoGpu(reason)) if args.backend.is_none() => {
                    note(&format!("note: {workload} on the CPU alone, since there is no GPU: {reason}"));
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(Ending::Done)
}

fn told(m: &Measured, as_json: bool) -> Result<String> {
    if as_json {
        return json(m);
    }
    let number = |value: Option<f32>| value.map_or_else(|| "–".to_owned(), |v| format!("{v:.6}"));
    let gflops = m.gflops.map_or_else(|| "–".to_owned(), |g| format!("{g:.2}"));
    Ok(row(
        &m.workload,
        m.backend,
        &format!("{:.4}", m.ms),
        &m.steps.to_string(),
        [&number(m.first), &gflops],
    ))
}

fn row(workload: &str, backend: &str, ms: &str, steps: &str, [first, gflops]: [&str; 2]) -> String {
    format!("{workload:<14}{backend:<9}{ms:>11}{steps:>9}{first:>12}{gflops:>10}")
}
