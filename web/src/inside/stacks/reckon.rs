//! A unit taken apart, from the numbers of one look: what it saw, what it multiplied with, and what came of it.

use minibatch_session::Activation;

use super::plan::Stack;
use super::pointed::index;
use super::rules::Rule;
use super::window::{Maps, Sum, Unit, Window, convolve};

/// A unit taken apart.
#[derive(Clone, PartialEq, Debug)]
pub struct Reckoning {
    /// Its value, as the engine has it.
    pub value: f32,
    /// How it came about; none where that is not shown.
    pub parts: Option<Parts>,
}

/// How a unit came about.
#[derive(Clone, PartialEq, Debug)]
pub struct Parts {
    /// What it looked at.
    pub window: Window,
    /// The channel whose numbers these are.
    pub channel: usize,
    /// Its numbers; none in the padding.
    pub seen: Vec<Option<f32>>,
    /// The largest size of any number of the layer before.
    pub reach: f32,
    /// What was done with them.
    pub how: How,
}

/// What is done with a window.
#[derive(Clone, PartialEq, Debug)]
pub enum How {
    /// A convolution.
    Conv {
        /// The filter for this channel.
        filter: Vec<f32>,
        /// The largest size of any number of the map's filter.
        reach: f32,
        /// The sums.
        sum: Sum,
        /// What follows.
        activation: Activation,
    },
    /// A pool: the largest, or the mean.
    Pool {
        /// The largest.
        max: bool,
        /// What it comes to.
        value: f64,
    },
}

/// Takes a unit apart. `channel` is the one to show, counted from the first that the unit looks at; the one that adds
/// most, either way, when none is chosen.
pub fn reckon(
    stack: &Stack,
    inside: &[f32],
    parameters: &[f32],
    unit: Unit,
    channel: Option<usize>,
) -> Option<Reckoning> {
    let value = *stack.values(inside)?.get(index(stack, unit))?;
    Some(Reckoning { value, parts: parts(stack, inside, parameters, unit, channel) })
}

fn parts(
    stack: &Stack,
    inside: &[f32],
    parameters: &[f32],
    unit: Unit,
    channel: Option<usize>,
) -> Option<Parts> {
    let &(_, offset, shape) = stack.source.as_ref()?;
    let before = Maps { values: inside.get(offset..offset + shape.iter().product::<usize>())?, shape };
    let reach = super::plan::reach(before.values);
    match stack.rule.as_ref()? {
        Rule::Conv(rule) => {
            let filters = rule.filters(parameters)?;
            let sum = convolve(before, filters, unit)?;
            let strongest = || {
                (0..sum.channels.len())
                    .max_by(|&a, &b| sum.channels[a].abs().total_cmp(&sum.channels[b].abs()))
            };
            let channel = channel.filter(|&c| c < sum.channels.len()).or_else(strongest)?;
            let window = rule.conv.window(unit);
            let seen = window.values(before, sum.first + channel);
            let filter = filters.filter(unit.map, channel, sum.channels.len())?.to_vec();
            let size = filter.len() * sum.channels.len();
            let whole = filters.weights.get(unit.map * size..(unit.map + 1) * size)?;
            let how =
                How::Conv { filter, reach: super::plan::reach(whole), activation: rule.conv.activation, sum };
            Some(Parts { window, channel, seen, reach, how })
        }
        Rule::Pool(pool) => {
            let window = pool.window(unit, [shape[1], shape[2]]);
            let how = How::Pool { max: pool.max, value: pool.value(before, unit)? };
            Some(Parts { window, channel: unit.map, seen: window.values(before, unit.map), reach, how })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::plan::Form;
    use super::super::rules::ConvRule;
    use super::super::window::Conv;
    use super::*;

    #[test]
    fn the_channel_that_adds_most_is_shown_first() {
        let conv = Conv {
            maps: 1,
            kernel: [1, 1],
            stride: [1, 1],
            padding: [0, 0],
            dilation: [1, 1],
            groups: 1,
            activation: Activation::Relu,
        };
        let rule = ConvRule { conv, weights: (0, vec![1, 2, 1, 1]), biases: Some(2) };
        let stack = Stack {
            path: "layers.0".into(),
            branch: String::new(),
            title: String::new(),
            form: Form::Maps,
            shape: [1, 1, 1],
            offset: 2,
            rule: Some(Rule::Conv(rule)),
            source: Some((String::new(), 0, [2, 1, 1])),
        };
        let (inside, parameters) = ([1.0, 3.0, 0.0], [0.5, -1.0, 0.25]);
        let unit = Unit { map: 0, row: 0, column: 0 };
        let all = reckon(&stack, &inside, &parameters, unit, None).expect("numbers are there");
        let parts = all.parts.expect("a convolution");
        assert_eq!((all.value, parts.channel, parts.seen), (0.0, 1, vec![Some(3.0)]));
        let How::Conv { sum, filter, .. } = parts.how else { panic!("a convolution") };
        assert_eq!((sum.total, sum.value, filter), (-2.25, 0.0, vec![-1.0]));
        let chosen = reckon(&stack, &inside, &parameters, unit, Some(0)).and_then(|r| r.parts);
        assert_eq!(chosen.map(|p| p.channel), Some(0));
        let without = reckon(&stack, &inside, &[], unit, None).expect("the value is there");
        assert_eq!(
            (without.value, without.parts),
            (0.0, None),
            "without parameters there is nothing to reckon"
        );
    }
}
