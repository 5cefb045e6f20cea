//! What a caller asks of the model itself: its weights, and its answers.

use std::collections::BTreeMap;

use minibatch_cpu::Need;
use minibatch_nn::{NamedTensor, names};

use super::backend::{Backend, Lost, Work};
use super::best;
use super::data::rows_of;
use super::probes::outputs;
use super::programs::{BuildError, rows_at_once};
use super::session::Session;
use crate::inputs::check_inputs;
use crate::{ExperimentError, Side};

impl Session {
    /// All parameters, then the buffers that belong among the weights, with PyTorch's names and layouts.
    ///
    /// # Errors
    /// When nothing is built, or the device fails.
    pub async fn weights(&mut self) -> Result<Vec<NamedTensor>, BuildError> {
        let all = self.arrays()?;
        let mut found: Vec<NamedTensor> = vec![];
        let mut take = |name: &str, part: &[f32]| {
            match found.last_mut().filter(|last| last.name == name) {
                Some(last) => last.values.extend(part),
                None => found.push(NamedTensor { name: name.into(), shape: vec![], values: part.to_vec() }),
            }
            true
        };
        self.hand(&all, |variable| (variable.to_owned(), 0), &mut take).await?;
        found.iter_mut().zip(all).for_each(|(tensor, array)| tensor.shape = array.shape);
        Ok(found)
    }

    /// The names and extents of all weights, by name: the order in which [`Session::hand_weights`] hands them over.
    ///
    /// # Errors
    /// When nothing is built.
    pub fn weight_shapes(&self) -> Result<Vec<(String, Vec<usize>)>, BuildError> {
        Ok(self.sorted()?.into_iter().map(|array| (array.name, array.shape)).collect())
    }

    /// Hands over all weights, or those of the best evaluation so far, in parts and one array after the other, so that nobody
    /// needs room for all of them. `take` gets an array's name and its next numbers, and says whether it goes on.
    ///
    /// # Errors
    /// When nothing is built, the best is not kept, or the device fails.
    pub async fn hand_weights(
        &mut self,
        best: bool,
        take: &mut dyn FnMut(&str, &[f32]) -> bool,
    ) -> Result<(), BuildError> {
        let all = self.sorted()?;
        let kept = match &self.run {
            Some(run) if best => run.programs.best.clone(),
            _ => vec![],
        };
        // What training does not change is as it was. Of the rest, the loss comes first.
        let place = |name: &str| {
            let is = kept.iter().any(|k| k == name);
            if is { (names::best(name), 1) } else { (name.to_owned(), 0) }
        };
        self.hand(&all, place, take).await
    }

    /// Step and loss of the best evaluation so far; none where there was none, or where it is not kept.
    ///
    /// # Errors
    /// When nothing is built, or the device fails.
    pub async fn best_step(&mut self) -> Result<Option<(u32, f32)>, BuildError> {
        let (Some(run), Some(backend)) = (&self.run, &mut self.backend) else { return Err(nothing()) };
        if !run.programs.keep.best {
            return Ok(None);
        }
        // From the device, which knows of evaluations whose numbers are still on their way.
        Ok(best::read(&backend.read_f32(&best::told()).await?))
    }

    /// Where each array of weights lies, in the order of the layers.
    fn arrays(&self) -> Result<Vec<Array>, BuildError> {
        let layout = self.run.as_ref().map(|run| &run.programs.model.layout).ok_or_else(nothing)?;
        let parameters = layout.parameters.iter().map(|p| (&p.name, &p.shape, names::PARAMETERS, p.offset));
        let saved = layout.buffers.iter().filter(|b| b.saved);
        let buffers = saved.map(|b| (&b.name, &b.shape, b.variable.as_str(), b.offset));
        let array = |(name, shape, variable, offset): (&String, &Vec<usize>, &str, usize)| Array {
            name: name.clone(),
            shape: shape.clone(),
            variable: variable.into(),
            offset,
        };
        Ok(parameters.chain(buffers).map(array).collect())
    }

    /// The same by name.
    fn sorted(&self) -> Result<Vec<Array>, BuildError> {
        let mut all = self.arrays()?;
        all.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(all)
    }

    /// Hands over arrays in parts, from the variables that `place` names, with the first element there.
    async fn hand(
        &mut self,
        arrays: &[Array],
        place: impl Fn(&str) -> (String, usize),
        take: &mut dyn FnMut(&str, &[f32]) -> bool,
    ) -> Result<(), BuildError> {
        let Some(backend) = &mut self.backend else { return Err(nothing()) };
        let mut far: BTreeMap<String, Vec<f32>> = BTreeMap::new();
        for array in arrays {
            let (variable, first) = place(&array.variable);
            let len = array.shape.iter().product::<usize>();
            let mut at = 0;
            // An array without elements is one too.
            while at < len || at == 0 {
                let (next, begin) = ((len - at).min(PART), first + array.offset + at);
                let goes_on = match backend.part(&variable, begin, next)? {
                    Some(part) => take(&array.name, &part),
                    None => {
                        // What is far away comes whole, once.
                        if !far.contains_key(&variable) {
                            far.insert(variable.clone(), backend.read_f32(&variable).await?);
                        }
                        let part = far.get(&variable).and_then(|all| all.get(begin..begin + next));
                        take(&array.name, part.unwrap_or_default())
                    }
                };
                if !goes_on {
                    return Ok(());
                }
                at += next.max(1);
            }
        }
        Ok(())
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
        let side = Side { name: &inputs.name, shape: &inputs.shape, values: &inputs.values };
        check_inputs(model, &[side])?;
        let shape = [&[rows], &model.output[..]].concat();
        let mut values = vec![];
        if rows > 0 {
            let chunk = rows_at_once(model)?.min(rows);
            let row = inputs.values.len() / rows;
            let (x, y) = (names::probe_inputs(NAME), names::probe_output(NAME));
            let graph = model.probe(NAME, chunk, false)?;
            if let Some(room) = self.room {
                let plan = Need::of(&graph).map_err(Lost::from)?;
                let numbers =
                    rows * outputs(model) + 2 * chunk * (row + outputs(model)) + plan.own + plan.scratch;
                let need = 4 * numbers as u64;
                if need > room {
                    return Err(BuildError::Memory { need, room });
                }
            }
            values.reserve_exact(rows * outputs(model));
            backend.set_f32(&x, &vec![0.0; chunk * row])?;
            backend.set_f32(&y, &vec![0.0; chunk * outputs(model)])?;
            let plan = backend.compile(&graph).await?;
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

/// The most numbers that are handed over at once.
const PART: usize = 1 << 18;

/// Where an array of weights lies.
struct Array {
    name: String,
    shape: Vec<usize>,
    variable: String,
    offset: usize,
}

const NAME: &str = "answers";

fn nothing() -> BuildError {
    let message = "there is no model yet; load an experiment first".into();
    ExperimentError::Supply { name: "session".into(), message }.into()
}
