//! What a caller asks of the model itself: its weights, and its answers.

use minibatch_nn::{NamedTensor, names};

use super::backend::{Backend, Work};
use super::data::rows_of;
use super::probes::outputs;
use super::programs::{BuildError, rows_at_once};
use super::session::Session;
use crate::ExperimentError;

impl Session {
    /// All parameters, then the buffers that belong among the weights, with PyTorch's names and layouts.
    ///
    /// # Errors
    /// When nothing is built, or the device fails.
    pub async fn weights(&mut self) -> Result<Vec<NamedTensor>, BuildError> {
        let (Some(run), Some(backend)) = (&self.run, &mut self.backend) else { return Err(nothing()) };
        let layout = &run.programs.model.layout;
        let all = backend.read_f32(names::PARAMETERS).await?;
        let mut found = vec![];
        for p in &layout.parameters {
            let values = all[p.offset..p.offset + p.len()].to_vec();
            found.push(NamedTensor { name: p.name.clone(), shape: p.shape.clone(), values });
        }
        for b in layout.buffers.iter().filter(|b| b.saved) {
            let values = backend.read_f32(&b.variable).await?;
            let len = b.shape.iter().product::<usize>();
            let values = values[b.offset..b.offset + len].to_vec();
            found.push(NamedTensor { name: b.name.clone(), shape: b.shape.clone(), values });
        }
        Ok(found)
    }

    /// The model's output for (rows, input shape) samples, as (rows, output shape), in evaluation mode: without
    /// dropout, and with running statistics. Outputs are as the layers give them, so before a sigmoid or softmax that
    /// belongs to the loss.
    ///
    /// # Errors
    /// When nothing is built, the inputs do not fit, or the device fails.
    pub async fn answers(&mut self, inputs: &NamedTensor) -> Result<NamedTensor, BuildError> {
        let (Some(run), Some(backend)) = (&self.run, &mut self.backend) else { return Err(nothing()) };
        let model = &run.programs.model;
        let rows = rows_of(inputs, &model.input.shape)?;
        check_values(&inputs.name, &inputs.values, model.input.tokens)?;
        let shape = [&[rows], &model.output[..]].concat();
        let mut values = vec![];
        if rows > 0 {
            let chunk = rows_at_once(model)?.min(rows);
            let row = inputs.values.len() / rows;
            let (x, y) = (names::probe_inputs(NAME), names::probe_output(NAME));
            backend.set_f32(&x, &vec![0.0; chunk * row])?;
            backend.set_f32(&y, &vec![0.0; chunk * outputs(model)])?;
            let plan = backend.compile(&model.probe(NAME, chunk, false)?).await?;
            // The last chunk may leave rows of the one before behind it; rows do not see each other.
            for part in inputs.values.chunks(chunk * row) {
                backend.write_f32(&x, 0, part)?;
                backend.submit(&[Work::Run(&plan, 1)], &[])?;
                let all: Vec<f32> = Backend::read_f32(backend, &y).await?;
                values.extend(&all[..part.len() / row * outputs(model)]);
            }
        }
        Ok(NamedTensor { name: "outputs".into(), shape, values })
    }
}

const NAME: &str = "answers";

fn nothing() -> BuildError {
    let message = "there is no model yet; load an experiment first".into();
    ExperimentError::Supply { name: "session".into(), message }.into()
}

/// Numbers are finite, and tokens are those there are.
pub fn check_values(name: &str, values: &[f32], tokens: Option<usize>) -> Result<(), ExperimentError> {
    let fits = |v: f32| match tokens {
        Some(n) => v >= 0.0 && v.fract() == 0.0 && (v as usize) < n,
        None => v.is_finite(),
    };
    let Some(at) = values.iter().position(|&v| !fits(v)) else { return Ok(()) };
    let need = tokens.map_or("give finite numbers".into(), |n| format!("tokens are from 0 to {}", n - 1));
    let message = format!("number {at} is {}; {need}", values[at]);
    Err(ExperimentError::Supply { name: name.into(), message })
}
