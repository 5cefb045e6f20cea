//! The memory plan over random graphs: every read finds the value it wants, no launch reads what it writes, and sharing
//! buffers changes no result.

use std::collections::HashMap;

use minibatch_cpu::Cpu;
use minibatch_graph::random::hash3;
use minibatch_graph::{
    Activation, Binary, DType, Graph, Home, Loss, MemoryPlan, NodeId, Op, Optimizer, Place, Reduction, Shape,
    Unary, backward, control, fused,
};

const GRAPHS: u32 = 300;
const PARAMS: usize = 300;

/// Draws by counter.
struct Draws {
    seed: u32,
    count: u32,
}

impl Draws {
    fn below(&mut self, end: usize) -> usize {
        self.count += 1;
        hash3(self.seed, 1, self.count) as usize % end
    }

    fn of<U: Copy>(&mut self, from: &[U]) -> U {
        from[self.below(from.len())]
    }

    fn floats(&mut self, count: usize) -> Vec<f32> {
        (0..count).map(|_| self.below(2001) as f32 / 1000.0 - 1.0).collect()
    }
}

/// A graph with its integer variables set by [`store`].
struct Random {
    graph: Graph,
    draws: Draws,
    pool: Vec<NodeId>,
    params: NodeId,
    control: NodeId,
    index: NodeId,
}

impl Random {
    fn new(seed: u32) -> Self {
        let mut graph = Graph::new();
        let mut draws = Draws { seed, count: 0 };
        let params = graph.variable("params", [PARAMS], DType::F32).unwrap();
        let control = graph.variable(control::NAME, [control::LEN], DType::U32).unwrap();
        let index = graph.add_node(Op::BeginStep { samples: 10, batch: 3 }, &[control]).unwrap();
        let x = graph.variable("x", [10, 4], DType::F32).unwrap();
        let mut pool = vec![graph.add_node(Op::Gather, &[x, index]).unwrap(), x];
        for _ in 0..4 {
            let dims = [draws.of(&[1, 2, 3, 4, 6]), draws.of(&[1, 2, 3, 4, 6])];
            let at = draws.below(PARAMS - 36);
            pool.push(graph.view(params, at, dims).unwrap());
        }
        Self { graph, draws, pool, params, control, index }
    }

    /// Adds one node over what is there; now and then nothing fits.
    fn grow(&mut self) {
        let (x, y) = (self.draws.of(&self.pool), self.draws.of(&self.pool));
        let f = self.draws.of(&Activation::ALL);
        let [rows, columns] = [0, 1].map(|i| self.graph.shape(x).dims()[i]);
        let turns = [self.draws.below(2) == 0, self.draws.below(2) == 0];
        let rate_stream = (0.3, self.draws.below(5) as u32);
        let added = match self.draws.below(9) {
            0 => self.graph.add_node(Op::Activation(f), &[x]).ok(),
            1 | 2 => self.graph.add_node(Op::Binary(Binary::Add), &[x, y]).ok(),
            3 | 4 => self.graph.matmul((x, turns[0]), (y, turns[1]), None, f).ok(),
            5 => self
                .graph
                .add_node(Op::Dropout { rate: rate_stream.0, stream: rate_stream.1 }, &[x, self.control])
                .ok(),
            6 => self.graph.view(x, 0, [columns, rows]).ok(),
            7 => self.pack(x, y),
            8 => self
                .graph
                .add_node(Op::Reduce { reduction: Reduction::Sum, axes: vec![0] }, &[x])
                .and_then(|s| self.graph.view(s, 0, [1, columns]))
                .ok(),
            _ => unreachable!("below 9"),
        };
        self.pool.extend(added);
    }

    /// Several values in one, seen as a matrix from some element on.
    fn pack(&mut self, x: NodeId, y: NodeId) -> Option<NodeId> {
        let more = self.draws.of(&self.pool);
        let filled = self.graph.full([3], 0.5);
        let fresh = self.graph.add_node(Op::Activation(Activation::Sine), &[more]).unwrap();
        let parts = [x, fresh, y, filled];
        let packed = self.graph.add_node(Op::Pack, &parts[..2 + self.draws.below(3)]).unwrap();
        let at = self.draws.below(4);
        let dims = [self.draws.of(&[1, 2, 3]), self.draws.of(&[1, 2])];
        self.graph.view(packed, at, dims).ok()
    }

    /// Ends the graph as training does: outputs, a gradient, an update, a record.
    fn finish(mut self) -> Graph {
        for i in 0..3 {
            let node = self.draws.of(&self.pool);
            if !self.graph.node(node).op.is_place() {
                self.graph.output(&format!("output {i}"), node).unwrap();
            }
        }
        let last = *self.pool.last().unwrap();
        let zeros = self.graph.full(self.graph.shape(last).clone(), 0.25);
        let loss = self.graph.loss(Loss::Mse, last, zeros).unwrap();
        self.graph.output("loss", loss).unwrap();
        if self.draws.below(4) > 0 {
            let grads = backward(&mut self.graph, loss, &[self.params]).unwrap();
            let velocity = self.graph.variable("velocity", [PARAMS], DType::F32).unwrap();
            let decay = self.graph.full([PARAMS], 1.0);
            let optimizer = Optimizer::Sgd { momentum: 0.9, nesterov: true };
            self.graph.update(optimizer, [self.params, grads[0], decay, self.control], &[velocity]).unwrap();
        }
        let ring = self.graph.variable("ring", [1 + 2], DType::F32).unwrap();
        self.graph.add_node(Op::Record, &[ring, loss]).unwrap();
        self.graph.output("index", self.index).unwrap();
        self.graph
    }
}

fn random_graph(seed: u32) -> Graph {
    let mut random = Random::new(seed);
    let nodes = 5 + random.draws.below(25);
    (0..nodes).for_each(|_| random.grow());
    random.finish()
}

fn store(seed: u32) -> Cpu {
    let mut draws = Draws { seed, count: 1 << 20 };
    let mut cpu = Cpu::new();
    cpu.set_f32("params", &draws.floats(PARAMS));
    cpu.set_f32("x", &draws.floats(40));
    let mut words = [0; control::LEN];
    words[control::BASE_LR] = 0.1f32.to_bits();
    words[control::SEED] = seed;
    cpu.set_u32(control::NAME, &words);
    cpu
}

/// What an element is: the node that computed it, and which of its elements.
type Identity = (usize, usize);

/// The elements of every node's result, seen through views and packs.
fn identities(graph: &Graph) -> Vec<Vec<Identity>> {
    let mut all: Vec<Vec<Identity>> = vec![];
    for id in graph.ids() {
        let node = graph.node(id);
        let len = node.shape.numel();
        let own = match &node.op {
            Op::View { offset } => all[node.inputs[0].index()][*offset..offset + len].to_vec(),
            Op::Pack => node.inputs.iter().flat_map(|i| all[i.index()].clone()).collect(),
            _ => (0..len).map(|i| (id.index(), i)).collect(),
        };
        all.push(own);
    }
    all
}

/// Slots and output variables, each element with what was last written there.
#[derive(Default)]
struct Shadow(HashMap<String, Vec<Option<Identity>>>);

impl Shadow {
    fn range(&mut self, place: &Place, len: usize) -> &mut [Option<Identity>] {
        let whole = self.0.entry(format!("{:?}", place.home)).or_default();
        whole.resize(whole.len().max(place.offset + len), None);
        &mut whole[place.offset..place.offset + len]
    }

    fn write(&mut self, place: &Place, elements: &[Identity]) {
        self.range(place, elements.len()).iter_mut().zip(elements).for_each(|(to, &from)| *to = Some(from));
    }

    fn holds(&mut self, place: &Place, elements: &[Identity]) -> bool {
        self.range(place, elements.len()).iter().zip(elements).all(|(here, wanted)| *here == Some(*wanted))
    }
}

#[test]
fn every_read_finds_its_value_and_no_op_reads_what_it_writes() {
    let (mut shared, mut packed) = (0, 0);
    for seed in 0..GRAPHS {
        let graph = random_graph(seed);
        let plan = MemoryPlan::new(&graph).unwrap();
        let identities = identities(&graph);
        let mut shadow = Shadow::default();
        for &id in &plan.order {
            let node = graph.node(id);
            let out = plan.place(id);
            let copies: Vec<_> = plan.copies.iter().filter(|c| c.0 == id).collect();
            let reads =
                (0..node.inputs.len()).filter(|&i| node.op != Op::Pack || copies.iter().any(|c| c.1 == i));
            for i in reads {
                let place = plan.place(node.inputs[i]);
                let wanted = &identities[node.inputs[i].index()];
                let changed = node.op.changes().contains(&i);
                assert!(
                    changed || place.home != out.home,
                    "graph {seed}: {:?} reads what it writes",
                    node.op
                );
                if matches!(place.home, Home::Slot(_)) {
                    assert!(
                        shadow.holds(place, wanted),
                        "graph {seed}: input {i} of {:?} was overwritten",
                        node.op
                    );
                }
            }
            match &node.op {
                Op::Update(_) | Op::Record => {}
                Op::Pack => copies.iter().for_each(|&&(_, i, at)| {
                    let part = Place { home: out.home.clone(), offset: out.offset + at };
                    shadow.write(&part, &identities[node.inputs[i].index()]);
                }),
                _ => shadow.write(out, &identities[id.index()]),
            }
        }
        for (name, id) in graph.outputs() {
            let place = Place { home: Home::Variable(name.clone()), offset: 0 };
            assert!(
                shadow.holds(&place, &identities[id.index()]),
                "graph {seed}: output {name} was overwritten"
            );
        }
        for slot in shadow.0.iter().filter(|(home, _)| home.starts_with("Slot")) {
            let number: usize = slot.0["Slot(".len()..slot.0.len() - 1].parse().unwrap();
            assert!(slot.1.len() <= plan.slots[number].len, "graph {seed}: slot {number} is too short");
        }
        let in_slots = plan.places.iter().flatten().filter(|p| matches!(p.home, Home::Slot(_))).count();
        shared += in_slots - plan.slots.len().min(in_slots);
        packed += plan.places.iter().flatten().filter(|p| p.offset > 0).count();
    }
    assert!(
        shared > 1000 && packed > 100,
        "the graphs are too tame: {shared} shared, {packed} within others"
    );
}

#[test]
fn sharing_buffers_changes_no_result() {
    for seed in 0..GRAPHS {
        let graph = random_graph(seed);
        let mut alone = graph.clone();
        let computed: Vec<NodeId> = alone.ids().filter(|&id| !keeps_no_buffer(&alone, id)).collect();
        for id in computed {
            alone.output(&format!("own {}", id.index()), id).unwrap();
        }
        alike(seed, [&graph, &alone]);
    }
}

/// Runs two graphs from the same beginning: what the first tells and what changes must be the same to the last bit.
fn alike(seed: u32, graphs: [&Graph; 2]) {
    let cpus = graphs.map(|graph| {
        let mut cpu = store(seed);
        let mut plan = cpu.compile(graph).unwrap();
        cpu.run(&mut plan, 3).unwrap();
        cpu
    });
    let outputs = graphs[0].outputs().iter().map(|(name, _)| name.as_str());
    for name in outputs.chain(["params", "ring", control::NAME]) {
        let [one, other] = cpus.each_ref().map(|cpu| match cpu.read_f32(name) {
            Ok(values) => values.iter().map(|v| v.to_bits()).collect(),
            Err(_) => cpu.read_u32(name).unwrap(),
        });
        assert_eq!(one, other, "graph {seed}: {name}");
    }
}

/// Breaks where a graph that is fused computes something else than before, to the last bit, or is not fused at all.
#[test]
fn fusing_changes_no_bit() {
    let mut saved = 0;
    for seed in 0..GRAPHS {
        let graph = random_graph(seed);
        let fused = fused(&graph).unwrap();
        let nodes = |graph: &Graph| MemoryPlan::new(graph).unwrap().order.len();
        saved += nodes(&graph).cast_signed() - nodes(&fused).cast_signed();
        alike(seed, [&graph, &fused]);
    }
    assert!(saved > 40, "{saved} nodes were saved: the graphs hold nothing to join");
}

/// Whether a node's result is no buffer of its own: a place, something changed in place, an output already, an index.
fn keeps_no_buffer(graph: &Graph, id: NodeId) -> bool {
    let node = graph.node(id);
    let is_output = graph.outputs().iter().any(|(_, output)| *output == id);
    node.op.is_place() || !node.op.changes().is_empty() || is_output
}

#[test]
fn a_run_of_many_is_many_runs_of_one() {
    for seed in 0..20 {
        let graph = random_graph(seed);
        let run = |times: &[u32]| {
            let mut cpu = store(seed);
            let mut plan = cpu.compile(&graph).unwrap();
            times.iter().for_each(|&t| cpu.run(&mut plan, t).unwrap());
            ["params", "ring", "loss"]
                .map(|n| cpu.read_f32(n).unwrap().iter().map(|v| v.to_bits()).collect::<Vec<_>>())
        };
        assert_eq!(run(&[10]), run(&[1; 10]), "graph {seed}");
    }
}

/// What a view shows whole is written straight into the pack when nothing else looks at it; and is copied when something
/// does, or when the view shows only a part.
#[test]
fn a_value_seen_whole_is_written_into_its_pack() {
    let plan = |viewed: &[usize], looked_at: bool| {
        let mut graph = Graph::new();
        let x = graph.variable("x", [2, 3], DType::F32).unwrap();
        let first = graph.add_node(Op::Activation(Activation::Sine), &[x]).unwrap();
        let y = graph.add_node(Op::Unary(Unary::Neg), &[x]).unwrap();
        let seen = graph.view(y, 0, Shape::new(viewed)).unwrap();
        let pack = graph.add_node(Op::Pack, &[first, seen]).unwrap();
        graph.output("packed", pack).unwrap();
        if looked_at {
            let other = graph.add_node(Op::Activation(Activation::Relu), &[y]).unwrap();
            graph.output("other", other).unwrap();
        }
        let plan = MemoryPlan::new(&graph).unwrap();
        let mut cpu = Cpu::<f32>::new();
        cpu.set_f32("x", &[0.1, 0.2, 0.3, -0.4, 0.5, 0.6]);
        let mut compiled = cpu.compile(&graph).unwrap();
        cpu.run(&mut compiled, 1).unwrap();
        let wanted = [0.1f32, 0.2, 0.3, -0.4, 0.5, 0.6].map(|v| -v);
        let packed = cpu.read_f32("packed").unwrap();
        assert_eq!(packed[6..], wanted[..packed.len() - 6], "{viewed:?} {looked_at}");
        (plan.copies.len(), plan.place(y).offset)
    };
    assert_eq!(plan(&[6], false), (0, 6));
    assert_eq!(plan(&[3, 2], false), (0, 6));
    assert_eq!(plan(&[6], true), (1, 0));
    assert_eq!(plan(&[5], false), (1, 0));
}

#[test]
fn a_result_cannot_replace_its_own_operand() {
    let mut graph = Graph::new();
    let x = graph.variable("x", Shape::from([3]), DType::F32).unwrap();
    let y = graph.add_node(Op::Activation(Activation::Relu), &[x]).unwrap();
    graph.output("x", y).unwrap();
    let error = Cpu::<f32>::new().compile(&graph).unwrap_err().to_string();
    assert!(error.contains("reads and writes x at once"), "{error}");
}
