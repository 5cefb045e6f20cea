//! The samples of an experiment: points in the plane, drawn by the seed, written out, or handed in.

use minibatch_data::{DatasetKind, Rng, SampleSet, Split, Task, features_of, generate, samples};
use minibatch_nn::{Loss, LossKind, Model, NamedTensor, Samples};

use crate::inputs::check_inputs;
use crate::spec::{fits_model, random_fits};
use crate::targets::are_signs;
use crate::{Experiment, ExperimentError, SampleSource, Scale, Side, check_targets, shape_hint};

/// Samples from outside, rows in front. Classes and token numbers stand as floats.
#[derive(Clone, PartialEq, Debug)]
pub struct DataSet {
    /// (samples, input shape).
    pub train_inputs: NamedTensor,
    /// (samples, target shape).
    pub train_targets: NamedTensor,
    /// (samples, input shape); none held back when left out.
    pub test_inputs: Option<NamedTensor>,
    /// (samples, target shape).
    pub test_targets: Option<NamedTensor>,
}

/// What the variables of a run hold.
#[derive(Default)]
pub struct Data {
    /// How many of each.
    pub samples: Samples,
    /// Training rows, then test rows.
    pub inputs: Vec<f32>,
    /// Their targets; classes as floats.
    pub targets: Vec<f32>,
    /// The points in the plane, where they are points.
    pub points: Option<Split>,
    /// What each token is called, where it has a name.
    pub vocabulary: Vec<String>,
    /// What each class is called, where it has a name.
    pub class_names: Vec<String>,
}

/// The random streams of inputs and targets.
const STREAMS: [u64; 2] = [0x696e_7075, 0x7461_7267];

impl Data {
    /// The samples of an experiment, or those handed in.
    pub fn new(
        experiment: &Experiment,
        model: &Model,
        supply: Option<&DataSet>,
    ) -> Result<Self, ExperimentError> {
        let mut data = match (supply, &experiment.model) {
            (Some(set), _) => supplied(model, set)?,
            (None, None) => plane(experiment, model)?,
            (None, Some(spec)) => match &spec.samples {
                SampleSource::Random { train, test } => {
                    random(model, experiment.seed, [*train as usize, *test as usize])?
                }
                SampleSource::Task(task) => drawn(model, samples(task, experiment.seed)?)?,
                SampleSource::Own { name, .. } => {
                    let message =
                        "these samples were read from files and are not here; drop the files again".into();
                    return Err(ExperimentError::Supply { name: name.clone(), message });
                }
                SampleSource::Table { inputs, targets } => Self {
                    samples: Samples { train: inputs.len(), test: 0 },
                    inputs: inputs.concat(),
                    targets: targets.clone(),
                    ..Self::default()
                },
            },
        };
        data.check(model, supply)?;
        if are_signs(model.loss, model.classes) {
            let classes = model.classes.map(|c| c as u32);
            data.targets.iter_mut().for_each(|t| *t = LossKind::float_target(model.loss, classes, *t));
        }
        Ok(data)
    }

    /// Samples that fit the model.
    pub(super) fn of_set(set: SampleSet) -> Self {
        let samples = Samples { train: set.train, test: set.test };
        let (vocabulary, class_names) = (set.vocabulary, set.class_names);
        Self { samples, inputs: set.inputs, targets: set.targets, points: None, vocabulary, class_names }
    }

    /// The targets as class numbers.
    pub fn classes(&self) -> Vec<u32> {
        self.targets.iter().map(|&t| t as u32).collect()
    }

    /// The test targets.
    fn test_targets(&self) -> &[f32] {
        let row = self.targets.len() / (self.samples.train + self.samples.test).max(1);
        &self.targets[self.samples.train * row..]
    }

    /// Whether there is a test target that counts: else the training loss says which step is the best.
    pub fn tested(&self, model: &Model) -> bool {
        let ignored = model.loss.ignored().map(|index| index as f32);
        self.test_targets().iter().any(|&t| Some(t) != ignored)
    }

    /// Of each of so many columns of the test targets, the sum of squares about its mean, in f64, so that equal targets give
    /// exactly 0.
    pub fn spread(&self, columns: usize) -> Vec<f64> {
        let targets = self.test_targets();
        let column = |c: usize| targets.iter().skip(c).step_by(columns).map(|&t| f64::from(t));
        let of = |c| {
            let first = column(c).next().unwrap_or_default();
            // About the first one, so that equal targets of any size have none.
            let n = column(c).count().max(1) as f64;
            let mean = column(c).map(|t| t - first).sum::<f64>() / n;
            column(c).map(|t| (t - first - mean).powi(2)).sum()
        };
        (0..columns).map(of).collect()
    }

    /// Every number is one, every token exists, and every target means something to the loss.
    ///
    /// # Errors
    /// The first place that is wrong, as the arrays handed in have it.
    pub fn check(&self, model: &Model, supply: Option<&DataSet>) -> Result<(), ExperimentError> {
        let (train, test) = (self.samples.train, self.samples.test);
        let [input, target]: [usize; 2] =
            [&model.input.shape, &model.target()].map(|shape| shape.iter().product());
        let given = |tensor: fn(&DataSet) -> Option<&NamedTensor>| supply.and_then(tensor);
        let inputs = given(|s| Some(&s.train_inputs));
        let sides = [
            (inputs, "inputs", 0, train, input, &self.inputs),
            (given(|s| s.test_inputs.as_ref()), "inputs", train, test, input, &self.inputs),
            (given(|s| Some(&s.train_targets)), "targets", 0, train, target, &self.targets),
            (given(|s| s.test_targets.as_ref()), "targets", train, test, target, &self.targets),
        ];
        let shapes = sides.map(|(_, _, _, rows, row, _)| [rows, row]);
        let sides: Vec<Side> = sides
            .iter()
            .zip(&shapes)
            .map(|((tensor, name, first, rows, row, values), shape)| Side {
                name: tensor.map_or(*name, |t| t.name.as_str()),
                shape: tensor.map_or(&shape[..], |t| t.shape.as_slice()),
                values: values.get(first * row..(first + rows) * row).unwrap_or_default(),
            })
            .collect();
        let (inputs, targets) = sides.split_at(2);
        check_inputs(model, inputs)?;
        let outputs = model.output.last().copied().unwrap_or(1);
        check_targets(model.loss, outputs, model.classes, targets)
    }

    /// How large the numbers are.
    pub fn scale(&self, model: &Model) -> Scale {
        let largest = |values: &[f32]| values.iter().fold(0.0, |most: f32, v| most.max(v.abs()));
        let classes = model.loss.takes_classes();
        Scale {
            inputs: if model.input.tokens.is_some() { 0.0 } else { largest(&self.inputs) },
            targets: if classes { 0.0 } else { largest(&self.targets) },
        }
    }
}

fn plane(experiment: &Experiment, model: &Model) -> Result<Data, ExperimentError> {
    let split = generate(&experiment.data, experiment.seed)?;
    let samples = Samples { train: split.train.len(), test: split.test.len() };
    let points = [&split.train[..], &split.test[..]].concat();
    let inputs = features_of(&points, &experiment.features);
    let classes = model.classes.map(|c| c as u32);
    let target = |label: f32| match model.loss {
        Loss::CrossEntropy { .. } => label,
        loss => LossKind::float_target(loss, classes, label),
    };
    let targets = points.iter().map(|p| target(p.label)).collect();
    let data = &experiment.data;
    let class_names = match data.task() {
        Task::Classification { classes } if data.kind == DatasetKind::Own && !data.class_names.is_empty() => {
            (0..classes as usize).map(|class| data.class_name(class)).collect()
        }
        _ => vec![],
    };
    Ok(Data { samples, inputs, targets, points: Some(split), class_names, ..Data::default() })
}

fn random(model: &Model, seed: u32, [train, test]: [usize; 2]) -> Result<Data, ExperimentError> {
    let product = |shape: &[usize]| shape.iter().product::<usize>();
    let (row, target) = (product(&model.input.shape), product(&model.target()));
    let rows = train + test;
    random_fits(model, rows)?;
    let [mut x, mut y] = STREAMS.map(|stream| Rng::with_stream(u64::from(seed), stream));
    let below = |rng: &mut Rng, n: usize| (rng.uniform() * n as f64).floor() as f32;
    let tokens = match model.input.tokens {
        Some(n) => vec![Some(n); row],
        None => model.tokens()?,
    };
    let input = |rng: &mut Rng, i: usize| match tokens[i % row] {
        Some(n) => below(rng, n),
        None => below_one(rng),
    };
    let classes = model.output.last().copied().unwrap_or(1);
    let answer = |rng: &mut Rng| match model.loss {
        Loss::CrossEntropy { .. } => below(rng, classes),
        Loss::BinaryCrossEntropy => below(rng, 2),
        Loss::Mse | Loss::HalfMse | Loss::SumSquares | Loss::L1 | Loss::Huber { .. } => below_one(rng),
    };
    let inputs = (0..rows * row).map(|i| input(&mut x, i)).collect();
    let targets = (0..rows * target).map(|_| answer(&mut y)).collect();
    Ok(Data { samples: Samples { train, test }, inputs, targets, ..Data::default() })
}

/// The samples of a task, if they are what the model takes and gives.
fn drawn(model: &Model, set: SampleSet) -> Result<Data, ExperimentError> {
    fits_model(model, &set)?;
    Ok(Data::of_set(set))
}

/// Uniform in \[0, 1): the nearest float of a number close to 1 would be 1.
fn below_one(rng: &mut Rng) -> f32 {
    (rng.uniform() as f32).min(1.0 - f32::EPSILON / 2.0)
}

fn supplied(model: &Model, set: &DataSet) -> Result<Data, ExperimentError> {
    let train = rows_of(&set.train_inputs, &model.input.shape)?;
    targets_fit(model, &set.train_targets, train)?;
    if train == 0 {
        let (name, message) =
            (set.train_inputs.name.clone(), "there are no samples; give at least one".into());
        return Err(ExperimentError::Supply { name, message });
    }
    // Grown to their size at once: as they grow step by step, they would be there twice.
    let all = |train: &NamedTensor, test: &Option<NamedTensor>| {
        let more = test.as_ref().map_or(0, |test| test.values.len());
        let mut values = Vec::with_capacity(train.values.len() + more);
        values.extend(&train.values);
        values
    };
    let mut inputs = all(&set.train_inputs, &set.test_inputs);
    let mut targets = all(&set.train_targets, &set.test_targets);
    let test = match (&set.test_inputs, &set.test_targets) {
        (Some(x), Some(y)) => {
            let test = rows_of(x, &model.input.shape)?;
            targets_fit(model, y, test)?;
            inputs.extend(&x.values);
            targets.extend(&y.values);
            test
        }
        (None, None) => 0,
        (Some(alone), None) | (None, Some(alone)) => {
            let message = "test inputs and test targets go together; give both or neither".into();
            return Err(ExperimentError::Supply { name: alone.name.clone(), message });
        }
    };
    Ok(Data { samples: Samples { train, test }, inputs, targets, ..Data::default() })
}

/// How many rows of this shape an array has.
pub fn rows_of(tensor: &NamedTensor, shape: &[usize]) -> Result<usize, ExperimentError> {
    let rows = tensor.shape.first().copied().unwrap_or(0);
    fits(tensor, rows, shape)?;
    Ok(rows)
}

/// The targets are those of so many rows.
fn targets_fit(model: &Model, tensor: &NamedTensor, rows: usize) -> Result<(), ExperimentError> {
    let target = model.target();
    fits(tensor, rows, &target).map_err(|error| match error {
        ExperimentError::Supply { name, message } => {
            let classes = model.output.last().copied().unwrap_or(1);
            let wanted = [&[rows], &target[..]].concat();
            let hint = shape_hint(model.loss, classes, model.classes, &tensor.shape, &wanted);
            ExperimentError::Supply { name, message: message + hint }
        }
        other => other,
    })
}

/// The array is (rows, shape). A target of one number a row may leave the last axis away.
fn fits(tensor: &NamedTensor, rows: usize, shape: &[usize]) -> Result<(), ExperimentError> {
    let wanted = [&[rows], shape].concat();
    let trimmed = wanted.strip_suffix(&[1]).filter(|t| !t.is_empty());
    let product = tensor.shape.iter().try_fold(1usize, |n, &d| n.checked_mul(d));
    if (tensor.shape == wanted || Some(&tensor.shape[..]) == trimmed) && product == Some(tensor.values.len())
    {
        return Ok(());
    }
    let message = format!(
        "the shape is {:?} with {} values, and the model needs {wanted:?}",
        tensor.shape,
        tensor.values.len()
    );
    Err(ExperimentError::Supply { name: tensor.name.clone(), message })
}
