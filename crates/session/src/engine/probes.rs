//! Looking into the network: the output and every unit over the plane, and the network's answer at chosen points.

use minibatch_data::{Feature, Point, features_of, grid};
use minibatch_nn::{Loss, Mlp, names};

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
        mlp: &Mlp,
        features: &[Feature],
        look: &Look,
    ) -> Result<(), BuildError> {
        prepare(&mut self.boundary, backend, mlp, features, (BOUNDARY, look.boundary, false)).await?;
        prepare(&mut self.units, backend, mlp, features, (UNITS, look.units, true)).await
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
    mlp: &Mlp,
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
    let layers = if every_layer { 0..mlp.layers.len() } else { mlp.layers.len() - 1..mlp.layers.len() };
    let reads: Vec<String> = layers.clone().map(|i| names::probe_layer(name, i)).collect();
    for (i, read) in layers.zip(&reads) {
        backend.set_f32(read, &vec![0.0; rows * mlp.layers[i].units])?;
    }
    let plan = backend.compile(&mlp.probe(name, rows, every_layer)?).await?;
    *probe = Some(Probe { size, plan, reads });
    Ok(())
}

/// The network's outputs at these points, (points, outputs), as shown to the learner.
pub async fn predict(
    backend: &mut Backend,
    mlp: &Mlp,
    features: &[Feature],
    points: &[[f32; 2]],
) -> Result<Vec<f32>, BuildError> {
    if points.is_empty() {
        return Ok(vec![]);
    }
    let points: Vec<Point> = points.iter().map(|&[x, y]| Point { x, y, label: 0.0 }).collect();
    let last = mlp.layers.len() - 1;
    let output = names::probe_layer("points", last);
    backend.set_f32(&names::probe_inputs("points"), &features_of(&points, features))?;
    backend.set_f32(&output, &vec![0.0; points.len() * mlp.layers[last].units])?;
    let plan = backend.compile(&mlp.probe("points", points.len(), false)?).await?;
    backend.submit(&[Work::Run(&plan, 1)], &[])?;
    let mut values = backend.read_f32(&output).await?;
    as_shown(&mut values, mlp);
    Ok(values)
}

/// Turns logits into what the learner reads: a probability behind sigmoid or softmax. Rows are the outputs at a point.
pub fn as_shown(values: &mut [f32], mlp: &Mlp) {
    match mlp.loss {
        Loss::Mse | Loss::HalfMse | Loss::SumSquares | Loss::L1 | Loss::Huber { .. } => {}
        Loss::BinaryCrossEntropy => values.iter_mut().for_each(|z| *z = 1.0 / (1.0 + (-*z).exp())),
        Loss::CrossEntropy { .. } => {
            for row in values.chunks_exact_mut(mlp.layers[mlp.layers.len() - 1].units) {
                let max = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                row.iter_mut().for_each(|z| *z = (*z - max).exp());
                let sum: f32 = row.iter().sum();
                row.iter_mut().for_each(|p| *p /= sum);
            }
        }
    }
}
