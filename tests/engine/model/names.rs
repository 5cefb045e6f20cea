//! Parameters have PyTorch's names and shapes, and as many as PyTorch counts.

use minibatch_session::{Block, Model, preset};

use super::read;

/// Every parameter, then every saved buffer, as "name (shape)".
fn arrays(model: &Model) -> Vec<String> {
    let parameters = model.layout.parameters.iter().map(|p| (&p.name, &p.shape));
    let buffers = model.layout.buffers.iter().filter(|b| b.saved).map(|b| (&b.name, &b.shape));
    parameters.chain(buffers).map(|(name, shape)| format!("{name} {shape:?}")).collect()
}

fn built(input: &str, layers: &str) -> Model {
    read(input, layers).and_then(|e| e.model().map_err(|e| e.to_string())).expect(layers)
}

#[test]
fn every_preset_counts_what_pytorch_counts() {
    let counts = [
        ("c2", 11_824),
        ("r1", 7_600),
        ("r2", 12_757),
        ("r3", 9_657),
        ("a1", 11_611),
        ("a3", 152_850),
        ("a4", 4_420),
        ("m2", 16),
        ("e3", 2_180),
    ];
    for (name, count) in counts {
        let outline = preset(name).expect(name).outline().expect(name);
        assert_eq!(outline.parameters, count, "{name}");
        let outermost = outline.rows.iter().filter(|r| r.depth == 0);
        assert_eq!(outermost.map(|r| r.parameters).sum::<usize>(), count, "{name}");
        assert!(outline.multiply_adds > 0 && outline.activation_bytes > 0, "{name}");
    }
}

#[test]
fn shapes_and_work_of_the_convolutional_exercise() {
    let outline = preset("c2").expect("is there").outline().expect("is sound");
    let shapes: Vec<&[usize]> = outline.rows.iter().map(|r| &r.shape[..]).collect();
    assert_eq!(shapes, [&[15, 30, 30][..], &[30, 26, 26], &[30, 1, 1], &[30], &[4]]);
    let paths: Vec<&str> = outline.rows.iter().map(|r| r.path.as_str()).collect();
    assert_eq!(paths, ["layers.0", "layers.2", "layers.4", "layers.5", "layers.6"]);
    let work: Vec<u64> = outline.rows.iter().map(|r| r.multiply_adds).collect();
    assert_eq!(work, [15 * 30 * 30 * 27, 30 * 26 * 26 * 15 * 25, 0, 0, 120]);
    assert_eq!(outline.rows[0].activation_bytes, 4 * 15 * 30 * 30);
}

#[test]
fn modules_with_an_activation_count_two() {
    let model = built(
        r#"{"shape": [1, 6, 6]}"#,
        r#"{"layer": "conv2d", "channels": 4, "kernel": 3, "activation": "gelu"}, {"layer": "batch-norm"},
           {"layer": "residual", "body": [{"layer": "conv2d", "channels": 2, "kernel": 1, "bias": false}],
            "shortcut": [{"layer": "conv2d", "channels": 2, "kernel": 1}]},
           {"layer": "branches", "branches": [[{"layer": "conv2d", "channels": 3, "kernel": 1}], []]},
           {"layer": "conv-transpose2d", "channels": 2, "kernel": [2, 3], "stride": 2}"#,
    );
    assert_eq!(
        arrays(&model),
        [
            "layers.0.weight [4, 1, 3, 3]",
            "layers.0.bias [4]",
            "layers.2.weight [4]",
            "layers.2.bias [4]",
            "layers.3.body.0.weight [2, 4, 1, 1]",
            "layers.3.shortcut.0.weight [2, 4, 1, 1]",
            "layers.3.shortcut.0.bias [2]",
            "layers.4.branches.0.0.weight [3, 2, 1, 1]",
            "layers.4.branches.0.0.bias [3]",
            "layers.5.weight [5, 2, 2, 3]",
            "layers.5.bias [2]",
            "layers.2.running_mean [4]",
            "layers.2.running_var [4]",
        ]
    );
    assert_eq!(model.output, [2, 8, 9]);
}

#[test]
fn recurrent_layers() {
    let model = built(
        r#"{"shape": [5, 3]}"#,
        r#"{"layer": "recurrent", "cell": "lstm", "units": 4, "layers": 2, "bidirectional": true, "output": "last",
            "learn_initial": true}"#,
    );
    assert_eq!(model.output, [8]);
    let names = arrays(&model);
    assert_eq!(names.len(), 18);
    for name in [
        "layers.0.weight_ih_l0 [16, 3]",
        "layers.0.weight_hh_l0_reverse [16, 4]",
        "layers.0.weight_ih_l1 [16, 8]",
        "layers.0.bias_hh_l1_reverse [16]",
        "layers.0.h0 [4, 1, 4]",
        "layers.0.c0 [4, 1, 4]",
    ] {
        assert!(names.iter().any(|n| n == name), "{name} is not among {names:?}");
    }
}

#[test]
fn attention_and_transformers() {
    let model = built(
        r#"{"shape": [9], "tokens": 20}"#,
        r#"{"layer": "encoder-decoder", "source": 4,
            "encoder": [{"layer": "embedding", "vocabulary": 20, "units": 8, "padding": 0},
                        {"layer": "positions", "kind": "sinusoidal"},
                        {"layer": "transformer-encoder", "heads": 2, "feedforward": 16, "final_norm": true}],
            "decoder": [{"layer": "embedding", "vocabulary": 20, "units": 8},
                        {"layer": "positions", "kind": "learned"},
                        {"layer": "transformer-decoder", "heads": 2, "feedforward": 16, "causal": true}]},
           {"layer": "self-attention", "heads": 4, "rotary": true},
           {"layer": "linear", "units": 20}"#,
    );
    assert_eq!(model.output, [5, 20]);
    let names = arrays(&model);
    for name in [
        "layers.0.encoder.0.weight [20, 8]",
        "layers.0.encoder.1.weight [4, 8]",
        "layers.0.encoder.2.layers.0.self_attn.in_proj_weight [24, 8]",
        "layers.0.encoder.2.layers.0.self_attn.out_proj.bias [8]",
        "layers.0.encoder.2.layers.0.linear1.weight [16, 8]",
        "layers.0.encoder.2.norm.weight [8]",
        "layers.0.decoder.1.weight [5, 8]",
        "layers.0.decoder.2.layers.0.multihead_attn.in_proj_weight [24, 8]",
        "layers.0.decoder.2.layers.0.norm3.bias [8]",
        "layers.1.attention.in_proj_bias [24]",
        "layers.1.attention.out_proj.weight [8, 8]",
        "layers.2.weight [20, 8]",
    ] {
        assert!(names.iter().any(|n| n == name), "{name} is not among {names:?}");
    }
}

#[test]
fn the_kind_of_a_block_is_its_tag() {
    for name in ["c2", "r2", "a1", "a3", "a4", "m2", "e3"] {
        let spec = preset(name).expect(name).model.expect("has layers");
        for block in spec.layers {
            let json = serde_json::to_value(&block).expect("a block is JSON");
            assert_eq!(json["layer"], block.kind());
            assert_eq!(serde_json::from_value::<Block>(json).expect("reads back"), block);
        }
    }
}

#[test]
fn initial_values_are_pytorch_s_own() {
    let model = built(
        r#"{"shape": [9, 16]}"#,
        r#"{"layer": "recurrent", "cell": "gru", "units": 25}, {"layer": "layer-norm"},
           {"layer": "self-attention", "heads": 5}, {"layer": "linear", "units": 64}"#,
    );
    let values = model.layout.draw(7);
    let bounds = |name: &str| {
        let p = model.layout.parameters.iter().find(|p| p.name == name).expect(name);
        let part = &values[p.offset..p.offset + p.len()];
        part.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(a, b), &v| (a.min(v), b.max(v)))
    };
    // Within the bound, and near it.
    for (name, bound) in [
        ("layers.0.weight_ih_l0", 0.2),
        ("layers.0.bias_hh_l0", 0.2),
        ("layers.2.attention.in_proj_weight", 0.06f32.sqrt()),
        ("layers.2.attention.out_proj.weight", 0.2),
        ("layers.3.weight", 0.2),
        ("layers.3.bias", 0.2),
    ] {
        let (low, high) = bounds(name);
        assert!(high <= bound && low >= -bound, "{name}: {low} to {high} is not within {bound}");
        assert!(high > 0.9 * bound && low < -0.9 * bound, "{name}: {low} to {high} does not fill {bound}");
    }
    for (name, value) in [
        ("layers.1.weight", 1.0),
        ("layers.1.bias", 0.0),
        ("layers.2.attention.in_proj_bias", 0.0),
        ("layers.2.attention.out_proj.bias", 0.0),
    ] {
        assert_eq!(bounds(name), (value, value), "{name}");
    }
}
