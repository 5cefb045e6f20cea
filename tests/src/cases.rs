//! Cases for every operation over awkward shapes, as data: each is a small graph with its variables' contents.
//!
//! A backend runs the graph once and is compared with the CPU in f32. The shapes are those that break kernels:
//! extent 1, primes, one below, at and above a tile's edge, tall and wide, more elements than 65,535 workgroups have
//! threads.

mod arrange;
mod attention;
mod elementwise;
mod large;
mod matmul;
mod measure;
mod norm;
mod recurrent;
mod rows;
mod spatial;
mod training;

use minibatch_graph::random::hash3;
use minibatch_graph::{DType, Graph, NodeId, Op, Shape, control};

/// One graph to be run once, and what to compare afterwards.
pub struct Case {
    /// The op, its attributes and shapes.
    pub name: String,
    /// What to run.
    pub graph: Graph,
    /// Float variables to set before.
    pub f32s: Vec<(String, Vec<f32>)>,
    /// Integer variables to set before.
    pub u32s: Vec<(String, Vec<u32>)>,
    /// Float variables to compare after: outputs, and what the op changed in place.
    pub outputs: Vec<String>,
    /// Integer variables that must be equal after, but for [`Case::FLOAT_WORDS`] of the control block.
    pub u32_outputs: Vec<String>,
    /// How far `got` may lie from `want`: tolerance * (1 + |want|).
    pub tolerance: f32,
}

impl Case {
    /// The words of the control block that hold floats, which may differ in their last digits.
    pub const FLOAT_WORDS: [usize; 3] = [control::LR, control::BIAS1, control::BIAS2];

    /// The first element of a float variable that is too far off, as a message.
    ///
    /// # Errors
    /// When the lengths differ or an element is further off than the tolerance.
    pub fn compare(&self, variable: &str, got: &[f32], want: &[f32]) -> Result<(), String> {
        let name = &self.name;
        if got.len() != want.len() {
            return Err(format!("{name}: {variable} has {} elements, wanted {}", got.len(), want.len()));
        }
        let near = |a: f32, b: f32| {
            (a - b).abs() <= self.tolerance * (1.0 + b.abs()) || a == b || (a.is_nan() && b.is_nan())
        };
        match got.iter().zip(want).position(|(&a, &b)| !near(a, b)) {
            None => Ok(()),
            Some(i) => Err(format!("{name}: {variable}[{i}] is {}, wanted {}", got[i], want[i])),
        }
    }

    /// The same for an integer variable: all words equal, the control block's floats within the tolerance.
    ///
    /// # Errors
    /// When the lengths differ or a word is off.
    pub fn compare_words(&self, variable: &str, got: &[u32], want: &[u32]) -> Result<(), String> {
        let name = &self.name;
        let floats: &[usize] = if variable == control::NAME { &Self::FLOAT_WORDS } else { &[] };
        let pick = |words: &[u32]| floats.iter().map(|&i| f32::from_bits(words[i])).collect::<Vec<f32>>();
        let wrong = got.iter().zip(want).enumerate().find(|(i, (a, b))| a != b && !floats.contains(i));
        match wrong {
            _ if got.len() != want.len() => {
                Err(format!("{name}: {variable} has {} words, wanted {}", got.len(), want.len()))
            }
            Some((i, (a, b))) => Err(format!("{name}: {variable}[{i}] is {a}, wanted {b}")),
            None => self.compare(variable, &pick(got), &pick(want)),
        }
    }
}

/// Every case of ordinary size. Those of [`large_cases`] belong to a full check as well.
pub fn cases() -> Vec<Case> {
    let basic = [matmul::cases(), elementwise::cases(), rows::cases(), measure::cases(), training::cases()];
    let layers = [arrange::cases(), spatial::cases(), norm::cases(), attention::cases(), recurrent::cases()];
    basic.into_iter().chain(layers).flatten().collect()
}

/// The cases with millions of elements, made one at a time since each takes tens of megabytes.
pub fn large_cases() -> impl Iterator<Item = Case> {
    large::BUILDERS.iter().map(|build| build())
}

/// Builds one case; panics where a case of ours is wrong.
struct Builder {
    case: Case,
    draws: u32,
}

impl Builder {
    fn new(name: impl Into<String>) -> Self {
        let mut graph = Graph::new();
        let name = name.into();
        graph.set_label(&name);
        let (f32s, u32s, outputs, u32_outputs) = Default::default();
        Self { case: Case { name, graph, f32s, u32s, outputs, u32_outputs, tolerance: 1e-5 }, draws: 0 }
    }

    fn tolerance(mut self, tolerance: f32) -> Self {
        self.case.tolerance = tolerance;
        self
    }

    fn graph(&mut self) -> &mut Graph {
        &mut self.case.graph
    }

    /// A float variable with these values.
    fn given(&mut self, name: &str, shape: impl Into<Shape>, values: Vec<f32>) -> NodeId {
        let node = self.case.graph.variable(name, shape, DType::F32).expect("a case's variable");
        assert_eq!(self.case.graph.shape(node).numel(), values.len(), "{}: {name}", self.case.name);
        self.case.f32s.push((name.into(), values));
        node
    }

    /// A float variable, uniform within `low` and `high`.
    fn between(&mut self, name: &str, shape: impl Into<Shape>, low: f32, high: f32) -> NodeId {
        let shape = shape.into();
        self.draws += 1;
        let draw = |i| low + (high - low) * (hash3(17, self.draws, i) >> 8) as f32 / 16_777_216.0;
        let values = (0..shape.numel() as u32).map(draw).collect();
        self.given(name, shape, values)
    }

    /// A float variable, uniform within 2 of zero.
    fn float(&mut self, name: &str, shape: impl Into<Shape>) -> NodeId {
        self.between(name, shape, -2.0, 2.0)
    }

    /// An integer variable with these values.
    fn given_words(&mut self, name: &str, shape: impl Into<Shape>, values: Vec<u32>) -> NodeId {
        let node = self.case.graph.variable(name, shape, DType::U32).expect("a case's variable");
        assert_eq!(self.case.graph.shape(node).numel(), values.len(), "{}: {name}", self.case.name);
        self.case.u32s.push((name.into(), values));
        node
    }

    /// An integer variable, each element below `end`.
    fn below(&mut self, name: &str, shape: impl Into<Shape>, end: u32) -> NodeId {
        let shape = shape.into();
        self.draws += 1;
        let values = (0..shape.numel() as u32).map(|i| hash3(19, self.draws, i) % end).collect();
        self.given_words(name, shape, values)
    }

    /// The control block in the middle of a run: step 7, epoch 2, rates and decays that all show.
    fn control(&mut self, change: &[(usize, u32)]) -> NodeId {
        let mut words = vec![0; control::LEN];
        let floats = [
            (control::LR, 0.05),
            (control::BIAS1, 0.52),
            (control::BIAS2, 0.007),
            (control::BASE_LR, 0.05),
            (control::PERIOD, 3.0),
            (control::GAMMA, 0.6),
            (control::TOTAL, 20.0),
            (control::MIN_LR, 0.01),
            (control::WARMUP, 0.0),
            (control::L1, 0.02),
            (control::L2, 0.03),
            (control::BETA1, 0.9),
            (control::BETA2, 0.999),
        ];
        floats.iter().for_each(|&(word, value): &(usize, f32)| words[word] = value.to_bits());
        [(control::STEP, 7), (control::EPOCH, 2), (control::SEED, 42)]
            .iter()
            .for_each(|&(i, v)| words[i] = v);
        change.iter().for_each(|&(i, v)| words[i] = v);
        self.given_words(control::NAME, [control::LEN], words)
    }

    fn op(&mut self, op: Op, inputs: &[NodeId]) -> NodeId {
        self.case.graph.add_node(op, inputs).expect("a case's node")
    }

    /// Compare this node, under the name "out".
    fn compares(self, node: NodeId) -> Case {
        self.compares_as("out", node).case
    }

    fn compares_as(mut self, name: &str, node: NodeId) -> Self {
        self.case.graph.output(name, node).expect("a case's output");
        let of_floats = self.case.graph.node(node).dtype == DType::F32;
        let names = if of_floats { &mut self.case.outputs } else { &mut self.case.u32_outputs };
        names.push(name.into());
        self
    }

    /// Compare these variables, which the graph changes in place.
    fn changes(mut self, floats: &[&str], words: &[&str]) -> Case {
        self.case.outputs.extend(floats.iter().map(|&name| name.into()));
        self.case.u32_outputs.extend(words.iter().map(|&name| name.into()));
        self.case
    }
}
