//! The layers that can be added, by family, and what each is at first where it is put.

use minibatch_session::Block;
use serde_json::{Value, json};

use super::place::Around;

/// Families, and the layers of each. Recurrent layers stand here by their cells.
pub const ENTRIES: [(&str, &[&str]); 8] = [
    ("dense", &["linear", "activation", "softmax", "dropout"]),
    ("convolution", &["conv2d", "conv-transpose2d"]),
    ("pooling", &["max-pool2d", "avg-pool2d", "adaptive-avg-pool2d", "adaptive-max-pool2d"]),
    ("norm", &["batch-norm", "layer-norm", "group-norm", "rms-norm"]),
    ("recurrent", &["lstm", "gru", "rnn", "last-step", "mean-over-steps"]),
    (
        "attention",
        &[
            "embedding",
            "positions",
            "transformer-encoder",
            "transformer-decoder",
            "self-attention",
            "additive-attention",
            "axial-attention",
        ],
    ),
    ("shape", &["flatten", "reshape", "permute", "select"]),
    ("composition", &["residual", "branches", "encoder-decoder"]),
];

/// The entry that stands for a block.
pub fn entry_of(block: &Block) -> &'static str {
    match block {
        Block::Recurrent { cell, .. } => match cell {
            minibatch_session::Cell::Lstm => "lstm",
            minibatch_session::Cell::Gru => "gru",
            minibatch_session::Cell::RnnTanh | minibatch_session::Cell::RnnRelu => "rnn",
        },
        other => other.kind(),
    }
}

/// A new layer as it makes sense at a place: where it ends the model it gives what the task asks.
pub fn fresh(id: &str, around: &Around) -> Option<Block> {
    serde_json::from_value(written(id, around)).ok()
}

fn written(id: &str, around: &Around) -> Value {
    let plain = || json!({ "layer": id });
    let pool = |size: [usize; 2]| json!({ "layer": id, "kernel": size });
    let [height, width] = around.image().map_or([64, 64], |[_, h, w]| [h, w]);
    match id {
        "linear" => dense(around),
        "activation" => json!({ "layer": id, "activation": "relu" }),
        "dropout" => json!({ "layer": id, "rate": 0.2 }),
        "conv2d" => {
            let size = height.min(width).clamp(1, 3);
            if around.nested { same_size(around, size) } else { wider(around, size) }
        }
        "conv-transpose2d" => json!({ "layer": id, "channels": channels(around), "kernel": 2, "stride": 2 }),
        "max-pool2d" | "avg-pool2d" => pool([height.clamp(1, 2), width.clamp(1, 2)]),
        "adaptive-avg-pool2d" | "adaptive-max-pool2d" => json!({ "layer": id, "size": 1 }),
        "group-norm" => json!({ "layer": id, "groups": divisor(channels(around), &[4, 8, 2, 3, 5]) }),
        "lstm" | "gru" | "rnn" => {
            let cell = if id == "rnn" { "rnn-tanh" } else { id };
            // One answer a sample: the last state gives it.
            let one = around.ends && around.wanted.as_ref().is_some_and(|w| w.output().len() == 1);
            json!({ "layer": "recurrent", "cell": cell, "units": 32, "output": if one { "last" } else { "sequence" } })
        }
        "embedding" => {
            let known = around.tokens.or(around.wanted.as_ref().and_then(|w| w.tokens));
            json!({ "layer": id, "vocabulary": known.unwrap_or(16), "units": 32 })
        }
        "positions" => json!({ "layer": id, "kind": "learned" }),
        "transformer-encoder" | "transformer-decoder" => json!({
            "layer": id, "heads": heads(around), "feedforward": 2 * features(around), "causal": id == "transformer-decoder",
        }),
        "self-attention" | "axial-attention" => json!({ "layer": id, "heads": heads(around) }),
        "additive-attention" => json!({ "layer": id, "hidden": [32] }),
        "reshape" => json!({ "layer": id, "shape": reshaped(around.shape.as_deref().unwrap_or(&[1])) }),
        "permute" => {
            let rank = around.shape.as_ref().map_or(2, Vec::len);
            json!({ "layer": id, "axes": (1..rank).chain([0]).collect::<Vec<_>>() })
        }
        "select" => json!({ "layer": id, "start": 0, "len": 1 }),
        "residual" => json!({ "layer": id, "body": inner(around), "shortcut": [] }),
        "branches" => {
            let mut branches = [inner(around), inner(around)];
            if around.image().is_some() {
                branches[0] = vec![same_size(around, 1)];
            }
            json!({ "layer": id, "branches": branches })
        }
        "encoder-decoder" => encoder_decoder(around),
        _ => plain(),
    }
}

/// The output where it ends the model, else a hidden layer.
fn dense(around: &Around) -> Value {
    match around.output().and_then(|output| output.last().copied()) {
        Some(units) => json!({ "layer": "linear", "units": units }),
        None if around.nested => {
            json!({ "layer": "linear", "units": features(around), "activation": "relu" })
        }
        None => json!({ "layer": "linear", "units": 32, "activation": "relu" }),
    }
}

fn channels(around: &Around) -> usize {
    around.image().map_or(8, |[c, _, _]| c)
}

fn features(around: &Around) -> usize {
    around.features().filter(|_| around.tokens.is_none()).unwrap_or(32)
}

fn heads(around: &Around) -> usize {
    divisor(features(around), &[4, 5, 2, 3, 7])
}

/// The first of some numbers that divides n, else 1.
fn divisor(n: usize, among: &[usize]) -> usize {
    among.iter().copied().find(|&d| n.is_multiple_of(d)).unwrap_or(1)
}

/// A convolution with more channels than come in.
fn wider(around: &Around, size: usize) -> Value {
    let out = if channels(around) < 8 { 8 } else { (2 * channels(around)).min(64) };
    json!({ "layer": "conv2d", "channels": out, "kernel": size, "activation": "relu" })
}

/// A convolution that gives what comes in, in shape: odd windows, padded.
fn same_size(around: &Around, size: usize) -> Value {
    let size = if size.is_multiple_of(2) { 1 } else { size };
    json!({ "layer": "conv2d", "channels": channels(around), "kernel": size, "padding": size / 2, "activation": "relu" })
}

/// What a block's own list holds at first: one layer that keeps the shape.
fn inner(around: &Around) -> Vec<Value> {
    let within = Around { ends: false, nested: true, ..around.clone() };
    match (&around.shape, around.tokens) {
        (Some(_), None) if around.image().is_some() => vec![written("conv2d", &within)],
        (Some(_), None) => vec![dense(&within)],
        (_, Some(_)) => vec![written("embedding", &within)],
        (None, None) => vec![],
    }
}

fn encoder_decoder(around: &Around) -> Value {
    let steps = around.shape.as_ref().and_then(|shape| shape.first().copied()).unwrap_or(2);
    let within = Around { ends: false, nested: true, ..around.clone() };
    let mut sides = [vec![], vec![]];
    for (side, id) in sides.iter_mut().zip(["transformer-encoder", "transformer-decoder"]) {
        if around.tokens.is_some() {
            side.extend([written("embedding", &within), written("positions", &within)]);
        }
        side.push(written(id, &within));
    }
    let [encoder, decoder] = sides;
    json!({ "layer": "encoder-decoder", "source": (steps / 2).max(1), "encoder": encoder, "decoder": decoder })
}

/// Another shape of the same numbers, the one most often wanted.
pub fn reshaped(shape: &[usize]) -> Vec<usize> {
    match *shape {
        // An image of one channel where the numbers make a square, else a series of single numbers.
        [n] => match (1..=n).find(|side| side * side >= n) {
            Some(side) if side * side == n => vec![1, side, side],
            _ => vec![n, 1],
        },
        [a, b] => vec![1, a, b],
        [c, h, w] => vec![c, h * w],
        _ => vec![shape.iter().product()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builder::place::Wanted;
    use minibatch_session::{Input, Outline};

    fn input(shape: &[usize], tokens: Option<usize>) -> (Input, Around) {
        let input = Input { shape: shape.to_vec(), tokens };
        (input, Around { shape: Some(shape.to_vec()), tokens, ..Around::default() })
    }

    #[test]
    fn what_is_added_fits_where_it_is_added() {
        let every: Vec<&str> = ENTRIES.iter().flat_map(|(_, ids)| ids.iter().copied()).collect();
        let image = [
            "conv2d",
            "conv-transpose2d",
            "max-pool2d",
            "adaptive-avg-pool2d",
            "group-norm",
            "axial-attention",
        ];
        let steps =
            ["lstm", "positions", "transformer-encoder", "self-attention", "encoder-decoder", "last-step"];
        let tokens = ["embedding", "flatten", "select", "reshape", "branches", "encoder-decoder", "permute"];
        let any =
            ["linear", "flatten", "reshape", "permute", "residual", "branches", "layer-norm", "dropout"];
        let cases: [(&[usize], Option<usize>, Vec<&str>); 5] = [
            (&[3, 32, 32], None, [&image[..], &any].concat()),
            (&[7, 2, 1], None, [&image[..], &any].concat()),
            (&[10, 100], None, [&steps[..], &any].concat()),
            (&[49], None, any.to_vec()),
            (&[12], Some(30), tokens.to_vec()),
        ];
        for (shape, tokens, fitting) in cases {
            let (input, around) = input(shape, tokens);
            for id in fitting {
                assert!(every.contains(&id), "{id} is offered");
                let block = fresh(id, &around).expect(id);
                assert_eq!(entry_of(&block), id);
                let outline = Outline::of(&input, std::slice::from_ref(&block));
                assert!(outline.is_ok(), "{id} at {shape:?}: {} ({block:?})", outline.unwrap_err());
            }
        }
    }

    #[test]
    fn the_last_layer_gives_what_the_task_asks() {
        let classes = Wanted { target: vec![], classes: Some(7), tokens: None };
        let around =
            Around { shape: Some(vec![15, 10]), ends: true, wanted: Some(classes), ..Around::default() };
        let shown = |id| super::super::settings::show(&fresh("linear", &around).unwrap(), id);
        assert_eq!((shown("units"), shown("activation")), ("7".into(), "linear".into()));
        let lstm = fresh("lstm", &around).unwrap();
        assert_eq!(super::super::settings::show(&lstm, "output"), "last");
        let (_, tokens) = input(&[12], Some(30));
        assert_eq!(super::super::settings::show(&fresh("embedding", &tokens).unwrap(), "vocabulary"), "30");
    }
}
