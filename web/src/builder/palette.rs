//! Which layers can be added at a place, and which of them a search finds.

use minibatch_session::{Block, Input, Outline};

use super::entries::{ENTRIES, fresh};
use super::known::{lead, shape_after};
use super::place::{Around, Wanted};
use super::settings::{set, with_numbers};
use super::tree::{Place, insert};
use crate::words::named;

/// A layer on offer.
#[derive(Clone, PartialEq, Debug)]
pub struct Offer {
    /// The family's id.
    pub family: &'static str,
    /// The entry's id.
    pub id: &'static str,
    /// What would be added.
    pub block: Block,
    /// It can take what comes in at this place.
    pub fits: bool,
}

/// Everything that can be added at a place.
pub fn offers(input: &Input, blocks: &[Block], place: &Place, wanted: Option<&Wanted>) -> Vec<Offer> {
    let around = Around::at(input, blocks, place, wanted);
    let before = lead(blocks, input, place).unwrap_or_default();
    let fits = |block: &Block| {
        // A decoder has its encoder to look at only where it stands.
        let decoder = matches!(block, Block::TransformerDecoder(_)) && around.nested;
        decoder || Outline::of(input, &[&before[..], std::slice::from_ref(block)].concat()).is_ok()
    };
    let all = ENTRIES.iter().flat_map(|&(family, ids)| ids.iter().map(move |&id| (family, id)));
    all.filter_map(|(family, id)| {
        let block = leading_on(fresh(id, &around)?, input, blocks, place, wanted);
        Some(Offer { family, id, fits: fits(&block), block })
    })
    .collect()
}

/// A recurrent layer that gives what those behind it make the task's answer of: every step, or the last one.
fn leading_on(
    block: Block,
    input: &Input,
    blocks: &[Block],
    place: &Place,
    wanted: Option<&Wanted>,
) -> Block {
    let (true, Some(wanted)) = (matches!(block, Block::Recurrent { .. }), wanted) else { return block };
    let fits = |block: &Block| {
        let mut layers = blocks.to_vec();
        insert(&mut layers, place, block.clone());
        shape_after(input, &layers).is_some_and(|shape| shape == wanted.output())
    };
    let both = ["sequence", "last"].into_iter().filter_map(|output| set(&block, "output", output));
    both.into_iter().find(fits).unwrap_or(block)
}

/// What a search finds: every word begins a word of the layer's names; numbers become its settings. What fits comes
/// first in a search; families stay together.
pub fn search(offers: &[Offer], typed: &str) -> Vec<Offer> {
    let typed = typed.to_lowercase();
    let (numbers, words): (Vec<&str>, Vec<&str>) =
        typed.split_whitespace().partition(|part| part.starts_with(|c: char| c.is_ascii_digit()));
    let mut found: Vec<(usize, Offer)> = offers
        .iter()
        .filter_map(|offer| {
            let rank = rank(offer, &words)?;
            let block = with_numbers(&offer.block, &numbers);
            Some((rank, Offer { block, ..offer.clone() }))
        })
        .collect();
    if !words.is_empty() {
        found.sort_by_key(|(rank, offer)| (!offer.fits, *rank));
        // A family stands where its best is.
        let families: Vec<&str> = found.iter().map(|(_, offer)| offer.family).collect();
        found.sort_by_key(|(_, offer)| families.iter().position(|family| *family == offer.family));
    }
    found.into_iter().map(|(_, offer)| offer).collect()
}

/// How well the words name a layer: 0 by its name, 1 by another name; none where they do not.
fn rank(offer: &Offer, words: &[&str]) -> Option<usize> {
    let name = named("layers.kind", offer.id).to_lowercase();
    let also = format!("{name} {} {}", offer.id, named("layers.also", offer.id)).to_lowercase();
    let begins = |text: &str, word: &str| {
        text.split(|c: char| !c.is_alphanumeric()).any(|part| part.starts_with(word))
    };
    if words.iter().all(|word| name.split(' ').any(|part| part.starts_with(word))) {
        return Some(0);
    }
    words.iter().all(|word| begins(&also, word)).then_some(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builder::names::face;

    fn found(typed: &str) -> Vec<(&'static str, String)> {
        let input = Input { shape: vec![3, 32, 32], tokens: None };
        let offers = offers(&input, &[], &Place::outer(0), None);
        search(&offers, typed).into_iter().map(|o| (o.id, face(&o.block).0)).collect()
    }

    #[test]
    fn layers_are_found_by_any_of_their_names() {
        for (typed, id) in [
            ("conv", "conv2d"),
            ("lin", "linear"),
            ("dense", "linear"),
            ("fc", "linear"),
            ("lstm", "lstm"),
            ("encoder", "transformer-encoder"),
            ("adaptive", "adaptive-avg-pool2d"),
            ("global", "adaptive-avg-pool2d"),
            ("incep", "branches"),
            ("skip", "residual"),
            ("flat", "flatten"),
            ("bahd", "additive-attention"),
        ] {
            assert_eq!(found(typed).first().map(|f| f.0), Some(id), "{typed}: {:?}", found(typed));
        }
        let attention = found("att");
        assert!(!attention.iter().any(|(id, _)| *id == "flatten"), "a word begins a name: {attention:?}");
        assert_eq!(found("no such layer"), []);
        assert_eq!(found("").len(), ENTRIES.iter().map(|(_, ids)| ids.len()).sum::<usize>());
    }

    #[test]
    fn numbers_after_the_name_are_settings() {
        assert_eq!(found("conv 15 3")[0].1, "Conv 15 · 3×3");
        assert_eq!(found("30 conv 5x3")[0].1, "Conv 30 · 5×3");
        assert_eq!(found("lstm 50")[0].1, "LSTM 50");
        assert_eq!(found("encoder 5 50 3")[0].1, "Encoder 3 × 5 heads");
    }

    #[test]
    fn what_fits_is_marked() {
        let input = Input { shape: vec![12], tokens: Some(9) };
        let offers = offers(&input, &[], &Place::outer(0), None);
        let fits = |id| offers.iter().find(|o| o.id == id).unwrap().fits;
        assert!(fits("embedding") && fits("select") && !fits("conv2d") && !fits("linear"));
    }

    #[test]
    fn every_offer_has_its_words() {
        for (family, ids) in ENTRIES {
            assert_ne!(named("layers.family", family), family);
            for id in ids {
                assert!(named("layers.about", id) != *id, "layers.about.{id} has no text");
                assert!(named("layers.kind", id) != *id, "layers.kind.{id} has no text");
            }
        }
    }
}
