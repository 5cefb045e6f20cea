//! Columns that say which rows are held back: "train" and "test" on each row, or yes and no under "is_train".

use super::grid::is_missing;
use crate::Side;
use crate::files::{is_side, side_words};

/// Names of columns that say the side.
const SIDES: [&str; 14] = [
    "split",
    "set",
    "subset",
    "usage",
    "partition",
    "fold",
    "phase",
    "side",
    "dataset",
    "data_set",
    "data set",
    "data",
    "sample",
    "mode",
];
/// Words that make a heading one of yes and no: "is_train", "in test".
const FLAGS: [&str; 7] = ["is", "in", "for", "flag", "mask", "use", "used"];

/// How a column says the side.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum SideColumn {
    /// By its name.
    Named,
    /// By yes, and no for the other.
    Flag(Side),
}

impl SideColumn {
    /// What a column says, if it says the side. Values that are missing say nothing.
    pub fn of<'a>(heading: Option<&str>, values: impl Iterator<Item = &'a str>) -> Option<Self> {
        let mut known: Vec<&str> = vec![];
        for value in values.filter(|value| !is_missing(value)) {
            if known.contains(&value) {
                continue;
            }
            known.push(value);
            // No column of measurements is looked at to its end.
            if known.len() > 12 || is_side(value).is_none() && yes(value).is_none() {
                return None;
            }
        }
        if known.is_empty() {
            return None;
        }
        let flag = heading.and_then(flag);
        if let Some(side) = flag.filter(|_| known.iter().all(|value| yes(value).is_some())) {
            return Some(Self::Flag(side));
        }
        let sides: Option<Vec<Side>> = known.iter().map(|value| is_side(value)).collect();
        let sides = sides?;
        // Both sides say it themselves, whatever the column is called.
        let plain = |side: &&str| side.chars().count() > 2;
        let both = sides.contains(&Side::Train) && sides.iter().any(|side| *side != Side::Train);
        let called = heading.is_some_and(|name| SIDES.contains(&&*name.trim().to_lowercase()));
        (called || flag.is_some() || both && known.iter().all(plain)).then_some(Self::Named)
    }

    /// The side that a value says; what is missing is trained on. None for a value that says none.
    pub fn side(self, value: &str) -> Option<Side> {
        match self {
            _ if is_missing(value) => Some(Side::Train),
            Self::Named => is_side(value),
            Self::Flag(side) => Some(match (yes(value)?, side) {
                (true, side) => side,
                (false, Side::Train) => Side::Test,
                (false, _) => Side::Train,
            }),
        }
    }
}

/// The side of a heading that is answered by yes and no.
fn flag(heading: &str) -> Option<Side> {
    let words = side_words(heading);
    let small = words.concat();
    // "istrain" is one word; "train" alone is so in the prostate data of Hastie and others. "test" alone is a finding.
    let side = is_side(heading).or_else(|| is_side(small.strip_prefix("is")?))?;
    let asked = words.len() > 1 && words.iter().any(|word| FLAGS.contains(&&**word));
    (asked || small.starts_with("is") || ["train", "training"].contains(&&*small)).then_some(side)
}

/// What yes and no are written as.
fn yes(value: &str) -> Option<bool> {
    match &*value.trim().to_lowercase() {
        "1" | "1.0" | "true" | "t" | "yes" | "y" => Some(true),
        "0" | "0.0" | "false" | "f" | "no" | "n" => Some(false),
        _ => None,
    }
}
