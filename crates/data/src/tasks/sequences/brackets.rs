//! Whether the brackets close: sequences that do, beside near misses.

use super::settings::read;
use super::tokens::sorted_by_side;
use crate::rng::Rng;
use crate::{DataError, SampleSet, TaskConfig};

const PAIRS: [[&str; 2]; 4] = [["(", ")"], ["[", "]"], ["{", "}"], ["<", ">"]];

/// Token 2k opens kind k, 2k + 1 closes it, the last token fills up. The brackets take from half the length to all
/// of it. Class 1 closes, class 0 does not; the two come in turn.
pub(super) fn samples(config: &TaskConfig, seed: u64) -> Result<SampleSet, DataError> {
    let settings = read(config);
    let (length, kinds) = (settings.length, settings.symbols);
    let mut vocabulary: Vec<String> =
        PAIRS.iter().take(kinds).flatten().map(|&name| name.to_owned()).collect();
    vocabulary.push("·".to_owned());
    let schema = SampleSet {
        input: vec![length],
        tokens: Some(vocabulary.len()),
        classes: Some(2),
        vocabulary,
        class_names: vec!["broken".to_owned(), "closed".to_owned()],
        ..SampleSet::default()
    };
    let draw = |rng: &mut Rng, index: usize| {
        let fewest = length.div_ceil(4);
        let pairs = fewest + rng.below((length / 2 - fewest + 1) as u32) as usize;
        let mut brackets = closed_sequence(pairs, kinds, rng);
        if index.is_multiple_of(2) {
            break_one(&mut brackets, kinds, rng);
        }
        brackets
    };
    sorted_by_side(config, seed, schema, draw, |brackets, inputs, targets| {
        inputs.extend(brackets);
        inputs.extend((brackets.len()..length).map(|_| 2 * kinds as u32));
        targets.push(u32::from(closes(brackets)));
    })
}

/// A sequence that closes, each of that many pairs as likely as any other (Arnold and Sleep 1980, "Uniform random
/// generation of balanced parenthesis strings"), kinds drawn evenly.
fn closed_sequence(pairs: usize, kinds: usize, rng: &mut Rng) -> Vec<u32> {
    let mut open = Vec::new();
    let mut brackets = Vec::with_capacity(2 * pairs);
    for left in (1..=2 * pairs as u32).rev() {
        let height = open.len() as u32;
        // Of the ways to go on from here, so many in `2 left (height + 1)` begin with one more that opens.
        let opening = (left - height) * (height + 2);
        if rng.below(2 * left * (height + 1)) < opening {
            let kind = rng.below(kinds as u32);
            open.push(kind);
            brackets.push(2 * kind);
        } else if let Some(kind) = open.pop() {
            brackets.push(2 * kind + 1);
        }
    }
    brackets
}

/// Swaps two brackets, or changes one, until the sequence no longer closes. Two in three are swaps, which no count
/// gives away.
fn break_one(brackets: &mut [u32], kinds: usize, rng: &mut Rng) {
    let places = brackets.len() as u32;
    while closes(brackets) {
        let (one, other) = (rng.below(places) as usize, rng.below(places) as usize);
        let swap = rng.below(3) > 0;
        let before = (brackets[one], brackets[other]);
        if swap {
            brackets.swap(one, other);
        } else {
            brackets[one] = rng.below(2 * kinds as u32);
        }
        // One step from a sequence that closes, not two.
        if closes(brackets) {
            (brackets[one], brackets[other]) = before;
        }
    }
}

/// Whether every bracket is closed by its own kind, in order.
fn closes(brackets: &[u32]) -> bool {
    let mut open = Vec::new();
    let fits = brackets.iter().all(|token| match token % 2 {
        0 => {
            open.push(token / 2);
            true
        }
        _ => open.pop() == Some(token / 2),
    });
    fits && open.is_empty()
}
