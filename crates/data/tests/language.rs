//! Language: windows of a text, its vocabulary, and the grammar's sentences.

use std::collections::BTreeSet;

use minibatch_data::{TaskConfig, TaskKind, Vocabulary, samples, vocabulary};

fn config(text: Option<&str>, words: bool) -> TaskConfig {
    let text = text.map(str::to_owned);
    TaskConfig { task: TaskKind::Language, train: 100, test: 20, text, words, ..TaskConfig::default() }
}

/// Every sample as text, its last answer included.
fn windows(config: &TaskConfig) -> Vec<String> {
    let set = samples(config, 5).unwrap();
    let known = vocabulary(config, 5).unwrap();
    assert_eq!(set.vocabulary, known.shown());
    let length = set.input[0];
    let pairs = set.inputs.chunks(length).zip(set.targets.chunks(length));
    pairs
        .map(|(input, target)| {
            assert_eq!(input[1..], target[..length - 1], "an answer is not the next token");
            let mut tokens: Vec<u32> = input.iter().map(|&token| token as u32).collect();
            tokens.push(target[length - 1] as u32);
            known.decode(&tokens)
        })
        .collect()
}

#[test]
fn own_text_comes_in_windows_and_its_end_is_held_back() {
    let text: String = (0..400).map(|number| format!("{number} ")).collect();
    let config = config(Some(&text), false);
    let windows = windows(&config);
    let places: Vec<usize> =
        windows.iter().map(|window| text.find(window).expect("not of the text")).collect();
    let last_trained = places[..100].iter().max().unwrap() + 33;
    assert!(
        places[100..].iter().all(|&place| place >= last_trained),
        "a window reaches into the part held back"
    );
    assert_eq!(
        places.iter().collect::<BTreeSet<_>>().len(),
        120,
        "a window comes twice though there is room"
    );
    assert!(places[100..].iter().all(|&place| place * 6 >= text.len() * 5 - 6), "a sixth is held back");
}

#[test]
fn short_texts_are_enough_and_shorter_ones_refused() {
    let text = |length: usize| "abc".repeat(30)[..length].to_owned();
    assert_eq!(windows(&config(Some(&text(66)), false)).len(), 120);
    let error = |text: &str, words| samples(&config(Some(text), words), 5).unwrap_err().to_string();
    assert_eq!(
        error(&text(65), false),
        "the text has 65 characters, at least 66 are needed for sequences of 32; add text or choose a shorter length"
    );
    assert_eq!(
        error("one two three", true),
        "the text has 3 words, at least 66 are needed for sequences of 32; add text or choose a shorter length"
    );
    for (text, words, shown) in [("aaaa", false, "a"), ("\n\r\n\r", false, "↵"), ("so so so ", true, "so")]
    {
        let expected =
            format!("the text has one symbol; \"{shown}\" alone leaves nothing to predict: add others");
        assert_eq!(error(text, words), expected);
    }
    for (text, words) in [("", false), ("\u{feff}", false), (" \t ", true)] {
        assert_eq!(error(text, words), "the text is empty; paste or type some");
    }
}

#[test]
fn characters_are_numbered_by_code_point_and_words_by_frequency() {
    let text = "to be, or not to be:\nthat's the question (to be).";
    let characters = Vocabulary::new(text, false);
    assert!(characters.symbols().is_sorted());
    assert_eq!(characters.shown()[..2], ["↵", "␣"]);
    assert_eq!(characters.decode(&characters.encode(text)), text);
    assert_eq!(
        characters.decode(&characters.encode("be quiet, X!")),
        "be quiet, ",
        "unknown ones are left out"
    );
    let words = Vocabulary::new(text, true);
    assert_eq!(words.symbols()[..4], ["be", "to", "\n", "("]);
    assert!(words.symbols().iter().any(|word| word == "that's"));
    assert_eq!(words.decode(&words.encode(text)), text);
    assert_eq!(words.decode(&[0, 999]), "be");
}

#[test]
fn beyond_256_symbols_the_rarest_are_one() {
    let common: String = ('a'..='z').collect::<String>().repeat(3);
    let rare: String = ('\u{4e00}'..).take(300).collect();
    let text = format!("{rare}{common}");
    let known = Vocabulary::new(&text, false);
    assert_eq!(known.symbols().len(), 256);
    assert_eq!(known.decode(&known.encode("az")), "az");
    let last = rare.chars().last().unwrap().to_string();
    assert_eq!(known.encode(&last), [255]);
    assert_eq!(known.decode(&[255]), "\u{fffd}");
    let words: String = (0..300).map(|number| format!("w{number} ")).collect();
    let set = samples(&config(Some(&words), true), 5).unwrap();
    assert_eq!((set.tokens, set.classes), (Some(256), Some(256)));
    assert!(set.inputs.contains(&255.0) && set.inputs.iter().all(|&token| token < 256.0));
}

/// Sentences of the grammar, whole ones from inside long windows.
fn sentences() -> BTreeSet<String> {
    let config = TaskConfig { train: 2000, length: Some(256), ..config(None, false) };
    let mut sentences = BTreeSet::new();
    for window in windows(&config) {
        let mut lines: Vec<&str> = window.split('\n').collect();
        lines.pop();
        sentences.extend(lines.into_iter().skip(1).map(str::to_owned));
    }
    sentences
}

#[test]
fn the_grammar_agrees_and_adds_up() {
    let sentences = sentences();
    assert!((500..1200).contains(&sentences.len()), "{} sentences", sentences.len());
    let many = [
        "dogs", "cats", "horses", "cows", "birds", "bears", "mice", "foxes", "geese", "wolves", "frogs",
        "calves",
    ];
    let numbers = "zero one two three four five six seven eight nine ten eleven twelve";
    let value = |word: &str| numbers.split(' ').position(|number| number == word).unwrap();
    let [mut questions, mut sums] = [0; 2];
    for sentence in &sentences {
        let words: Vec<&str> = sentence.trim_end_matches('.').split([' ', '.', '?']).collect();
        if let ["what", auxiliary, "the", animal, "eat", ..] = words[..] {
            assert_eq!(auxiliary == "do", many.contains(&animal), "{sentence}");
            questions += 1;
        } else if let [first, "plus", second, "is", sum] = words[..] {
            assert_eq!(value(first) + value(second), value(sum), "{sentence}");
            sums += 1;
        } else {
            let verb = match words[..] {
                ["the", _, "that", _, _, verb] | ["the", _, "near", "the", _, verb] => verb,
                ["the", _, verb, "in", "the", _] | ["the", _, verb, _] | ["the", _, _, verb, _] => verb,
                _ => panic!("no sentence: {sentence}"),
            };
            let subject = words[1..3].iter().find(|word| !["old", "small", "hungry", "quick"].contains(word));
            assert_eq!(many.contains(subject.unwrap()), !verb.ends_with('s'), "{sentence}");
        }
    }
    assert!((20..=24).contains(&questions) && (80..=91).contains(&sums), "{questions} {sums}");
}

#[test]
fn words_of_the_grammar_make_a_small_vocabulary() {
    let config = config(None, true);
    let set = samples(&config, 5).unwrap();
    assert!((100..140).contains(&set.tokens.unwrap()), "{:?}", set.tokens);
    assert!(windows(&config).iter().any(|window| window.contains(".\nthe ")));
}
