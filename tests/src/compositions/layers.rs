//! Layers that fit each other: each is drawn to suit the shape that the ones before it give, and kept if the engine takes it.

use minibatch_nn::{Block, Input, Model};
use serde_json::{Value, json};

use super::dice::Dice;

/// The most numbers a sample's value has.
const MOST: usize = 160;

/// An input and the layers after it; the last ones, which the loss asks for, are not among them.
pub fn model(dice: &mut Dice) -> (Value, Vec<Value>) {
    let (shape, tokens) = match dice.below(6) {
        0 => (vec![2 + dice.below(5)], None),
        1 => (vec![1 + dice.below(3), 4 + dice.below(3), 4 + dice.below(3)], None),
        2 => (vec![2 + dice.below(5), 2 * (1 + dice.below(3))], None),
        _ => (vec![3 + dice.below(4)], Some(3 + dice.below(3))),
    };
    let mut walk = Walk {
        dice,
        input: Input {
            shape: shape.iter().map(|&n| n as usize).collect(),
            tokens: tokens.map(|n| n as usize),
        },
    };
    let mut layers = vec![];
    if let Some(vocabulary) = tokens {
        if walk.dice.one_in(4) {
            let both = walk.encoder_decoder(&shape_of(&walk.input.shape), Some(vocabulary));
            walk.keep(&mut layers, both);
        }
        if layers.is_empty() {
            let embedding = walk.embedding(vocabulary);
            walk.keep(&mut layers, embedding);
        }
    }
    if shape.len() == 1 && tokens.is_none() && walk.dice.one_in(2) {
        let among = walk.tokens_among_numbers(shape[0]);
        walk.keep(&mut layers, among);
    }
    for _ in 0..1 + walk.dice.below(6) {
        walk.one(&mut layers, 0);
    }
    if walk.dice.one_in(2) {
        let end = match walk.shape(&layers).len() {
            2 => walk.dice.pick(&["mean-over-steps", "last-step", "flatten"]),
            _ => "flatten",
        };
        walk.keep(&mut layers, json!({"layer": end}));
    }
    (json!({"shape": shape, "tokens": tokens}), layers)
}

fn shape_of(shape: &[usize]) -> Vec<u32> {
    shape.iter().map(|&n| n as u32).collect()
}

/// A row of layers as it grows.
struct Walk<'a> {
    dice: &'a mut Dice,
    input: Input,
}

impl Walk<'_> {
    /// What goes out of these layers, which the engine took.
    fn shape(&self, layers: &[Value]) -> Vec<usize> {
        given(&self.input, layers).expect("layers that were kept")
    }

    /// Adds the layer if it fits.
    fn keep(&self, layers: &mut Vec<Value>, layer: Value) -> bool {
        // What is the same for a whole batch but for rounding, a second norm over the batch would make large.
        let normed = |layer: &Value| layer["layer"] == "batch-norm";
        if normed(&layer) && layers.iter().any(normed) {
            return false;
        }
        layers.push(layer);
        let fits = given(&self.input, layers).is_some_and(|shape| shape.iter().product::<usize>() <= MOST);
        if !fits {
            layers.pop();
        }
        fits
    }

    /// Adds one layer.
    fn one(&mut self, layers: &mut Vec<Value>, depth: u32) {
        for _ in 0..20 {
            let shape = self.shape(layers);
            let layer = self.layer(&shape, depth);
            if self.keep(layers, layer) {
                return;
            }
        }
    }

    /// Some layers for a value of this shape.
    fn row(&mut self, shape: &[usize], depth: u32) -> Vec<Value> {
        let input = Input { shape: shape.to_vec(), tokens: None };
        let mut inner = Walk { dice: self.dice, input };
        let mut layers = vec![];
        for _ in 0..1 + inner.dice.below(3) {
            inner.one(&mut layers, depth + 1);
        }
        layers
    }

    /// Layers that give a value of the shape that comes in; behind a rearrangement that is undone, at times.
    fn body(&mut self, shape: &[usize], depth: u32) -> Vec<Value> {
        let width = shape[shape.len() - 1];
        if shape.len() == 2 && self.dice.one_in(3) {
            let turn = json!({"layer": "permute", "axes": [1, 0]});
            return vec![turn.clone(), self.linear(shape[0]), turn];
        }
        let mut layers = self.row(shape, depth);
        if self.given(shape, &layers).len() == shape.len() {
            layers.push(self.linear(width));
        }
        if self.given(shape, &layers) == shape {
            layers
        } else {
            vec![self.linear(width), self.linear(width)]
        }
    }

    fn given(&self, shape: &[usize], layers: &[Value]) -> Vec<usize> {
        given(&Input { shape: shape.to_vec(), tokens: None }, layers).unwrap_or_default()
    }

    fn linear(&mut self, units: usize) -> Value {
        json!({"layer": "linear", "units": units, "activation": self.dice.activation(), "init": self.dice.init(),
               "bias": !self.dice.one_in(4)})
    }

    fn embedding(&mut self, vocabulary: u32) -> Value {
        let mut layer =
            json!({"layer": "embedding", "vocabulary": vocabulary, "units": 2 * (1 + self.dice.below(3))});
        if !self.dice.one_in(4) {
            layer["padding"] = json!(self.dice.below(vocabulary));
        }
        layer
    }

    /// The first column holds token numbers.
    fn tokens_among_numbers(&mut self, columns: u32) -> Value {
        let embedding = self.embedding(4);
        let looked_up = json!([{"layer": "select", "start": 0, "len": 1}, embedding, {"layer": "flatten"}]);
        let rest = json!([{"layer": "select", "start": 1, "len": columns - 1}, self.linear(3)]);
        json!({"layer": "branches", "branches": [looked_up, rest]})
    }

    fn stack(&mut self, kind: &str) -> Value {
        json!({"layer": kind, "heads": 1 + self.dice.below(2), "feedforward": 2 + self.dice.below(5),
               "layers": 1 + self.dice.below(2), "causal": self.dice.one_in(2), "norm_first": self.dice.one_in(2),
               "final_norm": self.dice.one_in(2), "rotary": self.dice.one_in(3), "activation": self.dice.activation(),
               "dropout": if self.dice.one_in(3) { 0.2 } else { 0.0 }})
    }

    /// Of token numbers, or of steps that have features already.
    fn encoder_decoder(&mut self, shape: &[u32], tokens: Option<u32>) -> Value {
        let source = 1 + self.dice.below(shape[0].max(2) - 1);
        let (mut encoder, mut decoder) = (vec![], vec![]);
        if let Some(vocabulary) = tokens {
            let embedding = self.embedding(vocabulary);
            let mut other = embedding.clone();
            other["padding"] = json!(self.dice.one_in(2).then(|| self.dice.below(vocabulary)));
            (encoder, decoder) = (vec![embedding], vec![other]);
        }
        if !self.dice.one_in(4) {
            encoder.push(self.stack("transformer-encoder"));
        }
        if self.dice.one_in(4) {
            encoder.push(json!({"layer": "select", "start": 0, "len": 1}));
        }
        decoder.extend(self.dice.one_in(4).then(|| json!({"layer": "positions", "kind": "sinusoidal"})));
        let looks = self.stack("transformer-decoder");
        decoder.push(if self.dice.one_in(5) { json!({"layer": "residual", "body": [looks]}) } else { looks });
        json!({"layer": "encoder-decoder", "source": source, "encoder": encoder, "decoder": decoder})
    }

    /// A layer that may fit.
    fn layer(&mut self, shape: &[usize], depth: u32) -> Value {
        let width = shape[shape.len() - 1];
        let units = 2 * (1 + self.dice.below(3)) as usize;
        match (self.dice.below(10), shape.len()) {
            (0, _) => self.plain(shape),
            (1, _) => self.rearranged(shape),
            (2 | 3, _) if depth < 2 => self.composed(shape, depth),
            (4, _) => self.linear(units),
            (_, 1) => match self.dice.below(3) {
                0 => json!({"layer": "batch-norm", "momentum": 0.2}),
                1 => self.rearranged(shape),
                _ => self.linear(units),
            },
            (_, 2) => self.in_steps(shape),
            (_, 3) if width.is_multiple_of(2) && self.dice.one_in(4) => {
                json!({"layer": "axial-attention", "heads": 1 + self.dice.below(2)})
            }
            (_, 3) => self.in_space(),
            _ => self.rearranged(shape),
        }
    }

    /// For values of any shape.
    fn plain(&mut self, shape: &[usize]) -> Value {
        match self.dice.below(6) {
            0 => json!({"layer": "activation", "activation": self.dice.activation()}),
            1 => json!({"layer": "softmax", "log": self.dice.one_in(2)}),
            2 => json!({"layer": "layer-norm"}),
            3 => json!({"layer": "rms-norm", "eps": 1e-4}),
            4 => json!({"layer": "dropout", "rate": 0.25}),
            _ => self.linear(shape[shape.len() - 1]),
        }
    }

    /// The same numbers otherwise.
    fn rearranged(&mut self, shape: &[usize]) -> Value {
        let all: usize = shape.iter().product();
        match self.dice.below(6) {
            0 => json!({"layer": "flatten"}),
            1 => {
                let mut axes: Vec<usize> = (0..shape.len()).collect();
                axes.rotate_left(self.dice.below(2) as usize);
                json!({"layer": "permute", "axes": axes})
            }
            2 => {
                let axis = self.dice.below(shape.len() as u32) as usize;
                let start = self.dice.below(shape[axis] as u32) as usize;
                let len = 1 + self.dice.below((shape[axis] - start) as u32) as usize;
                json!({"layer": "select", "axis": axis, "start": start, "len": len})
            }
            // The extents as they are: still another layer, after which nothing is a step.
            3 => json!({"layer": "reshape", "shape": shape}),
            4 if shape.len() == 2 => json!({"layer": "reshape", "shape": [1, shape[0], shape[1]]}),
            _ => {
                let divisors: Vec<usize> = (1..=all).filter(|n| all.is_multiple_of(*n)).collect();
                let first = self.dice.pick(&divisors);
                json!({"layer": "reshape", "shape": [first, all / first]})
            }
        }
    }

    /// For (steps, features).
    fn in_steps(&mut self, shape: &[usize]) -> Value {
        let causal = self.dice.one_in(2);
        match self.dice.below(10) {
            0 => json!({"layer": "positions", "kind": self.dice.pick(&["learned", "sinusoidal"])}),
            1 | 2 => json!({"layer": "self-attention", "heads": 1 + self.dice.below(2), "causal": causal,
                            "rotary": self.dice.one_in(3)}),
            3 => {
                json!({"layer": "additive-attention", "hidden": vec![3; self.dice.below(3) as usize], "causal": causal,
                        "softmax": self.dice.one_in(2)})
            }
            4 => self.stack("transformer-encoder"),
            5 => self.encoder_decoder(&shape_of(shape), None),
            6 | 7 => {
                json!({"layer": "recurrent", "cell": self.dice.pick(&["rnn-tanh", "rnn-relu", "lstm", "gru"]),
                            "units": 1 + self.dice.below(4), "layers": 1 + self.dice.below(2),
                            "bidirectional": self.dice.one_in(2), "learn_initial": self.dice.one_in(2),
                            "output": self.dice.pick(&["sequence", "sequence", "last"])})
            }
            8 => json!({"layer": self.dice.pick(&["last-step", "mean-over-steps"])}),
            _ => json!({"layer": "reshape", "shape": [1, shape[0], shape[1]]}),
        }
    }

    /// For (channels, height, width).
    fn in_space(&mut self) -> Value {
        let (kernel, stride) = (1 + self.dice.below(3), 1 + self.dice.below(2));
        let (channels, padding) = (1 + self.dice.below(4), self.dice.below(2));
        match self.dice.below(10) {
            0..3 => {
                json!({"layer": "conv2d", "channels": channels, "kernel": [kernel, 1 + self.dice.below(3)],
                           "stride": stride, "padding": padding, "dilation": 1 + self.dice.below(2),
                           "groups": 1 + self.dice.below(2), "activation": self.dice.activation(),
                           "init": self.dice.init(), "bias": !self.dice.one_in(4)})
            }
            3 => {
                json!({"layer": "conv-transpose2d", "channels": channels, "kernel": kernel, "stride": stride,
                        "padding": self.dice.below(2), "output_padding": self.dice.below(2), "init": self.dice.init()})
            }
            4 => json!({"layer": "max-pool2d", "kernel": kernel, "stride": stride, "padding": padding}),
            5 => json!({"layer": "avg-pool2d", "kernel": kernel, "padding": padding}),
            6 => {
                let name = self.dice.pick(&["adaptive-avg-pool2d", "adaptive-max-pool2d"]);
                json!({"layer": name, "size": [1 + self.dice.below(3), 1 + self.dice.below(3)]})
            }
            7 => json!({"layer": "batch-norm"}),
            8 => json!({"layer": "group-norm", "groups": 1 + self.dice.below(2)}),
            _ => json!({"layer": "axial-attention", "heads": 1}),
        }
    }

    /// Layers around layers.
    fn composed(&mut self, shape: &[usize], depth: u32) -> Value {
        if self.dice.one_in(2) {
            let body = self.body(shape, depth);
            let mut shortcut = vec![];
            if self.dice.one_in(3) {
                shortcut = self.body(shape, depth);
            }
            return json!({"layer": "residual", "body": body, "shortcut": shortcut});
        }
        let axis = self.dice.below(shape.len() as u32);
        let branches: Vec<_> = (0..1 + self.dice.below(3))
            .map(|_| if self.dice.one_in(4) { vec![] } else { self.body(shape, depth) })
            .collect();
        json!({"layer": "branches", "axis": axis, "branches": branches})
    }
}

/// What the engine says goes out of the layers; none where they do not fit.
fn given(input: &Input, layers: &[Value]) -> Option<Vec<usize>> {
    let blocks: Vec<Block> =
        layers.iter().map(|layer| serde_json::from_value(layer.clone()).ok()).collect::<Option<_>>()?;
    Model::output_of(input, &blocks).ok()
}
