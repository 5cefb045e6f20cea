//! What the page says, from `words/en.json`: flat keys, one text each, so that another language is one more file.

use std::collections::HashMap;
use std::sync::OnceLock;

fn words() -> &'static HashMap<String, String> {
    static WORDS: OnceLock<HashMap<String, String>> = OnceLock::new();
    WORDS.get_or_init(|| serde_json::from_str(include_str!("../words/en.json")).unwrap_or_default())
}

/// The text of a key. A key without text (the tests see to it that there is none) shows itself.
pub fn t(key: &'static str) -> &'static str {
    words().get(key).map_or(key, String::as_str)
}

/// The text of `group.id`, for names that come from an enum's `id()`.
pub fn named(group: &str, id: &'static str) -> &'static str {
    words().get(&format!("{group}.{id}")).map_or(id, String::as_str)
}

/// The text of a key with its `{name}`s filled in.
pub fn fill(key: &'static str, values: &[(&str, &str)]) -> String {
    values.iter().fold(t(key).to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use minibatch_session::{Activation, Init, LossKind, OptimizerKind, PRESETS, ScheduleKind};
    use std::path::Path;

    fn sources(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).expect("web/src is there") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("words.rs") {
                found.push(std::fs::read_to_string(&path).expect("a source"));
            }
        }
    }

    /// Every `t("key")` and `fill("key"` in the sources.
    fn used() -> Vec<String> {
        let mut files = vec![];
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
        let mut keys = vec![];
        for source in files {
            for opening in ["t(\"", "fill(\"", "words=\"", "words: \"", "help=\""] {
                for (at, _) in source.match_indices(opening) {
                    let before = source[..at].chars().next_back().unwrap_or(' ');
                    let rest = &source[at + opening.len()..];
                    let Some(end) = rest.find('"') else { continue };
                    if !before.is_alphanumeric() && before != '_' && rest[..end].contains('.') {
                        keys.push(rest[..end].to_owned());
                    }
                }
            }
        }
        keys
    }

    #[test]
    fn every_key_that_is_used_has_a_text() {
        let used = used();
        assert!(used.len() > 50, "the scan still finds the calls: {}", used.len());
        let missing: Vec<_> = used.iter().filter(|key| !words().contains_key(*key)).collect();
        assert!(missing.is_empty(), "no text in words/en.json for {missing:?}");
    }

    #[test]
    fn every_choice_has_a_name() {
        let mut keys: Vec<String> = vec![];
        keys.extend(Activation::ALL.map(|a| format!("activation.{}", a.id())));
        keys.extend(Init::ALL.map(|i| format!("init.{}", i.id())));
        keys.extend(LossKind::ALL.map(|l| format!("loss.{}", l.id())));
        keys.extend(OptimizerKind::ALL.map(|o| format!("optimizer.{}", o.id())));
        keys.extend(ScheduleKind::ALL.map(|s| format!("schedule.{}", s.id())));
        for preset in PRESETS {
            keys.extend([
                format!("preset.{}", preset.name),
                format!("preset-text.{}", preset.name),
                format!("preset-try.{}", preset.name),
            ]);
        }
        let missing: Vec<_> = keys.iter().filter(|key| !words().contains_key(*key)).collect();
        assert!(missing.is_empty(), "no text in words/en.json for {missing:?}");
    }

    #[test]
    fn places_in_a_text_are_filled() {
        let text = fill("notice.slower", &[("good", "12"), ("rate", "0.3")]);
        assert!(text.contains("12") && text.contains("0.3") && !text.contains('{'), "{text}");
    }
}
