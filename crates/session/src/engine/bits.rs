//! What the parameters are after some steps on the CPU, to the last bit: the same on every machine and in every browser, in any
//! number of threads, with any vectors. See "The same bits everywhere" in ARCHITECTURE.md.

use minibatch_cpu::How;
use minibatch_nn::names;

use super::backend::{Backend, Work};
use super::bench::{self, BenchError, workload};
use super::data::Data;
use super::keep::Keep;
use super::programs::{BuildError, Programs, Start};
use crate::preset;

/// A hash of the parameters' bits after so many steps of a bench workload, or of a preset.
///
/// # Errors
/// When neither has this name.
pub async fn bits(name: &str, steps: u32, how: How) -> Result<u64, BenchError> {
    let mut backend = Backend::cpu_running(how);
    train(&mut backend, name, steps).await?;
    let parameters = backend.read_f32(names::PARAMETERS).await.map_err(BuildError::from)?;
    Ok(hash(&parameters))
}

/// The batch losses of so many steps of a bench workload, or of a preset.
///
/// # Errors
/// When neither has this name, or the backend fails.
pub async fn losses(backend: &mut Backend, name: &str, steps: u32) -> Result<Vec<f32>, BenchError> {
    train(backend, name, steps).await?;
    let ring = backend.read_f32(names::LOSSES).await.map_err(BuildError::from)?;
    Ok(ring[1..=steps as usize].to_vec())
}

async fn train(backend: &mut Backend, name: &str, steps: u32) -> Result<(), BenchError> {
    let plan = match workload(name) {
        Some(workload) => bench::build(backend, &workload).await?,
        None => preset_plan(backend, name).await?,
    };
    backend.submit(&[Work::Run(&plan, steps)], &[]).map_err(BuildError::from)?;
    Ok(())
}

async fn preset_plan(backend: &mut Backend, name: &str) -> Result<super::backend::Plan, BenchError> {
    let experiment = preset(name).map_err(|_| BenchError::Unknown(name.into()))?;
    let model = experiment.model().map_err(BuildError::from)?;
    let data = Data::new(&experiment, &model, None).map_err(BuildError::from)?;
    let start = Start::draw(&model, experiment.seed);
    Ok(Programs::build(backend, &experiment, (model, data, start), Keep::NOTHING).await?.train)
}

/// FNV-1a over the bits. All NaNs count as one: which of them an operation gives is each machine's choice.
fn hash(values: &[f32]) -> u64 {
    let bits = values.iter().map(|value| if value.is_nan() { f32::NAN } else { *value }.to_bits());
    bits.flat_map(u32::to_le_bytes)
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
