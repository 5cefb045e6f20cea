//! What a heading says of its column.

use crate::files::side_words;

/// Names of labels, the surest first.
const LABELS: [&str; 22] = [
    "label",
    "labels",
    "class",
    "classes",
    "target",
    "targets",
    "category",
    "categories",
    "species",
    "digit",
    "variety",
    "outcome",
    "diagnosis",
    "survived",
    "response",
    "cluster",
    "klasse",
    "etikett",
    "ziel",
    "classe",
    "clase",
    "kategorie",
];
/// Words that make a longer name a label's: "class_label", "Target Class".
const LABEL_WORDS: [&str; 7] = ["label", "class", "target", "category", "species", "outcome", "diagnosis"];
/// What may follow such a word: the name of a class, but not the size of one.
const AFTER: [&str; 15] = [
    "name", "id", "code", "label", "class", "value", "price", "no", "type", "index", "idx", "number", "num",
    "column", "variable",
];
/// Names of labels, or of what they are learnt from.
const PERHAPS: [&str; 7] = ["kind", "type", "group", "quality", "result", "output", "art"];
/// Names of values to predict that are seldom anything else, the surest first.
const PREDICTED: [&str; 4] = ["medv", "mpg", "charges", "y"];
/// Names of values to predict, or of features.
const VALUES: [&str; 9] = ["price", "value", "values", "rent", "cost", "salary", "sales", "income", "z"];

/// Names of columns that number the rows.
const INDICES: [&str; 14] = [
    "",
    "id",
    "index",
    "idx",
    "unnamed: 0",
    "no",
    "no.",
    "nr",
    "nr.",
    "#",
    "row",
    "rowid",
    "rownames",
    "row_names",
];

/// What a heading says of the label; the least is the surest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Says {
    /// It is the label.
    Label(usize),
    /// It is a value to predict, unless classes stand last.
    Predicted(usize),
    /// It may be a value to predict.
    Value(usize),
    /// It may be the label.
    Perhaps(usize),
}

/// What a heading says of the label, if anything.
pub(super) fn says(name: &str) -> Option<Says> {
    let name = name.trim().to_lowercase();
    let among = |names: &[&str]| names.iter().position(|known| *known == name);
    among(&LABELS)
        .map(Says::Label)
        .or_else(|| among(&PREDICTED).map(Says::Predicted))
        .or_else(|| among(&VALUES).map(Says::Value))
        .or_else(|| among(&PERHAPS).map(Says::Perhaps))
        .or_else(|| longer(&name))
}

/// What a name of several words says.
fn longer(name: &str) -> Option<Says> {
    let words = side_words(name);
    let (at, rank) = words
        .iter()
        .enumerate()
        .find_map(|(at, word)| Some((at, LABEL_WORDS.iter().position(|known| known == word)?)))?;
    // "class_size" is a feature.
    let sure = words[at + 1..].iter().all(|word| {
        AFTER.contains(&&**word)
            || LABEL_WORDS.contains(&&**word)
            || word.bytes().all(|byte| byte.is_ascii_digit())
    });
    Some(if sure { Says::Label(LABELS.len() + rank) } else { Says::Perhaps(PERHAPS.len() + rank) })
}

/// Whether a heading is that of a label.
pub(crate) fn is_label_name(name: &str) -> bool {
    says(name).is_some()
}

/// Whether a heading is that of a column that numbers the rows.
pub(crate) fn is_index_name(name: &str) -> bool {
    let small = name.trim().to_lowercase();
    let words = side_words(name);
    INDICES.contains(&&*small)
        || small.starts_with("unnamed:")
        || words.last().is_some_and(|word| word == "id") && words.len() < 4
        // "PassengerId" as it is, "imageid" in small letters.
        || ["imageid", "passengerid", "rowid", "sampleid"].contains(&&*small)
}
