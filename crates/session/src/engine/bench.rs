//! The workloads that other libraries are measured on too, with the same weights and data, so that the first loss must
//! be theirs.

mod draws;
mod scale;
mod workloads;

use minibatch_graph::{Activation, DType, Graph, Op, control};
use minibatch_nn::{Clip, Model, NnError, Samples, UpdateRule, names};
use serde::Serialize;

use super::backend::{Backend, Lost, Plan, Work};
use super::programs::{BuildError, LOSS_ROWS};
use draws::Mulberry;
pub use scale::{Axis, Scaled, Series, scale};
use workloads::Workload;
pub(super) use workloads::workload;

/// What a workload measured.
#[derive(Serialize, Clone, Debug)]
pub struct Measured {
    /// The workload's name.
    pub workload: String,
    /// "webgpu", "gpu" or "cpu".
    pub backend: &'static str,
    /// Steps that were timed.
    pub steps: u32,
    /// Milliseconds a step.
    pub ms: f64,
    /// The loss of the first step; none for a product.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<f32>,
    /// The loss of the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loss: Option<f32>,
    /// Thousand million multiplications and additions a second, of a product.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gflops: Option<f64>,
}

/// Why a workload could not be measured.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// No workload has this name.
    #[error("there is no workload {0}; there are {list}", list = WORKLOADS.join(", "))]
    Unknown(String),
    /// The GPU was asked for, and there is none.
    #[error("no GPU to measure: {0}")]
    NoGpu(String),
    /// It could not be built or run.
    #[error(transparent)]
    Build(#[from] BuildError),
}

/// The workloads' names.
pub const WORKLOADS: [&str; 7] =
    ["mlp-2d", "mlp-mnist", "cnn-28", "lstm-seed", "gpt-nano", "matmul-512", "matmul-1024"];

const WARM_UP: u32 = 5;
const BLOCK: u32 = 5;

/// Trains a workload, or multiplies, for some seconds. As with the peers, a loss is read back every five steps, after five
/// to warm up, and a product after every one.
///
/// # Errors
/// When the workload is unknown or the GPU asked for is not there.
pub async fn bench(
    name: &str,
    force_cpu: bool,
    seconds: f64,
    clock: impl Fn() -> f64,
) -> Result<Measured, BenchError> {
    if !WORKLOADS.contains(&name) {
        return Err(BenchError::Unknown(name.into()));
    }
    let mut backend = if force_cpu { Backend::cpu() } else { gpu().await? };
    let ms = seconds * 1000.0;
    let mut measured = Measured {
        workload: name.into(),
        backend: backend.name(),
        steps: 0,
        ms: 0.0,
        first: None,
        loss: None,
        gflops: None,
    };
    match workload(name) {
        Some(w) => train(&mut backend, &w, &mut measured, ms, clock).await?,
        None => {
            multiply(&mut backend, extent(name), &mut measured, ms, clock).await?;
        }
    }
    Ok(measured)
}

async fn train(
    backend: &mut Backend,
    w: &Workload,
    measured: &mut Measured,
    ms: f64,
    clock: impl Fn() -> f64,
) -> Result<(), BuildError> {
    let plan = build(backend, w).await?;
    measured.first = Some(steps(backend, &plan, 1).await?);
    measured.loss = Some(steps(backend, &plan, WARM_UP).await?);
    let start = clock();
    while measured.steps == 0 || clock() - start < ms {
        measured.loss = Some(steps(backend, &plan, BLOCK).await?);
        measured.steps += BLOCK;
    }
    measured.ms = (clock() - start) / f64::from(measured.steps);
    Ok(())
}

/// Trains some steps and waits for the last one's loss.
async fn steps(backend: &mut Backend, plan: &Plan, steps: u32) -> Result<f32, BuildError> {
    backend.write_f32(names::LOSSES, 0, &[0.0])?;
    backend.submit(&[Work::Run(plan, steps)], &[])?;
    Ok(backend.read_f32(names::LOSSES).await?[steps as usize])
}

/// Multiplies two square matrices, again and again.
async fn multiply(
    backend: &mut Backend,
    n: usize,
    measured: &mut Measured,
    ms: f64,
    clock: impl Fn() -> f64,
) -> Result<(), BuildError> {
    let plan = product(backend, n).await?;
    let mut start = clock();
    while measured.steps < 3 || clock() - start < ms {
        backend.submit(&[Work::Run(&plan, 1)], &[])?;
        backend.read_f32("corner").await?;
        // The first makes ready.
        if measured.steps == 0 {
            start = clock();
        }
        measured.steps += 1;
    }
    measured.steps -= 1;
    measured.ms = (clock() - start) / f64::from(measured.steps);
    measured.gflops = Some(2.0 * (n as f64).powi(3) / measured.ms / 1e6);
    Ok(())
}

/// The extent of the matrices of a product's workload.
pub(super) fn extent(name: &str) -> usize {
    name.trim_start_matches("matmul-").parse().unwrap_or(512)
}

/// The product of two square matrices.
pub(super) async fn product(backend: &mut Backend, n: usize) -> Result<Plan, BuildError> {
    let mut rand = Mulberry::new(3);
    let mut g = Graph::new();
    let [a, b] = ["a", "b"].map(|name| g.variable(name, [n, n], DType::F32).map_err(NnError::from));
    let y = g.matmul((a?, false), (b?, false), None, Activation::Linear).map_err(NnError::from)?;
    g.output("y", y).map_err(NnError::from)?;
    // The loss of a product is one of its elements, so that little is read back.
    let corner = g.view(y, 0, [1, 1]).map_err(NnError::from)?;
    let seen = g.add_node(Op::Activation(Activation::Linear), &[corner]).map_err(NnError::from)?;
    g.output("corner", seen).map_err(NnError::from)?;
    for name in ["a", "b"] {
        backend.set_f32(name, &rand.uniform(n * n, 1.0))?;
    }
    Ok(backend.compile(&g).await?)
}

/// Makes every pipeline there is, and says how many: a browser is stricter than the build was.
///
/// # Errors
/// When there is no GPU, or names the kernel it refuses.
pub async fn check_kernels() -> Result<usize, BenchError> {
    match gpu().await? {
        Backend::Gpu(mut gpu) => {
            Ok(gpu.check_kernels().await.map_err(|error| BuildError::from(Lost::from(error)))?)
        }
        Backend::Cpu(..) => Ok(0),
    }
}

async fn gpu() -> Result<Backend, BenchError> {
    Backend::gpu().await.map_err(|error| BenchError::NoGpu(error.to_string()))
}

/// Fills the variables as the peers do and compiles a training step over the one batch there is.
pub(super) async fn build(backend: &mut Backend, w: &Workload) -> Result<Plan, BuildError> {
    let graph = fill(backend, w)?;
    Ok(backend.compile(&graph).await?)
}

/// Fills the variables as the peers do, and gives a training step over the one batch there is.
fn fill(backend: &mut Backend, w: &Workload) -> Result<Graph, BuildError> {
    let model = Model::new(w.input.clone(), w.layers.clone(), w.loss, None)?;
    let mut rand = Mulberry::new(3);
    let (inputs, targets) = w.batch_of(&mut rand);
    backend.set_f32(names::INPUTS, &inputs)?;
    if w.loss.takes_classes() {
        backend.set_u32(names::TARGETS, &targets.iter().map(|&t| t as u32).collect::<Vec<_>>())?;
    } else {
        backend.set_f32(names::TARGETS, &targets)?;
    }
    backend.set_f32(names::PARAMETERS, &draws::parameters(&model.layout, &w.draws))?;
    backend.set_f32(names::DECAY, &model.layout.decay())?;
    let mut words = vec![0; control::LEN];
    words[control::BASE_LR] = w.learning_rate.to_bits();
    (words[control::BETA1], words[control::BETA2]) = (0.9f32.to_bits(), 0.999f32.to_bits());
    backend.set_u32(control::NAME, &words)?;
    step_of(&model, w)
}

fn step_of(model: &Model, w: &Workload) -> Result<Graph, BuildError> {
    let samples = Samples { train: w.batch, test: 0 };
    Ok(model.train(samples, w.batch, UpdateRule::All(w.rule), Clip::default(), LOSS_ROWS)?)
}

/// The graph of a workload's training step, to be looked at.
///
/// # Errors
/// When no workload that trains has this name.
pub fn step(name: &str) -> Result<Graph, BenchError> {
    let w = workload(name).ok_or_else(|| BenchError::Unknown(name.into()))?;
    let model = Model::new(w.input.clone(), w.layers.clone(), w.loss, None).map_err(BuildError::from)?;
    Ok(step_of(&model, &w)?)
}
