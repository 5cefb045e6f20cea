//! The symbols of a text: characters or words, and their numbers.

use std::collections::BTreeMap;

/// The most symbols; the rarest beyond share one.
const MOST: usize = 256;
/// Stands for every symbol too rare to have a number.
const UNKNOWN: &str = "\u{fffd}";

/// What the token numbers of a text stand for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Vocabulary {
    symbols: Vec<String>,
    words: bool,
    unknown: Option<u32>,
}

impl Vocabulary {
    /// The symbols of a text: characters by code point, or words (and marks and line ends) by how often they come, then
    /// by code point. Of more than 256 the rarest are one, the last: "�".
    pub fn new(text: &str, words: bool) -> Self {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for symbol in symbols(text, words) {
            *counts.entry(symbol).or_default() += 1;
        }
        let mut ranked: Vec<(&str, usize)> = counts.into_iter().collect();
        let too_many = ranked.len() > MOST;
        if words || too_many {
            ranked.sort_by_key(|&(_, count)| core::cmp::Reverse(count)); // stable, so code points stay in order
        }
        let mut symbols: Vec<String> = ranked.iter().map(|(symbol, _)| (*symbol).to_owned()).collect();
        if too_many {
            symbols.truncate(MOST - 1);
            symbols.retain(|symbol| symbol != UNKNOWN);
            if !words {
                symbols.sort_unstable();
            }
            symbols.push(UNKNOWN.to_owned());
        }
        let unknown = too_many.then(|| symbols.len() as u32 - 1);
        Self { symbols, words, unknown }
    }

    /// The symbols as they stand in the text, by token number.
    pub fn symbols(&self) -> &[String] {
        &self.symbols
    }

    /// The symbols as a reader can see them: a blank is "␣", a line end "↵", a tab "⇥".
    pub fn shown(&self) -> Vec<String> {
        let visible = |symbol: &String| match symbol.as_str() {
            " " => "␣".to_owned(),
            "\n" => "↵".to_owned(),
            "\t" => "⇥".to_owned(),
            other => other.to_owned(),
        };
        self.symbols.iter().map(visible).collect()
    }

    /// The token numbers of a text. A symbol without a number is "�" where the vocabulary has it, and left out where
    /// not.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        let numbers: BTreeMap<&str, u32> = self.symbols.iter().map(String::as_str).zip(0..).collect();
        symbols(text, self.words).filter_map(|symbol| numbers.get(symbol).copied().or(self.unknown)).collect()
    }

    /// The text of token numbers; numbers beyond the vocabulary are left out. Words are set with blanks between, none
    /// before a mark that closes and none around a line end.
    pub fn decode(&self, tokens: &[u32]) -> String {
        let mut text = String::new();
        for symbol in tokens.iter().filter_map(|&token| self.symbols.get(token as usize)) {
            let joined = text.is_empty() || text.ends_with(['\n', '(', '“']) || closes_up(symbol);
            if self.words && !joined {
                text.push(' ');
            }
            text.push_str(symbol);
        }
        text
    }
}

/// Whether a symbol stands close behind the word before it.
fn closes_up(symbol: &str) -> bool {
    symbol.starts_with(['.', ',', ';', ':', '!', '?', ')', '”', '\n'])
}

/// The symbols of a text one by one. A word is a run of letters, digits and apostrophes; every other character but
/// blanks stands for itself.
fn symbols(text: &str, words: bool) -> impl Iterator<Item = &str> {
    let mut rest = text;
    core::iter::from_fn(move || {
        if words {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() && c != '\n');
        }
        let first = rest.chars().next()?;
        let in_word = |c: char| c.is_alphanumeric() || c == '\'' || c == '’';
        let length = match words && in_word(first) {
            true => rest.find(|c| !in_word(c)).unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        let (symbol, after) = rest.split_at(length);
        rest = after;
        Some(symbol)
    })
}
