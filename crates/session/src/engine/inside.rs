//! Looking into a model: everything one sample becomes on its way, the gradients, the answers to many test
//! samples, and answers to what the learner asks.

use minibatch_nn::{Model, Probe, ProbeKind, Samples, finish, names};

use super::backend::{Backend, Plan, Work};
use super::data::Data;
use super::probes::{as_shown, outputs};
use super::programs::{BuildError, rows_at_once};
use crate::inputs::check_inputs;
use crate::{ExperimentError, Facts, Look, Loss, Shown, Side};

/// The most samples an examination looks at.
const EXAMINED: usize = 512;
/// The most samples a gradient is taken over.
const GRADIENT_ROWS: usize = 32;
/// More numbers of the last hidden layer than this are not sent.
const MOST_FEATURES: usize = 1 << 22;

const INSIDE: &str = "inside";
const GRADIENTS: &str = "gradients";
const EXAMINE: &str = "examine";
const ASK: &str = "ask";

/// The looks into one model, made when first asked for.
#[derive(Default)]
pub struct Inside {
    inside: Option<Plan>,
    gradients: Option<Plan>,
    examine: Option<Plan>,
    /// How many samples at once, and the plan.
    ask: Option<(usize, Plan)>,
}

impl Inside {
    /// Makes ready what `look` asks for.
    pub async fn prepare(
        &mut self,
        backend: &mut Backend,
        model: &Model,
        data: &Data,
        (look, shown): (&Look, &Shown),
    ) -> Result<(), BuildError> {
        if look.inside && self.inside.is_none() {
            let (graph, probes) = model.inside(INSIDE)?;
            backend.set_f32(&names::probe_inputs(INSIDE), &data.shown(model, shown))?;
            backend.set_f32(&names::probe_output(INSIDE), &vec![0.0; length(&probes)])?;
            self.inside = Some(backend.compile(&graph).await?);
        }
        if look.gradients && self.gradients.is_none() {
            let rows = gradient_rows(model, data.samples)?;
            let (graph, steps) = model.gradients(GRADIENTS, data.samples, rows)?;
            backend.set_f32(&names::probe_output(GRADIENTS), &vec![0.0; model.parameters() + steps])?;
            self.gradients = Some(backend.compile(&graph).await?);
        }
        if look.examine && self.examine.is_none() {
            let (first, rows) = examined(model, data.samples)?;
            let (graph, features) = model.examine(EXAMINE, data.samples, first, rows)?;
            let len = rows * (outputs(model) + features);
            backend.set_f32(&names::probe_output(EXAMINE), &vec![0.0; len])?;
            self.examine = Some(backend.compile(&graph).await?);
        }
        Ok(())
    }

    /// The work of a look, and the variables to read after it.
    pub fn work(&self, look: &Look) -> (Vec<Work<'_>>, Vec<String>) {
        let wanted = [
            (look.inside, &self.inside, INSIDE),
            (look.gradients, &self.gradients, GRADIENTS),
            (look.examine, &self.examine, EXAMINE),
        ];
        let made =
            wanted.into_iter().filter(|w| w.0).filter_map(|(_, plan, name)| Some((plan.as_ref()?, name)));
        made.map(|(plan, name)| (Work::Run(plan, 1), names::probe_output(name))).unzip()
    }

    /// Another sample is looked at from now on.
    pub fn show(
        &self,
        backend: &mut Backend,
        model: &Model,
        data: &Data,
        shown: &Shown,
    ) -> Result<(), BuildError> {
        if self.inside.is_some() {
            backend.write_f32(&names::probe_inputs(INSIDE), 0, &data.shown(model, shown))?;
        }
        Ok(())
    }

    /// The model's outputs for (rows, input shape) inputs, (rows, output shape), as the learner reads them.
    pub async fn ask(
        &mut self,
        backend: &mut Backend,
        model: &Model,
        inputs: &[f32],
    ) -> Result<Vec<f32>, BuildError> {
        check(model, inputs)?;
        let rows = inputs.len() / row(model);
        let most = rows_at_once(model)?;
        if rows == 0 || rows > most {
            let message = format!("{rows} samples were asked about; give 1 to {most}");
            return Err(ExperimentError::Supply { name: "samples".into(), message }.into());
        }
        let (x, y) = (names::probe_inputs(ASK), names::probe_output(ASK));
        if self.ask.as_ref().is_none_or(|a| a.0 != rows) {
            self.ask = None;
            backend.set_f32(&x, inputs)?;
            backend.set_f32(&y, &vec![0.0; rows * outputs(model)])?;
            self.ask = Some((rows, backend.compile(&model.probe(ASK, rows, false)?).await?));
        }
        let Some((_, plan)) = &self.ask else { return Ok(vec![]) };
        backend.write_f32(&x, 0, inputs)?;
        backend.submit(&[Work::Run(plan, 1)], &[])?;
        let mut values = backend.read_f32(&y).await?;
        as_shown(&mut values, model);
        Ok(values)
    }
}

/// Turns a look's arrays into what the learner reads. `arrays` begin with those of the plane.
pub fn finish_look(model: &Model, facts: &Facts, look: &Look, arrays: &mut [Vec<f32>]) {
    let wanted = [look.inside, look.gradients, look.examine, look.update];
    let first = arrays.len().saturating_sub(wanted.iter().filter(|w| **w).count());
    let (before, arrays) = arrays.split_at_mut(first);
    if look.update
        && let (Some(parameters), Some(moved)) = (before.last(), arrays.last_mut())
    {
        moved.iter_mut().zip(parameters).for_each(|(before, now)| *before = now - *before);
    }
    let mut arrays = arrays.iter_mut();
    if look.inside
        && let Some(values) = arrays.next()
    {
        finish(&facts.probes, values);
        let last =
            facts.probes.iter().rfind(|p| p.kind == ProbeKind::Output && p.path.matches('.').count() == 1);
        let answer = last.and_then(|p| values.get(p.offset..p.offset + p.len())).map(<[f32]>::to_vec);
        if let Some(mut answer) = answer.filter(|a| a.len() == outputs(model)) {
            as_shown(&mut answer, model);
            values.extend(answer);
        }
    }
    if look.gradients {
        arrays.next();
    }
    if look.examine
        && let Some(values) = arrays.next()
    {
        let answers = facts.examined.1 * outputs(model);
        if let Some(answers) = values.get_mut(..answers) {
            as_shown(answers, model);
        }
        if values.len() > MOST_FEATURES {
            values.truncate(answers);
        }
    }
}

/// What the page is told of a model and its data.
pub fn facts(model: &Model, data: &Data) -> Result<Facts, BuildError> {
    let (_, mut probes) = model.inside(INSIDE)?;
    let offset = length(&probes);
    let (path, layer) = ("answer".to_owned(), "answer".to_owned());
    probes.push(Probe {
        path,
        layer,
        kind: ProbeKind::Answer,
        shape: model.output.clone(),
        offset,
        causal: false,
    });
    let (_, steps) = model.gradients(GRADIENTS, data.samples, 1)?;
    let (_, features) = model.examine(EXAMINE, data.samples, 0, 1)?;
    let (first, rows) = examined(model, data.samples)?;
    let kept = if rows * (features + outputs(model)) > MOST_FEATURES { 0 } else { features };
    Ok(Facts {
        input: model.input.shape.clone(),
        tokens: model.input.tokens,
        target: model.target(),
        output: model.output.clone(),
        train: data.samples.train,
        test: data.samples.test,
        shares: matches!(model.loss, Loss::CrossEntropy { .. } | Loss::BinaryCrossEntropy),
        vocabulary: data.vocabulary.clone(),
        class_names: data.class_names.clone(),
        probes,
        gradient_steps: steps,
        examined: (first, rows),
        features: kept,
    })
}

impl Data {
    /// The numbers of the sample to be shown; of the first where there is no such sample.
    fn shown(&self, model: &Model, shown: &Shown) -> Vec<f32> {
        let row = row(model);
        match shown {
            Shown::Own(values) if check(model, values).is_ok() && values.len() == row => values.clone(),
            // Where the samples are not kept, nobody sees one.
            _ if self.inputs.is_empty() => vec![0.0; row],
            Shown::Own(_) => self.inputs[..row].to_vec(),
            Shown::Row(n) => {
                let rows = self.samples.train + self.samples.test;
                let n = (*n as usize).min(rows - 1);
                self.inputs[n * row..][..row].to_vec()
            }
        }
    }

    /// Up to `n` samples from `first` on: their inputs and their targets.
    pub fn some(&self, model: &Model, first: usize, n: usize) -> (Vec<f32>, Vec<f32>) {
        let rows = if self.inputs.is_empty() { 0 } else { self.samples.train + self.samples.test };
        let (first, end) = (first.min(rows), first.saturating_add(n).min(rows));
        let (row, target) = (row(model), self.targets.len() / rows.max(1));
        (self.inputs[first * row..end * row].to_vec(), self.targets[first * target..end * target].to_vec())
    }
}

/// Whole samples of numbers or tokens that the model takes.
///
/// # Errors
/// Names the first number that is wrong.
pub fn check(model: &Model, values: &[f32]) -> Result<(), ExperimentError> {
    if values.is_empty() || !values.len().is_multiple_of(row(model)) {
        let message = format!("has {} numbers, and the model takes {}", values.len(), row(model));
        return Err(ExperimentError::Supply { name: "sample".into(), message });
    }
    let shape = [values.len() / row(model), row(model)];
    check_inputs(model, &[Side { name: "sample", shape: &shape, values }])
}

fn row(model: &Model) -> usize {
    model.input.shape.iter().product::<usize>().max(1)
}

fn length(probes: &[Probe]) -> usize {
    probes.last().map_or(0, |p| p.offset + p.len())
}

fn gradient_rows(model: &Model, samples: Samples) -> Result<usize, BuildError> {
    // Gradients keep as much again.
    Ok((rows_at_once(model)? / 2).clamp(1, GRADIENT_ROWS).min(samples.train))
}

/// The first row and how many: test samples, or training samples where none are held back.
fn examined(model: &Model, samples: Samples) -> Result<(usize, usize), BuildError> {
    let (first, have) = if samples.test > 0 { (samples.train, samples.test) } else { (0, samples.train) };
    Ok((first, rows_at_once(model)?.clamp(1, EXAMINED).min(have)))
}
