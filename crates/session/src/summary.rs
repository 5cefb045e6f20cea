//! Every shape and parameter count of an experiment, without running anything.

use minibatch_nn::{Activation, Block, Loss, Model, Outline};

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
    /// What each class is called; empty in regression.
    pub class_names: Vec<String>,
}

impl Experiment {
    /// Shapes and counts of a network over points in the plane.
    ///
    /// # Errors
    /// As [`Experiment::validate`], and when the model is written layer by layer: that one has an [`Experiment::outline`].
    pub fn summary(&self) -> Result<Summary, ExperimentError> {
        self.validate()?;
        if self.model.is_some() {
            return Err(ExperimentError::NotPlane);
        }
        let model = self.model()?;
        let layers = dense_layers(&model);
        let classes = model.classes.map(|c| c as u32);
        let class_names = (0..classes.unwrap_or(0)).map(|c| self.data.class_name(c as usize)).collect();
        Ok(Summary { layers, parameters: model.parameters(), loss: model.loss, classes, class_names })
    }

    /// Every layer's shape, parameters, work and memory, of any model.
    ///
    /// # Errors
    /// As [`Experiment::validate`].
    pub fn outline(&self) -> Result<Outline, ExperimentError> {
        self.validate()?;
        let model = self.model()?;
        Ok(Outline::of(&model.input, &model.blocks)?)
    }
}

/// The dense layers of a model in a row. Each has a weight, then a bias.
fn dense_layers(model: &Model) -> Vec<LayerSummary> {
    let dense = model.blocks.iter().filter_map(|b| match b {
        Block::Linear { units, activation, .. } => Some((*units, *activation)),
        _ => None,
    });
    let of = |((units, activation), arrays): ((usize, Activation), &[minibatch_nn::Parameter])| {
        let (weight, bias) = (&arrays[0], &arrays[1]);
        LayerSummary {
            inputs: weight.shape[1],
            units,
            activation,
            weight_offset: weight.offset,
            bias_offset: bias.offset,
        }
    };
    dense.zip(model.layout.parameters.chunks_exact(2)).map(of).collect()
}
