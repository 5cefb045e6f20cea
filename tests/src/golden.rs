//! The ten training steps that PyTorch made (`golden/training.json`, by `golden/make.py`), as graphs to run.

use minibatch_graph::{Activation, DType, Graph, GraphError, Loss, NodeId, Op, Optimizer, backward, control};
use serde::Deserialize;

/// Samples of one step.
pub const BATCH: usize = 4;
/// Steps of each run.
pub const STEPS: usize = 10;
/// Units of the hidden layers, after 2 inputs.
const HIDDEN: [usize; 2] = [5, 3];

/// The whole file.
#[derive(Deserialize)]
pub struct Golden {
    /// The version of PyTorch that made it.
    pub torch: String,
    /// What the runs train on.
    pub data: Data,
    /// Where they start: flat parameters by the number of outputs.
    start: Start,
    /// One for each optimizer, schedule, loss and activation.
    pub runs: Vec<Run>,
}

/// STEPS x BATCH samples with a target for each kind of loss.
#[derive(Deserialize)]
pub struct Data {
    x: Vec<[f32; 2]>,
    y: Vec<f32>,
    binary: Vec<f32>,
    class: Vec<u32>,
}

#[derive(Deserialize)]
struct Start {
    #[serde(rename = "1")]
    one: Vec<f32>,
    #[serde(rename = "3")]
    three: Vec<f32>,
}

/// One training run and what came of it.
#[derive(Deserialize)]
pub struct Run {
    /// What it is about.
    pub name: String,
    optimizer: String,
    lr: f32,
    loss: String,
    activations: [Activation; 2],
    l1: f32,
    l2: f32,
    schedule: Schedule,
    /// The loss before each step.
    pub losses: Vec<f64>,
    /// The learning rate of each step.
    pub rates: Vec<f64>,
    /// The parameters after the last step.
    pub end: Vec<f64>,
}

#[derive(Deserialize)]
struct Schedule {
    kind: String,
    #[serde(default)]
    period: f32,
    #[serde(default)]
    gamma: f32,
    #[serde(default)]
    total: f32,
    #[serde(default)]
    min: f32,
    #[serde(default)]
    warmup: f32,
}

/// A step's targets.
pub enum Target {
    /// For every loss but cross-entropy.
    Floats(Vec<f32>),
    /// Class numbers.
    Classes(Vec<u32>),
}

impl Golden {
    /// The file beside its script.
    pub fn read() -> Self {
        let text = include_str!("../golden/training.json");
        serde_json::from_str(text).expect("golden/training.json is as golden/make.py writes it")
    }

    /// The parameters a run starts from.
    pub fn start(&self, run: &Run) -> &[f32] {
        if run.outputs() == 1 { &self.start.one } else { &self.start.three }
    }

    /// Inputs (BATCH, 2) and targets of one step, for the variables "x" and "target".
    pub fn batch(&self, run: &Run, step: usize) -> (Vec<f32>, Target) {
        let part = step * BATCH..(step + 1) * BATCH;
        let target = match run.loss() {
            Loss::Mse | Loss::HalfMse | Loss::SumSquares | Loss::L1 | Loss::Huber { .. } => {
                Target::Floats(self.data.y[part.clone()].to_vec())
            }
            Loss::BinaryCrossEntropy => Target::Floats(self.data.binary[part.clone()].to_vec()),
            Loss::CrossEntropy { .. } => Target::Classes(self.data.class[part.clone()].to_vec()),
        };
        (self.data.x[part].concat(), target)
    }
}

impl Run {
    /// One training step: reads "x", "target", "decay" and the control block, changes "params" and the optimizer's
    /// state, and gives "loss".
    ///
    /// # Errors
    /// When our shape rules refuse it.
    pub fn graph(&self) -> Result<Graph, GraphError> {
        let mut graph = Graph::new();
        let (outputs, count) = (self.outputs(), self.end.len());
        let control = graph.variable(control::NAME, [control::LEN], DType::U32)?;
        graph.add_node(Op::BeginStep { samples: STEPS * BATCH, batch: BATCH }, &[control])?;
        let params = graph.variable("params", [count], DType::F32)?;
        let mut x = graph.variable("x", [BATCH, 2], DType::F32)?;
        let mut at = 0;
        let activations = self.activations.iter().chain([&Activation::Linear]);
        for ((from, to), &f) in
            [2, HIDDEN[0], HIDDEN[1]].into_iter().zip([HIDDEN[0], HIDDEN[1], outputs]).zip(activations)
        {
            let weight = graph.view(params, at, [to, from])?;
            let bias = graph.view(params, at + to * from, [to])?;
            at += to * from + to;
            x = graph.matmul((x, false), (weight, true), Some(bias), f)?;
        }
        let target = match self.loss() {
            Loss::CrossEntropy { .. } => graph.variable("target", [BATCH], DType::U32)?,
            Loss::Mse
            | Loss::HalfMse
            | Loss::SumSquares
            | Loss::L1
            | Loss::Huber { .. }
            | Loss::BinaryCrossEntropy => graph.variable("target", [BATCH, 1], DType::F32)?,
        };
        let loss = graph.loss(self.loss(), x, target)?;
        graph.output("loss", loss)?;
        let grads = backward(&mut graph, loss, &[params])?;
        let decay = graph.variable("decay", [count], DType::F32)?;
        let states = (0..self.optimizer().state_count())
            .map(|i| graph.variable(&format!("state {i}"), [count], DType::F32));
        let states: Vec<NodeId> = states.collect::<Result<_, _>>()?;
        graph.update(self.optimizer(), [params, grads[0], decay, control], &states)?;
        Ok(graph)
    }

    /// The control block before the first step.
    pub fn control(&self) -> Vec<u32> {
        let mut words = vec![0; control::LEN];
        let floats = [
            (control::BASE_LR, self.lr),
            (control::PERIOD, self.schedule.period),
            (control::GAMMA, self.schedule.gamma),
            (control::TOTAL, self.schedule.total),
            (control::MIN_LR, self.schedule.min),
            (control::WARMUP, self.schedule.warmup),
            (control::L1, self.l1),
            (control::L2, self.l2),
            (control::BETA1, 0.9),
            (control::BETA2, 0.999),
        ];
        floats.iter().for_each(|&(word, value)| words[word] = value.to_bits());
        words[control::SCHEDULE] = match self.schedule.kind.as_str() {
            "constant" => control::schedule::CONSTANT,
            "step" => control::schedule::STEP,
            "exponential" => control::schedule::EXPONENTIAL,
            "cosine" => control::schedule::COSINE,
            other => panic!("{}: no schedule {other}", self.name),
        };
        words
    }

    /// 1 for each weight, 0 for each bias.
    pub fn decay(&self) -> Vec<f32> {
        let layers = [(2, HIDDEN[0]), (HIDDEN[0], HIDDEN[1]), (HIDDEN[1], self.outputs())];
        layers.iter().flat_map(|&(from, to)| [vec![1.0; from * to], vec![0.0; to]].concat()).collect()
    }

    fn outputs(&self) -> usize {
        if self.loss().takes_classes() { 3 } else { 1 }
    }

    fn loss(&self) -> Loss {
        match self.loss.as_str() {
            "mse" => Loss::Mse,
            "half-mse" => Loss::HalfMse,
            "binary-cross-entropy" => Loss::BinaryCrossEntropy,
            "cross-entropy" => Loss::CROSS_ENTROPY,
            other => panic!("{}: no loss {other}", self.name),
        }
    }

    fn optimizer(&self) -> Optimizer {
        let (momentum, beta1, beta2, eps) = (0.9, 0.9, 0.999, 1e-8);
        match self.optimizer.as_str() {
            "sgd" => Optimizer::Sgd { momentum: 0.0, nesterov: false },
            "momentum" => Optimizer::Sgd { momentum, nesterov: false },
            "nesterov" => Optimizer::Sgd { momentum, nesterov: true },
            "rms-prop" => Optimizer::RmsProp { alpha: 0.99, eps },
            "adagrad" => Optimizer::Adagrad { eps: 1e-10 },
            "adam" => Optimizer::Adam { beta1, beta2, eps },
            "adam-w" => Optimizer::AdamW { beta1, beta2, eps },
            other => panic!("{}: no optimizer {other}", self.name),
        }
    }
}
