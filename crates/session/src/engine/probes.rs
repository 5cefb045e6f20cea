//! Looking into the network: the output and every unit over the plane, and the network's answer at chosen points.

use minibatch_data::{Feature, Point, features_of, grid};
use minibatch_nn::{Block, Loss, Model, names};

use super::backend::{Backend, Plan, Work};
use super::programs::BuildError;
use crate::Look;

/// A compiled probe: a plan over inputs of its own, and the variables it fills.
struct Probe {
    size: u32,
    plan: Plan,
    reads: Vec<String>,
}

/// The probes of one model, made when first asked for and kept until another size is.
#[derive(Default)]
pub struct Probes {
    boundary: Option<Probe>,
    units: Option<Probe>,
}

const BOUNDARY: &str = "boundary";
const UNITS: &str = "units";

impl Probes {
    /// Makes ready what `look` asks for.
    pub async fn prepare(
        &mut self,
        backend: &mut Backend,
        model: &Model,
        features: &[Feature],
        look: &Look,
    ) -> Result<(), BuildError> {
        prepare(&mut self.boundary, backend, model, features, (BOUNDARY, look.boundary, false)).await?;
        prepare(&mut self.units, backend, model, features, (UNITS, look.units, true)).await
    }

    /// The work of a look, and the variables to read after it.
    pub fn work(&self, look: &Look) -> (Vec<Work<'_>>, Vec<&str>) {
        let (mut work, mut reads) = (vec![], vec![]);
        let wanted = [(&self.boundary, look.boundary), (&self.units, look.units)];
        for probe in wanted.iter().filter(|w| w.1 > 0).filter_map(|w| w.0.as_ref()) {
            work.push(Work::Run(&probe.plan, 1));
            reads.extend(probe.reads.iter().map(String::as_str));
        }
        if look.parameters {
            reads.push(names::PARAMETERS);
        }
        (work, reads)
    }
}

async fn prepare(
    probe: &mut Option<Probe>,
    backend: &mut Backend,
    model: &Model,
    features: &[Feature],
    (name, size, every_layer): (&str, u32, bool),
) -> Result<(), BuildError> {
    if size == 0 || probe.as_ref().is_some_and(|p| p.size == size) {
        return Ok(());
    }
    // Plans of another size hold buffers of these names; they go first.
    *probe = None;
    let rows = (size * size) as usize;
    backend.set_f32(&names::probe_inputs(name), &grid(size, features))?;
    let mut reads = vec![];
    for (i, units) in widths(model).into_iter().enumerate().filter(|_| every_layer) {
        reads.push(names::probe_layer(name, i));
        backend.set_f32(&reads[i], &vec![0.0; rows * units])?;
    }
    if !every_layer {
        reads.push(names::probe_output(name));
        backend.set_f32(&reads[0], &vec![0.0; rows * outputs(model)])?;
    }
    let plan = backend.compile(&model.probe(name, rows, every_layer)?).await?;
    *probe = Some(Probe { size, plan, reads });
    Ok(())
}

/// How many numbers each dense layer gives.
pub fn widths(model: &Model) -> Vec<usize> {
    let units = model.blocks.iter().filter_map(|b| match b {
        Block::Linear { units, .. } => Some(*units),
        _ => None,
    });
    units.collect()
}

/// How many numbers go out for one sample.
pub fn outputs(model: &Model) -> usize {
    model.output.iter().product()
}

/// The network's outputs at these points, (points, outputs), as shown to the learner.
pub async fn predict(
    backend: &mut Backend,
    model: &Model,
    features: &[Feature],
    points: &[[f32; 2]],
) -> Result<Vec<f32>, BuildError> {
    if points.is_empty() {
        return Ok(vec![]);
    }
    let points: Vec<Point> = points.iter().map(|&[x, y]| Point { x, y, label: 0.0 }).collect();
    let output = names::probe_output("points");
    backend.set_f32(&names::probe_inputs("points"), &features_of(&points, features))?;
    backend.set_f32(&output, &vec![0.0; points.len() * outputs(model)])?;
    let plan = backend.compile(&model.probe("points", points.len(), false)?).await?;
    backend.submit(&[Work::Run(&plan, 1)], &[])?;
    let mut values = backend.read_f32(&output).await?;
    as_shown(&mut values, model);
    Ok(values)
}

/// Turns logits into what the learner reads: a probability behind sigmoid or softmax. Rows are the outputs at a point.
pub fn as_shown(values: &mut [f32], model: &Model) {
    match model.loss {
        Loss::Mse | Loss::HalfMse | Loss::SumSquares | Loss::L1 | Loss::Huber { .. } => {}
        Loss::BinaryCrossEntropy => values.iter_mut().for_each(|z| *z = 1.0 / (1.0 + libm::expf(-*z))),
        Loss::CrossEntropy { .. } => {
            for row in values.chunks_exact_mut(model.output.last().copied().unwrap_or(1)) {
                let max = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                row.iter_mut().for_each(|z| *z = libm::expf(*z - max));
                let sum: f32 = row.iter().sum();
                row.iter_mut().for_each(|p| *p /= sum);
            }
        }
    }
}
