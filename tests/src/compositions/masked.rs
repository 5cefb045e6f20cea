//! Padding before every layer that keeps, cuts, joins or ends its mask, and every layer that looks at it behind.

use serde_json::{Value, json};

/// Steps of a sample.
const STEPS: usize = 6;
/// Their features.
const WIDTH: usize = 4;

/// Name and experiment. Of three tokens one is padding, so that most samples have some and a few have nothing else.
pub fn masked() -> Vec<(String, Value)> {
    let embedding = || json!({"layer": "embedding", "vocabulary": 3, "units": WIDTH, "padding": 0});
    let mut all = vec![];
    for (name, layers) in between() {
        let layers = [vec![embedding()], layers, looks(), vec![json!({"layer": "mean-over-steps"})]].concat();
        all.push((name.to_string(), experiment(layers)));
    }
    for (name, layers) in ends() {
        let layers = [vec![embedding()], looks(), layers].concat();
        all.push((format!("then {name}"), experiment(layers)));
    }
    for (name, layers) in whole() {
        all.push((name.to_string(), experiment(layers)));
    }
    all
}

fn experiment(mut layers: Vec<Value>) -> Value {
    layers.push(json!({"layer": "linear", "units": 2}));
    json!({
        "seed": 5,
        "model": {
            "input": {"shape": [STEPS], "tokens": 3},
            "layers": layers,
            "samples": {"kind": "random", "train": 12, "test": 2}
        },
        "loss": "cross-entropy",
        "training": {"learning_rate": 0.1, "batch_size": 6}
    })
}

/// Every layer that looks at a mask.
fn looks() -> Vec<Value> {
    let encoder = |causal: bool, norm_first: bool| {
        json!({"layer": "transformer-encoder", "heads": 1, "feedforward": 4, "dropout": 0.0, "causal": causal,
               "norm_first": norm_first, "rotary": norm_first})
    };
    vec![
        json!({"layer": "self-attention", "heads": 1}),
        json!({"layer": "additive-attention", "hidden": [3]}),
        json!({"layer": "linear", "units": WIDTH}),
        json!({"layer": "additive-attention", "hidden": [], "causal": true, "softmax": false}),
        json!({"layer": "linear", "units": WIDTH}),
        encoder(false, false),
        encoder(true, true),
        json!({"layer": "self-attention", "heads": 2, "causal": true, "rotary": true}),
    ]
}

fn decoder() -> Value {
    json!({"layer": "transformer-decoder", "heads": 2, "feedforward": 4, "dropout": 0.0, "causal": true})
}

/// What stands between the embedding and what looks.
fn between() -> Vec<(&'static str, Vec<Value>)> {
    let turn = || json!({"layer": "permute", "axes": [1, 0]});
    let image = || json!({"layer": "reshape", "shape": [1, STEPS, WIDTH]});
    let steps = || json!({"layer": "reshape", "shape": [STEPS, WIDTH]});
    let linear = |units: usize| json!({"layer": "linear", "units": units});
    let attention = || json!({"layer": "self-attention", "heads": 2});
    let select = |axis: usize, start: usize, len: usize| json!({"layer": "select", "axis": axis, "start": start, "len": len});
    let residual = |body: Vec<Value>, shortcut: Vec<Value>| json!({"layer": "residual", "body": body, "shortcut": shortcut});
    let branches = |axis: usize, branches: Vec<Vec<Value>>| json!({"layer": "branches", "axis": axis, "branches": branches});
    let recurrent = |bidirectional: bool| json!({"layer": "recurrent", "cell": "gru", "units": WIDTH / (1 + usize::from(bidirectional)), "bidirectional": bidirectional});
    let mixed = || vec![turn(), linear(STEPS), turn()];
    vec![
        ("nothing", vec![]),
        ("linear", vec![json!({"layer": "linear", "units": WIDTH, "activation": "tanh"})]),
        ("norms", vec![json!({"layer": "layer-norm"}), json!({"layer": "rms-norm"})]),
        ("softmax", vec![json!({"layer": "softmax"}), json!({"layer": "activation", "activation": "gelu"})]),
        (
            "positions",
            vec![
                json!({"layer": "positions", "kind": "sinusoidal"}),
                json!({"layer": "positions", "kind": "learned"}),
            ],
        ),
        ("reshape to the same", vec![steps()]),
        ("reshape", vec![json!({"layer": "reshape", "shape": [3, 8]}), linear(WIDTH)]),
        ("flatten and back", vec![json!({"layer": "flatten"}), steps()]),
        ("permute of nothing", vec![json!({"layer": "permute", "axes": [0, 1]})]),
        ("permute", vec![turn(), linear(WIDTH)]),
        ("permute and back", vec![turn(), turn()]),
        (
            "conv",
            vec![image(), json!({"layer": "conv2d", "channels": 1, "kernel": 3, "padding": 1}), steps()],
        ),
        (
            "pool",
            vec![
                image(),
                json!({"layer": "avg-pool2d", "kernel": [2, 1]}),
                json!({"layer": "reshape", "shape": [3, WIDTH]}),
            ],
        ),
        (
            "axial",
            vec![
                json!({"layer": "reshape", "shape": [2, 3, WIDTH]}),
                json!({"layer": "axial-attention", "heads": 1}),
                steps(),
            ],
        ),
        ("select of steps", vec![select(0, 1, 3)]),
        ("select of steps twice", vec![select(0, 1, 4), linear(WIDTH), select(0, 1, 3)]),
        ("select of features", vec![select(1, 1, 2), linear(WIDTH)]),
        ("recurrent", vec![recurrent(false)]),
        ("bidirectional", vec![recurrent(true)]),
        ("residual of a mixer", vec![residual(mixed(), vec![])]),
        ("residual of attention", vec![residual(vec![attention()], vec![])]),
        ("residual both mixed", vec![residual(mixed(), mixed())]),
        ("residual one mixed", vec![residual(vec![linear(WIDTH)], mixed())]),
        ("residual of cuts", vec![residual(vec![select(0, 0, 4)], vec![select(0, 2, 4)])]),
        (
            "residual in residual",
            vec![residual(vec![residual(mixed(), vec![]), attention()], vec![linear(WIDTH)])],
        ),
        ("branches along features", vec![branches(1, vec![vec![attention()], mixed()]), linear(WIDTH)]),
        ("branches along features, mixed first", vec![branches(1, vec![mixed(), vec![]]), linear(WIDTH)]),
        (
            "branches along steps",
            vec![branches(0, vec![vec![linear(WIDTH)], mixed(), vec![select(0, 2, 3)]])],
        ),
        ("branches along steps, all mixed", vec![branches(0, vec![mixed(), mixed()])]),
        ("one branch along steps", vec![branches(0, vec![vec![select(0, 1, 2)]])]),
        (
            "encoder-decoder of embedded steps",
            vec![
                json!({"layer": "encoder-decoder", "source": 3, "encoder": [attention()], "decoder": [decoder()]}),
            ],
        ),
        (
            "encoder that ends its mask",
            vec![
                json!({"layer": "encoder-decoder", "source": 3, "encoder": [turn(), linear(WIDTH)], "decoder": [decoder()]}),
            ],
        ),
        (
            "encoder-decoder in residual",
            vec![residual(
                vec![select(0, 0, 4)],
                vec![json!({"layer": "encoder-decoder", "source": 2, "encoder": [select(0, 1, 1)],
                 "decoder": [residual(vec![decoder()], vec![])]})],
            )],
        ),
    ]
}

/// What may end a sequence.
fn ends() -> Vec<(&'static str, Vec<Value>)> {
    vec![
        ("last step", vec![json!({"layer": "last-step"})]),
        ("flatten", vec![json!({"layer": "flatten"})]),
        (
            "the last state",
            vec![
                json!({"layer": "recurrent", "cell": "lstm", "units": 3, "output": "last", "bidirectional": true}),
            ],
        ),
        ("every step", vec![]),
    ]
}

/// With embeddings of their own within.
fn whole() -> Vec<(&'static str, Vec<Value>)> {
    let embedding =
        |padding: Value| json!({"layer": "embedding", "vocabulary": 3, "units": WIDTH, "padding": padding});
    let mean = || json!({"layer": "mean-over-steps"});
    let attention = || json!({"layer": "self-attention", "heads": 2});
    let both = |source: Value, target: Value| {
        json!({"layer": "encoder-decoder", "source": 3, "encoder": [embedding(source), attention()],
               "decoder": [embedding(target), decoder()]})
    };
    vec![
        ("encoder-decoder of tokens", vec![both(json!(0), json!(0)), attention(), mean()]),
        ("encoder-decoder, padded source", vec![both(json!(0), json!(null)), attention(), mean()]),
        ("encoder-decoder, padded target", vec![both(json!(null), json!(1)), attention(), mean()]),
        (
            "encoder-decoder in encoder-decoder",
            vec![
                embedding(json!(0)),
                json!({"layer": "encoder-decoder", "source": 4, "encoder": [{"layer": "encoder-decoder", "source": 2,
                       "encoder": [attention()], "decoder": [decoder()]}, attention()],
                       "decoder": [{"layer": "encoder-decoder", "source": 1, "encoder": [decoder()], "decoder": [decoder()]}]}),
                mean(),
            ],
        ),
        (
            "two embeddings met",
            vec![
                json!({"layer": "residual", "body": [embedding(json!(0))], "shortcut": [embedding(json!(1))]}),
                attention(),
                mean(),
            ],
        ),
        (
            "two embeddings of one padding met",
            vec![
                json!({"layer": "residual", "body": [embedding(json!(0))], "shortcut": [embedding(json!(0))]}),
                attention(),
                mean(),
            ],
        ),
        (
            "embeddings in branches",
            vec![
                json!({"layer": "branches", "axis": 1, "branches": [[embedding(json!(null))], [embedding(json!(2))]]}),
                attention(),
                mean(),
            ],
        ),
        (
            "embeddings in branches along steps",
            vec![
                json!({"layer": "branches", "branches": [[embedding(json!(null))], [embedding(json!(2))]]}),
                attention(),
                mean(),
            ],
        ),
        (
            "tokens in a plane",
            vec![
                json!({"layer": "reshape", "shape": [2, 3]}),
                embedding(json!(0)),
                json!({"layer": "reshape", "shape": [STEPS, WIDTH]}),
                attention(),
                mean(),
            ],
        ),
    ]
}
