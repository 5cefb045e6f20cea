//! No launch asks for more than WebGPU grants everywhere, at any shape: workgroup memory, invocations, bindings, buffers. A
//! browser refuses what does; a native driver may run it, and no other test would see. Needs no device.

use minibatch_gpu::{GpuError, Held, Limits, keeps_to};
use minibatch_graph::{Activation, DType, Graph, Op};
use minibatch_nn::{Block, Clip, Input, Loss, Model, Samples, UpdateRule};
use minibatch_session::{PRESETS, preset};
use minibatch_tests::cases;
use serde_json::{Value, json};

const BATCHES: [usize; 6] = [1, 2, 31, 64, 128, 512];

/// What values grow to with the batch is for the CPU to hold; here it is about kernels.
const ROOMY: Limits = Limits { storage: 1 << 31, buffer: 1 << 31, ..Limits::WEBGPU };

/// A training step's graph; none where a batch of one has no spread to normalise by.
fn step(model: &Model, rule: UpdateRule, batch: usize) -> Option<Graph> {
    let samples = Samples { train: 1000, test: 100 };
    let graph = model.train(samples, batch, rule, Clip { norm: Some(1.0), value: None }, 512);
    match graph {
        Err(error) if batch > 1 => panic!("{error}"),
        graph => graph.ok(),
    }
}

/// What is refused of a model at every batch size.
fn refused(name: &str, model: &Model, rule: UpdateRule, limits: &Limits, refusals: &mut Vec<String>) {
    for batch in BATCHES {
        let Some(graph) = step(model, rule, batch) else { continue };
        if let Err(error) = keeps_to(&graph, limits) {
            refusals.push(format!("{name}, batch {batch}: {error}"));
        }
    }
}

fn none(refusals: &[String]) {
    assert!(refusals.is_empty(), "{} refused:\n{}", refusals.len(), refusals.join("\n"));
}

/// Models over one input each, trained with squared errors.
fn all_keep(input: &[usize], tokens: Option<usize>, lists: impl IntoIterator<Item = Value>) {
    let mut refusals = vec![];
    for layers in lists {
        let blocks: Vec<Block> = serde_json::from_value(layers.clone()).expect("layers");
        let input = Input { shape: input.to_vec(), tokens };
        let model = Model::new(input, blocks, Loss::Mse, None).unwrap_or_else(|e| panic!("{layers}: {e}"));
        let rule = minibatch_nn::OptimizerConfig::default().rule();
        for limits in
            [ROOMY, Limits { storage: ROOMY.storage, buffer: ROOMY.buffer, ..Limits::COMPATIBILITY }]
        {
            refused(&layers.to_string(), &model, rule, &limits, &mut refusals);
        }
    }
    none(&refusals);
}

#[test]
fn every_case_of_every_op_keeps_to_the_limits() {
    let mut refusals = vec![];
    for case in cases::cases().into_iter().chain(cases::large_cases()) {
        for limits in [Limits::WEBGPU, Limits::COMPATIBILITY] {
            refusals.extend(keeps_to(&case.graph, &limits).err().map(|e| format!("{}: {e}", case.name)));
        }
    }
    none(&refusals);
}

#[test]
fn every_preset_keeps_to_the_limits_at_every_batch_size() {
    let mut refusals = vec![];
    for p in PRESETS {
        let e = preset(p.name).expect("a preset");
        let model = e.model().expect("a model");
        for limits in [Limits::WEBGPU, Limits::COMPATIBILITY] {
            refused(p.name, &model, e.training.optimizer.rule(), &limits, &mut refusals);
        }
    }
    none(&refusals);
}

/// Breaks where the gradient of a convolution's weight takes 256 invocations and nine elements: 36,864 bytes.
#[test]
fn convolutions_of_every_size_keep_to_the_limits() {
    let mut lists = vec![];
    for kernel in 1..=11 {
        for (channels, groups, stride) in
            [(1, 1, 1), (3, 1, 2), (8, 1, 1), (16, 2, 1), (64, 1, 1), (64, 64, 1)]
        {
            let first =
                json!({ "layer": "conv2d", "channels": channels, "kernel": kernel, "padding": kernel / 2 });
            let second = json!({ "layer": "conv2d", "channels": channels, "kernel": kernel, "stride": stride,
                "groups": groups, "activation": "relu" });
            lists.push(json!([first, second, { "layer": "flatten" }, { "layer": "linear", "units": 3 }]));
        }
        let row = json!({ "layer": "conv2d", "channels": 4, "kernel": [1, kernel], "dilation": [1, 2] });
        let back = json!({ "layer": "conv-transpose2d", "channels": 3, "kernel": kernel, "stride": 2 });
        lists.push(json!([row, back, { "layer": "adaptive-avg-pool2d", "size": 1 }, { "layer": "flatten" }]));
    }
    all_keep(&[1, 32, 32], None, lists);
}

#[test]
fn pools_and_norms_of_every_size_keep_to_the_limits() {
    let pooled = |pool: Value| {
        json!([{ "layer": "conv2d", "channels": 8, "kernel": 1 }, pool, { "layer": "flatten" },
            { "layer": "linear", "units": 2 }])
    };
    let kinds = ["max-pool2d", "avg-pool2d"];
    let windows = [(2, 2), (3, 1), (7, 2), (32, 1), (48, 48)];
    let fixed = kinds.into_iter().flat_map(|kind| {
        windows.map(|(kernel, stride)| pooled(json!({ "layer": kind, "kernel": kernel, "stride": stride })))
    });
    let adaptive = ["adaptive-avg-pool2d", "adaptive-max-pool2d"]
        .into_iter()
        .flat_map(|kind| [1, 5, 48].map(|size| pooled(json!({ "layer": kind, "size": size }))));
    let norms = [json!({ "layer": "batch-norm" }), json!({ "layer": "group-norm", "groups": 4 })];
    all_keep(&[3, 48, 48], None, fixed.chain(adaptive).chain(norms.map(pooled)));
    let rows = [1, 7, 64, 300, 5000].into_iter().flat_map(|units| {
        ["layer-norm", "rms-norm", "batch-norm", "softmax"].map(|norm| {
            json!([{ "layer": "linear", "units": units }, { "layer": norm }, { "layer": "linear", "units": 1 }])
        })
    });
    all_keep(&[2], None, rows);
}

#[test]
fn attention_of_every_width_keeps_to_the_limits() {
    for steps in [2, 40, 300] {
        let heads = [(4, 1), (16, 8), (16, 1), (64, 4), (64, 1), (128, 1), (256, 2), (384, 1)];
        let lists = heads.into_iter().flat_map(|(width, heads)| {
            let embedding = json!({ "layer": "embedding", "vocabulary": 11, "units": width, "padding": 0 });
            [true, false].map(|causal| {
                json!([embedding, { "layer": "self-attention", "heads": heads, "causal": causal, "rotary": causal },
                    { "layer": "last-step" }, { "layer": "linear", "units": 2 }])
            })
        });
        all_keep(&[steps], Some(11), lists);
    }
}

#[test]
fn recurrent_layers_of_every_width_keep_to_the_limits() {
    for cell in ["rnn-tanh", "rnn-relu", "lstm", "gru"] {
        let lists = [1, 3, 50, 64, 129, 256, 500, 1024].map(|units| {
            json!([{ "layer": "recurrent", "cell": cell, "units": units, "bidirectional": units < 64 },
                { "layer": "linear", "units": 1 }])
        });
        all_keep(&[12, 3], None, lists);
    }
}

#[test]
fn dense_layers_of_every_width_keep_to_the_limits() {
    let lists = [1, 2, 31, 64, 65, 257, 1000, 4096].map(|units| {
        json!([{ "layer": "linear", "units": units, "activation": "gelu" }, { "layer": "dropout", "rate": 0.5 },
            { "layer": "linear", "units": 10 }])
    });
    all_keep(&[784], None, lists);
}

/// Breaks where what is past the limits is found by the device, or not at all.
#[test]
fn what_is_past_the_limits_is_named_before_anything_is_made() {
    let model = preset("digits").and_then(|e| e.model()).expect("a model");
    let rule = preset("digits").expect("a preset").training.optimizer.rule();
    let graph = step(&model, rule, 128).expect("a graph");
    let beyond = |limits| match keeps_to(&graph, &limits) {
        Err(GpuError::Beyond { what, wanted, granted, .. }) => {
            assert!(wanted > granted, "{what}: {wanted} of {granted}");
            what
        }
        other => panic!("{other:?}"),
    };
    let web = Limits::WEBGPU;
    assert_eq!(beyond(Limits { workgroup_bytes: 1024, ..web }), "bytes of workgroup memory");
    assert_eq!(beyond(Limits { invocations: 32, ..web }), "invocations in a workgroup");
    assert_eq!(beyond(Limits { sizes: [32, 256, 64], ..web }), "invocations along x");
    assert_eq!(beyond(Limits { storage_bindings: 2, ..web }), "storage buffers");
    assert_eq!(beyond(Limits { groups: 1, ..web }), "workgroups");
    assert_eq!(beyond(Limits { uniform_bytes: 8, ..web }), "bytes of parameters");
    let small = keeps_to(&graph, &Limits { storage: 4096, ..web });
    assert!(
        matches!(small, Err(GpuError::TooLarge { held: Held::Variable(_), limit: 4096, .. })),
        "{small:?}"
    );

    let mut g = Graph::new();
    let x = g.variable("x", [40_000, 1000], DType::F32).expect("a variable");
    let y = g.add_node(Op::Activation(Activation::Relu), &[x]).expect("a node");
    g.output("y", y).expect("an output");
    let large = keeps_to(&g, &web);
    assert!(
        matches!(large, Err(GpuError::TooLarge { bytes: 160_000_000, limit, .. }) if limit == 128 << 20),
        "{large:?}"
    );
}
