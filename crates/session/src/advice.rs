//! What trains, but hardly as it was meant.

use minibatch_nn::{Activation, Block, Loss};

use crate::{Experiment, ExperimentError};

/// A word of warning, with the mend.
#[derive(Clone, PartialEq, Debug)]
pub struct Advice {
    /// The layer's place, as in the names of its weights: `layers.3`.
    pub path: String,
    /// What it is: `softmax`.
    pub kind: &'static str,
    /// What is doubtful, and what to do.
    pub message: String,
    /// All layers as they would be then.
    pub mended: Vec<Block>,
}

impl Experiment {
    /// What is doubtful about a model's layers: a softmax, log-softmax or sigmoid at its end, where the loss has its own.
    ///
    /// # Errors
    /// As [`Experiment::model`].
    pub fn advice(&self) -> Result<Option<Advice>, ExperimentError> {
        let Some(spec) = &self.model else { return Ok(None) };
        let own = match self.model()?.loss {
            Loss::CrossEntropy { .. } => "cross-entropy has a softmax",
            Loss::BinaryCrossEntropy => "binary cross-entropy has a sigmoid",
            Loss::Mse | Loss::HalfMse | Loss::SumSquares | Loss::L1 | Loss::Huber { .. } => return Ok(None),
        };
        Ok(squashed("layers", &spec.layers).map(|found| Advice {
            message: format!("{own} of its own, so this one comes twice; {}", found.mend),
            path: found.path,
            kind: found.kind,
            mended: found.layers,
        }))
    }
}

/// A layer at the end of a row that squashes its result, and the row without it.
struct Squashed {
    path: String,
    kind: &'static str,
    mend: &'static str,
    layers: Vec<Block>,
}

/// Looks through what only moves the result or leaves parts of it out.
fn squashed(path: &str, blocks: &[Block]) -> Option<Squashed> {
    for (i, block) in blocks.iter().enumerate().rev() {
        let number: usize = blocks[..i].iter().map(Block::modules).sum();
        let place = format!("{path}.{number}");
        let with = |new: &[Block]| [&blocks[..i], new, &blocks[i + 1..]].concat();
        let found =
            |kind, mend, new: &[Block]| Some(Squashed { path: place.clone(), kind, mend, layers: with(new) });
        match block {
            Block::Flatten
            | Block::Reshape { .. }
            | Block::Select { .. }
            | Block::Dropout { .. }
            | Block::LastStep
            | Block::MeanOverSteps => {}
            Block::Softmax { .. } | Block::Activation { activation: Activation::Sigmoid } => {
                return found(block.kind(), "remove it", &[]);
            }
            Block::Linear { activation: Activation::Sigmoid, .. }
            | Block::Conv2d { activation: Activation::Sigmoid, .. } => {
                let mut plain = block.clone();
                if let Block::Linear { activation, .. } | Block::Conv2d { activation, .. } = &mut plain {
                    *activation = Activation::Linear;
                }
                return found("sigmoid", "give it the activation linear", &[plain]);
            }
            Block::Branches { branches, axis } => {
                return branches.iter().enumerate().find_map(|(n, branch)| {
                    let inner = squashed(&format!("{place}.branches.{n}"), branch)?;
                    let mut branches = branches.clone();
                    branches[n] = inner.layers;
                    let layers = with(&[Block::Branches { branches, axis: *axis }]);
                    Some(Squashed { layers, ..inner })
                });
            }
            Block::EncoderDecoder { source, encoder, decoder } => {
                let inner = squashed(&format!("{place}.decoder"), decoder)?;
                let (encoder, decoder) = (encoder.clone(), inner.layers);
                let layers = with(&[Block::EncoderDecoder { source: *source, encoder, decoder }]);
                return Some(Squashed { layers, ..inner });
            }
            Block::Linear { .. }
            | Block::Activation { .. }
            | Block::Conv2d { .. }
            | Block::ConvTranspose2d { .. }
            | Block::MaxPool2d { .. }
            | Block::AvgPool2d { .. }
            | Block::AdaptiveAvgPool2d { .. }
            | Block::AdaptiveMaxPool2d { .. }
            | Block::BatchNorm { .. }
            | Block::LayerNorm { .. }
            | Block::RmsNorm { .. }
            | Block::GroupNorm { .. }
            | Block::Permute { .. }
            | Block::Embedding { .. }
            | Block::Positions { .. }
            | Block::Recurrent { .. }
            | Block::SelfAttention { .. }
            | Block::AdditiveAttention { .. }
            | Block::AxialAttention { .. }
            | Block::TransformerEncoder(_)
            | Block::TransformerDecoder(_)
            | Block::Residual { .. } => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advice(layers: &str, loss: &str) -> Option<Advice> {
        let text = format!(
            r#"{{"model": {{"input": {{"shape": [3, 4]}}, "layers": [{layers}], "samples": {{"kind": "random", "train": 4, "test": 0}}}},
                "loss": "{loss}"}}"#
        );
        Experiment::from_json(&text).unwrap_or_else(|error| panic!("{error}: {text}")).advice().unwrap()
    }

    #[test]
    fn a_softmax_before_cross_entropy_is_told_with_its_mend() {
        let linear = r#"{"layer": "linear", "units": 3, "activation": "relu"}"#;
        let bare = r#"{"layer": "linear", "units": 3}"#;
        let sigmoid = r#"{"layer": "activation", "activation": "sigmoid"}"#;
        for (layers, loss, path, kind) in [
            (format!(r#"{linear}, {{"layer": "softmax"}}"#), "cross-entropy", "layers.2", "softmax"),
            (
                format!(r#"{bare}, {{"layer": "softmax", "log": true}}, {{"layer": "last-step"}}"#),
                "cross-entropy",
                "layers.1",
                "softmax",
            ),
            (format!("{bare}, {sigmoid}"), "cross-entropy", "layers.1", "activation"),
            (
                format!(r#"{bare}, {sigmoid}, {{"layer": "dropout", "rate": 0.1}}"#),
                "binary-cross-entropy",
                "layers.1",
                "activation",
            ),
            (
                r#"{"layer": "linear", "units": 3, "activation": "sigmoid"}"#.into(),
                "binary-cross-entropy",
                "layers.0",
                "sigmoid",
            ),
            (
                format!(
                    r#"{{"layer": "branches", "branches": [[{bare}], [{bare}, {{"layer": "softmax"}}]]}}"#
                ),
                "cross-entropy",
                "layers.0.branches.1.1",
                "softmax",
            ),
        ] {
            let found = advice(&layers, loss).unwrap_or_else(|| panic!("{layers}"));
            assert_eq!((found.path.as_str(), found.kind), (path, kind), "{layers}");
            assert!(squashed("layers", &found.mended).is_none(), "{layers}: the mend mends it");
        }
        for (layers, loss) in [
            (format!(r#"{bare}, {{"layer": "softmax"}}"#), "mse"),
            (format!(r#"{{"layer": "softmax"}}, {bare}"#), "cross-entropy"),
            (
                format!(r#"{bare}, {{"layer": "softmax"}}, {{"layer": "permute", "axes": [1, 0]}}"#),
                "cross-entropy",
            ),
            (bare.to_string(), "binary-cross-entropy"),
        ] {
            assert_eq!(advice(&layers, loss), None, "{layers}");
        }
    }
}
