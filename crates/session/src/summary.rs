//! Every shape and parameter count of an experiment, without running anything.

use minibatch_nn::{Activation, Loss, LossKind};

use crate::{Experiment, ExperimentError};

/// One dense layer as it will be built.
#[derive(Clone, PartialEq, Debug)]
pub struct LayerSummary {
    /// How many values come in.
    pub inputs: usize,
    /// How many go out.
    pub units: usize,
    /// The non-linearity inside the network.
    pub activation: Activation,
    /// Where its weights, (units, inputs) row-major, begin among all parameters.
    pub weight_offset: usize,
    /// Where its biases, (units), begin.
    pub bias_offset: usize,
}

impl LayerSummary {
    /// Weights and biases together.
    pub fn parameters(&self) -> usize {
        self.units * (self.inputs + 1)
    }
}

/// All layers, the output last.
#[derive(Clone, PartialEq, Debug)]
pub struct Summary {
    /// The layers, the output last.
    pub layers: Vec<LayerSummary>,
    /// All parameters.
    pub parameters: usize,
    /// The loss in force.
    pub loss: Loss,
    /// How many classes; none in regression.
    pub classes: Option<u32>,
}

impl Experiment {
    /// Shapes and counts.
    ///
    /// # Errors
    /// As [`Experiment::validate`].
    pub fn summary(&self) -> Result<Summary, ExperimentError> {
        self.validate()?;
        let (loss, classes) = self.resolved_loss()?;
        let output = (LossKind::outputs(loss, classes) as usize, LossKind::output_activation(loss, classes));
        let hidden = self.hidden.iter().map(|l| (l.units as usize, l.activation));
        let (mut inputs, mut offset) = (self.features.len(), 0);
        let mut layers = vec![];
        for (units, activation) in hidden.chain([output]) {
            let bias_offset = offset + units * inputs;
            layers.push(LayerSummary { inputs, units, activation, weight_offset: offset, bias_offset });
            (inputs, offset) = (units, bias_offset + units);
        }
        Ok(Summary { layers, parameters: offset, loss, classes })
    }
}
