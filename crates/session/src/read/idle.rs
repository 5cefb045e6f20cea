//! Fields of layers that are given and play no part.

use minibatch_nn::{Activation, Block, Model};
use serde_json::Value;

use super::Unused;
use crate::ModelSpec;

/// Why nothing looks at a padding token.
const NO_LOOK: &str = "no attention behind it looks at a mask (docs/models.md says which layers do)";
/// Why an encoder is for nothing.
const NO_DECODER: &str = "no transformer-decoder in the decoder looks at it";

/// The fields within `layers`, the JSON of the model's layers, that nothing reads.
pub fn unused(spec: &ModelSpec, layers: &Value) -> Vec<Unused> {
    let mut found = vec![];
    let Ok(work) = Model::work(&spec.input, &spec.layers) else { return found };
    let same = |layers: &[Block]| Model::work(&spec.input, layers).is_ok_and(|other| other == work);
    let whole = spec.layers.clone();
    look(
        "model.layers",
        layers,
        &spec.layers,
        &mut |new| {
            // The layers of one list within all layers: `new` puts them there.
            let mut all = whole.clone();
            new(&mut all);
            same(&all)
        },
        &mut vec![],
        &mut found,
    );
    found
}

/// One step from a list of layers to a list within it: which layer, and which of its lists.
type Step = (usize, usize);

/// A change to all layers, made to a copy of them.
type Change<'a> = &'a dyn Fn(&mut Vec<Block>);

fn look(
    at: &str,
    value: &Value,
    layers: &[Block],
    same: &mut dyn FnMut(Change) -> bool,
    way: &mut Vec<Step>,
    found: &mut Vec<Unused>,
) {
    for (i, layer) in layers.iter().enumerate() {
        let (at, value) = (format!("{at}[{i}]"), &value[i]);
        let steps = way.clone();
        let mut without = |change: &dyn Fn(&mut Block)| {
            same(&|all: &mut Vec<Block>| {
                if let Some(layer) = within(all, &steps).and_then(|list| list.get_mut(i)) {
                    change(layer);
                }
            })
        };
        let mut tell = |field: &str, why: &str| {
            if value.get(field).is_some_and(|given| !given.is_null()) {
                found.push(Unused { field: format!("{at}.{field}"), why: why.into() });
            }
        };
        match layer {
            Block::Embedding { padding: Some(_), .. } => {
                let bare = |layer: &mut Block| {
                    if let Block::Embedding { padding, .. } = layer {
                        *padding = None;
                    }
                };
                if without(&bare) {
                    tell("padding", NO_LOOK);
                }
            }
            Block::EncoderDecoder { encoder, .. } if !encoder.is_empty() => {
                // One more layer there makes no more work, where nobody looks at what comes out.
                let longer = |layer: &mut Block| {
                    if let Block::EncoderDecoder { encoder, .. } = layer {
                        encoder.push(Block::Activation { activation: Activation::Relu });
                    }
                };
                if without(&longer) {
                    tell("encoder", NO_DECODER);
                }
            }
            Block::Branches { branches, axis } if branches.len() == 1 && *axis > 0 => {
                tell("axis", "there is one branch, with which nothing is joined");
            }
            _ => {}
        }
        for (list, (name, layers)) in lists(layer).into_iter().enumerate() {
            way.push((i, list));
            let inner = name.split('/').fold(value, |value, part| match part.parse::<usize>() {
                Ok(at) => &value[at],
                Err(_) => &value[part],
            });
            let place = match name.split_once('/') {
                Some((field, number)) => format!("{at}.{field}[{number}]"),
                None => format!("{at}.{name}"),
            };
            look(&place, inner, layers, same, way, found);
            way.pop();
        }
    }
}

/// The lists of layers within a layer, by their fields: `body`, `branches/1`.
fn lists(layer: &Block) -> Vec<(String, &[Block])> {
    match layer {
        Block::Residual { body, shortcut } => {
            vec![("body".into(), &body[..]), ("shortcut".into(), &shortcut[..])]
        }
        Block::Branches { branches, .. } => {
            branches.iter().enumerate().map(|(i, list)| (format!("branches/{i}"), &list[..])).collect()
        }
        Block::EncoderDecoder { encoder, decoder, .. } => {
            vec![("encoder".into(), &encoder[..]), ("decoder".into(), &decoder[..])]
        }
        _ => vec![],
    }
}

/// The list of layers at the end of a way.
fn within<'a>(layers: &'a mut Vec<Block>, way: &[Step]) -> Option<&'a mut Vec<Block>> {
    let Some(((layer, list), rest)) = way.split_first() else { return Some(layers) };
    let inner = match (layers.get_mut(*layer)?, *list) {
        (Block::Residual { body, .. }, 0) => body,
        (Block::Residual { shortcut, .. }, _) => shortcut,
        (Block::Branches { branches, .. }, n) => branches.get_mut(n)?,
        (Block::EncoderDecoder { encoder, .. }, 0) => encoder,
        (Block::EncoderDecoder { decoder, .. }, _) => decoder,
        _ => return None,
    };
    within(inner, rest)
}

#[cfg(test)]
mod tests {
    use crate::Experiment;

    fn found(layers: &str) -> Vec<String> {
        let text = format!(
            r#"{{"model": {{"input": {{"shape": [6], "tokens": 3}}, "layers": [{layers}, {{"layer": "flatten"}},
                {{"layer": "linear", "units": 2}}], "samples": {{"kind": "random", "train": 8, "test": 0}}}}}}"#
        );
        let (_, unused) = Experiment::read_json(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        unused.into_iter().map(|unused| unused.field).collect()
    }

    const PADDED: &str = r#"{"layer": "embedding", "vocabulary": 3, "units": 4, "padding": 0}"#;
    const LOOKS: &str = r#"{"layer": "self-attention", "heads": 1}"#;

    #[test]
    fn a_padding_token_is_read_where_attention_looks_and_nowhere_else() {
        let none: [&str; 0] = [];
        let padding = ["model.layers[0].padding"];
        assert_eq!(found(PADDED), padding);
        assert_eq!(found(&PADDED.replace("0}", "null}")), none);
        assert_eq!(found(&format!("{PADDED}, {LOOKS}")), none);
        assert_eq!(found(&format!("{PADDED}, {{\"layer\": \"linear\", \"units\": 4}}, {LOOKS}")), none);
        let turned = r#"{"layer": "reshape", "shape": [6, 4]}"#;
        assert_eq!(found(&format!("{PADDED}, {turned}, {LOOKS}")), padding);
        let recurrent = r#"{"layer": "recurrent", "cell": "gru", "units": 3}"#;
        assert_eq!(found(&format!("{PADDED}, {recurrent}")), padding);
        let additive = r#"{"layer": "additive-attention", "hidden": [2]}"#;
        assert_eq!(found(&format!("{PADDED}, {additive}")), none);
        // Two embeddings side by side: one is looked at.
        let side =
            format!(r#"{{"layer": "branches", "axis": 1, "branches": [[{PADDED}, {LOOKS}], [{PADDED}]]}}"#);
        assert_eq!(
            found(&side),
            ["model.layers[0].branches[1][1].padding"].map(|p| p.replace("[1][1]", "[1][0]"))
        );
    }

    #[test]
    fn an_encoder_that_no_decoder_looks_at_and_an_axis_along_which_nothing_is_joined_are_named() {
        let both = |decoder: &str| {
            format!(
                r#"{{"layer": "encoder-decoder", "source": 2, "encoder": [{PADDED}, {LOOKS}], "decoder": [
                    {{"layer": "embedding", "vocabulary": 3, "units": 4}}, {decoder}]}}"#
            )
        };
        let decoder = r#"{"layer": "transformer-decoder", "heads": 1, "feedforward": 4}"#;
        assert_eq!(found(&both(decoder)), [""; 0]);
        let idle = found(&both(LOOKS));
        assert_eq!(idle, ["model.layers[0].encoder", "model.layers[0].encoder[0].padding"]);
        let one = |axis: u8| {
            format!(r#"{PADDED}, {LOOKS}, {{"layer": "branches", "axis": {axis}, "branches": [[]]}}"#)
        };
        assert_eq!(found(&one(1)), ["model.layers[2].axis"]);
        assert_eq!(found(&one(0)), [""; 0]);
    }
}
