//! Experiments: those that come along, small ones of every kind of layer, and what chance makes of them.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::draw::Draw;

/// Models of few numbers, so that a run takes milliseconds.
pub fn small() -> Vec<Value> {
    let model = |shape: &[u64], layers: Value, classes: bool| {
        json!({
            "model": {"input": {"shape": shape}, "layers": layers, "samples": {"kind": "random", "train": 12, "test": 5}},
            "loss": if classes { "cross-entropy" } else { "mse" },
            "training": {"batch_size": 4, "learning_rate": 0.01}
        })
    };
    vec![
        json!({"hidden": [{"units": 3}], "data": {"kind": "xor"}}),
        json!({"data": {"kind": "blobs3"}, "hidden": [{"units": 4, "dropout": 0.25}], "training": {"optimizer": {"kind": "adam"}}}),
        model(
            &[6],
            json!([{"layer": "linear", "units": 5, "activation": "tanh"}, {"layer": "layer-norm"}, {"layer": "linear", "units": 3}]),
            true,
        ),
        model(
            &[2, 6, 6],
            json!([{"layer": "conv2d", "channels": 3, "kernel": 3}, {"layer": "batch-norm"},
            {"layer": "max-pool2d", "kernel": 2}, {"layer": "flatten"}, {"layer": "linear", "units": 2}]),
            true,
        ),
        model(
            &[5, 3],
            json!([{"layer": "recurrent", "cell": "lstm", "units": 4}, {"layer": "linear", "units": 1}]),
            false,
        ),
        model(
            &[5, 4],
            json!([{"layer": "self-attention", "heads": 2}, {"layer": "flatten"}, {"layer": "linear", "units": 2}]),
            true,
        ),
        json!({"model": {"input": {"shape": [4], "tokens": 5}, "layers": [{"layer": "embedding", "vocabulary": 5, "units": 4},
            {"layer": "recurrent", "cell": "gru", "units": 3}, {"layer": "linear", "units": 2}],
            "samples": {"kind": "random", "train": 9, "test": 3}}, "training": {"batch_size": 4}}),
        json!({"model": {"input": {"shape": [2]}, "layers": [{"layer": "linear", "units": 1}],
            "samples": {"kind": "table", "inputs": [[0.5, 1.0], [1.5, -2.0]], "targets": [1.0, 0.0]}}}),
        json!({"data": {"kind": "own", "points": [{"x": 0, "y": 1, "label": 0}, {"x": 1, "y": 0, "label": 1}]}}),
    ]
}

/// The presets' files, with few samples.
fn presets() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../session/presets");
    let mut files: Vec<_> = fs::read_dir(folder).expect("presets").flatten().map(|e| e.path()).collect();
    files.sort();
    let read = |path| serde_json::from_slice(&fs::read(path).expect("a preset")).expect("JSON");
    let mut all: Vec<Value> = files.into_iter().map(read).collect();
    for preset in &mut all {
        if let Some(samples) = preset.pointer_mut("/model/samples") {
            samples["train"] = 8.into();
            samples["test"] = 4.into();
        }
    }
    all
}

/// An experiment as it should be, whose run takes milliseconds.
pub fn sound(draw: &mut Draw) -> Value {
    draw.pick(&small())
}

/// An experiment with some changes, mostly wrong ones, as bytes.
pub fn changed(draw: &mut Draw) -> Vec<u8> {
    let (small, presets) = (small(), presets());
    let mut value = if draw.once_in(3) { draw.pick(&presets) } else { draw.pick(&small) };
    let other = if draw.once_in(2) { draw.pick(&presets) } else { draw.pick(&small) };
    for _ in 0..1 + draw.below(3) {
        change(draw, &mut value, &other);
    }
    let text = if draw.once_in(2) { value.to_string() } else { format!("{value:#}") };
    if draw.once_in(4) { crate::bytes::damaged(draw, text.into_bytes()) } else { text.into_bytes() }
}

/// The paths to everything in a value.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    let escape = |key: &str| key.replace('~', "~0").replace('/', "~1");
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(key, v)| places(v, &format!("{at}/{}", escape(key)), found))
        }
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(i, v)| places(v, &format!("{at}/{i}"), found))
        }
        _ => {}
    }
}

fn change(draw: &mut Draw, value: &mut Value, other: &Value) {
    let (mut here, mut there) = (vec![], vec![]);
    places(value, "", &mut here);
    places(other, "", &mut there);
    let (at, from) = (draw.pick(&here), draw.pick(&there));
    let graft = other.pointer(&from).cloned().unwrap_or_default();
    let odd = odd(draw);
    let Some(node) = value.pointer_mut(&at) else { return };
    match draw.below(6) {
        0 => *node = odd,
        1 => *node = graft,
        2 => match node {
            Value::Object(map) => {
                let keys: Vec<String> = map.keys().cloned().collect();
                if !keys.is_empty() {
                    let key = draw.pick(&keys);
                    let taken = map.remove(&key).unwrap_or_default();
                    // Left out, or misspelt.
                    if draw.once_in(2) {
                        map.insert(
                            format!("{key}{}", draw.pick(&["s", "_", " ", "\u{1b}[31m", "\n", "\u{202e}"])),
                            taken,
                        );
                    }
                }
            }
            Value::Array(list) if !list.is_empty() => drop(list.remove(draw.below(list.len()))),
            other => *other = odd,
        },
        3 => match node {
            Value::Array(list) => {
                let again = list.first().cloned().unwrap_or(odd);
                list.resize(list.len() + draw.pick(&[1, 2, 9, 300]), again);
            }
            Value::Object(map) => {
                drop(map.insert(draw.pick(&["layer", "kind", "units", "seed", "extra"]).into(), odd))
            }
            other => *other = odd,
        },
        // Most numbers mean an extent: near ones, and far ones.
        _ => {
            let numbers: Vec<&String> =
                here.iter().filter(|at| value.pointer(at).is_some_and(Value::is_number)).collect();
            if !numbers.is_empty() {
                let at = (*draw.pick(&numbers)).clone();
                let number = number(draw);
                if let Some(node) = value.pointer_mut(&at) {
                    *node = number;
                }
            }
        }
    }
}

fn number(draw: &mut Draw) -> Value {
    match draw.below(10) {
        0..=4 => (draw.below(9) as u64).into(),
        5 => draw.pick(&[-1i64, 63, 64, 65, 255, 257, 1000, 4096]).into(),
        6 => draw
            .pick(&[65_536i64, 1_000_000, 2_147_483_647, 2_147_483_648, 4_294_967_295, 4_294_967_296])
            .into(),
        7 => draw.pick(&[u64::MAX, u64::MAX / 2, 1 << 53]).into(),
        _ => draw.pick(&[0.5, 1e-30, -0.0, 1e30, 1e300, 3.4e38, 1e-45, -2.5, 0.999_999_999]).into(),
    }
}

fn odd(draw: &mut Draw) -> Value {
    let words = [
        "",
        "xor",
        "linear",
        "a\u{1b}]0;b\u{7}",
        "\u{0}",
        "c\nd",
        "\u{feff}",
        "9",
        "NaN",
        "../../etc",
        "\u{1f600}\u{200d}",
    ];
    match draw.below(8) {
        0 => Value::Null,
        1 => draw.once_in(2).into(),
        2 => json!([]),
        3 => json!({}),
        4 => draw.pick(&words).into(),
        5 => json!([draw.below(5), draw.pick(&words), [[]]]),
        _ => number(draw),
    }
}
