//! What a run is: one value that says everything, from the data to the seed.

use minibatch_data::{DataConfig, DatasetKind, Feature, Task, validate};
use minibatch_nn::{Activation, Init, Loss, LossKind, LossOptions, OptimizerConfig, Schedule};
use serde::{Deserialize, Serialize};

use crate::{ExperimentError, ModelSpec, Side, check_targets, decimal, figure};

/// The version this crate writes. Older ones are read; newer ones are refused by name.
pub const VERSION: u32 = 1;

/// A whole experiment. Every field has a default, so that a file or an address holds only what differs.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Experiment {
    /// The format's version.
    pub version: u32,
    /// Fixes data, initial weights and batch order.
    pub seed: u32,
    /// Where the points come from.
    pub data: DataConfig,
    /// What the network sees of each point.
    pub features: Vec<Feature>,
    /// The hidden layers, first to last.
    pub hidden: Vec<Layer>,
    /// How the output layer's weights begin.
    pub output_init: Init,
    /// A model written layer by layer. Where there is one, `data`, `features`, `hidden` and `output_init` are not used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelSpec>,
    /// What is minimised.
    pub loss: LossKind,
    /// What some losses are told besides.
    pub loss_options: LossOptions,
    /// How.
    pub training: Training,
}

/// One hidden dense layer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Layer {
    /// How many units, 1 to 64.
    pub units: u32,
    /// The non-linearity.
    pub activation: Activation,
    /// The share of units silenced in each training step, 0 to 0.9.
    pub dropout: f32,
    /// How its weights begin.
    pub init: Init,
}

/// How the network is trained.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Training {
    /// Points a batch; more than there are means all of them.
    pub batch_size: u32,
    /// The update rule.
    pub optimizer: OptimizerConfig,
    /// The learning rate before the schedule. Can change while training.
    pub learning_rate: f32,
    /// How the learning rate changes. Can change while training.
    pub schedule: Schedule,
    /// L1 rate on weights. Can change while training.
    pub l1: f32,
    /// L2 rate on weights. Can change while training.
    pub l2: f32,
    /// The largest norm of all gradients together; larger ones are shrunk to it. None: no limit.
    pub clip_norm: Option<f32>,
    /// The largest value of a gradient, after `clip_norm`. None: no limit.
    pub clip_value: Option<f32>,
}

/// The most hidden layers.
pub const MAX_LAYERS: usize = 8;
/// The most units in a hidden layer.
pub const MAX_UNITS: u32 = 64;

impl Default for Experiment {
    fn default() -> Self {
        Self {
            version: VERSION,
            seed: 42,
            data: DataConfig::default(),
            features: vec![Feature::X, Feature::Y],
            hidden: vec![Layer { units: 4, ..Layer::default() }, Layer { units: 2, ..Layer::default() }],
            output_init: Init::XavierUniform,
            model: None,
            loss: LossKind::Auto,
            loss_options: LossOptions::default(),
            training: Training::default(),
        }
    }
}

impl Default for Layer {
    fn default() -> Self {
        Self { units: 4, activation: Activation::Tanh, dropout: 0.0, init: Init::XavierUniform }
    }
}

impl Default for Training {
    fn default() -> Self {
        Self {
            batch_size: 10,
            optimizer: OptimizerConfig::default(),
            learning_rate: 0.03,
            schedule: Schedule::default(),
            l1: 0.0,
            l2: 0.0,
            clip_norm: None,
            clip_value: None,
        }
    }
}

impl Experiment {
    /// Checks every limit.
    ///
    /// # Errors
    /// Names the field or layer, the value and the allowed range.
    pub fn validate(&self) -> Result<(), ExperimentError> {
        if self.version > VERSION {
            return Err(ExperimentError::Version(self.version));
        }
        self.training.validate()?;
        range("label smoothing", decimal(self.loss_options.label_smoothing), 0.0, 0.999)?;
        range("delta", decimal(self.loss_options.delta), 1e-6, 1e6)?;
        if let Some(spec) = &self.model {
            let model = self.model()?;
            spec.samples.validate(self, &model)?;
            let batch = (self.training.batch_size as usize).min(spec.samples.train());
            return Ok(model.takes_batch(batch.max(1))?);
        }
        validate(&self.data)?;
        if self.features.is_empty() {
            return Err(ExperimentError::NoFeatures);
        }
        if let Some(twice) = self.features.iter().enumerate().find(|(i, f)| self.features[..*i].contains(f)) {
            return Err(ExperimentError::FeatureTwice(twice.1.id()));
        }
        if self.hidden.len() > MAX_LAYERS {
            return Err(ExperimentError::TooManyLayers(self.hidden.len()));
        }
        for (i, layer) in self.hidden.iter().enumerate() {
            let named = |what: &str| format!("layer {}: {what}", i + 1);
            range(&named("units"), f64::from(layer.units), 1.0, f64::from(MAX_UNITS))?;
            range(&named("dropout"), decimal(layer.dropout), 0.0, 0.9)?;
        }
        let (loss, classes) = self.resolved_loss()?;
        if self.data.kind == DatasetKind::Own { self.own_points(loss, classes) } else { Ok(()) }
    }

    /// The learner's own points give numbers that can be computed with.
    fn own_points(&self, loss: Loss, classes: Option<u32>) -> Result<(), ExperimentError> {
        for (i, point) in self.data.points.iter().enumerate() {
            if let Some(feature) = self.features.iter().find(|f| !f.value(point.x, point.y).is_finite()) {
                let (name, number) = (feature.id(), i + 1);
                let (x, y) = (figure(point.x), figure(point.y));
                return Err(ExperimentError::Supply {
                    name: format!("point {number} of the own data"),
                    message: format!(
                        "its {name} is more than 32 bits hold (x {x}, y {y}); bring the points nearer to 0"
                    ),
                });
            }
        }
        if classes.is_some() {
            return Ok(());
        }
        let labels: Vec<f32> = self.data.points.iter().map(|p| p.label).collect();
        let side = Side { name: "data.points.label", shape: &[labels.len()], values: &labels };
        check_targets(loss, 1, None, &[side])
    }

    /// The loss in force over points in the plane, with the number of classes (none: regression).
    ///
    /// # Errors
    /// When the chosen loss does not fit the task.
    pub fn resolved_loss(&self) -> Result<(Loss, Option<u32>), ExperimentError> {
        let classes = match self.data.task() {
            Task::Classification { classes } => Some(classes),
            Task::Regression => None,
        };
        let loss =
            self.loss.resolve_with(classes, &self.loss_options).ok_or(ExperimentError::LossAndTask {
                loss: self.loss.id(),
                task: classes.map_or("regression".into(), |n| format!("{n} classes")),
            })?;
        Ok((loss, classes))
    }
}

impl Training {
    fn validate(&self) -> Result<(), ExperimentError> {
        range("batch size", f64::from(self.batch_size), 1.0, 20_000.0)?;
        range("learning rate", decimal(self.learning_rate), 0.0, 100.0)?;
        range("L1 rate", decimal(self.l1), 0.0, 100.0)?;
        range("L2 rate", decimal(self.l2), 0.0, 100.0)?;
        for (name, clip) in [("clip_norm", self.clip_norm), ("clip_value", self.clip_value)] {
            range(name, decimal(clip.unwrap_or(1.0)), 1e-12, 1e12)?;
        }
        let o = &self.optimizer;
        range("momentum", decimal(o.momentum), 0.0, 0.999_9)?;
        range("Muon's momentum", decimal(o.muon_momentum), 0.0, 0.999_9)?;
        range("beta 1", decimal(o.beta1), 0.0, 0.999_99)?;
        range("beta 2", decimal(o.beta2), 0.0, 0.999_999)?;
        range("alpha", decimal(o.alpha), 0.0, 0.999_99)?;
        range("rho", decimal(o.rho), 0.0, 0.999_99)?;
        range("epsilon", decimal(o.eps), 0.0, 1.0)?;
        let s = &self.schedule;
        range("schedule period", f64::from(s.period), 1.0, 1e8)?;
        range("schedule length", f64::from(s.total), 1.0, 1e8)?;
        range("schedule gamma", decimal(s.gamma), 0.0, 1.0)?;
        range("lowest learning rate", decimal(s.min), 0.0, 100.0)?;
        range("warm-up", f64::from(s.warmup), 0.0, 1e8)
    }
}

pub(crate) fn range(name: &str, value: f64, low: f64, high: f64) -> Result<(), ExperimentError> {
    if value >= low && value <= high {
        return Ok(());
    }
    Err(ExperimentError::OutOfRange { name: name.into(), value, low, high })
}
