//! The losses made of other operations against PyTorch (`golden/losses.json`, by `golden/losses.py`): value, gradients and
//! ten steps of gradient descent, on the CPU in f64 and f32 and on the GPU.

use minibatch_cpu::{Cpu, Real};
use minibatch_gpu::{Gpu, Work};
use minibatch_graph::random::hash3;
use minibatch_graph::{Activation, DType, Graph, NodeId, Op, Optimizer, Shape, backward, control};
use minibatch_nn::{Adversarial, gaussian_kl};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    lr: f32,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    loss: String,
    inputs: Vec<Input>,
    scale: f64,
    gradients: Vec<Vec<f64>>,
    losses: Vec<f64>,
}

#[derive(Deserialize)]
struct Input {
    name: String,
    shape: Vec<usize>,
}

/// The first gradient and all losses.
struct Found {
    gradient: Vec<f64>,
    losses: Vec<f64>,
}

fn golden() -> Golden {
    let text = include_str!("../golden/losses.json");
    let golden: Golden =
        serde_json::from_str(text).expect("golden/losses.json is as golden/losses.py writes it");
    assert!(golden.cases.len() >= 60, "the file covers everything");
    golden
}

impl Case {
    /// As `golden/draw.py` draws them, end to end.
    fn values(&self) -> Vec<f32> {
        let mut all = vec![];
        for (number, input) in self.inputs.iter().enumerate() {
            let uniform = |i| (f64::from(hash3(20, number as u32, i)) / 2_147_483_648.0 - 1.0) as f32;
            let count = input.shape.iter().product::<usize>() as u32;
            all.extend((0..count).map(|i| (self.scale * f64::from(uniform(i))) as f32));
        }
        all
    }

    /// One step of gradient descent on "params", which leaves "loss" and "gradient".
    fn graph(&self) -> Graph {
        let mut g = Graph::new();
        let count = self.values().len();
        let flat = |g: &mut Graph, name| g.variable(name, [count], DType::F32).expect("a variable");
        let (params, decay) = (flat(&mut g, "params"), flat(&mut g, "decay"));
        let control = g.variable(control::NAME, [control::LEN], DType::U32).expect("a variable");
        let (mut at, mut inputs) = (0, vec![]);
        for input in &self.inputs {
            let shape = Shape::new(input.shape.clone());
            inputs.push(g.view(params, at, shape.clone()).expect("a part"));
            at += shape.numel();
        }
        let loss = self.loss(&mut g, &inputs);
        let grads = backward(&mut g, loss, &[params]).expect("a gradient");
        for (name, node) in [("loss", loss), ("gradient", grads[0])] {
            // A copy, since a view has no place of its own.
            let copy = g.add_node(Op::Activation(Activation::Linear), &[node]).expect("a copy");
            g.output(name, copy).expect("an output");
        }
        let rule = Optimizer::Sgd { momentum: 0.0, nesterov: false };
        g.update(rule, [params, grads[0], decay, control], &[]).expect("an update");
        g
    }

    fn loss(&self, g: &mut Graph, inputs: &[NodeId]) -> NodeId {
        let name = |i: usize| self.inputs[i].name.as_str();
        let made = match self.loss.as_str() {
            "gaussian-kl" => {
                assert_eq!([name(0), name(1)], ["mean", "log_variance"]);
                gaussian_kl(g, inputs[0], inputs[1])
            }
            "minimax discriminator" => Adversarial::Minimax.discriminator(g, inputs[0], inputs[1]),
            "minimax generator" => Adversarial::Minimax.generator(g, inputs[0]),
            "non-saturating discriminator" => {
                Adversarial::NonSaturating.discriminator(g, inputs[0], inputs[1])
            }
            "non-saturating generator" => Adversarial::NonSaturating.generator(g, inputs[0]),
            "least-squares discriminator" => Adversarial::LeastSquares.discriminator(g, inputs[0], inputs[1]),
            "least-squares generator" => Adversarial::LeastSquares.generator(g, inputs[0]),
            other => panic!("no loss {other}"),
        };
        made.expect("shapes that fit")
    }

    fn control(lr: f32) -> Vec<u32> {
        let mut words = vec![0; control::LEN];
        words[control::LR] = lr.to_bits();
        words
    }

    /// What is wrong, if anything.
    fn fault(&self, found: &Found, of_gradients: f64, of_losses: f64) -> Option<String> {
        let wanted = self.gradients.concat();
        let largest = wanted.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
        let far = |got: &[f64], want: &[f64], tolerance: f64, scale: f64| {
            let off = |(g, w): (&f64, &f64)| (g - w).abs() > tolerance * (w.abs() + scale) || !g.is_finite();
            got.len() != want.len() || got.iter().zip(want).any(off)
        };
        let gradients = far(&found.gradient, &wanted, of_gradients, largest);
        // A discriminator that is all but right has a loss near nothing: what is left of it is f32's digits.
        let losses = far(&found.losses, &self.losses, of_losses, 1e-3);
        (gradients || losses).then(|| {
            format!(
                "{} of {:?}, scale {}: gradient {:?}, wanted {wanted:?}; losses {:?}, wanted {:?}",
                self.loss, self.inputs[0].shape, self.scale, found.gradient, found.losses, self.losses
            )
        })
    }
}

fn on_the_cpu<T: Real>(case: &Case, lr: f32) -> Found {
    let mut cpu = Cpu::<T>::new();
    let start = case.values();
    cpu.set_f32("params", &start);
    cpu.set_f32("decay", &vec![0.0; start.len()]);
    cpu.set_u32(control::NAME, &Case::control(lr));
    let mut plan = cpu.compile(&case.graph()).expect("a plan");
    let mut found = Found { gradient: vec![], losses: vec![] };
    for _ in &case.losses {
        cpu.run(&mut plan, 1).expect("a step");
        let read = |name| cpu.read(name).expect("an output").into_iter().map(Real::wide).collect::<Vec<_>>();
        if found.gradient.is_empty() {
            found.gradient = read("gradient");
        }
        found.losses.extend(read("loss"));
    }
    found
}

async fn on_the_gpu(gpu: &mut Gpu, case: &Case, lr: f32) -> Found {
    let start = case.values();
    ["params", "decay", "loss", "gradient"].iter().for_each(|name| gpu.remove(name));
    gpu.set_f32("params", &start).expect("params");
    gpu.set_f32("decay", &vec![0.0; start.len()]).expect("decay");
    gpu.set_u32(control::NAME, &Case::control(lr)).expect("control");
    let plan = gpu.compile(&case.graph()).await.expect("a plan");
    let mut found = Found { gradient: vec![], losses: vec![] };
    for _ in &case.losses {
        gpu.submit(&[Work::Run(&plan, 1)], &[]).expect("a step");
        if found.gradient.is_empty() {
            found.gradient =
                gpu.read_f32("gradient").await.expect("a gradient").into_iter().map(f64::from).collect();
        }
        found.losses.extend(gpu.read_f32("loss").await.expect("a loss").into_iter().map(f64::from));
    }
    found
}

/// Breaks where a formula, a sign, a mean over the wrong axes or a gradient is not PyTorch's, or a score far out overflows.
#[test]
fn losses_as_pytorch() {
    let golden = golden();
    let mut gpu = pollster::block_on(Gpu::request()).expect("an adapter");
    let mut faults = vec![];
    for case in &golden.cases {
        let mut note =
            |backend: &str, fault: Option<String>| faults.extend(fault.map(|f| format!("{backend}: {f}")));
        note("cpu, f64", case.fault(&on_the_cpu::<f64>(case, golden.lr), 1e-6, 1e-6));
        note("cpu, f32", case.fault(&on_the_cpu::<f32>(case, golden.lr), 1e-4, 1e-4));
        let found = pollster::block_on(on_the_gpu(&mut gpu, case, golden.lr));
        note("gpu", case.fault(&found, 1e-4, 1e-4));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Breaks where a loss that is off by a little more than allowed is let through.
#[test]
fn a_small_fault_is_found() {
    let golden = golden();
    for case in golden.cases.iter().filter(|case| case.scale == 1.0) {
        let mut found = on_the_cpu::<f64>(case, golden.lr);
        found.losses[9] += 2e-3 * found.losses[9].abs() + 1e-6;
        assert!(case.fault(&found, 1e-4, 1e-4).is_some(), "{}", case.loss);
        found.losses.clone_from(&case.losses);
        found.gradient[1] *= 1.01;
        found.gradient[1] += 1e-3;
        assert!(case.fault(&found, 1e-4, 1e-4).is_some(), "{}", case.loss);
    }
}
