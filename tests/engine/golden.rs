//! Ten steps of training against PyTorch's, on the CPU in f64 and f32 and on the GPU: a wrong sign, bias correction, decay or schedule
//! shows by the second step.

use minibatch_cpu::{Cpu, Real};
use minibatch_gpu::{Gpu, Work};
use minibatch_graph::control;
use minibatch_tests::golden::{Golden, Run, STEPS, Target};

/// Trains, and checks rates, losses and parameters within `tolerance` of 1 + what is wanted.
fn trains<T: Real>(golden: &Golden, run: &Run, tolerance: f64) {
    let name = &run.name;
    let near = |got: f64, want: f64| (got - want).abs() <= tolerance * (1.0 + want.abs());
    let mut cpu = Cpu::<T>::new();
    cpu.set_f32("params", golden.start(run));
    cpu.set_f32("decay", &run.decay());
    cpu.set_u32(control::NAME, &run.control());
    let mut plan = cpu.compile(&run.graph().expect("a valid graph")).expect("a plan");
    for step in 0..STEPS {
        let (x, target) = golden.batch(run, step);
        cpu.set_f32("x", &x);
        match target {
            Target::Floats(values) => cpu.set_f32("target", &values),
            Target::Classes(values) => cpu.set_u32("target", &values),
        }
        cpu.run(&mut plan, 1).expect("a step");
        let rate = f64::from(f32::from_bits(cpu.read_u32(control::NAME).expect("control")[control::LR]));
        assert!(
            near(rate, run.rates[step]),
            "{name}: rate {rate} at step {step}, wanted {}",
            run.rates[step]
        );
        let loss = cpu.read("loss").expect("loss")[0].wide();
        assert!(
            near(loss, run.losses[step]),
            "{name}: loss {loss} at step {step}, wanted {}",
            run.losses[step]
        );
    }
    let params = cpu.read("params").expect("params");
    for (i, (got, &want)) in params.iter().zip(&run.end).enumerate() {
        assert!(near(got.wide(), want), "{name}: parameter {i} ends at {got:?}, wanted {want}");
    }
}

#[test]
fn in_f64_as_pytorch() {
    let golden = Golden::read();
    assert!(golden.runs.len() >= 40, "the file covers everything");
    golden.runs.iter().for_each(|run| trains::<f64>(&golden, run, 2e-6));
}

#[test]
fn in_f32_as_pytorch() {
    let golden = Golden::read();
    golden.runs.iter().for_each(|run| trains::<f32>(&golden, run, 2e-5));
}

/// The same on the GPU; f32 there is rounded in another order.
#[test]
fn on_the_gpu_as_pytorch() {
    let golden = Golden::read();
    let mut gpu = pollster::block_on(Gpu::request()).expect("an adapter");
    for run in &golden.runs {
        pollster::block_on(trains_on_gpu(&mut gpu, &golden, run));
    }
}

async fn trains_on_gpu(gpu: &mut Gpu, golden: &Golden, run: &Run) {
    let name = &run.name;
    let near = |got: f32, want: f64| (f64::from(got) - want).abs() <= 5e-5 * (1.0 + want.abs());
    gpu.set_f32("params", golden.start(run)).expect("params");
    gpu.set_f32("decay", &run.decay()).expect("decay");
    gpu.set_u32(control::NAME, &run.control()).expect("control");
    let graph = run.graph().expect("a valid graph");
    // What the run before left under these names has other sizes, or its moments.
    for left in ["state 0", "state 1", "x", "target", "loss"] {
        gpu.remove(left);
    }
    let plan = gpu.compile(&graph).await.expect("a plan");
    for step in 0..STEPS {
        let (x, target) = golden.batch(run, step);
        gpu.set_f32("x", &x).expect("x");
        match target {
            Target::Floats(values) => gpu.set_f32("target", &values).expect("targets"),
            Target::Classes(values) => gpu.set_u32("target", &values).expect("classes"),
        }
        gpu.submit(&[Work::Run(&plan, 1)], &[]).expect("a submit");
        let loss = gpu.read_f32("loss").await.expect("loss")[0];
        assert!(
            near(loss, run.losses[step]),
            "{name}: loss {loss} at step {step}, wanted {}",
            run.losses[step]
        );
    }
    let params = gpu.read_f32("params").await.expect("params");
    for (i, (&got, &want)) in params.iter().zip(&run.end).enumerate() {
        assert!(near(got, want), "{name}: parameter {i} ends at {got}, wanted {want}");
    }
}
