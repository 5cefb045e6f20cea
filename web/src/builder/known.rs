//! What each layer comes to, as far as the layers fit together.

use minibatch_session::{Block, Input, Outline, OutlineRow};

use super::tree::{Part, Place, list, part, parts, places};

/// What comes in at a layer of a list, as a list of its own: the layers that lead there, one after the other.
///
/// A decoder's first layers see the rest of a sample; what they look at in the encoder is not among them.
pub fn lead(blocks: &[Block], input: &Input, place: &Place) -> Option<Vec<Block>> {
    let mut lead = vec![];
    let mut here = blocks;
    for &(at, which) in &place.list {
        lead.extend_from_slice(here.get(..at)?);
        lead.extend(opening(here.get(at)?, which, input, &lead));
        here = part(here.get(at)?, which)?;
    }
    lead.extend_from_slice(here.get(..place.at)?);
    Some(lead)
}

/// What a list of a block sees of what comes to the block, where that is not all of it.
fn opening(block: &Block, which: Part, input: &Input, lead: &[Block]) -> Option<Block> {
    let &Block::EncoderDecoder { source, .. } = block else { return None };
    let rest = || shape_after(input, lead).and_then(|shape| shape.first()?.checked_sub(source));
    match which {
        Part::Encoder => Some(Block::Select { axis: 0, start: 0, len: source }),
        Part::Decoder => Some(Block::Select { axis: 0, start: source, len: rest().unwrap_or(0) }),
        Part::Body | Part::Shortcut | Part::Branch(_) => None,
    }
}

/// The shape after some layers.
pub fn shape_after(input: &Input, layers: &[Block]) -> Option<Vec<usize>> {
    let outline = Outline::of(input, layers).ok()?;
    let last = outline.rows.iter().rfind(|r| r.depth == 0);
    Some(last.map_or(outline.input, |r| r.shape.clone()))
}

/// Every layer with what it comes to; without where it, or what comes before it, does not fit.
pub fn known(input: &Input, blocks: &[Block]) -> Vec<(Place, Option<OutlineRow>)> {
    let mut found = vec![];
    survey(input, blocks, &Place::default(), &mut found);
    found
}

/// The list in which `first` is the first place.
fn survey(input: &Input, all: &[Block], first: &Place, found: &mut Vec<(Place, Option<OutlineRow>)>) {
    let Some(here) = list(all, &first.list) else { return };
    let Some(before) = lead(all, input, first) else { return };
    let rows = |count: usize| {
        let chain = [&before[..], &here[..count]].concat();
        Outline::of(input, &chain).ok().map(|o| o.rows)
    };
    // The longest beginning that fits.
    let fitting = (0..=here.len()).rev().find_map(|count| rows(count).map(|rows| (count, rows)));
    let (count, mut rows) = fitting.unwrap_or((0, vec![]));
    let mut rows = rows.split_off(places(&before).len().min(rows.len())).into_iter();
    for place in places(&here[..count]) {
        found.push((moved(first, place), rows.next()));
    }
    for (at, block) in here.iter().enumerate().skip(count) {
        let place = first.beside(at);
        found.push((place.clone(), None));
        for which in parts(block) {
            let inner = place.inner(which, 0);
            if at == count {
                survey(input, all, &inner, found);
            } else {
                let unknown = places(part(block, which).map_or(&[], Vec::as_slice));
                found.extend(unknown.into_iter().map(|p| (moved(&inner, p), None)));
            }
        }
    }
}

/// A place counted from a list's beginning, as a place in the whole.
fn moved(first: &Place, place: Place) -> Place {
    Place { list: [first.list.clone(), place.list].concat(), at: place.at }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{from_value, json};

    fn image() -> Input {
        Input { shape: vec![3, 8, 8], tokens: None }
    }

    fn shapes(input: &Input, blocks: serde_json::Value) -> Vec<(String, Option<Vec<usize>>)> {
        let blocks: Vec<Block> = from_value(blocks).unwrap();
        known(input, &blocks).into_iter().map(|(p, k)| (p.id(), k.map(|k| k.shape))).collect()
    }

    #[test]
    fn shapes_stand_beside_every_layer_up_to_the_one_that_does_not_fit() {
        let seen = shapes(
            &image(),
            json!([
                { "layer": "conv2d", "channels": 4, "kernel": 3 },
                { "layer": "flatten" },
                { "layer": "conv2d", "channels": 4, "kernel": 3 },
                { "layer": "flatten" },
            ]),
        );
        let wanted = [("0", Some(vec![4, 6, 6])), ("1", Some(vec![144])), ("2", None), ("3", None)];
        assert_eq!(seen, wanted.map(|(p, s)| (p.to_string(), s)));
    }

    #[test]
    fn within_a_block_that_does_not_fit_its_parts_are_still_known() {
        let seen = shapes(
            &image(),
            json!([
                { "layer": "max-pool2d", "kernel": 2 },
                { "layer": "residual", "body": [{ "layer": "conv2d", "channels": 5, "kernel": 3 }, { "layer": "last-step" }],
                  "shortcut": [{ "layer": "flatten" }] },
                { "layer": "residual", "body": [{ "layer": "flatten" }] },
            ]),
        );
        let wanted = [
            ("0", Some(vec![3, 4, 4])),
            ("1", None),
            ("1-body-0", Some(vec![5, 2, 2])),
            ("1-body-1", None),
            ("1-shortcut-0", Some(vec![48])),
            ("2", None),
            ("2-body-0", None),
        ];
        assert_eq!(seen, wanted.map(|(p, s)| (p.to_string(), s)));
    }

    #[test]
    fn an_encoder_reads_the_source_alone() {
        let tokens = Input { shape: vec![10], tokens: Some(5) };
        let blocks: Vec<Block> = from_value(json!([
            { "layer": "encoder-decoder", "source": 4, "encoder": [{ "layer": "embedding", "vocabulary": 5, "units": 8 }],
              "decoder": [{ "layer": "embedding", "vocabulary": 5, "units": 8 }, { "layer": "flatten" }, { "layer": "last-step" }] },
        ]))
        .unwrap();
        let seen: Vec<_> = known(&tokens, &blocks).into_iter().map(|(_, k)| k.map(|k| k.shape)).collect();
        assert_eq!(seen, [None, Some(vec![4, 8]), Some(vec![6, 8]), Some(vec![48]), None]);
    }
}
