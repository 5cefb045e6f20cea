//! A model written layer by layer, and what it is trained on.

use minibatch_nn::{Activation, Block, Input, LossKind, Model};
use serde::{Deserialize, Serialize};

use crate::{Experiment, ExperimentError};

/// A model written layer by layer. In an experiment it takes the place of the points in the plane, their features and
/// the hidden layers.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelSpec {
    /// What each sample looks like.
    pub input: Input,
    /// The layers, the output last.
    pub layers: Vec<Block>,
    /// Where the samples come from.
    pub samples: SampleSource,
}

/// Where a model's samples come from.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum SampleSource {
    /// By the seed: inputs uniform in \[0, 1), or token numbers where an embedding looks them up, targets random classes (cross-entropy), 0 or 1 (binary
    /// cross-entropy), or uniform in \[0, 1).
    Random {
        /// Samples to train on.
        train: u32,
        /// Samples held back.
        test: u32,
    },
    /// Written out; all of them are trained on.
    Table {
        /// One row a sample, its elements in order.
        inputs: Vec<Vec<f32>>,
        /// The targets of all samples, in order.
        targets: Vec<f32>,
    },
}

/// The most samples.
pub const MAX_SAMPLES: u32 = 1_000_000;

impl Experiment {
    /// The model as it will be built, with its loss, layout and shapes; of the plane too.
    ///
    /// # Errors
    /// As [`Experiment::validate`].
    pub fn model(&self) -> Result<Model, ExperimentError> {
        let Some(spec) = &self.model else { return self.plane() };
        let output = Model::output_of(&spec.input, &spec.layers)?;
        let last = output.last().copied().unwrap_or(1);
        let loss = self.loss.of_output(last, &self.loss_options);
        let classes = match loss {
            // Rows of an ignored class would be counted as answers; those of a number past the classes are not.
            crate::Loss::CrossEntropy { ignore_index: Some(index), .. } if (index as usize) < last => None,
            crate::Loss::CrossEntropy { .. } => Some(last).filter(|&k| k <= 32),
            crate::Loss::BinaryCrossEntropy if last == 1 => Some(2),
            _ => None,
        };
        Ok(Model::new(spec.input.clone(), spec.layers.clone(), loss, classes)?)
    }

    /// The dense network over points in the plane.
    fn plane(&self) -> Result<Model, ExperimentError> {
        let (loss, classes) = self.resolved_loss()?;
        let mut blocks = vec![];
        let dense =
            |units, activation, init| Block::Linear { units: units as usize, bias: true, activation, init };
        for layer in &self.hidden {
            blocks.push(dense(layer.units, layer.activation, layer.init));
            if layer.dropout > 0.0 {
                blocks.push(Block::Dropout { rate: layer.dropout });
            }
        }
        let activation: Activation = LossKind::output_activation(loss, classes);
        blocks.push(dense(LossKind::outputs(loss, classes), activation, self.output_init));
        let input = Input { shape: vec![self.features.len()], tokens: None };
        Ok(Model::new(input, blocks, loss, classes.map(|c| c as usize))?)
    }
}

impl SampleSource {
    /// Checks that there are samples and that the numbers are numbers.
    pub(crate) fn validate(&self, model: &Model) -> Result<(), ExperimentError> {
        match self {
            Self::Random { train, test } => {
                let most = f64::from(MAX_SAMPLES);
                crate::experiment::range("training samples", f64::from(*train), 1.0, most)?;
                crate::experiment::range("test samples", f64::from(*test), 0.0, most)
            }
            Self::Table { inputs, targets } => {
                let supply = |message: String| ExperimentError::Supply { name: "table".into(), message };
                let row: usize = model.input.shape.iter().product();
                if inputs.is_empty() {
                    return Err(supply("there are no rows; give at least one".into()));
                }
                if let Some((i, wrong)) = inputs.iter().enumerate().find(|(_, r)| r.len() != row) {
                    let message = format!("row {i} has {} numbers, and a sample has {row}", wrong.len());
                    return Err(supply(message));
                }
                let wanted = inputs.len() * model.target().iter().product::<usize>();
                if targets.len() != wanted {
                    let message = format!(
                        "there are {} targets; {} samples with targets of shape {:?} need {wanted}",
                        targets.len(),
                        inputs.len(),
                        model.target()
                    );
                    return Err(supply(message));
                }
                Ok(())
            }
        }
    }
}
