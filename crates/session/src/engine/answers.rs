//! What a caller asks of the model itself: its weights, and its answers.

use minibatch_nn::{Layout, NamedTensor, names};

use super::backend::{Backend, Work};
use super::best;
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
        tensors(backend, &run.programs.model.layout, |name| (name.to_owned(), 0)).await
    }

    /// The same at the end of a run, which is given up: only the weights need room then.
    ///
    /// # Errors
    /// As [`Session::weights`].
    pub async fn take_weights(&mut self) -> Result<Vec<NamedTensor>, BuildError> {
        let layout = self.run.take().map(|run| run.programs.model.layout).ok_or_else(nothing)?;
        let Some(backend) = &mut self.backend else { return Err(nothing()) };
        tensors(backend, &layout, |name| (name.to_owned(), 0)).await
    }

    /// The same of the best evaluation so far, with its step and loss; none where there was none, or where it is not kept.
    ///
    /// # Errors
    /// When nothing is built, or the device fails.
    pub async fn best_weights(&mut self) -> Result<Option<(u32, f32, Vec<NamedTensor>)>, BuildError> {
        let (Some(run), Some(backend)) = (&self.run, &mut self.backend) else { return Err(nothing()) };
        if !run.programs.keep.best {
            return Ok(None);
        }
        // From the device, which knows of evaluations whose numbers are still on their way.
        let Some((step, loss)) = best::read(&backend.read_f32(&best::told()).await?) else { return Ok(None) };
        let kept = &run.programs.best;
        // What training does not change is as it was. Of the rest, the loss comes first.
        let place = |name: &str| {
            let is = kept.iter().any(|k| k == name);
            if is { (names::best(name), 1) } else { (name.to_owned(), 0) }
        };
        Ok(Some((step, loss, tensors(backend, &run.programs.model.layout, place).await?)))
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

/// The tensors of a model, from the variables that `place` names, with the first element there.
async fn tensors(
    backend: &mut Backend,
    layout: &Layout,
    place: impl Fn(&str) -> (String, usize),
) -> Result<Vec<NamedTensor>, BuildError> {
    let parameters = layout.parameters.iter().map(|p| (names::PARAMETERS, &p.name, p.offset, &p.shape));
    let saved = layout.buffers.iter().filter(|b| b.saved);
    let buffers = saved.map(|b| (b.variable.as_str(), &b.name, b.offset, &b.shape));
    let mut found = vec![];
    let mut all: (String, Vec<f32>) = Default::default();
    for (variable, name, offset, shape) in parameters.chain(buffers) {
        let (variable, first) = place(variable);
        let len = shape.iter().product::<usize>();
        let values = match backend.part(&variable, first + offset, len)? {
            Some(part) => part,
            None => {
                // What is far away comes whole, once.
                if all.0 != variable {
                    all = (variable.clone(), backend.read_f32(&variable).await?);
                }
                all.1[first + offset..][..len].to_vec()
            }
        };
        found.push(NamedTensor { name: name.clone(), shape: shape.clone(), values });
    }
    Ok(found)
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
