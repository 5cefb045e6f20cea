//! What the parameters are after some steps on the CPU, to the last bit: the same on every machine and in every browser, in any
//! number of threads, with any vectors. See "The same bits everywhere" in ARCHITECTURE.md.

use minibatch_cpu::How;
use minibatch_nn::names;

use super::backend::{Backend, Plan, Work};
use super::bench::{self, BenchError, WORKLOADS, workload};
use super::data::Data;
use super::keep::Keep;
use super::programs::{BuildError, Programs, Start};
use crate::preset;

/// A hash of the parameters' bits after so many steps of a bench workload, or of a preset.
///
/// # Errors
/// When neither has this name.
pub async fn bits(name: &str, steps: u32, how: How) -> Result<u64, BenchError> {
    let (mut backend, plans) = repeated(name, how).await?;
    backend.submit(&[Work::Run(&plans[0], steps)], &[]).map_err(BuildError::from)?;
    let parameters = backend.read_f32(names::PARAMETERS).await.map_err(BuildError::from)?;
    Ok(hash(&parameters))
}

/// The batch losses of so many steps of a bench workload, or of a preset.
///
/// # Errors
/// When neither has this name, or the backend fails.
pub async fn losses(backend: &mut Backend, name: &str, steps: u32) -> Result<Vec<f32>, BenchError> {
    let plans = plans(backend, name).await?;
    backend.submit(&[Work::Run(&plans[0], steps)], &[]).map_err(BuildError::from)?;
    let ring = backend.read_f32(names::LOSSES).await.map_err(BuildError::from)?;
    Ok(ring[1..=steps as usize].to_vec())
}

/// What a bench workload or a preset repeats on the CPU: its training step or its product, and, of a preset, then a piece of an
/// evaluation, its end, and the sums that each submit weighs.
///
/// # Errors
/// When neither has this name.
pub async fn repeated(name: &str, how: How) -> Result<(Backend, Vec<Plan>), BenchError> {
    let mut backend = Backend::cpu_running(how);
    let plans = plans(&mut backend, name).await?;
    Ok((backend, plans))
}

async fn plans(backend: &mut Backend, name: &str) -> Result<Vec<Plan>, BenchError> {
    Ok(match workload(name) {
        Some(workload) => vec![bench::build(backend, &workload).await?],
        None if WORKLOADS.contains(&name) => vec![bench::product(backend, bench::extent(name)).await?],
        None => preset_plans(backend, name).await?,
    })
}

async fn preset_plans(backend: &mut Backend, name: &str) -> Result<Vec<Plan>, BenchError> {
    let experiment = preset(name).map_err(|_| BenchError::Unknown(name.into()))?;
    let model = experiment.model().map_err(BuildError::from)?;
    let data = Data::new(&experiment, &model, None).map_err(BuildError::from)?;
    let start = Start::draw(&model, experiment.seed);
    let programs = Programs::build(backend, &experiment, (model, data, start), Keep::NOTHING).await?;
    let Programs { train, piece, conclude, squares, .. } = programs;
    Ok(vec![train, piece, conclude, squares])
}

/// FNV-1a over the bits. All NaNs count as one: which of them an operation gives is each machine's choice.
fn hash(values: &[f32]) -> u64 {
    let bits = values.iter().map(|value| if value.is_nan() { f32::NAN } else { *value }.to_bits());
    bits.flat_map(u32::to_le_bytes)
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
