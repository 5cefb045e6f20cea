//! Layers, shapes and counts in few words.

use minibatch_session::{Activation, Block, Cell, Pair, PositionKind, RecurrentOutput, Transformer};

use super::entries::entry_of;
use crate::numbers::grouped;
use crate::words::{fill, named, t};

/// A layer's name with its main settings, "Conv 8 · 3×3", and what else should be seen, "ReLU".
pub fn face(block: &Block) -> (String, String) {
    let kind = named("layers.kind", entry_of(block));
    let figures = figures(block);
    let name = if figures.is_empty() { kind.to_string() } else { format!("{kind} {figures}") };
    (name, remarks(block).join(" · "))
}

/// Layers in a row by their names, the first three of them.
pub fn faces(blocks: &[Block]) -> String {
    let mut all: Vec<String> = blocks.iter().take(3).map(|block| face(block).0).collect();
    if blocks.len() > 3 {
        all.push("…".into());
    }
    all.join(", ")
}

fn pair(pair: Pair) -> String {
    let [a, b] = pair.0;
    format!("{a}×{b}")
}

/// The settings that tell one layer of a kind from another.
fn figures(block: &Block) -> String {
    let heads =
        |n: usize| fill(if n == 1 { "layers.head" } else { "layers.heads" }, &[("n", &n.to_string())]);
    match block {
        Block::Linear { units, .. } => units.to_string(),
        Block::Activation { activation } => named("activation", activation.id()).to_string(),
        Block::Conv2d { channels, kernel, .. } | Block::ConvTranspose2d { channels, kernel, .. } => {
            format!("{channels} · {}", pair(*kernel))
        }
        Block::MaxPool2d { kernel, .. } | Block::AvgPool2d { kernel, .. } => pair(*kernel),
        Block::AdaptiveAvgPool2d { size } | Block::AdaptiveMaxPool2d { size } => format!("→ {}", pair(*size)),
        Block::GroupNorm { groups, .. } => groups.to_string(),
        Block::Dropout { rate } => format!("{rate}"),
        Block::Reshape { shape } => shape_text(shape),
        Block::Permute { axes } => axes.iter().map(usize::to_string).collect::<Vec<_>>().join(" "),
        Block::Select { start, len, .. } if *len == 1 => start.to_string(),
        Block::Select { start, len, .. } => {
            format!("{start}–{}", start.saturating_add(*len).saturating_sub(1))
        }
        Block::Embedding { vocabulary, units, .. } => format!("{vocabulary} → {units}"),
        Block::Recurrent { units, layers, .. } if *layers > 1 => format!("{layers} × {units}"),
        Block::Recurrent { units, .. } => units.to_string(),
        Block::SelfAttention { heads: n, .. } | Block::AxialAttention { heads: n } => heads(*n),
        Block::AdditiveAttention { hidden, .. } => {
            hidden.iter().map(usize::to_string).collect::<Vec<_>>().join(" · ")
        }
        Block::TransformerEncoder(Transformer { layers, heads: n, .. })
        | Block::TransformerDecoder(Transformer { layers, heads: n, .. }) => {
            format!("{layers} × {}", heads(*n))
        }
        Block::EncoderDecoder { source, .. } => source.to_string(),
        Block::Branches { branches, .. } => branches.len().to_string(),
        Block::Softmax { .. }
        | Block::BatchNorm { .. }
        | Block::LayerNorm { .. }
        | Block::RmsNorm { .. }
        | Block::Flatten
        | Block::Positions { .. }
        | Block::Residual { .. }
        | Block::LastStep
        | Block::MeanOverSteps => String::new(),
    }
}

/// What differs from the usual, in a word each.
fn remarks(block: &Block) -> Vec<&'static str> {
    let mut all = vec![];
    let mut say = |so: bool, words: &'static str| {
        if so {
            all.push(words);
        }
    };
    let activation = |f: &Activation| (*f != Activation::Linear, named("activation", f.id()));
    match block {
        Block::Linear { activation: f, .. } | Block::Conv2d { activation: f, .. } => {
            let (so, words) = activation(f);
            say(so, words);
        }
        Block::Softmax { log } => say(*log, t("layers.remark.log")),
        Block::Positions { kind } => say(*kind == PositionKind::Sinusoidal, t("layers.remark.sinusoidal")),
        Block::Recurrent { cell, bidirectional, output, .. } => {
            say(*cell == Cell::RnnRelu, t("layers.remark.relu"));
            say(*bidirectional, t("layers.remark.both-ways"));
            say(*output == RecurrentOutput::Last, t("layers.remark.last"));
        }
        Block::SelfAttention { causal, .. } | Block::AdditiveAttention { causal, .. } => {
            say(*causal, t("layers.remark.causal"));
        }
        Block::TransformerEncoder(spec) | Block::TransformerDecoder(spec) => {
            say(spec.causal, t("layers.remark.causal"));
        }
        _ => {}
    }
    all
}

/// A sample's shape: 15 × 30 × 30.
pub fn shape_text(shape: &[usize]) -> String {
    shape.iter().map(usize::to_string).collect::<Vec<_>>().join(" × ")
}

/// What is shown beside each layer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Figure {
    /// Numbers that are trained.
    #[default]
    Parameters,
    /// Multiplications with an addition, for one sample.
    MultiplyAdds,
    /// Bytes kept for one sample in training.
    Memory,
}

impl Figure {
    /// All, in the order shown.
    pub const ALL: [Self; 3] = [Self::Parameters, Self::MultiplyAdds, Self::Memory];

    /// Its name in words and ids.
    pub fn id(self) -> &'static str {
        match self {
            Self::Parameters => "parameters",
            Self::MultiplyAdds => "multiply-adds",
            Self::Memory => "memory",
        }
    }

    /// As it is written in a narrow column: parameters to the last one, the others to three digits.
    pub fn text(self, number: u64) -> String {
        match self {
            Self::Parameters => grouped(number),
            Self::MultiplyAdds => short(number, ["", "k", "M", "G", "T"]),
            Self::Memory => short(number, ["B", "kB", "MB", "GB", "TB"]),
        }
    }
}

/// Three digits and a unit of thousands: 9.32 M.
fn short(number: u64, units: [&str; 5]) -> String {
    let (mut value, mut unit) = (number as f64, 0);
    // What would be rounded up to a thousand is one of the next unit.
    while value >= 999.5 && unit < units.len() - 1 {
        value /= 1000.0;
        unit += 1;
    }
    let digits = if unit == 0 || value >= 99.95 { 0 } else { 1 + usize::from(value < 9.995) };
    let space = if units[unit].is_empty() { "" } else { " " };
    format!("{value:.digits$}{space}{}", units[unit])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{from_value, json};

    #[test]
    fn layers_are_named_by_what_tells_them_apart() {
        for (block, name, remark) in [
            (
                json!({ "layer": "conv2d", "channels": 15, "kernel": 3, "activation": "relu" }),
                "Conv 15 · 3×3",
                "ReLU",
            ),
            (
                json!({ "layer": "recurrent", "cell": "lstm", "units": 50, "output": "last" }),
                "LSTM 50",
                "last step",
            ),
            (json!({ "layer": "recurrent", "cell": "gru", "units": 8, "layers": 2 }), "GRU 2 × 8", ""),
            (
                json!({ "layer": "transformer-encoder", "heads": 5, "feedforward": 50, "layers": 3, "causal": true }),
                "Encoder 3 × 5 heads",
                "causal",
            ),
            (json!({ "layer": "linear", "units": 4 }), "Dense 4", ""),
            (json!({ "layer": "select", "start": 2, "len": 3 }), "Select 2–4", ""),
            (json!({ "layer": "flatten" }), "Flatten", ""),
        ] {
            let block: Block = from_value(block).unwrap();
            assert_eq!(face(&block), (name.to_string(), remark.to_string()));
        }
    }

    #[test]
    fn counts_keep_three_digits() {
        let text = |figure: Figure, n| figure.text(n);
        assert_eq!(text(Figure::Parameters, 11_280), "11,280");
        assert_eq!(text(Figure::MultiplyAdds, 0), "0");
        assert_eq!(text(Figure::MultiplyAdds, 999), "999");
        assert_eq!(text(Figure::MultiplyAdds, 9_996), "10.0 k");
        assert_eq!(text(Figure::MultiplyAdds, 1_234_567), "1.23 M");
        assert_eq!(text(Figure::Memory, 12_345), "12.3 kB");
        assert_eq!(text(Figure::Memory, 999_600), "1.00 MB");
        assert_eq!(shape_text(&[3, 32, 32]), "3 × 32 × 32");
    }
}
