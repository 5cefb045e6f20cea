//! Where a mistake is.

use minibatch_session::{Advice, Block, ExperimentError};

use super::tree::{Part, Place, part};

/// Where a mistake is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Seat {
    /// At a layer.
    Layer(Place),
    /// At what comes in.
    Input,
    /// At the foot: at none of the layers.
    Foot,
}

/// A mistake, where it is shown and in which words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mistake {
    /// Where.
    pub seat: Seat,
    /// What is wrong, and the mend, without the layer's name where it is shown there.
    pub text: String,
    /// All layers fit together, but not with the task.
    pub task: bool,
    /// It trains, but hardly as it was meant.
    pub doubt: bool,
}

/// What is doubtful, at its layer.
pub fn doubtful(advice: &Advice, blocks: &[Block]) -> Mistake {
    let seat = place(&advice.path, blocks).map_or(Seat::Foot, Seat::Layer);
    let mut text = advice.message.clone();
    text.get_mut(..1).into_iter().for_each(str::make_ascii_uppercase);
    Mistake { seat, text, task: false, doubt: true }
}

/// Finds the layer that a mistake names.
pub fn locate(mistake: &ExperimentError, blocks: &[Block]) -> Mistake {
    let full = mistake.to_string();
    let ExperimentError::Model(_) = mistake else {
        let task = matches!(mistake, ExperimentError::Supply { .. });
        let text = full.strip_prefix("samples: ").unwrap_or(&full).to_string();
        return Mistake { seat: if task { end(blocks) } else { Seat::Foot }, text, task, doubt: false };
    };
    let (label, message) = full.split_once(": ").unwrap_or(("", &full));
    let path = label.split(' ').next().unwrap_or_default();
    match (place(path, blocks), label) {
        (Some(place), _) => {
            Mistake { seat: Seat::Layer(place), text: message.into(), task: false, doubt: false }
        }
        (None, "input") => Mistake { seat: Seat::Input, text: message.into(), task: false, doubt: false },
        (None, "the model" | "the output") => {
            Mistake { seat: end(blocks), text: message.into(), task: true, doubt: false }
        }
        (None, _) => Mistake { seat: Seat::Foot, text: full.clone(), task: false, doubt: false },
    }
}

/// What concerns the output is shown at the last layer.
fn end(blocks: &[Block]) -> Seat {
    blocks.len().checked_sub(1).map_or(Seat::Foot, |at| Seat::Layer(Place::outer(at)))
}

/// The block of a path as PyTorch names modules: `layers.3.body.0`. What goes on within a block is left out.
pub fn place(path: &str, blocks: &[Block]) -> Option<Place> {
    let mut words = path.split('.');
    (words.next()? == "layers").then_some(())?;
    let mut place = Place::outer(block_of(words.next()?, blocks)?);
    let mut list = blocks;
    while let Some(word) = words.next() {
        let which = match word {
            "body" => Part::Body,
            "shortcut" => Part::Shortcut,
            "encoder" => Part::Encoder,
            "decoder" => Part::Decoder,
            "branches" => Part::Branch(words.next()?.parse().ok()?),
            _ => break,
        };
        let Some(inner) = part(list.get(place.at)?, which) else { break };
        list = inner;
        place = place.inner(which, block_of(words.next()?, list)?);
    }
    Some(place)
}

/// The number of the block in which module number `module` of a list is: a layer with its activation is two modules.
fn block_of(module: &str, list: &[Block]) -> Option<usize> {
    let module: usize = module.parse().ok()?;
    let mut next = 0;
    list.iter().position(|block| {
        next += block.modules();
        module < next
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use minibatch_session::preset;
    use serde_json::{from_value, json};

    fn blocks(value: serde_json::Value) -> Vec<Block> {
        from_value(value).unwrap()
    }

    #[test]
    fn modules_are_counted_not_blocks() {
        let layers = blocks(json!([
            { "layer": "conv2d", "channels": 8, "kernel": 3, "activation": "relu" },
            { "layer": "residual", "body": [{ "layer": "linear", "units": 3, "activation": "tanh" }, { "layer": "flatten" }] },
            { "layer": "branches", "branches": [[], [{ "layer": "flatten" }]] },
        ]));
        let found = |path| place(path, &layers).map(|p| p.id());
        assert_eq!(found("layers.0"), Some("0".into()));
        assert_eq!(found("layers.1"), Some("0".into()), "the activation of the convolution");
        assert_eq!(found("layers.2.body.2"), Some("1-body-1".into()));
        assert_eq!(found("layers.3.branches.1.0"), Some("2-branches-1-0".into()));
        assert_eq!(found("layers.2.layers.0.self_attn"), Some("1".into()), "what lies within a block");
        assert_eq!(found("layers.9"), None);
        assert_eq!(found("the model"), None);
    }

    #[test]
    fn mistakes_are_found_at_their_layers() {
        let mut experiment = preset("c2").unwrap();
        let mut at = |layers: serde_json::Value| {
            let layers = blocks(layers);
            experiment.model.as_mut().unwrap().layers = layers.clone();
            locate(&experiment.validate().unwrap_err(), &layers)
        };
        let flat = at(json!([
            { "layer": "linear", "units": 8, "activation": "relu" },
            { "layer": "flatten" },
            { "layer": "max-pool2d", "kernel": 2 },
        ]));
        assert_eq!((flat.seat, flat.task), (Seat::Layer(Place::outer(2)), false));
        assert!(flat.text.contains("Flatten") && !flat.text.contains("layers."), "{}", flat.text);
        let few = at(json!([{ "layer": "flatten" }, { "layer": "linear", "units": 3 }]));
        assert_eq!((few.seat, few.task), (Seat::Layer(Place::outer(1)), true));
        assert!(few.text.contains("give the last layer 4 units"), "{}", few.text);
        assert_eq!(at(json!([])).seat, Seat::Foot);
        experiment.training.batch_size = 0;
        assert_eq!(locate(&experiment.validate().unwrap_err(), &[Block::Flatten]).seat, Seat::Foot);
    }
}
