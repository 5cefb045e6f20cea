//! The layers of a model by their places: what each is called, where its steps lie in the sample, and whether its
//! numbers are shares.

use minibatch_session::{Activation, Block};

use crate::builder::face;
use crate::words::{fill, named};

/// A layer, nested ones too.
#[derive(Clone, PartialEq, Debug)]
pub struct Placed {
    /// Its place as PyTorch names modules: "layers.0.branches.1.0".
    pub path: String,
    /// Its kind in a word: "Conv".
    pub kind: &'static str,
    /// As the list of layers has it, "Dense 4 · Sigmoid"; within a branch its kind alone: "branch 2 · Embedding".
    pub name: String,
    /// The step of the sample that its first step is, where steps were selected before it.
    pub from: Option<usize>,
    /// What it makes lies between 0 and 1.
    pub share: bool,
}

/// All layers, those within a layer before it.
pub fn placed(blocks: &[Block]) -> Vec<Placed> {
    let mut all = vec![];
    row(blocks, "layers", "", None, &mut all);
    all
}

/// The layer that a parameter or a probe belongs to.
pub fn owner<'a>(all: &'a [Placed], path: &str) -> Option<&'a Placed> {
    let within = |p: &&Placed| path.strip_prefix(&p.path).is_some_and(|r| r.is_empty() || r.starts_with('.'));
    all.iter().filter(within).max_by_key(|p| p.path.len())
}

fn row(blocks: &[Block], path: &str, branch: &str, mut from: Option<usize>, all: &mut Vec<Placed>) {
    let mut number = 0;
    for block in blocks {
        let path = format!("{path}.{number}");
        number += block.modules();
        let inner = |part: String, blocks: &[Block], branch: &str, all: &mut Vec<Placed>| {
            row(blocks, &format!("{path}.{part}"), branch, from, all);
        };
        match block {
            Block::Residual { body, shortcut } => {
                inner("body".into(), body, named("stacks", "body"), all);
                inner("shortcut".into(), shortcut, named("stacks", "shortcut"), all);
            }
            Block::Branches { branches, .. } => {
                for (i, b) in branches.iter().enumerate() {
                    let branch = fill("stacks.branch", &[("number", &(i + 1).to_string())]);
                    inner(format!("branches.{i}"), b, &branch, all);
                }
            }
            Block::EncoderDecoder { encoder, decoder, .. } => {
                inner("encoder".into(), encoder, named("layers.part", "encoder"), all);
                inner("decoder".into(), decoder, named("layers.part", "decoder"), all);
            }
            _ => {}
        }
        from = match block {
            Block::Select { axis: 0, start, .. } => Some(from.unwrap_or(0) + start),
            // What comes out of these has other steps, or none.
            Block::Reshape { .. } | Block::Permute { .. } | Block::Branches { .. } => None,
            _ => from,
        };
        let kind = match block {
            Block::Activation { activation } => named("activation", activation.id()),
            _ => named("stacks", block.kind()),
        };
        let name = match branch {
            "" => {
                let (name, more) = face(block);
                [name, more].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
            }
            branch => format!("{branch} · {kind}"),
        };
        let share = match block {
            Block::Linear { activation, .. }
            | Block::Conv2d { activation, .. }
            | Block::Activation { activation } => *activation == Activation::Sigmoid,
            Block::Softmax { log } => !log,
            _ => false,
        };
        all.push(Placed { path, kind, name, from, share });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use minibatch_session::preset;

    fn of(name: &str) -> Vec<Placed> {
        placed(&preset(name).expect("a preset").model.expect("of layers").layers)
    }

    #[test]
    fn dense_layers_are_called_as_in_the_list_and_sigmoids_are_shares() {
        let all = of("m2");
        let told: Vec<(&str, &str, bool)> =
            all.iter().map(|p| (p.path.as_str(), p.name.as_str(), p.share)).collect();
        assert_eq!(told, [("layers.0", "Dense 4 · Sigmoid", true), ("layers.2", "Dense 1 · Sigmoid", true)]);
    }

    #[test]
    fn what_is_selected_keeps_its_step() {
        let all = of("e3");
        let at = |path| owner(&all, path).map(|p| (p.name.as_str(), p.from));
        assert_eq!(at("layers.0.branches.0.1.weight"), Some(("branch 1 · Embedding", Some(0))));
        assert_eq!(at("layers.0.branches.1.1"), Some(("branch 2 · Embedding", Some(1))));
        assert_eq!(at("layers.0").and_then(|a| a.1), None, "the joined branches have no step");
        assert!(!owner(&all, "layers.2").expect("the last").share, "its numbers go on to the loss");
        assert_eq!(owner(&all, "layers.20"), None);
    }

    #[test]
    fn a_parameter_belongs_to_the_innermost_layer() {
        let all = of("digits");
        assert_eq!(owner(&all, "layers.3.weight").map(|p| p.kind), Some("Conv"));
    }
}
