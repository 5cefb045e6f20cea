//! Text as tokens and tokens as text, by the names a vocabulary gives them.

/// What a reader sees for a blank, a line end and a tab.
const SEEN: [(char, &str); 3] = [(' ', "␣"), ('\n', "↵"), ('\t', "⇥")];

/// Whether names stand with blanks between them: some have several letters, and a blank is no name.
fn spaced(names: &[String]) -> bool {
    names.iter().any(|n| n.chars().count() > 1) && !names.iter().any(|n| n == "␣")
}

/// The token numbers of a text. Where names are words or numbers, a run of letters and digits is one name; else each name
/// is looked for as it stands.
///
/// # Errors
/// What has no name in the vocabulary, as it was written.
pub fn parse(text: &str, names: &[String]) -> Result<Vec<u32>, String> {
    let spaced = spaced(names);
    let find = |part: &str| names.iter().position(|n| n == part).map(|i| i as u32);
    let (mut rest, mut tokens) = (text, vec![]);
    while let Some(first) = rest.chars().next() {
        let seen = SEEN.iter().find(|s| s.0 == first).map(|s| s.1);
        let within = |c: char| c.is_alphanumeric() || c == '\'' || c == '’';
        let length = match spaced && within(first) {
            true => rest.find(|c| !within(c)).unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        let (part, after) = rest.split_at(length);
        rest = after;
        match find(seen.unwrap_or(part)) {
            Some(token) => tokens.push(token),
            // Blanks between names say nothing where a blank is no name.
            None if first.is_whitespace() => {}
            None => return Err(part.to_owned()),
        }
    }
    Ok(tokens)
}

/// What tokens say: blanks and line ends as they are, words with blanks between, none before a mark that closes.
pub fn compose(tokens: &[u32], names: &[String]) -> String {
    let spaced = spaced(names);
    let mut text = String::new();
    for name in tokens.iter().filter_map(|&t| names.get(t as usize)) {
        let plain = SEEN.iter().find(|s| s.1 == name).map_or(name.clone(), |s| s.0.to_string());
        let closes = plain.starts_with(['.', ',', ';', ':', '!', '?', ')', '”', '\n']);
        if spaced && !text.is_empty() && !text.ends_with(['\n', '(', '“']) && !closes {
            text.push(' ');
        }
        text.push_str(&plain);
    }
    text
}

/// How a sample of the learner's was made to fit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fit {
    /// As it was.
    Whole,
    /// So many were added, of this token.
    Padded(usize, u32),
    /// So many were left away at the end.
    Cut(usize),
}

/// The tokens in exactly `length` places, filled up at the end with the vocabulary's own blank where it has one.
pub fn fit(mut tokens: Vec<u32>, length: usize, names: &[String]) -> (Vec<u32>, Fit) {
    let have = tokens.len();
    if have > length {
        tokens.truncate(length);
        return (tokens, Fit::Cut(have - length));
    }
    let blank = ["·", "␣"].iter().find_map(|b| names.iter().position(|n| n == b)).unwrap_or(0) as u32;
    tokens.resize(length, blank);
    (tokens, if have == length { Fit::Whole } else { Fit::Padded(length - have, blank) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(all: &[&str]) -> Vec<String> {
        all.iter().map(|&n| n.to_owned()).collect()
    }

    #[test]
    fn characters_are_read_and_written_blanks_among_them() {
        let v = names(&["a", "b", "␣", "↵", "."]);
        let tokens = parse("ab a.\nb", &v).expect("all are known");
        assert_eq!(tokens, [0, 1, 2, 0, 4, 3, 1]);
        assert_eq!(compose(&tokens, &v), "ab a.\nb");
        assert_eq!(parse("ab␣", &v), Ok(vec![0, 1, 2]), "as it is shown is fine too");
    }

    #[test]
    fn words_and_numbers_are_whole() {
        let v = names(&["the", "then", ".", "22", "2", "+", "="]);
        assert_eq!(parse("then the .", &v), Ok(vec![1, 0, 2]));
        assert_eq!(parse("22 + 2=", &v), Ok(vec![3, 5, 4, 6]));
        assert_eq!(compose(&[0, 1, 2, 0], &v), "the then. the");
        assert_eq!(parse("these", &v), Err("these".into()), "no word is half read");
    }

    #[test]
    fn what_is_unknown_is_named() {
        assert_eq!(parse("(]", &names(&["(", ")"])), Err("]".into()));
        assert_eq!(parse("( )", &names(&["(", ")"])), Ok(vec![0, 1]), "blanks between names are passed over");
    }

    #[test]
    fn a_sample_has_the_models_length() {
        let v = names(&["(", ")", "·"]);
        assert_eq!(fit(vec![0, 1], 4, &v), (vec![0, 1, 2, 2], Fit::Padded(2, 2)));
        assert_eq!(fit(vec![0, 1, 0], 2, &v), (vec![0, 1], Fit::Cut(1)));
        assert_eq!(fit(vec![1], 1, &v), (vec![1], Fit::Whole));
    }
}
