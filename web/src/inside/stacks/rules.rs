//! How each layer's maps come from the layer before: settings from the blocks, places of the weights from the layout.

use std::collections::HashMap;

use minibatch_session::{Block, Layout};

use super::pool::Pool;
use super::window::{Conv, Filters};

/// A convolution, and where its numbers are among all parameters.
#[derive(Clone, PartialEq, Debug)]
pub struct ConvRule {
    /// Its settings.
    pub conv: Conv,
    /// Where the weights begin, and their shape.
    pub weights: (usize, Vec<usize>),
    /// Where the biases begin.
    pub biases: Option<usize>,
}

impl ConvRule {
    /// Its numbers out of all parameters; none where they are not there.
    pub fn filters<'a>(&self, parameters: &'a [f32]) -> Option<Filters<'a>> {
        let (start, shape) = &self.weights;
        let weights = parameters.get(*start..start + shape.iter().product::<usize>())?;
        let biases = match self.biases {
            Some(start) => Some(parameters.get(start..start + self.conv.maps)?),
            None => None,
        };
        Some(Filters { weights, biases, conv: self.conv })
    }

    /// Channels that one filter looks at.
    pub fn depth(&self) -> usize {
        self.weights.1.get(1).copied().unwrap_or(1)
    }
}

/// What can be taken apart.
#[derive(Clone, PartialEq, Debug)]
pub enum Rule {
    /// A convolution.
    Conv(ConvRule),
    /// A pool.
    Pool(Pool),
}

/// What is known of a layer by its place.
#[derive(Clone, PartialEq, Debug)]
pub struct Known {
    /// The place of the layer before; empty for the input.
    pub source: String,
    /// How it comes from there, where that can be shown.
    pub rule: Option<Rule>,
    /// Its name on the page and what tells it from its like: "Conv", "3×3".
    pub title: (&'static str, String),
    /// The rows of layers within it: their names ("branches.0") and the last layer's place of each.
    pub rows: Vec<(String, String)>,
}

/// All layers by their places.
pub fn known(blocks: &[Block], layout: &Layout) -> HashMap<String, Known> {
    let mut all = HashMap::new();
    row(blocks, layout, "layers", "", &mut all);
    all
}

/// Layers in a row; returns the place of the last, or that before the row where it is empty.
fn row(
    blocks: &[Block],
    layout: &Layout,
    name: &str,
    before: &str,
    all: &mut HashMap<String, Known>,
) -> String {
    let (mut source, mut number) = (before.to_owned(), 0);
    for block in blocks {
        let path = format!("{name}.{number}");
        number += block.modules();
        let mut rows = vec![];
        let inner: Vec<(String, &[Block])> = match block {
            Block::Residual { body, shortcut } => {
                vec![("body".into(), body.as_slice()), ("shortcut".into(), shortcut.as_slice())]
            }
            Block::Branches { branches, .. } => {
                branches.iter().enumerate().map(|(i, b)| (format!("branches.{i}"), b.as_slice())).collect()
            }
            _ => vec![],
        };
        for (part, blocks) in inner {
            let last = row(blocks, layout, &format!("{path}.{part}"), &source, all);
            if !blocks.is_empty() {
                rows.push((part, last));
            }
        }
        let entry = Known { source, rule: rule(block, layout, &path), title: title(block), rows };
        all.insert(path.clone(), entry);
        source = path;
    }
    source
}

fn rule(block: &Block, layout: &Layout, path: &str) -> Option<Rule> {
    match *block {
        Block::Conv2d { channels, kernel, stride, padding, dilation, groups, activation, .. } => {
            let find = |name: &str| layout.parameters.iter().find(|p| p.name == format!("{path}.{name}"));
            let weights = find("weight")?;
            let conv = Conv {
                maps: channels,
                kernel: kernel.0,
                stride: stride.0,
                padding: padding.0,
                dilation: dilation.0,
                groups,
                activation,
            };
            let biases = find("bias").map(|p| p.offset);
            Some(Rule::Conv(ConvRule { conv, weights: (weights.offset, weights.shape.clone()), biases }))
        }
        Block::MaxPool2d { kernel, stride, padding } | Block::AvgPool2d { kernel, stride, padding } => {
            let max = matches!(block, Block::MaxPool2d { .. });
            let fixed = Some((stride.unwrap_or(kernel).0, padding.0));
            Some(Rule::Pool(Pool { max, size: kernel.0, fixed }))
        }
        Block::AdaptiveAvgPool2d { size } => Some(Rule::Pool(Pool { max: false, size: size.0, fixed: None })),
        Block::AdaptiveMaxPool2d { size } => Some(Rule::Pool(Pool { max: true, size: size.0, fixed: None })),
        _ => None,
    }
}

fn title(block: &Block) -> (&'static str, String) {
    let by = |[rows, columns]: [usize; 2]| format!("{rows}×{columns}");
    let more = match block {
        Block::Conv2d { kernel, .. } | Block::ConvTranspose2d { kernel, .. } => by(kernel.0),
        Block::MaxPool2d { kernel, .. } | Block::AvgPool2d { kernel, .. } => by(kernel.0),
        Block::AdaptiveAvgPool2d { size } | Block::AdaptiveMaxPool2d { size } => format!("→ {}", by(size.0)),
        _ => String::new(),
    };
    let name = match block {
        Block::Activation { activation } => crate::words::named("activation", activation.id()),
        _ => crate::words::named("stacks", block.kind()),
    };
    (name, more)
}

#[cfg(test)]
mod tests {
    use super::*;
    use minibatch_session::{Experiment, preset};

    fn of(layers: &str) -> (Experiment, HashMap<String, Known>) {
        let mut e = preset("shapes").expect("a preset");
        let spec = e.model.as_mut().expect("of layers");
        spec.layers = serde_json::from_str(layers).expect("layers");
        let model = e.model().expect("a model");
        let all = known(&e.model.as_ref().expect("of layers").layers, &model.layout);
        (e, all)
    }

    const NESTED: &str = r#"[
        {"layer": "conv2d", "channels": 8, "kernel": 3, "padding": 1, "activation": "relu"},
        {"layer": "branches", "branches": [
            [{"layer": "conv2d", "channels": 4, "kernel": 1}],
            [{"layer": "conv2d", "channels": 2, "kernel": 1, "activation": "relu"}, {"layer": "conv2d", "channels": 4, "kernel": [3, 5], "padding": [1, 2], "bias": false}]]},
        {"layer": "residual", "body": [{"layer": "batch-norm"}]},
        {"layer": "adaptive-avg-pool2d", "size": 1},
        {"layer": "flatten"}, {"layer": "linear", "units": 4}]"#;

    #[test]
    fn places_are_those_of_what_is_computed() {
        let (e, all) = of(NESTED);
        let outline = e.outline().expect("it fits");
        let mut places: Vec<&str> = outline.rows.iter().map(|r| r.path.as_str()).collect();
        let mut ours: Vec<&str> = all.keys().map(String::as_str).collect();
        places.sort_unstable();
        ours.sort_unstable();
        assert_eq!(ours, places, "the page numbers layers as the model does");
    }

    #[test]
    fn sources_go_through_nested_rows() {
        let (_, all) = of(NESTED);
        assert_eq!(all["layers.0"].source, "");
        assert_eq!(
            all["layers.2.branches.0.0"].source, "layers.0",
            "the first of a branch sees what its block sees"
        );
        assert_eq!(all["layers.2.branches.1.2"].source, "layers.2.branches.1.0");
        assert_eq!(all["layers.3"].source, "layers.2");
        let rows: Vec<&str> = all["layers.2"].rows.iter().map(|r| r.1.as_str()).collect();
        assert_eq!(rows, ["layers.2.branches.0.0", "layers.2.branches.1.2"]);
        assert_eq!(all["layers.3"].rows.len(), 1, "an empty shortcut is nothing to draw");
        let Some(Rule::Conv(rule)) = &all["layers.2.branches.1.2"].rule else { panic!("a convolution") };
        assert_eq!((rule.conv.kernel, rule.biases, rule.depth()), ([3, 5], None, 2));
        assert!(rule.filters(&[0.0; 10]).is_none(), "too few parameters are no filters");
    }
}
