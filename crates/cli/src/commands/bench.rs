//! `minibatch bench`: milliseconds a training step of workloads that other libraries are measured on too.

use std::time::Instant;

use clap::ValueEnum;
use minibatch_session::{Axis, BenchError, Measured, Scaled, Series, WORKLOADS, bench, scale};

use crate::Ending;
use crate::args::{BackendChoice, Bench, ScaleChoice};
use crate::error::Result;
use crate::output::{json, line, note, unread};

/// Measures one workload or all, there or on both backends, and prints each as soon as it is done; or steps against what is
/// doubled.
///
/// # Errors
/// When the GPU asked for is not there, or the engine fails.
pub fn run(args: &Bench) -> Result<Ending> {
    match args.scale {
        Some(choice) => scaled(args, choice),
        None => workloads(args),
    }
}

fn workloads(args: &Bench) -> Result<Ending> {
    if !args.json {
        line(&row("workload", "backend", "ms a step", "steps", ["first loss", "GFLOP/s"]));
    }
    let workloads = WORKLOADS.iter().filter(|w| args.workload.as_deref().is_none_or(|name| name == **w));
    for workload in workloads {
        on_backends(args, workload, |force_cpu, clock| {
            let measured = pollster::block_on(bench(workload, force_cpu, args.seconds, clock))?;
            Ok(told(&measured, args.json))
        })?;
    }
    Ok(Ending::Done)
}

fn scaled(args: &Bench, choice: ScaleChoice) -> Result<Ending> {
    let axis = match choice {
        ScaleChoice::Batch => Axis::Batch,
        ScaleChoice::Width => Axis::Width,
        ScaleChoice::Length => Axis::Length,
    };
    if !args.json {
        line(&scaled_row("network", "doubled", "size", "backend", ["ms a step", "MFLOP", "GFLOP/s"]));
    }
    for series in Series::ALL.into_iter().filter(|series| series.axis == axis) {
        for size in series.sizes() {
            on_backends(args, &format!("{} of {size}", series.model), |force_cpu, clock| {
                let measured = pollster::block_on(scale(series, size, force_cpu, args.seconds, clock))?;
                Ok(if args.json { json(&measured) } else { Ok(of_size(&measured, choice)) })
            })?;
        }
    }
    Ok(Ending::Done)
}

/// Measures on the backend chosen, or on both, and prints what it is told.
fn on_backends(
    args: &Bench,
    what: &str,
    measure: impl Fn(bool, &dyn Fn() -> f64) -> std::result::Result<Result<String>, BenchError>,
) -> Result<()> {
    let began = Instant::now();
    for backend in [BackendChoice::Gpu, BackendChoice::Cpu] {
        if args.backend.is_some_and(|chosen| chosen != backend) || unread() {
            continue;
        }
        let clock = move || began.elapsed().as_secs_f64() * 1000.0;
        match measure(backend == BackendChoice::Cpu, &clock) {
            Ok(text) => line(&text?),
            Err(BenchError::NoGpu(reason)) if args.backend.is_none() => {
                note(&format!("note: {what} on the CPU alone, since there is no GPU: {reason}"));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn of_size(m: &Scaled, choice: ScaleChoice) -> String {
    let mega = m.flop as f64 / 1e6;
    let doubled = choice.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned());
    let numbers = [&format!("{:.4}", m.ms), &format!("{mega:.2}"), &format!("{:.2}", mega / m.ms)];
    scaled_row(m.model, &doubled, &m.size.to_string(), m.backend, numbers.map(String::as_str))
}

fn scaled_row(model: &str, doubled: &str, size: &str, backend: &str, [ms, mega, giga]: [&str; 3]) -> String {
    format!("{model:<13}{doubled:<9}{size:>6}  {backend:<9}{ms:>11}{mega:>12}{giga:>10}")
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
