//! The next character or word of a text: the learner's own, or one drawn from the grammar.

use std::borrow::Cow;

use super::grammar;
use super::settings::{read, room};
use super::{Purpose, Vocabulary, stream};
use crate::{DataError, SampleSet, TaskConfig, TaskKind};

/// Sentences drawn from the grammar.
const SENTENCES: usize = 2000;
/// The share of the text held back, whatever the numbers of samples say.
const HELD_BACK: core::ops::RangeInclusive<f64> = 0.05..=0.5;

/// (length) tokens in, at every step the token that follows, (length). Training samples begin anywhere in the first
/// part of the text, test samples in the end of it that is held back.
pub(super) fn samples(config: &TaskConfig, seed: u64) -> Result<SampleSet, DataError> {
    let length = read(config).length;
    let text = text_of(config, seed);
    let known = known_symbols(&text, config.words)?;
    let tokens = known.encode(&text);
    let needed = 2 * (length + 1);
    if tokens.len() < needed {
        let what = if config.words { "words" } else { "characters" };
        return Err(DataError::TextTooShort { found: tokens.len(), what, needed, length });
    }
    let names = known.shown();
    let schema = SampleSet {
        input: vec![length],
        tokens: Some(names.len()),
        target: vec![length],
        classes: Some(names.len()),
        vocabulary: names.clone(),
        class_names: names,
        ..SampleSet::default()
    };
    let mut set = room(config, schema);
    let share = set.test as f64 / (set.train + set.test) as f64;
    let held_back = tokens.len() as f64 * share.clamp(*HELD_BACK.start(), *HELD_BACK.end());
    let (seen, held_back) = tokens.split_at(tokens.len() - (held_back as usize).max(length + 1));
    for (count, part, purpose) in [(set.train, seen, Purpose::Train), (set.test, held_back, Purpose::Test)] {
        let mut starts: Vec<usize> = (0..part.len() - length).collect();
        stream(config.task, purpose, seed).shuffle(&mut starts);
        for &start in starts.iter().cycle().take(count) {
            let window = &part[start..=start + length];
            set.inputs.extend(window[..length].iter().map(|&token| token as f32));
            set.targets.extend(window[1..].iter().map(|&token| token as f32));
        }
    }
    Ok(set)
}

/// What the tokens of a language task stand for, with which text is written and read.
///
/// # Errors
/// A text of fewer than two different symbols.
pub fn vocabulary(config: &TaskConfig, seed: u32) -> Result<Vocabulary, DataError> {
    known_symbols(&text_of(config, u64::from(seed)), config.words)
}

fn known_symbols(text: &str, words: bool) -> Result<Vocabulary, DataError> {
    let known = Vocabulary::new(text, words);
    match known.shown().as_slice() {
        [] => Err(DataError::TextEmpty),
        [symbol] => Err(DataError::TextOneSymbol { symbol: symbol.clone() }),
        _ => Ok(known),
    }
}

/// The text, its line ends made one.
fn text_of(config: &TaskConfig, seed: u64) -> Cow<'_, str> {
    match &config.text {
        Some(own) => {
            let own = own.strip_prefix('\u{feff}').unwrap_or(own);
            if own.contains('\r') { own.replace("\r\n", "\n").replace('\r', "\n").into() } else { own.into() }
        }
        None => grammar::text(SENTENCES, &mut stream(TaskKind::Language, Purpose::Text, seed)).into(),
    }
}
