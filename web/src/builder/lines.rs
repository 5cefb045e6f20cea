//! The list as it is drawn: layers, the gaps between them, and the headings of a block's own lists, one below the other.

use minibatch_session::{Block, Input, OutlineRow};

use super::known::known;
use super::tree::{Part, Place, get, list, part, parts};

/// One line.
#[derive(Clone, PartialEq, Debug)]
pub enum Line {
    /// Where a layer can be added, with the shape of the data there.
    Gap {
        /// Which gap.
        place: Place,
        /// What runs through it, for one sample.
        shape: Option<Vec<usize>>,
        /// The last of its list.
        last: bool,
    },
    /// A layer.
    Layer {
        /// Where.
        place: Place,
        /// What.
        block: Block,
        /// What it comes to.
        known: Option<OutlineRow>,
    },
    /// The heading of a block's list.
    Head {
        /// The block.
        owner: Place,
        /// Which list.
        part: Part,
        /// It may be removed.
        spare: bool,
        /// There is no layer in it.
        empty: bool,
    },
}

impl Line {
    /// What it is known by as long as the list changes elsewhere.
    pub fn key(&self) -> String {
        match self {
            Self::Gap { place, .. } => format!("gap-{}", place.id()),
            Self::Layer { place, .. } => format!("layer-{}", place.id()),
            Self::Head { owner, part, .. } => format!("head-{}", owner.inner(*part, 0).id()),
        }
    }
}

/// All lines of a list of layers.
pub fn lines(input: &Input, blocks: &[Block]) -> Vec<Line> {
    let known = known(input, blocks);
    let mut lines = vec![];
    draw(blocks, &known, &Place::default(), &mut lines);
    lines
}

fn draw(blocks: &[Block], known: &[(Place, Option<OutlineRow>)], first: &Place, lines: &mut Vec<Line>) {
    let here = list(blocks, &first.list).unwrap_or(&[]);
    let of = |place: &Place| known.iter().find(|(p, _)| p == place).and_then(|(_, row)| row.clone());
    for at in 0..=here.len() {
        let place = first.beside(at);
        let before = at.checked_sub(1).and_then(|at| of(&first.beside(at)));
        lines.push(Line::Gap {
            place: place.clone(),
            shape: before.map(|r| r.shape),
            last: at == here.len(),
        });
        let Some(block) = get(blocks, &place) else { break };
        lines.push(Line::Layer { place: place.clone(), block: block.clone(), known: of(&place) });
        let all = parts(block);
        for &which in &all {
            let spare = matches!(which, Part::Branch(_)) && all.len() > 1;
            let empty = part(block, which).is_none_or(Vec::is_empty);
            lines.push(Line::Head { owner: place.clone(), part: which, spare, empty });
            draw(blocks, known, &place.inner(which, 0), lines);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{from_value, json};

    #[test]
    fn every_layer_stands_between_two_gaps_and_below_its_blocks_heading() {
        let input = Input { shape: vec![4], tokens: None };
        let blocks: Vec<Block> = from_value(json!([
            { "layer": "residual", "body": [{ "layer": "linear", "units": 4 }] },
            { "layer": "linear", "units": 2 },
        ]))
        .unwrap();
        let keys: Vec<String> = lines(&input, &blocks).iter().map(Line::key).collect();
        assert_eq!(
            keys,
            [
                "gap-0",
                "layer-0",
                "head-0-body-0",
                "gap-0-body-0",
                "layer-0-body-0",
                "gap-0-body-1",
                "head-0-shortcut-0",
                "gap-0-shortcut-0",
                "gap-1",
                "layer-1",
                "gap-2",
            ]
        );
        let shapes: Vec<_> = lines(&input, &blocks)
            .into_iter()
            .filter_map(|line| match line {
                Line::Gap { shape, last, .. } => Some((shape, last)),
                _ => None,
            })
            .collect();
        let wanted = [
            (None, false),
            (None, false),
            (Some(vec![4]), true),
            (None, true),
            (Some(vec![4]), false),
            (Some(vec![2]), true),
        ];
        assert_eq!(shapes, wanted);
    }
}
