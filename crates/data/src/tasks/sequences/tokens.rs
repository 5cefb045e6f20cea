//! Tasks over tokens with an answer at every step, or at every step that counts.

use std::collections::BTreeSet;

use super::settings::{Settings, read, room};
use super::{Purpose, stream};
use crate::rng::Rng;
use crate::{DataError, SampleSet, TaskConfig};

/// So many different sequences there must be at least, or one side might come away empty.
const LEAST_DIFFERENT: u64 = 256;
/// Draws until a sequence of the right side comes; one in five belongs to the test.
const DRAWS: usize = 400;
/// Draws of sequences that were there before until one is taken again.
const REPEATS: usize = 8;

/// The token of `delay` steps ago, at every step; nothing is asked before.
pub(super) fn echo(config: &TaskConfig, seed: u64) -> Result<SampleSet, DataError> {
    let Settings { length, symbols, delay, .. } = read(config);
    if delay >= length {
        let (value, high) = (delay.to_string(), length as f32 - 1.0);
        return Err(DataError::OutOfRange { field: "delay", value, low: 1.0, high });
    }
    let names = letters(symbols);
    let schema = schema(length, symbols, names.clone(), names);
    drawn(config, seed, length, symbols, schema, |drawn, inputs, targets| {
        inputs.extend(drawn);
        targets.extend((0..delay).map(|_| symbols as u32));
        targets.extend(&drawn[..length - delay]);
    })
}

/// Symbols, `delay` blanks, a mark, and as many blanks as there were symbols: there they are asked for, in order
/// (2 length + delay + 1 steps; as Arjovsky, Shah and Bengio 2016 lay it out).
pub(super) fn copy_memory(config: &TaskConfig, seed: u64) -> Result<SampleSet, DataError> {
    let Settings { length, symbols, delay, .. } = read(config);
    let (blank, mark) = (symbols as u32, symbols as u32 + 1);
    let names = letters(symbols);
    let vocabulary = [names.clone(), vec!["·".into(), "?".into()]].concat();
    let schema = schema(2 * length + delay + 1, symbols, vocabulary, names);
    drawn(config, seed, length, symbols, schema, |drawn, inputs, targets| {
        inputs.extend(drawn);
        inputs.extend((0..delay).map(|_| blank));
        inputs.push(mark);
        inputs.extend((0..length).map(|_| blank));
        targets.extend((0..length + delay + 1).map(|_| symbols as u32));
        targets.extend(drawn);
    })
}

/// Bits; at every step whether the ones so far are odd in number.
pub(super) fn parity(config: &TaskConfig, seed: u64) -> Result<SampleSet, DataError> {
    let length = read(config).length;
    let names = |names: [&str; 2]| names.map(str::to_owned).to_vec();
    let schema = schema(length, 2, names(["0", "1"]), names(["even", "odd"]));
    drawn(config, seed, length, 2, schema, |drawn, inputs, targets| {
        inputs.extend(drawn);
        targets.extend(drawn.iter().scan(0, |odd, bit| {
            *odd ^= bit;
            Some(*odd)
        }));
    })
}

/// The sequence, then itself backwards.
pub(super) fn reversal(config: &TaskConfig, seed: u64) -> Result<SampleSet, DataError> {
    let symbols = read(config).symbols;
    continued(config, seed, letters(symbols), |sequence| sequence.reverse())
}

/// The sequence, then itself in order.
pub(super) fn sorting(config: &TaskConfig, seed: u64) -> Result<SampleSet, DataError> {
    let symbols = read(config).symbols;
    continued(config, seed, numbers(symbols), |sequence| sequence.sort_unstable())
}

/// A sequence, a mark, and what is made of the sequence, each symbol of it asked for one step before it is seen: 2
/// length steps, of which the first length ask nothing.
fn continued(
    config: &TaskConfig,
    seed: u64,
    names: Vec<String>,
    make: impl Fn(&mut [u32]),
) -> Result<SampleSet, DataError> {
    let Settings { length, symbols, .. } = read(config);
    let vocabulary = [names.clone(), vec!["|".into()]].concat();
    let schema = schema(2 * length, symbols, vocabulary, names);
    drawn(config, seed, length, symbols, schema, |drawn, inputs, targets| {
        let mut made = drawn.to_vec();
        make(&mut made);
        inputs.extend(drawn);
        inputs.push(symbols as u32);
        inputs.extend(&made[..length - 1]);
        targets.extend((0..length).map(|_| symbols as u32));
        targets.extend(made);
    })
}

/// Tokens in, a class at each of `steps`.
fn schema(steps: usize, classes: usize, vocabulary: Vec<String>, class_names: Vec<String>) -> SampleSet {
    SampleSet {
        input: vec![steps],
        tokens: Some(vocabulary.len()),
        target: vec![steps],
        classes: Some(classes),
        vocabulary,
        class_names,
        ..SampleSet::default()
    }
}

/// Samples that follow from `length` evenly drawn symbols each: `write` adds inputs and targets.
fn drawn(
    config: &TaskConfig,
    seed: u64,
    length: usize,
    symbols: usize,
    schema: SampleSet,
    write: impl Fn(&[u32], &mut Vec<u32>, &mut Vec<u32>),
) -> Result<SampleSet, DataError> {
    let possible = (symbols as u64).saturating_pow(length as u32);
    if possible < LEAST_DIFFERENT {
        return Err(DataError::TooFewDifferent { possible, needed: LEAST_DIFFERENT });
    }
    let draw = |rng: &mut Rng, _| (0..length).map(|_| rng.below(symbols as u32)).collect();
    sorted_by_side(config, seed, schema, draw, write)
}

/// Draws sequences for both sides so that none stands on both, and none twice as long as others come up. `draw` gets
/// the number of the sample. Which side a sequence is on follows from the sequence alone.
pub(super) fn sorted_by_side(
    config: &TaskConfig,
    seed: u64,
    schema: SampleSet,
    draw: impl Fn(&mut Rng, usize) -> Vec<u32>,
    write: impl Fn(&[u32], &mut Vec<u32>, &mut Vec<u32>),
) -> Result<SampleSet, DataError> {
    let mut set = room(config, schema);
    let (mut inputs, mut targets) = (Vec::new(), Vec::new());
    for (count, purpose, for_test) in [(set.train, Purpose::Train, false), (set.test, Purpose::Test, true)] {
        let mut rng = stream(config.task, purpose, seed);
        let mut seen = BTreeSet::new();
        for index in 0..count {
            let mut repeats = 0;
            let fresh = |sequence: &Vec<u32>| {
                let print = fingerprint(sequence);
                let here = (Rng::new(print).below(5) == 0) == for_test;
                repeats += usize::from(here);
                here && (seen.insert(print) || repeats > REPEATS)
            };
            let found = core::iter::repeat_with(|| draw(&mut rng, index)).take(DRAWS).find(fresh);
            let Some(sequence) = found else {
                return Err(DataError::TooFewDifferent {
                    possible: seen.len() as u64,
                    needed: LEAST_DIFFERENT,
                });
            };
            inputs.clear();
            targets.clear();
            write(&sequence, &mut inputs, &mut targets);
            set.inputs.extend(inputs.iter().map(|&token| token as f32));
            set.targets.extend(targets.iter().map(|&class| class as f32));
        }
    }
    Ok(set)
}

/// A number for a sequence (the 64-bit FNV-1a hash by Fowler, Noll and Vo, a token at a time).
fn fingerprint(sequence: &[u32]) -> u64 {
    sequence
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, &token| (hash ^ u64::from(token)).wrapping_mul(0x0100_0000_01b3))
}

/// "a", "b", "c"..., at most 26.
fn letters(count: usize) -> Vec<String> {
    ('a'..='z').take(count).map(String::from).collect()
}

/// "0", "1", "2"...
pub(super) fn numbers(count: usize) -> Vec<String> {
    (0..count).map(|number| number.to_string()).collect()
}
