//! What the workloads are.

use minibatch_graph::{Activation, Loss, Optimizer};
use minibatch_nn::{Block, Init, Input, Pair, PositionKind, RecurrentOutput, Transformer};

use super::draws::{Kept, Mulberry};

/// A model, how it is trained, and in which order the peers draw its weights.
pub struct Workload {
    pub input: Input,
    pub layers: Vec<Block>,
    pub loss: Loss,
    pub batch: usize,
    pub rule: Optimizer,
    pub learning_rate: f32,
    pub draws: Vec<(String, Kept)>,
    /// Targets of one sample, and how many classes; none for numbers.
    targets: (usize, Option<usize>),
    /// The peers keep the steps before the batch.
    steps_first: bool,
}

const ADAM: Optimizer = Optimizer::Adam { beta1: 0.9, beta2: 0.999, eps: 1e-8 };

/// The training workload of this name.
pub fn workload(name: &str) -> Option<Workload> {
    Some(match name {
        "mlp-2d" => Workload {
            loss: Loss::Mse,
            batch: 10,
            rule: Optimizer::Sgd { momentum: 0.0, nesterov: false },
            learning_rate: 0.03,
            targets: (1, None),
            ..dense(&[2, 4, 2, 1], Activation::Tanh, Activation::Tanh)
        },
        "mlp-mnist" => mlp(64, 128),
        "cnn-28" => cnn(32, 8),
        "lstm-seed" => lstm(32, 50, 15),
        "gpt-nano" => transformer(8, 64, 64),
        _ => return None,
    })
}

fn linear(units: usize, bias: bool, activation: Activation) -> Block {
    Block::Linear { units, bias, activation, init: Init::Zeros }
}

fn trained(input: Input, layers: Vec<Block>, classes: usize, batch: usize) -> Workload {
    Workload {
        input,
        layers,
        loss: Loss::CROSS_ENTROPY,
        batch,
        rule: ADAM,
        learning_rate: 1e-3,
        draws: vec![],
        targets: (1, Some(classes)),
        steps_first: false,
    }
}

fn dense(sizes: &[usize], hidden: Activation, output: Activation) -> Workload {
    let last = sizes.len() - 2;
    let activation = |i: usize| if i == last { output } else { hidden };
    let layers =
        sizes[1..].iter().enumerate().map(|(i, &units)| linear(units, true, activation(i))).collect();
    let place = |i: usize| if hidden == Activation::Linear { i } else { 2 * i };
    let draws = (0..=last).map(|i| (format!("layers.{}.weight", place(i)), Kept::Transposed)).collect();
    let input = Input { shape: vec![sizes[0]], tokens: None };
    Workload { draws, ..trained(input, layers, sizes[sizes.len() - 1], 64) }
}

/// mlp-mnist with another batch and so many hidden units.
pub fn mlp(batch: usize, width: usize) -> Workload {
    Workload { batch, ..dense(&[784, width, 10], Activation::Relu, Activation::Linear) }
}

/// cnn-28 with another batch and other channels: twice as many in the second convolution.
pub fn cnn(batch: usize, width: usize) -> Workload {
    let conv = |channels: usize| Block::Conv2d {
        channels,
        kernel: Pair([3, 3]),
        stride: Pair([1, 1]),
        padding: Pair([1, 1]),
        dilation: Pair([1, 1]),
        groups: 1,
        bias: true,
        activation: Activation::Relu,
        init: Init::Zeros,
    };
    let pool = || Block::MaxPool2d { kernel: Pair([2, 2]), stride: None, padding: Pair([0, 0]) };
    let layers = vec![
        conv(width),
        pool(),
        conv(2 * width),
        pool(),
        Block::Flatten,
        linear(10, true, Activation::Linear),
    ];
    // The biases are drawn too, (channels, 1, 1): within 1 / sqrt(channels).
    let draws = [
        ("layers.0.weight", Kept::Same(3 * width)),
        ("layers.0.bias", Kept::Same(width)),
        ("layers.3.weight", Kept::Same(6 * width * width)),
        ("layers.3.bias", Kept::Same(2 * width)),
        ("layers.7.weight", Kept::Transposed),
    ];
    let draws = draws.map(|(name, kept)| (name.to_owned(), kept)).to_vec();
    Workload { draws, ..trained(Input { shape: vec![1, 28, 28], tokens: None }, layers, 10, batch) }
}

/// lstm-seed with another batch, so many hidden units and so many steps.
pub fn lstm(batch: usize, width: usize, steps: usize) -> Workload {
    let layers = vec![
        Block::Recurrent {
            cell: minibatch_graph::Cell::Lstm,
            units: width,
            layers: 1,
            bidirectional: false,
            output: RecurrentOutput::Last,
            learn_initial: false,
        },
        linear(7, true, Activation::Linear),
    ];
    let draws = [
        ("layers.0.weight_ih_l0", Kept::Gates),
        ("layers.0.weight_hh_l0", Kept::Gates),
        ("layers.1.weight", Kept::Transposed),
    ];
    let draws = draws.map(|(name, kept)| (name.to_owned(), kept)).to_vec();
    let input = Input { shape: vec![steps, 10], tokens: None };
    Workload { draws, steps_first: true, ..trained(input, layers, 7, batch) }
}

/// gpt-nano with another batch, width and number of tokens.
pub fn transformer(batch: usize, width: usize, steps: usize) -> Workload {
    let (depth, vocabulary) = (4, 65);
    let layers = vec![
        Block::Embedding { vocabulary, units: width, padding: None },
        Block::Positions { kind: PositionKind::Learned },
        Block::TransformerEncoder(Transformer {
            heads: 4,
            feedforward: 4 * width,
            layers: depth,
            causal: true,
            norm_first: true,
            final_norm: true,
            activation: Activation::Gelu,
            dropout: 0.0,
            rotary: false,
        }),
        linear(vocabulary, false, Activation::Linear),
    ];
    let mut draws = vec![
        ("layers.0.weight".to_owned(), Kept::Same(vocabulary)),
        ("layers.1.weight".to_owned(), Kept::Same(steps)),
    ];
    for layer in 0..depth {
        for name in
            ["self_attn.in_proj_weight", "self_attn.out_proj.weight", "linear1.weight", "linear2.weight"]
        {
            draws.push((format!("layers.2.layers.{layer}.{name}"), Kept::Transposed));
        }
    }
    draws.push(("layers.3.weight".to_owned(), Kept::Transposed));
    let input = Input { shape: vec![steps], tokens: Some(vocabulary) };
    Workload { draws, targets: (steps, Some(vocabulary)), ..trained(input, layers, vocabulary, batch) }
}

impl Workload {
    /// Inputs and targets of the one batch, as the peers draw them.
    pub fn batch_of(&self, rand: &mut Mulberry) -> (Vec<f32>, Vec<f32>) {
        let each: usize = self.input.shape.iter().product();
        let n = self.batch * each;
        let mut inputs = match self.input.tokens {
            Some(k) => numbers(rand, n, k),
            None => rand.uniform(n, 1.0),
        };
        if self.steps_first {
            let (steps, features) = (self.input.shape[0], each / self.input.shape[0]);
            let at = |i: usize| {
                let (sample, step, feature) = (i / each, i / features % steps, i % features);
                (step * self.batch + sample) * features + feature
            };
            inputs = (0..n).map(|i| inputs[at(i)]).collect();
        }
        let (count, classes) = self.targets;
        let targets = match classes {
            Some(k) => numbers(rand, self.batch * count, k),
            None => rand.uniform(self.batch * count, 1.0),
        };
        (inputs, targets)
    }
}

/// Whole numbers below `end`.
fn numbers(rand: &mut Mulberry, n: usize, end: usize) -> Vec<f32> {
    (0..n).map(|_| (rand.next() * end as f64).floor() as f32).collect()
}
