//! What evaluates, by hand.

use minibatch_cpu::Cpu;
use minibatch_graph::{DType, Graph, Loss, NodeId, Op, Shape, Sides};

use super::run;

const SIDES: Sides = Sides { train: 2, test: 1 };

/// A graph whose first inputs are floats, the others words.
struct Bench {
    graph: Graph,
    cpu: Cpu,
    inputs: Vec<NodeId>,
}

impl Bench {
    fn new() -> Self {
        Self { graph: Graph::new(), cpu: Cpu::new(), inputs: vec![] }
    }

    fn floats(mut self, name: &str, shape: impl Into<Shape>, values: &[f32]) -> Self {
        self.cpu.set_f32(name, values);
        self.inputs.push(self.graph.variable(name, shape, DType::F32).expect("a variable"));
        self
    }

    fn words(mut self, name: &str, values: &[u32]) -> Self {
        self.cpu.set_u32(name, values);
        self.inputs.push(self.graph.variable(name, [values.len()], DType::U32).expect("a variable"));
        self
    }

    fn run(mut self, op: Op) -> Vec<f32> {
        self.graph.add_node(op, &self.inputs).expect("a node");
        let mut plan = self.cpu.compile(&self.graph).expect("a plan");
        self.cpu.run(&mut plan, 1).expect("a run");
        match &self.graph.node(self.inputs[0]).op {
            Op::Variable { name } => self.cpu.read_f32(name).expect("floats"),
            _ => vec![],
        }
    }
}

#[test]
fn rows_are_scored_by_term_weight_and_right_answers() {
    let logits =
        ("p", Shape::from([4, 3]), &[0.0, 0.0, 0.0, 0.0, 9.0, 0.0, 5.0, 5.0, 0.0, 1.0, 2.0, 3.0][..]);
    let loss = Loss::CrossEntropy { label_smoothing: 0.0, ignore_index: Some(2) };
    let (_, y) = run(Op::Score(loss), &[logits], &[("t", &[0, 0, 1, 2])], false);
    let [even, lost, tied] = [3f32.ln(), (2.0 + 9f32.exp()).ln(), (1.0 + 2.0 * 5f32.exp()).ln() - 5.0];
    // All alike: the first one is told. The second of two that tie is not. The last row is ignored.
    let wanted = [even, 1.0, 1.0, lost, 1.0, 0.0, tied, 1.0, 0.0, 0.0, 0.0, 0.0];
    assert!(y.iter().zip(wanted).all(|(y, w)| (y - w).abs() < 1e-5), "{y:?}, not {wanted:?}");

    let p = ("p", Shape::from([2, 2]), &[3.0f32, -1.0, 0.0, 2.0][..]);
    let t = ("t", Shape::from([2, 2]), &[1.0f32, 0.4, 1.0, 0.6][..]);
    let scored = |loss| run(Op::Score(loss), &[p.clone(), t.clone()], &[], false).1;
    let y = scored(Loss::Mse);
    assert!((y[0] - (4.0 + 1.96)).abs() < 1e-5 && (y[3] - (1.0 + 1.96)).abs() < 1e-5, "{y:?}");
    assert_eq!([y[1], y[4]], [2.0, 2.0], "each element weighs one");
    let y = scored(Loss::BinaryCrossEntropy);
    // 3 is yes as 1 is, -1 is no as 0.4 is; 0 is no and 1 is yes, 2 is yes as 0.6 is.
    assert_eq!([y[2], y[5]], [2.0, 1.0], "{y:?}");
}

#[test]
fn sums_are_kept_by_side_and_begin_anew_with_number_0() {
    let sums = |index: &[u32], before: f32, x: &[f32]| {
        let bench = Bench::new().floats("sums", [8], &[before; 8]).floats("x", [4, 2], x);
        bench.words("index", index).run(Op::Tally(SIDES))
    };
    let x = [1.0, 10.0, 2.0, 20.0, 4.0, 40.0, 8.0, 80.0];
    // Two samples to train on, one held back, and one past the end.
    assert_eq!(sums(&[0, 1, 2, 3], 5.0, &x), [3.0, 30.0, 0.0, 0.0, 4.0, 40.0, 0.0, 0.0]);
    // Two rows of each sample; it is no beginning.
    assert_eq!(sums(&[2, 3], 5.0, &x), [5.0, 5.0, 5.0, 5.0, 8.0, 35.0, 5.0, 5.0].map(|v: f32| v));
}

#[test]
fn a_block_of_pieces_joins_what_came_before() {
    let sides = Sides { train: 1000, test: 0 };
    let bench = Bench::new().floats("sums", [4], &[3.0, 100.0, 0.0, 0.0]).floats("x", [2, 1], &[1.0, 2.0]);
    let last = 2 * (Sides::BLOCK as u32 - 1);
    assert_eq!(bench.words("index", &[last, last + 1]).run(Op::Tally(sides)), [0.0, 106.0, 0.0, 0.0]);
}

/// Breaks where f32 loses the digits of a long sum: a tenth, a hundred thousand times.
#[test]
fn long_sums_keep_their_digits() {
    let (n, sides) = (100_000, Sides { train: 100_000, test: 0 });
    let mut cpu = Cpu::<f32>::new();
    cpu.set_f32("sums", &[0.0; 4]);
    cpu.set_f32("x", &[0.1]);
    cpu.set_u32("cursor", &[0]);
    let mut g = Graph::new();
    let sums = g.variable("sums", [4], DType::F32).expect("sums");
    let x = g.variable("x", [1, 1], DType::F32).expect("x");
    let cursor = g.variable("cursor", [1], DType::U32).expect("a cursor");
    let index = g.add_node(Op::NextRows { samples: n, rows: 1 }, &[cursor]).expect("an index");
    g.add_node(Op::Tally(sides), &[sums, x, index]).expect("a tally");
    let mut plan = cpu.compile(&g).expect("a plan");
    cpu.run(&mut plan, n as u32).expect("a run");
    let sums = cpu.read_f32("sums").expect("sums");
    assert!((sums[0] + sums[1] - 10_000.0).abs() < 0.1, "{sums:?}");
    assert_eq!(cpu.read_u32("cursor").expect("a cursor"), [0], "all have come");
}

#[test]
fn confusion_counts_true_rows_and_predicted_columns_by_side() {
    let count = |p: (&[f32], usize), t: Result<&[u32], &[f32]>, loss: Loss, index: &[u32]| {
        let classes = p.1.max(2);
        let rows = p.0.len() / p.1;
        let bench = Bench::new().floats("counts", [2 * classes * classes], &vec![0.0; 2 * classes * classes]);
        let bench = bench.floats("p", [rows, p.1], p.0);
        let bench = match t {
            Ok(words) => bench.words("t", words),
            Err(floats) => bench.floats("t", [rows], floats),
        };
        bench.words("index", index).run(Op::Confusion { classes, loss, sides: SIDES })
    };
    let logits = [0.1, 0.7, 0.2, 0.9, 0.9, 0.0, f32::NAN, 1.0, 2.0, 0.0, 0.0, 5.0];
    // Taken for 1, 0 (the first of two equals), 0 (nothing compares with NaN) and 2; the last sample is past the end.
    let counts = count((&logits, 3), Ok(&[0, 1, 2, 2]), Loss::CROSS_ENTROPY, &[0, 1, 2, 3]);
    assert_eq!(counts[..9], [0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!(counts[9..], [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
    // Two rows a sample. 3 is no class, and 1 is ignored.
    let loss = Loss::CrossEntropy { label_smoothing: 0.0, ignore_index: Some(1) };
    let counts = count((&logits, 3), Ok(&[0, 1, 3, 2]), loss, &[0, 2]);
    assert_eq!(counts[..9], [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!(counts[9..], [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
    let (p, t) = ([0.5f32, -0.5, 0.0, f32::NAN], [1.0f32, 1.0, 0.4, 0.0]);
    let counts = count((&p, 1), Err(&t), Loss::BinaryCrossEntropy, &[0, 1]);
    assert_eq!(counts, [2.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
    let counts = count((&p, 1), Err(&[1.0, -1.0, -1.0, 0.1]), Loss::Mse, &[0, 1]);
    assert_eq!(counts[..4], [2.0, 0.0, 1.0, 1.0], "-1 and 1, parted at 0");
}
