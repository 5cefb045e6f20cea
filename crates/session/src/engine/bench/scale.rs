//! A training step's time against the size of the batch, of the network or of the sequence, each doubled five times.

use minibatch_graph::arithmetic;
use minibatch_nn::NnError;
use serde::Serialize;

use super::super::backend::{Backend, Plan};
use super::super::programs::{BuildError, LOSS_ROWS};
use super::workloads::{Workload, cnn, lstm, mlp, transformer};
use super::{BenchError, fill, gpu, steps};

/// What is doubled.
#[derive(Serialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "lowercase")]
pub enum Axis {
    /// Samples of a batch.
    Batch,
    /// Hidden units, channels, or a transformer's width.
    Width,
    /// Steps of a sequence.
    Length,
}

/// A network, and which of its sizes is doubled from where on. All other sizes are those of the workload it is taken from:
/// mlp-mnist, cnn-28, lstm-seed and gpt-nano.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Series {
    /// "mlp", "cnn", "lstm" or "transformer".
    pub model: &'static str,
    /// What is doubled.
    pub axis: Axis,
    first: usize,
}

const fn series(model: &'static str, axis: Axis, first: usize) -> Series {
    Series { model, axis, first }
}

impl Series {
    /// All of them. The largest step of each takes less than a second on one core.
    pub const ALL: [Self; 10] = [
        series("mlp", Axis::Batch, 16),
        series("cnn", Axis::Batch, 8),
        series("lstm", Axis::Batch, 8),
        series("transformer", Axis::Batch, 1),
        series("mlp", Axis::Width, 32),
        series("cnn", Axis::Width, 4),
        series("lstm", Axis::Width, 16),
        series("transformer", Axis::Width, 16),
        series("lstm", Axis::Length, 4),
        series("transformer", Axis::Length, 16),
    ];

    /// The first size, and that doubled five times.
    pub fn sizes(self) -> [usize; 6] {
        [0, 1, 2, 3, 4, 5].map(|doublings| self.first << doublings)
    }

    fn workload(self, size: usize) -> Workload {
        match (self.model, self.axis) {
            ("mlp", Axis::Batch) => mlp(size, 128),
            ("mlp", _) => mlp(64, size),
            ("cnn", Axis::Batch) => cnn(size, 8),
            ("cnn", _) => cnn(32, size),
            ("lstm", Axis::Batch) => lstm(size, 50, 15),
            ("lstm", Axis::Width) => lstm(32, size, 15),
            ("lstm", Axis::Length) => lstm(32, 50, size),
            (_, Axis::Batch) => transformer(size, 64, 64),
            (_, Axis::Width) => transformer(8, size, 64),
            (_, Axis::Length) => transformer(8, 64, size),
        }
    }
}

/// What one size measured.
#[derive(Serialize, Clone, Debug)]
pub struct Scaled {
    /// The network.
    pub model: &'static str,
    /// What is doubled.
    pub axis: Axis,
    /// The size along it.
    pub size: usize,
    /// "webgpu", "gpu" or "cpu".
    pub backend: &'static str,
    /// Steps that were timed.
    pub steps: u32,
    /// Milliseconds a step, of the fastest block of steps: what else the machine does only adds to it.
    pub ms: f64,
    /// Floating-point operations of a step, reckoned from its graph.
    pub flop: u64,
}

/// Blocks that are timed at least.
const BLOCKS: u32 = 3;
/// How long a block is about, in milliseconds, where a step is shorter: so long that reading the clock and the loss cost
/// nothing beside it, so short that some go by undisturbed.
const BLOCK_MS: f64 = 5.0;

/// Times the training step of one size for some seconds, at least three blocks of steps.
///
/// # Errors
/// When the GPU asked for is not there, or it could not be run.
pub async fn scale(
    series: Series,
    size: usize,
    force_cpu: bool,
    seconds: f64,
    clock: impl Fn() -> f64,
) -> Result<Scaled, BenchError> {
    let mut backend = if force_cpu { Backend::cpu() } else { gpu().await? };
    let graph = fill(&mut backend, &series.workload(size))?;
    let flop = arithmetic(&graph).map_err(|error| BuildError::from(NnError::from(error)))?;
    let plan = backend.compile(&graph).await.map_err(BuildError::from)?;
    let (steps, ms) = fastest(&mut backend, &plan, seconds * 1000.0, clock).await?;
    Ok(Scaled { model: series.model, axis: series.axis, size, backend: backend.name(), steps, ms, flop })
}

/// Steps timed, and milliseconds a step of the fastest block.
async fn fastest(
    backend: &mut Backend,
    plan: &Plan,
    ms: f64,
    clock: impl Fn() -> f64,
) -> Result<(u32, f64), BuildError> {
    // The first makes ready; the second says how many make a block.
    steps(backend, plan, 1).await?;
    let before = clock();
    steps(backend, plan, 1).await?;
    let one = (clock() - before).max(1e-4);
    let block = ((BLOCK_MS / one) as u32).clamp(1, LOSS_ROWS as u32 - 1);
    let (mut timed, mut least, start) = (0, f64::INFINITY, clock());
    while timed < BLOCKS * block || clock() - start < ms {
        let begun = clock();
        steps(backend, plan, block).await?;
        least = least.min((clock() - begun) / f64::from(block));
        timed += block;
    }
    Ok((timed, least))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flop(series: Series, size: usize) -> f64 {
        let graph = fill(&mut Backend::cpu(), &series.workload(size)).expect("a step");
        arithmetic(&graph).expect("a plan") as f64
    }

    /// Breaks where a size does not reach the network, or a kind of op is not counted: a batch's arithmetic doubles but for the
    /// update, a width's grows by up to four times.
    #[test]
    fn arithmetic_grows_as_the_network_does() {
        for series in Series::ALL {
            let [first, .., last] = series.sizes();
            let growth = libm::log2(flop(series, last) / flop(series, first)) / 5.0;
            let within = match (series.model, series.axis) {
                ("mlp", Axis::Width) | (_, Axis::Batch) => 0.8..=1.01,
                ("transformer", Axis::Length) => 1.01..=1.5,
                (_, Axis::Length) => 0.8..=1.01,
                (_, Axis::Width) => 1.2..=2.0,
            };
            assert!(within.contains(&growth), "{series:?}: 2 to the {growth:.2} a doubling, not {within:?}");
        }
    }
}
