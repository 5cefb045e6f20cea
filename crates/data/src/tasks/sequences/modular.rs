//! Addition modulo p, from a part of the table to the rest of it.

use super::settings::{read, room};
use super::tokens::numbers;
use super::{Purpose, stream};
use crate::{DataError, SampleSet, TaskConfig};

/// Four tokens, a + b =, and the class (a + b) mod p. The p² pairs are shuffled and dealt out, so that no pair comes
/// twice.
pub(super) fn samples(config: &TaskConfig, seed: u64) -> Result<SampleSet, DataError> {
    let p = read(config).symbols as u32;
    let (possible, asked) = (u64::from(p * p), u64::from(config.train) + u64::from(config.test));
    if asked > possible {
        return Err(DataError::TooFewPairs { modulus: p, possible, asked });
    }
    let class_names = numbers(p as usize);
    let vocabulary = [class_names.clone(), vec!["+".into(), "=".into()]].concat();
    let schema = SampleSet {
        input: vec![4],
        tokens: Some(vocabulary.len()),
        classes: Some(class_names.len()),
        vocabulary,
        class_names,
        ..SampleSet::default()
    };
    let mut set = room(config, schema);
    let mut pairs: Vec<(u32, u32)> = (0..p * p).map(|pair| (pair / p, pair % p)).collect();
    stream(config.task, Purpose::Train, seed).shuffle(&mut pairs);
    for &(a, b) in pairs.iter().take(set.train + set.test) {
        set.inputs.extend([a, p, b, p + 1].map(|token| token as f32));
        set.targets.push(((a + b) % p) as f32);
    }
    Ok(set)
}
