//! What PyTorch made of every layer, loss and optimizer (`golden/layers.json`) and of the seed exercises
//! (`golden/exercises.json`). Their scripts stand beside them; weights and data are drawn here as `golden/draw.py` does.

use std::collections::BTreeMap;

use minibatch_graph::random::hash3;
use minibatch_session::{Experiment, Model, SampleSource};
use serde::Deserialize;

/// What all drawn numbers depend on.
const SEED: u32 = 20;
/// The tensors that are no parameters.
const INPUT: u32 = 1_000_000;
const TARGET: u32 = 1_000_001;
/// Of longer arrays the file holds this many elements.
const SAMPLED: u32 = 16;
/// Steps of each case.
pub const STEPS: usize = 10;

/// A whole file.
#[derive(Deserialize)]
pub struct Golden {
    /// The version of PyTorch that made it.
    pub torch: String,
    /// One for each layer, loss, optimizer or exercise.
    pub cases: Vec<Case>,
}

/// One model, and ten steps of training on the same batch.
#[derive(Deserialize)]
pub struct Case {
    /// What it is about.
    pub name: String,
    experiment: serde_json::Value,
    parameters: Vec<Drawn>,
    input: Data,
    target: Data,
    /// The result of the first step.
    pub output: Stored,
    gradients: Vec<Stored>,
    /// Running statistics after the last step, by name.
    pub buffers: BTreeMap<String, Stored>,
    /// The loss before each step.
    pub losses: Vec<f64>,
}

/// Name, shape, base and scale of a parameter.
#[derive(Deserialize)]
struct Drawn(String, Vec<usize>, f64, f64);

#[derive(Deserialize)]
struct Data {
    shape: Vec<usize>,
    #[serde(default)]
    below: Below,
    #[serde(default)]
    positive: bool,
}

/// Whole numbers are below this, or below one of these, column by column.
#[derive(Deserialize, Default)]
#[serde(untagged)]
enum Below {
    #[default]
    None,
    One(u32),
    Each(Vec<u32>),
}

/// An array as the file holds it.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Stored {
    /// All of it.
    Whole(Vec<f64>),
    /// Some elements, the sum and the norm.
    Part {
        /// At places drawn by the array's length.
        some: Vec<f64>,
        /// Of all elements.
        sum: f64,
        /// Of all elements.
        norm: f64,
    },
}

impl Golden {
    /// Every layer, loss and optimizer.
    pub fn layers() -> Self {
        let text = include_str!("../golden/layers.json");
        serde_json::from_str(text).expect("golden/layers.json is as golden/layers.py writes it")
    }

    /// The seed exercises.
    pub fn exercises() -> Self {
        let text = include_str!("../golden/exercises.json");
        serde_json::from_str(text).expect("golden/exercises.json is as golden/exercises.py writes it")
    }
}

impl Case {
    /// The experiment as its file would hold it.
    pub fn experiment(&self) -> Experiment {
        let text = self.experiment.to_string();
        Experiment::from_json(&text).unwrap_or_else(|error| panic!("{}: {error}\n{text}", self.name))
    }

    /// Samples of a batch.
    pub fn batch(&self) -> usize {
        self.input.shape[0]
    }

    /// The model's flat parameters. Panics when its names or shapes are not PyTorch's.
    pub fn start(&self, model: &Model) -> Vec<f32> {
        let name = |p: &(usize, &Drawn)| p.1.0.clone();
        let theirs: BTreeMap<String, (usize, &Drawn)> =
            self.parameters.iter().enumerate().map(|p| (name(&p), p)).collect();
        let ours: Vec<_> = model.layout.parameters.iter().map(|p| (&p.name, &p.shape)).collect();
        let mut wanted: Vec<_> = self.parameters.iter().map(|p| (&p.0, &p.1)).collect();
        let mut sorted = ours.clone();
        sorted.sort();
        wanted.sort();
        assert_eq!(sorted, wanted, "{}: parameters have PyTorch's names and shapes", self.name);
        let mut flat = vec![0.0; model.parameters()];
        for p in &model.layout.parameters {
            let (number, Drawn(_, shape, base, scale)) = theirs[&p.name];
            let values = uniform(number as u32, shape.iter().product(), *base, *scale);
            flat[p.offset..][..values.len()].copy_from_slice(&values);
        }
        flat
    }

    /// What PyTorch says of the gradient with respect to a parameter.
    pub fn gradient(&self, parameter: &str) -> &Stored {
        let at = self.parameters.iter().position(|p| p.0 == parameter);
        &self.gradients[at.expect("a name that `start` has seen")]
    }

    /// All gradients.
    pub fn gradients(&self) -> &[Stored] {
        &self.gradients
    }

    /// The batch, (samples, input shape).
    pub fn inputs(&self) -> Vec<f32> {
        self.table().map_or_else(|| self.input.draw(INPUT), |(inputs, _)| inputs)
    }

    /// Its targets; classes as floats.
    pub fn targets(&self) -> Vec<f32> {
        self.table().map_or_else(|| self.target.draw(TARGET), |(_, targets)| targets)
    }

    fn table(&self) -> Option<(Vec<f32>, Vec<f32>)> {
        match self.experiment().model.expect("a model").samples {
            SampleSource::Table { inputs, targets } => Some((inputs.concat(), targets)),
            SampleSource::Random { .. } | SampleSource::Task(_) | SampleSource::Own { .. } => None,
        }
    }
}

impl Data {
    fn draw(&self, number: u32) -> Vec<f32> {
        let n = self.shape.iter().product();
        match &self.below {
            Below::One(below) => (0..n).map(|i| (hash3(SEED, number, i as u32) % below) as f32).collect(),
            Below::Each(columns) => {
                let one = |i: usize| hash3(SEED, number, i as u32) % columns[i % columns.len()];
                (0..n).map(|i| one(i) as f32).collect()
            }
            Below::None if self.positive => uniform(number, n, 0.5, 0.5),
            Below::None => uniform(number, n, 0.0, 1.0),
        }
    }
}

/// Elements of tensor `number`, as `golden/draw.py` draws them.
fn uniform(number: u32, n: usize, base: f64, scale: f64) -> Vec<f32> {
    let one = |i: usize| base + scale * (f64::from(hash3(SEED, number, i as u32)) / 2_147_483_648.0 - 1.0);
    (0..n).map(|i| one(i) as f32).collect()
}

impl Stored {
    /// The root of the mean square of all `n` elements.
    pub fn rms(&self, n: usize) -> f64 {
        let norm = match self {
            Self::Whole(values) => values.iter().map(|v| v * v).sum::<f64>().sqrt(),
            Self::Part { norm, .. } => *norm,
        };
        norm / (n as f64).sqrt()
    }

    /// What is wrong with an array, if anything: an element, the sum or the norm strays by more than `tolerance` of itself
    /// and of `scale`.
    pub fn fault(&self, got: &[f64], tolerance: f64, scale: f64) -> Option<String> {
        let near = |what: String, got: f64, want: f64, scale: f64| {
            let far = (got - want).abs() > tolerance * (want.abs() + scale) || !got.is_finite();
            far.then(|| {
                format!("{what} is {got:e}, wanted {want:e} (tolerance {tolerance:e} of it and of {scale:e})")
            })
        };
        match self {
            Self::Whole(want) if want.len() != got.len() => {
                Some(format!("{} elements, wanted {}", got.len(), want.len()))
            }
            Self::Whole(want) => {
                let each = got.iter().zip(want).enumerate();
                each.filter_map(|(i, (&g, &w))| near(format!("element {i}"), g, w, scale)).next()
            }
            Self::Part { some, sum, norm } => {
                let n = got.len() as u32;
                let at = |k: u32| (hash3(SEED, n, k) % n) as usize;
                let each = (0..SAMPLED).zip(some);
                let element = each
                    .filter_map(|(k, &w)| near(format!("element {}", at(k)), got[at(k)], w, scale))
                    .next();
                let root = f64::from(n).sqrt();
                let total = near("the sum".into(), got.iter().sum(), *sum, scale * root);
                let length = got.iter().map(|g| g * g).sum::<f64>().sqrt();
                element.or(total).or_else(|| near("the norm".into(), length, *norm, scale * root))
            }
        }
    }
}
