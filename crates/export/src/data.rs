//! The arrays that a script reads: the samples, and the order in which Minibatch takes them.

use minibatch_graph::{Op, random};
use minibatch_nn::{Clip, Model, Samples};
use minibatch_session::{DataSet, Experiment, NamedTensor};

use safetensors::Dtype;

use crate::ExportError;

/// For how many epochs the order is written.
const EPOCHS: u32 = 10;

/// An array of the data file.
#[derive(Clone, PartialEq, Debug)]
pub enum Tensor {
    /// f32; classes and token numbers are floats too.
    Floats(NamedTensor),
    /// i64, flat.
    Integers {
        /// Its name.
        name: String,
        /// Its elements.
        values: Vec<i64>,
    },
}

/// Numbers of which the bytes are put together at once.
const AT_ONCE: usize = 1 << 14;

impl Tensor {
    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Floats(tensor) => &tensor.name,
            Self::Integers { name, .. } => name,
        }
    }

    /// Its extents.
    pub(crate) fn shape(&self) -> Vec<usize> {
        match self {
            Self::Floats(tensor) => tensor.shape.clone(),
            Self::Integers { values, .. } => vec![values.len()],
        }
    }

    /// How a file keeps it.
    pub(crate) fn dtype(&self) -> Dtype {
        match self {
            Self::Floats(_) => Dtype::F32,
            Self::Integers { .. } => Dtype::I64,
        }
    }

    /// How many numbers it has.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Floats(tensor) => tensor.values.len(),
            Self::Integers { values, .. } => values.len(),
        }
    }

    /// Its bytes in a file, part by part.
    pub(crate) fn parts(&self, take: &mut dyn FnMut(&[u8])) {
        match self {
            Self::Floats(tensor) => tensor.values.chunks(AT_ONCE).for_each(|part| {
                take(&part.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>());
            }),
            Self::Integers { values, .. } => values.chunks(AT_ONCE).for_each(|part| {
                take(&part.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>());
            }),
        }
    }
}

/// What a script reads beside it: `train_inputs`, `train_targets`, `test_inputs` and `test_targets` where samples are held
/// back, `order` (row numbers of the first epochs, where a batch is not all there is) and `dropout` (the seed, then the
/// number of each dropout's random stream, where there are any: for a comparison with the same units silenced).
///
/// # Errors
/// When the experiment is wrong.
pub fn data(experiment: &Experiment) -> Result<Vec<Tensor>, ExportError> {
    arrays(experiment, DataSet::of(experiment)?)
}

/// The same for these samples.
pub(crate) fn arrays(experiment: &Experiment, set: DataSet) -> Result<Vec<Tensor>, ExportError> {
    let model = experiment.model()?;
    let rows = set.train_inputs.shape.first().copied().unwrap_or(0);
    let batch = batch(experiment, rows);
    let mut tensors = vec![Tensor::Floats(set.train_inputs), Tensor::Floats(set.train_targets)];
    tensors.extend([set.test_inputs, set.test_targets].into_iter().flatten().map(Tensor::Floats));
    if batch < rows {
        tensors.push(Tensor::Integers { name: "order".into(), values: order(rows, experiment.seed) });
    }
    let streams = streams(experiment, &model)?;
    if !streams.is_empty() {
        let values = [i64::from(experiment.seed)].into_iter().chain(streams).collect();
        tensors.push(Tensor::Integers { name: "dropout".into(), values });
    }
    Ok(tensors)
}

/// The batch size in force.
pub(crate) fn batch(experiment: &Experiment, rows: usize) -> usize {
    (experiment.training.batch_size as usize).min(rows)
}

/// Row numbers, epoch after epoch; batches go on from one to the next.
fn order(rows: usize, seed: u32) -> Vec<i64> {
    let n = rows as u32;
    let epoch = |epoch| (0..n).map(move |i| i64::from(random::permute(i, n, seed, epoch)));
    (0..EPOCHS).flat_map(epoch).collect()
}

/// The random streams of the dropouts, in the order in which they come.
fn streams(experiment: &Experiment, model: &Model) -> Result<Vec<i64>, ExportError> {
    let rule = experiment.training.optimizer.rule();
    let graph = model
        .train(Samples { train: 2, test: 0 }, 2, rule, Clip::default(), 1)
        .map_err(minibatch_session::ExperimentError::from)?;
    let of = |op: &Op| match op {
        Op::Dropout { stream, .. } => Some(i64::from(*stream)),
        _ => None,
    };
    // Backward has dropouts too, of the same streams.
    let mut streams: Vec<i64> = vec![];
    for stream in graph.nodes().iter().filter_map(|node| of(&node.op)) {
        if !streams.contains(&stream) {
            streams.push(stream);
        }
    }
    Ok(streams)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_the_engines() {
        let all = order(7, 42);
        assert_eq!(all.len(), 70);
        for epoch in all.chunks(7) {
            let mut sorted = epoch.to_vec();
            sorted.sort_unstable();
            assert_eq!(sorted, (0..7).collect::<Vec<_>>(), "each epoch has every row once");
        }
        assert_ne!(all[..7], all[7..14]);
    }
}
