//! A model written layer by layer, and what it is trained on.

use minibatch_data::{
    MAX_NUMBERS, SampleSet, TEST_SAMPLES, TRAIN_SAMPLES, TaskConfig, TaskKind, samples, validate_task,
};
use minibatch_nn::{Activation, Block, Input, Loss, LossKind, Model};
use serde::{Deserialize, Serialize};

use crate::inputs::check_inputs;
use crate::{Experiment, ExperimentError, Side, check_targets};

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
    /// A task of the playground's: images, series, tokens or language, drawn by the seed.
    Task(TaskConfig),
    /// Read from files that the learner brought; they are not part of the experiment.
    Own {
        /// The first file's name.
        name: String,
        /// One input's shape.
        input: Vec<usize>,
        /// How many classes.
        classes: u32,
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

/// Whether a task asks for no answer at some places, which then stand as one class more than there are.
fn unanswered(task: TaskKind) -> bool {
    match task {
        TaskKind::Echo | TaskKind::CopyMemory | TaskKind::Reversal | TaskKind::Sorting => true,
        TaskKind::Shapes
        | TaskKind::Digits
        | TaskKind::Textures
        | TaskKind::Fabrics
        | TaskKind::Waves
        | TaskKind::Sine
        | TaskKind::Parity
        | TaskKind::Adding
        | TaskKind::Brackets
        | TaskKind::ModularAddition
        | TaskKind::Language => false,
    }
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
        let mut options = self.loss_options;
        if let (SampleSource::Task(task), None) = (&spec.samples, options.ignore_index) {
            options.ignore_index = unanswered(task.task).then_some(last as u32);
        }
        let loss = self.loss.of_output(last, &options);
        let classes = match loss {
            Loss::CrossEntropy { .. } => Some(last).filter(|&k| k <= 32),
            Loss::BinaryCrossEntropy if last == 1 => Some(2),
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
    /// How many samples there are to train on.
    pub(crate) fn train(&self) -> usize {
        match self {
            Self::Random { train, .. } | Self::Own { train, .. } => *train as usize,
            Self::Task(task) => task.train as usize,
            Self::Table { inputs, .. } => inputs.len(),
        }
    }

    /// Checks that there are samples and that the numbers are numbers.
    pub(crate) fn validate(&self, experiment: &Experiment, model: &Model) -> Result<(), ExperimentError> {
        match self {
            Self::Random { train, test } => {
                let most = f64::from(MAX_SAMPLES);
                crate::experiment::range("training samples", f64::from(*train), 1.0, most)?;
                crate::experiment::range("test samples", f64::from(*test), 0.0, most)?;
                let sample: usize = model.input.shape.iter().product();
                let numbers = (*train as usize + *test as usize).saturating_mul(sample);
                if numbers > MAX_NUMBERS {
                    let message = format!(
                        "{train} and {test} samples of {sample} numbers are {numbers}, at most {MAX_NUMBERS} fit; take fewer samples"
                    );
                    return Err(ExperimentError::Supply { name: "samples".into(), message });
                }
                random_fits(model, *train as usize + *test as usize)
            }
            Self::Task(task) => {
                validate_task(task)?;
                // As few as there may be show the shapes of all.
                let few =
                    TaskConfig { train: *TRAIN_SAMPLES.start(), test: *TEST_SAMPLES.start(), ..task.clone() };
                fits_model(model, &samples(&few, experiment.seed)?)
            }
            Self::Own { input, classes, train, test, .. } => {
                let (input, classes) = (input.clone(), Some(*classes as usize));
                let [train, test] = [*train as usize, *test as usize];
                fits_model(model, &SampleSet { input, classes, train, test, ..SampleSet::default() })
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
                let finite = |(_, r): &(usize, &Vec<f32>)| !r.iter().all(|v| v.is_finite());
                if let Some((i, _)) = inputs.iter().enumerate().find(finite) {
                    return Err(supply(format!(
                        "row {i} has a number too large for 32 bits, or none; give finite numbers"
                    )));
                }
                if let Some(i) = targets.iter().position(|v| !v.is_finite()) {
                    return Err(supply(format!(
                        "target {i} is too large for 32 bits, or no number; give finite numbers"
                    )));
                }
                let wanted = inputs.len() * model.target().iter().product::<usize>();
                if targets.len() != wanted {
                    let message = format!(
                        "there are {} targets; {} samples with targets of shape {:?} need {wanted}",
                        targets.len(),
                        inputs.len(),
                        model.target()
                    );
                    let classes = model.output.last().copied().unwrap_or(1);
                    let by_class = model.loss.takes_classes();
                    let scores = if by_class { Some(classes) } else { model.classes };
                    let one_hot = scores.is_some_and(|n| targets.len() == wanted * n);
                    let hint = if one_hot { "; these look one-hot: give the class numbers" } else { "" };
                    return Err(supply(message + hint));
                }
                written(inputs, targets, model)
            }
        }
    }
}

/// Whether there is room for random samples of a model.
pub(crate) fn random_fits(model: &Model, rows: usize) -> Result<(), ExperimentError> {
    let product = |shape: &[usize]| shape.iter().product::<usize>();
    let (row, target) = (product(&model.input.shape), product(&model.target()));
    if rows.checked_mul(row.max(target)).is_none_or(|n| n > minibatch_nn::MAX_ELEMENTS) {
        let message = format!("{rows} samples of {row} numbers are more than fit; give fewer");
        return Err(ExperimentError::Supply { name: "samples".into(), message });
    }
    Ok(())
}

/// Whether the numbers of a table are such as a model can be trained on.
fn written(inputs: &[Vec<f32>], targets: &[f32], model: &Model) -> Result<(), ExperimentError> {
    let mut sides = vec![];
    for (i, row) in inputs.iter().enumerate() {
        let name = format!("model.samples.inputs[{i}]");
        sides.push((name, [row.len()], &row[..]));
    }
    let sides: Vec<Side> = sides.iter().map(|(name, shape, values)| Side { name, shape, values }).collect();
    check_inputs(model, &sides)?;
    let classes = model.output.last().copied().unwrap_or(1);
    let side = Side { name: "model.samples.targets", shape: &[targets.len()], values: targets };
    check_targets(model.loss, classes, model.classes, &[side])
}

/// Whether samples are what a model takes and gives.
///
/// # Errors
/// Says what the task has and what the model has, and the mend.
pub(crate) fn fits_model(model: &Model, set: &SampleSet) -> Result<(), ExperimentError> {
    let wrong = |message: String| Err(ExperimentError::Supply { name: "samples".into(), message });
    if set.input != model.input.shape {
        return wrong(format!(
            "a sample of this task has the shape {:?}, and the model's input {:?}; make them equal",
            set.input, model.input.shape
        ));
    }
    if set.tokens > model.input.tokens || set.tokens.is_some() != model.input.tokens.is_some() {
        return wrong(match set.tokens {
            Some(n) => format!("this task has {n} tokens; give the model's input `tokens`: {n}"),
            None => "this task's samples are numbers; leave the model's input `tokens` out".into(),
        });
    }
    let classes = model.output.last().copied().unwrap_or(1);
    // A score for each class; more would be answers that nothing is called by, but for tokens that a text happens to lack.
    let spare = model.input.tokens == Some(classes) && set.classes < Some(classes);
    let differs = set.classes != Some(classes) && !spare;
    if let (Some(n), true) = (set.classes, model.loss.takes_classes() && differs) {
        return wrong(format!(
            "this task has {n} classes, and the output {classes} scores; give the last layer {n} units"
        ));
    }
    if set.classes.is_some() != model.loss.takes_classes() {
        return wrong(match set.classes {
            Some(_) => "this task's answers are classes; choose cross-entropy".into(),
            None => {
                "this task's answers are numbers; choose a loss of numbers, squared error for example".into()
            }
        });
    }
    if set.target != model.target() {
        return wrong(format!(
            "this task's answers have the shape {:?} for each sample, and the model's {:?}; {}",
            set.target,
            model.target(),
            if set.target.is_empty() && set.input.len() > 2 {
                "add Flatten or a pooling layer, and a dense layer"
            } else if set.target.is_empty() {
                "take the last step or the mean over the steps"
            } else {
                "answer at every step"
            }
        ));
    }
    let ignored = match model.loss {
        Loss::CrossEntropy { ignore_index, .. } => ignore_index,
        _ => None,
    };
    if let Some(n) =
        set.classes.filter(|&n| set.targets.contains(&(n as f32)) && ignored != u32::try_from(n).ok())
    {
        return wrong(format!(
            "some places of this task have no answer, and stand as class {n}; give the last layer {n} units and leave \
             loss_options.ignore_index out"
        ));
    }
    Ok(())
}
