//! Every layer, loss and optimizer, and the seed exercises, against PyTorch: the first output, every gradient, running
//! statistics, ten losses; on the CPU in f64 and f32 and on the GPU.

use minibatch_cpu::{Cpu, Real};
use minibatch_gpu::{Gpu, Work};
use minibatch_graph::{Activation, Graph, NodeId, Op, control};
use minibatch_nn::{Samples, names};
use minibatch_session::{Experiment, Model};
use minibatch_tests::golden_layers::{Case, Golden, STEPS};

use minibatch_nn::Clip;

/// Where the graph leaves what a training step has no need to show.
const OUTPUT: &str = "golden.output";
const GRADIENTS: &str = "golden.gradients";

/// How near is near: of the first output, of gradients, of losses.
struct Tolerance {
    output: f64,
    gradient: f64,
    loss: f64,
}

/// The file has nine digits, and the control block keeps rates in f32.
const IN_F64: Tolerance = Tolerance { output: 1e-7, gradient: 1e-6, loss: 2e-6 };
const IN_F32: Tolerance = Tolerance { output: 1e-5, gradient: 1e-4, loss: 1e-4 };

/// A case, ready to run.
struct Prepared<'a> {
    case: &'a Case,
    model: Model,
    graph: Graph,
    floats: Vec<(String, Vec<f32>)>,
    words: Vec<(String, Vec<u32>)>,
    /// Optimizer states and buffers that others have under the same name.
    names: Vec<String>,
}

/// What came of the first step, and the loss of every step.
struct Trained {
    output: Vec<f64>,
    gradients: Vec<f64>,
    losses: Vec<f64>,
    buffers: Vec<(String, Vec<f64>)>,
}

impl<'a> Prepared<'a> {
    fn new(case: &'a Case) -> Self {
        let experiment = case.experiment();
        let name = &case.name;
        let model = experiment.model().unwrap_or_else(|error| panic!("{name}: {error}"));
        let graph = training(&experiment, &model, case.batch());
        let states = experiment.training.optimizer.rule().state_count();
        let mut floats = vec![
            (names::PARAMETERS.to_string(), case.start(&model)),
            (names::DECAY.to_string(), model.layout.decay()),
            (names::LOSSES.to_string(), vec![0.0; 1 + STEPS]),
            (names::INPUTS.to_string(), case.inputs()),
        ];
        for state in &names::STATE[..states] {
            floats.push((state.to_string(), vec![0.0; model.parameters()]));
        }
        floats.extend(model.layout.variables().into_iter().map(|(name, start, _)| (name, start)));
        let mut words = vec![(control::NAME.to_string(), control_block(&experiment))];
        if model.loss.takes_classes() {
            words.push((names::TARGETS.into(), case.targets().iter().map(|&t| t as u32).collect()));
        } else {
            floats.push((names::TARGETS.into(), case.targets()));
        }
        let all = floats.iter().map(|f| &f.0).chain(words.iter().map(|w| &w.0)).cloned();
        let names = all.chain([OUTPUT.to_string(), GRADIENTS.to_string()]).collect();
        Self { case, model, graph, floats, words, names }
    }

    /// The running statistics, by PyTorch's names, out of the variables they lie in.
    fn buffers(&self, mut read: impl FnMut(&str) -> Vec<f64>) -> Vec<(String, Vec<f64>)> {
        let running = self.model.layout.buffers.iter().filter(|b| b.changes);
        running.map(|b| (b.name.clone(), read(&b.variable)[b.offset..][..b.start.len()].to_vec())).collect()
    }

    /// Everything that is not as PyTorch has it.
    fn faults(&self, got: &Trained, tolerance: &Tolerance) -> Vec<String> {
        let case = self.case;
        let mut faults = vec![];
        let mut fault = |what: String, fault: Option<String>| {
            faults.extend(fault.map(|fault| format!("{}: {what}: {fault}", case.name)));
        };
        let scale = case.output.rms(got.output.len());
        fault("output".into(), case.output.fault(&got.output, tolerance.output, scale));
        // A gradient that is zero but for rounding has no size of its own.
        let sizes = self.model.layout.parameters.iter().map(|p| (p, case.gradient(&p.name).rms(p.len())));
        let sizes: Vec<_> = sizes.collect();
        let largest = sizes.iter().fold(0.0, |a: f64, s| a.max(s.1));
        for (p, size) in sizes {
            let part = &got.gradients[p.offset..][..p.len()];
            let others = if size < 1e-9 * largest { 1.0 } else { 0.1 };
            let found = case.gradient(&p.name).fault(part, tolerance.gradient, size + others * largest);
            fault(format!("gradient of {}", p.name), found);
        }
        let counted = case.buffers.len() != got.buffers.len();
        fault("running statistics".into(), counted.then(|| format!("{} arrays", got.buffers.len())));
        for (name, values) in &got.buffers {
            let Some(want) = case.buffers.get(name) else {
                fault(name.clone(), Some("PyTorch has no such buffer".into()));
                continue;
            };
            fault(name.clone(), want.fault(values, tolerance.loss, want.rms(values.len())));
        }
        for (step, (&g, &w)) in got.losses.iter().zip(&case.losses).enumerate() {
            let far = (g - w).abs() > tolerance.loss * w.abs() || !g.is_finite();
            fault(format!("loss of step {step}"), far.then(|| format!("{g:e}, wanted {w:e}")));
        }
        faults
    }
}

/// The training step as the session builds it, which also shows its first output and its gradients before they are clipped.
fn training(experiment: &Experiment, model: &Model, batch: usize) -> Graph {
    let samples = Samples { train: batch, test: 0 };
    let rule = experiment.training.optimizer.rule();
    let clip = Clip { norm: experiment.training.clip_norm, value: experiment.training.clip_value };
    let mut graph = model.train(samples, batch, rule, clip, STEPS).expect("a model that was built once");
    let is_loss = |id: &NodeId| matches!(graph.node(*id).op, Op::Loss(_));
    let loss = graph.ids().find(is_loss).expect("every training step has one");
    // The gradients of all parameters end to end, which the update begins with.
    let all = |id: &NodeId| graph.node(*id).label == "update" && graph.node(*id).op == Op::Pack;
    let gradients = graph.ids().find(all).expect("every training step has one");
    let prediction = graph.node(loss).inputs[0];
    for (name, node) in [(OUTPUT, prediction), (GRADIENTS, gradients)] {
        // A copy, since what is a view has no place of its own.
        let copy = graph.add_node(Op::Activation(Activation::Linear), &[node]).expect("a copy");
        graph.output(name, copy).expect("an output");
    }
    graph
}

fn control_block(experiment: &Experiment) -> Vec<u32> {
    let training = &experiment.training;
    let mut words = vec![0; control::LEN];
    words[control::SEED] = experiment.seed;
    words[control::BASE_LR] = training.learning_rate.to_bits();
    words[control::SCHEDULE..=control::WARMUP].copy_from_slice(&training.schedule.words());
    let floats = [
        (control::L1, training.l1),
        (control::L2, training.l2),
        (control::BETA1, training.optimizer.beta1),
        (control::BETA2, training.optimizer.beta2),
    ];
    floats.iter().for_each(|&(word, value)| words[word] = value.to_bits());
    words
}

fn on_the_cpu<T: Real>(prepared: &Prepared) -> Trained {
    let mut cpu = Cpu::<T>::new();
    prepared.floats.iter().for_each(|(name, values)| cpu.set_f32(name, values));
    prepared.words.iter().for_each(|(name, values)| cpu.set_u32(name, values));
    let name = &prepared.case.name;
    let mut plan = cpu.compile(&prepared.graph).unwrap_or_else(|error| panic!("{name}: {error}"));
    let read = |cpu: &Cpu<T>, name: &str| -> Vec<f64> {
        cpu.read(name).expect(name).into_iter().map(Real::wide).collect()
    };
    cpu.run(&mut plan, 1).expect("the first step");
    let (output, gradients) = (read(&cpu, OUTPUT), read(&cpu, GRADIENTS));
    cpu.run(&mut plan, STEPS as u32 - 1).expect("the other steps");
    let losses = read(&cpu, names::LOSSES)[1..].to_vec();
    Trained { output, gradients, losses, buffers: prepared.buffers(|name| read(&cpu, name)) }
}

async fn on_the_gpu(gpu: &mut Gpu, prepared: &Prepared<'_>) -> Trained {
    let name = &prepared.case.name;
    // What the case before left under these names has other sizes.
    prepared.names.iter().for_each(|name| gpu.remove(name));
    prepared.floats.iter().for_each(|(name, values)| gpu.set_f32(name, values).expect(name));
    prepared.words.iter().for_each(|(name, values)| gpu.set_u32(name, values).expect(name));
    let plan = gpu.compile(&prepared.graph).await.unwrap_or_else(|error| panic!("{name}: {error}"));
    let wide = |values: Vec<f32>| values.into_iter().map(f64::from).collect::<Vec<_>>();
    gpu.submit(&[Work::Run(&plan, 1)], &[]).expect("the first step");
    let output = wide(gpu.read_f32(OUTPUT).await.expect(name));
    let gradients = wide(gpu.read_f32(GRADIENTS).await.expect(name));
    gpu.submit(&[Work::Run(&plan, STEPS as u32 - 1)], &[]).expect("the other steps");
    let losses = wide(gpu.read_f32(names::LOSSES).await.expect(name))[1..].to_vec();
    let mut variables = vec![];
    for (name, _, changes) in prepared.model.layout.variables() {
        if changes {
            variables.push((name.clone(), wide(gpu.read_f32(&name).await.expect(&name))));
        }
    }
    let found = |name: &str| variables.iter().find(|v| v.0 == name).expect("a variable").1.clone();
    Trained { output, gradients, losses, buffers: prepared.buffers(found) }
}

/// Every case of a file; the first fault of each is shown, so that one run tells where a fault lies.
fn as_pytorch(golden: &Golden, tolerance: &Tolerance, mut train: impl FnMut(&Prepared) -> Trained) {
    let mut shown = vec![];
    for case in &golden.cases {
        let prepared = Prepared::new(case);
        let faults = prepared.faults(&train(&prepared), tolerance);
        shown.extend(faults.first().map(|first| format!("{first}; {} in all", faults.len())));
    }
    let of = golden.cases.len();
    assert!(
        shown.is_empty(),
        "{} of {of} cases not as PyTorch {}:\n  {}",
        shown.len(),
        golden.torch,
        shown.join("\n  ")
    );
}

fn gpu() -> Gpu {
    pollster::block_on(Gpu::request()).expect("an adapter")
}

#[test]
fn layers_in_f64_as_pytorch() {
    let golden = Golden::layers();
    assert!(golden.cases.len() >= 180, "the file covers everything");
    as_pytorch(&golden, &IN_F64, on_the_cpu::<f64>);
}

#[test]
fn layers_in_f32_as_pytorch() {
    as_pytorch(&Golden::layers(), &IN_F32, on_the_cpu::<f32>);
}

#[test]
fn layers_on_the_gpu_as_pytorch() {
    let mut gpu = gpu();
    as_pytorch(&Golden::layers(), &IN_F32, |prepared| pollster::block_on(on_the_gpu(&mut gpu, prepared)));
}

#[test]
fn exercises_in_f64_as_pytorch() {
    let golden = Golden::exercises();
    let ids = ["C2", "R1", "R2", "R3", "A1", "A3", "A4", "E3", "M2"];
    let missing: Vec<_> =
        ids.iter().filter(|id| !golden.cases.iter().any(|case| case.name == **id)).collect();
    assert!(missing.is_empty(), "no exercise {missing:?}");
    as_pytorch(&golden, &IN_F64, on_the_cpu::<f64>);
}

#[test]
fn exercises_in_f32_as_pytorch() {
    as_pytorch(&Golden::exercises(), &IN_F32, on_the_cpu::<f32>);
}

#[test]
fn exercises_on_the_gpu_as_pytorch() {
    let mut gpu = gpu();
    as_pytorch(&Golden::exercises(), &IN_F32, |prepared| pollster::block_on(on_the_gpu(&mut gpu, prepared)));
}

/// The comparison can fail: a loss, a gradient or an output that is off by a little more than allowed is found.
#[test]
fn a_small_fault_is_found() {
    let golden = Golden::layers();
    let case = golden.cases.iter().find(|case| case.name == "linear").expect("the simplest case");
    let prepared = Prepared::new(case);
    let sound = on_the_cpu::<f64>(&prepared);
    assert!(prepared.faults(&sound, &IN_F32).is_empty());
    let changed = |change: fn(&mut Trained)| {
        let mut other = Trained {
            output: sound.output.clone(),
            gradients: sound.gradients.clone(),
            losses: sound.losses.clone(),
            buffers: vec![],
        };
        change(&mut other);
        prepared.faults(&other, &IN_F32)
    };
    assert_eq!(changed(|t| t.output[3] += 1e-4).len(), 1);
    assert_eq!(changed(|t| t.gradients[2] *= 1.01).len(), 1);
    assert_eq!(changed(|t| t.losses[9] *= 1.0002).len(), 1);
    assert_eq!(changed(|t| t.losses[0] = f64::NAN).len(), 1);
}
