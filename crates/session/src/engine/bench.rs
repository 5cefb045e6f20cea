//! The workloads that other libraries are measured on too, with the same weights and data, so that the first loss must
//! be theirs.

use minibatch_graph::{Optimizer, control};
use minibatch_nn::{Activation, Block, Clip, Init, Input, Loss, Model, NnError, Samples, names};
use serde::Serialize;

use super::backend::{Backend, Lost, Plan, Work};
use super::programs::{BuildError, LOSS_ROWS};

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
    /// The loss of the first step.
    pub first: f32,
    /// The loss of the last.
    pub loss: f32,
}

/// Why a workload could not be measured.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// No workload has this name.
    #[error("there is no workload {name}; there are {known}", name = .0, known = WORKLOADS.join(", "))]
    Unknown(String),
    /// The GPU was asked for, and there is none.
    #[error("no GPU to measure: {0}")]
    NoGpu(String),
    /// It could not be built or run.
    #[error(transparent)]
    Build(#[from] BuildError),
}

/// A multilayer perceptron and how it is trained.
struct Workload {
    sizes: &'static [usize],
    hidden: Activation,
    output: Activation,
    loss: Loss,
    batch: usize,
    rule: Optimizer,
    learning_rate: f32,
}

/// All workloads, by name.
pub const WORKLOADS: [&str; 2] = ["mlp-2d", "mlp-mnist"];

const ADAM: Optimizer = Optimizer::Adam { beta1: 0.9, beta2: 0.999, eps: 1e-8 };
const WARM_UP: u32 = 5;
const BLOCK: u32 = 5;

fn workload(name: &str) -> Option<Workload> {
    Some(match name {
        "mlp-2d" => Workload {
            sizes: &[2, 4, 2, 1],
            hidden: Activation::Tanh,
            output: Activation::Tanh,
            loss: Loss::Mse,
            batch: 10,
            rule: Optimizer::Sgd { momentum: 0.0, nesterov: false },
            learning_rate: 0.03,
        },
        "mlp-mnist" => Workload {
            sizes: &[784, 128, 10],
            hidden: Activation::Relu,
            output: Activation::Linear,
            loss: Loss::CROSS_ENTROPY,
            batch: 64,
            rule: ADAM,
            learning_rate: 1e-3,
        },
        _ => return None,
    })
}

/// Trains a workload for some seconds. The loss is read back every five steps, after five to warm up.
///
/// # Errors
/// When the workload is unknown or the GPU asked for is not there.
pub async fn bench(
    name: &str,
    force_cpu: bool,
    seconds: f64,
    clock: impl Fn() -> f64,
) -> Result<Measured, BenchError> {
    let w = workload(name).ok_or_else(|| BenchError::Unknown(name.into()))?;
    let (mut backend, reason) = Backend::start(force_cpu).await;
    if let (false, Some(reason)) = (force_cpu, reason) {
        return Err(BenchError::NoGpu(reason));
    }
    let plan = w.build(&mut backend).await?;
    let first = train(&mut backend, &plan, 1).await?;
    let mut loss = train(&mut backend, &plan, WARM_UP).await?;
    let (start, mut steps) = (clock(), 0);
    while steps == 0 || clock() - start < seconds * 1000.0 {
        loss = train(&mut backend, &plan, BLOCK).await?;
        steps += BLOCK;
    }
    let ms = (clock() - start) / f64::from(steps);
    Ok(Measured { workload: name.into(), backend: backend.name(), steps, ms, first, loss })
}

/// Makes every pipeline there is, and says how many: a browser is stricter than the build was.
///
/// # Errors
/// When there is no GPU, or names the kernel it refuses.
pub async fn check_kernels() -> Result<usize, BenchError> {
    match Backend::start(false).await {
        (Backend::Gpu(mut gpu), _) => {
            Ok(gpu.check_kernels().await.map_err(|error| BuildError::from(Lost::from(error)))?)
        }
        (Backend::Cpu(..), reason) => Err(BenchError::NoGpu(reason.unwrap_or_default())),
    }
}

/// Trains some steps and waits for the last one's loss.
async fn train(backend: &mut Backend, plan: &Plan, steps: u32) -> Result<f32, BuildError> {
    backend.write_f32(names::LOSSES, 0, &[0.0])?;
    backend.submit(&[Work::Run(plan, steps)], &[])?;
    Ok(backend.read_f32(names::LOSSES).await?[steps as usize])
}

impl Workload {
    async fn build(&self, backend: &mut Backend) -> Result<Plan, BuildError> {
        let model = self.model()?;
        let out = self.sizes[self.sizes.len() - 1];
        let mut rand = Mulberry(3);
        backend.set_f32(names::INPUTS, &rand.uniform(self.batch * self.sizes[0], 1.0))?;
        if self.loss.takes_classes() {
            let classes: Vec<u32> = (0..self.batch).map(|_| (rand.next() * out as f64) as u32).collect();
            backend.set_u32(names::TARGETS, &classes)?;
        } else {
            backend.set_f32(names::TARGETS, &rand.uniform(self.batch * out, 1.0))?;
        }
        backend.set_f32(names::PARAMETERS, &self.parameters())?;
        backend.set_f32(names::DECAY, &model.layout.decay())?;
        let mut words = vec![0; control::LEN];
        words[control::BASE_LR] = self.learning_rate.to_bits();
        if let Optimizer::Adam { beta1, beta2, .. } = self.rule {
            (words[control::BETA1], words[control::BETA2]) = (beta1.to_bits(), beta2.to_bits());
        }
        backend.set_u32(control::NAME, &words)?;
        let samples = Samples { train: self.batch, test: 0 };
        let graph = model.train(samples, self.batch, self.rule, Clip::default(), LOSS_ROWS)?;
        Ok(backend.compile(&graph).await?)
    }

    fn model(&self) -> Result<Model, NnError> {
        let last = self.sizes.len() - 2;
        let dense = |(i, &units): (usize, &usize)| {
            let activation = if i == last { self.output } else { self.hidden };
            Block::Linear { units, bias: true, activation, init: Init::Zeros }
        };
        let blocks = self.sizes[1..].iter().enumerate().map(dense).collect();
        Model::new(Input { shape: vec![self.sizes[0]], tokens: None }, blocks, self.loss, None)
    }

    /// Weights within 1 / sqrt(inputs), drawn (inputs, units) as the peers keep them; biases 0.
    fn parameters(&self) -> Vec<f32> {
        let mut rand = Mulberry(7);
        let mut all = vec![];
        for pair in self.sizes.windows(2) {
            let (inputs, units) = (pair[0], pair[1]);
            let drawn = rand.uniform(inputs * units, 1.0 / (inputs as f64).sqrt());
            all.extend(
                (0..units).flat_map(|u| (0..inputs).map(move |i| (u, i))).map(|(u, i)| drawn[i * units + u]),
            );
            all.extend(vec![0.0; units]);
        }
        all
    }
}

/// The generator the peers draw from: T. Ettinger's mulberry32.
struct Mulberry(u32);

impl Mulberry {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x6d2b_79f5);
        let s = self.0;
        let mut t = (s ^ (s >> 15)).wrapping_mul(s | 1);
        t ^= t.wrapping_add((t ^ (t >> 7)).wrapping_mul(t | 61));
        f64::from(t ^ (t >> 14)) / 4_294_967_296.0
    }

    fn uniform(&mut self, n: usize, scale: f64) -> Vec<f32> {
        (0..n).map(|_| ((self.next() * 2.0 - 1.0) * scale) as f32).collect()
    }
}
