//! Plans and the device: replay, buffers, errors, loss.

use minibatch_gpu::{Gpu, GpuError, Work};
use minibatch_graph::{Activation, Binary, DType, Graph, Loss, Op, Optimizer, backward, control};
use pollster::block_on;

/// The machine's GPU, a software one if need be. There is no skipping: a machine without one is to be mended.
pub fn gpu() -> Gpu {
    block_on(Gpu::request()).unwrap_or_else(|error| panic!("{error}"))
}

const SAMPLES: usize = 37;
const BATCH: usize = 10;
const PARAMS: usize = 2 * 8 + 8 + 8 + 1;

/// 2-8-1, tanh, mean squared error, Adam, dropout: a training step with everything in it.
fn training() -> Result<Graph, minibatch_graph::GraphError> {
    let mut g = Graph::new();
    let control = g.variable(control::NAME, [control::LEN], DType::U32)?;
    let data = g.variable("data", [SAMPLES, 2], DType::F32)?;
    let targets = g.variable("targets", [SAMPLES, 1], DType::F32)?;
    let params = g.variable("params", [PARAMS], DType::F32)?;
    let decay = g.full([PARAMS], 1.0);
    let state = [g.variable("m", [PARAMS], DType::F32)?, g.variable("v", [PARAMS], DType::F32)?];
    let ring = g.variable("ring", [1 + 64], DType::F32)?;
    let rows = g.add_node(Op::BeginStep { samples: SAMPLES, batch: BATCH }, &[control])?;
    let x = g.add_node(Op::Gather, &[data, rows])?;
    let t = g.add_node(Op::Gather, &[targets, rows])?;
    let parts = [
        g.view(params, 0, [2, 8])?,
        g.view(params, 16, [8])?,
        g.view(params, 24, [8, 1])?,
        g.view(params, 32, [1])?,
    ];
    let h = g.matmul((x, false), (parts[0], false), Some(parts[1]), Activation::Tanh)?;
    let h = g.add_node(Op::Dropout { rate: 0.2, stream: 1 }, &[h, control])?;
    let y = g.matmul((h, false), (parts[2], false), Some(parts[3]), Activation::Linear)?;
    let loss = g.loss(Loss::Mse, y, t)?;
    let grads = backward(&mut g, loss, &parts)?;
    let grads = g.add_node(Op::Pack, &grads)?;
    let adam = Optimizer::Adam { beta1: 0.9, beta2: 0.999, eps: 1e-8 };
    g.update(adam, [params, grads, decay, control], &state)?;
    g.add_node(Op::Record, &[ring, loss])?;
    g.output("loss", loss)?;
    Ok(g)
}

/// Sets all variables of [`training`] as at the start of a run.
fn start(gpu: &mut Gpu) -> Result<(), GpuError> {
    let mut words = [0; control::LEN];
    words[control::SEED] = 7;
    for (word, value) in [(control::BASE_LR, 0.01f32), (control::BETA1, 0.9), (control::BETA2, 0.999)] {
        words[word] = value.to_bits();
    }
    gpu.set_u32(control::NAME, &words)?;
    let wave = |n: usize, step: f32| (0..n).map(|i| (i as f32 * step).sin()).collect::<Vec<f32>>();
    gpu.set_f32("data", &wave(2 * SAMPLES, 0.7))?;
    gpu.set_f32("targets", &wave(SAMPLES, 1.3))?;
    gpu.set_f32("params", &wave(PARAMS, 2.1))?;
    gpu.set_f32("m", &[0.0; PARAMS])?;
    gpu.set_f32("v", &[0.0; PARAMS])?;
    gpu.set_f32("ring", &[0.0; 65])
}

/// Breaks where a launch of one step does not wait for the last step's, or where something is left to the host.
#[test]
fn ten_steps_at_once_are_ten_single_steps() {
    let mut gpu = gpu();
    let graph = training().expect("a graph");
    let mut ran = vec![];
    for (submits, times) in [(10, 1), (1, 10)] {
        start(&mut gpu).expect("variables");
        let plan = block_on(gpu.compile(&graph)).expect("a plan");
        for _ in 0..submits {
            gpu.submit(&[Work::Run(&plan, times)], &[]).expect("a submit");
        }
        let params = block_on(gpu.read_u32("params")).expect("params");
        let ring = block_on(gpu.read_f32("ring")).expect("ring");
        assert_eq!(ring[0], 10.0, "ten rows were recorded");
        assert!(ring[1..11].iter().all(|loss| loss.is_finite() && *loss > 0.0), "{ring:?}");
        ran.push((params, block_on(gpu.read_u32(control::NAME)).expect("control"), ring));
    }
    assert_eq!(ran[0], ran[1]);
    assert_eq!(ran[0].1[control::STEP], 10);
    assert_eq!(ran[0].1[control::EPOCH], 2, "100 samples of 37");
}

/// Breaks where a submit creates something, or a plan's buffers outlive it.
#[test]
fn buffers_do_not_grow() {
    let mut gpu = gpu();
    start(&mut gpu).expect("variables");
    let graph = training().expect("a graph");
    let plan = block_on(gpu.compile(&graph)).expect("a plan");
    let mut counts = vec![];
    let mut arrived = vec![];
    for i in 0..1000 {
        let ticket = gpu.submit(&[Work::Run(&plan, 1)], &["loss", "ring"]).expect("a submit");
        if i % 3 == 0 {
            block_on(gpu.finished(&ticket)).expect("an end");
        }
        arrived.extend(gpu.take_reads().into_iter().map(|read| read.ticket));
        counts.push(gpu.buffer_count());
    }
    let last = gpu.submit(&[], &[]).expect("a submit");
    block_on(gpu.finished(&last)).expect("an end");
    arrived.extend(gpu.take_reads().into_iter().map(|read| read.ticket));
    assert_eq!(arrived, (1..=1000).collect::<Vec<u64>>(), "each read arrives once and in order");
    // At most three submits are in flight, each with a staging buffer.
    assert!(
        counts.iter().max() <= counts.iter().min().map(|n| n + 3).as_ref(),
        "buffers grew to {:?}",
        counts.iter().max()
    );
    drop(plan);
    let (count, bytes) = (gpu.buffer_count(), gpu.buffer_bytes());
    for _ in 0..20 {
        let plan = block_on(gpu.compile(&graph)).expect("a plan");
        assert!(gpu.buffer_count() > count && plan.bytes() > 0);
    }
    assert_eq!(
        (gpu.buffer_count(), gpu.buffer_bytes()),
        (count, bytes),
        "dropped plans give their buffers back"
    );
}

/// Breaks where somebody would wait for a device that is gone.
#[test]
fn a_lost_device_is_an_error_and_nobody_waits_for_it() {
    let mut gpu = gpu();
    start(&mut gpu).expect("variables");
    let plan = block_on(gpu.compile(&training().expect("a graph"))).expect("a plan");
    let ticket = gpu.submit(&[Work::Run(&plan, 100)], &["loss"]).expect("a submit");
    gpu.lose();
    let lost =
        |result: Result<(), GpuError>| assert!(matches!(result, Err(GpuError::Lost { .. })), "{result:?}");
    lost(block_on(gpu.finished(&ticket)));
    lost(gpu.submit(&[Work::Run(&plan, 1)], &[]).map(drop));
    lost(block_on(gpu.read_f32("params")).map(drop));
    lost(gpu.set_f32("params", &[0.0]));
    lost(block_on(gpu.compile(&Graph::new())).map(drop));
    assert_eq!(gpu.take_reads(), vec![]);
    assert!(gpu.lost().is_some());
}

#[test]
fn wrong_names_and_sizes_are_named() {
    let mut gpu = gpu();
    let graph = training().expect("a graph");
    gpu.set_f32("params", &[0.0; 5]).expect("a variable");
    let error = block_on(gpu.compile(&graph)).err().expect("params have 5 elements").to_string();
    assert!(error.contains("params") && error.contains('5') && error.contains("33"), "{error}");
    start(&mut gpu).expect("variables");
    let plan = block_on(gpu.compile(&graph)).expect("a plan");
    let said = |result: Result<(), GpuError>, words: &[&str]| {
        let error = result.expect_err("this is wrong").to_string();
        words.iter().for_each(|word| assert!(error.contains(word), "{error} says nothing of {word}"));
    };
    said(gpu.submit(&[], &["nothing"]).map(drop), &["nothing"]);
    said(gpu.write_f32("params", 30, &[0.0; 4]), &["params", "33", "30", "4"]);
    said(gpu.write_u32("nothing", 0, &[1]), &["nothing"]);
    said(gpu.set_f32("empty", &[]), &["empty"]);
    said(gpu.submit(&[Work::Copy { from: "params", to: "ring" }], &[]).map(drop), &["ring", "65", "33"]);
    gpu.set_f32("ring", &[0.0; 129]).expect("a longer ring");
    said(gpu.submit(&[Work::Run(&plan, 1)], &[]).map(drop), &["ring", "compile"]);
    // After all that the device still works.
    start(&mut gpu).expect("variables");
    let plan = block_on(gpu.compile(&graph)).expect("a plan");
    gpu.submit(&[Work::Run(&plan, 1), Work::Copy { from: "params", to: "best" }], &[]).expect("a submit");
    assert_eq!(
        block_on(gpu.read_u32("best")).expect("best"),
        block_on(gpu.read_u32("params")).expect("params")
    );
}

/// Breaks where a node could write what it reads and the device would only drop the submit.
#[test]
fn writing_what_is_read_is_an_error() {
    let mut g = Graph::new();
    let x = g.variable("x", [4], DType::F32).expect("a variable");
    g.set_label("twice");
    let y = g.add_node(Op::Binary(Binary::Add), &[x, x]).expect("a node");
    g.output("x", y).expect("an output");
    let error = block_on(gpu().compile(&g)).err().expect("x is read and written");
    assert!(matches!(&error, GpuError::Aliased { label, .. } if label == "twice"), "{error}");
}
