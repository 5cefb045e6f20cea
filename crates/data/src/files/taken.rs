//! What was taken as what, so that it can be said.

use serde::{Deserialize, Serialize};

use super::Side;

/// How samples were read from files.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
pub struct Taken {
    /// What decided which samples are held back.
    pub parting: Parting,
    /// The sides that the files carry, training first; empty where they carry none. Also where they were mixed.
    pub sides: Vec<SideTaken>,
    /// Files that are there twice, and count once.
    pub twice: usize,
    /// Files of other kinds, which were not read.
    pub unread: Names,
    /// Images or tables without a label, which were left out.
    pub unlabelled: usize,
    /// Test samples that are also among those to train on.
    pub seen: usize,
    /// What transparent images were laid on; none where no image is transparent.
    pub ground: Option<Ground>,
    /// Images without any ink.
    pub blank: usize,
    /// The column that was taken as the label, of a table.
    pub label: Option<LabelColumn>,
    /// Columns that number the rows, which were left out.
    pub index: Vec<String>,
}

impl Taken {
    /// Settles what decides, once the sides are known: a split takes both.
    pub(crate) fn part(&mut self, mix: bool) {
        let both = self.sides.len() > 1 && self.sides[0].side == Side::Train;
        self.parting = match (both, mix) {
            (true, false) => Parting::Files,
            (true, true) => Parting::Mixed,
            (false, _) => Parting::Share,
        };
        if !both {
            self.sides.clear();
        }
    }

    /// How many samples the files say are to train on.
    pub(super) fn trained(&self) -> Option<usize> {
        (self.parting == Parting::Files).then(|| self.sides[0].samples)
    }
}

/// What decided which samples are held back.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug, Default)]
#[serde(rename_all = "kebab-case")]
pub enum Parting {
    /// The files' own split.
    Files,
    /// A share of each class, by the seed: the files carry no split.
    #[default]
    Share,
    /// The same, although the files carry a split.
    Mixed,
}

/// One side of the files' own split.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct SideTaken {
    /// Which.
    pub side: Side,
    /// The folders or files that say so, each once, as far as they are few.
    pub names: Names,
    /// How many samples.
    pub samples: usize,
}

/// What transparent images are laid on: what their ink is seen on.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum Ground {
    /// As on a page.
    White,
    /// For light ink.
    Black,
    /// For light and dark ink.
    Grey,
}

/// A table's column of labels.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct LabelColumn {
    /// Its heading; empty where there is none.
    pub heading: String,
    /// Its place, counted from 1.
    pub place: usize,
}

/// Names, the first few written out.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug, Default)]
pub struct Names {
    /// The first of them.
    pub first: Vec<String>,
    /// How many there are.
    pub count: usize,
}

/// Names that are written out.
const SHOWN: usize = 3;

impl Names {
    /// Takes one more, if it is not there yet. Of those past the first few only the number is known, so a name that comes
    /// again must come right after itself to count once.
    pub(super) fn add(&mut self, name: &str) {
        if self.first.iter().any(|known| known == name) {
            return;
        }
        if self.first.len() < SHOWN {
            self.first.push(name.to_owned());
        }
        self.count += 1;
    }
}

impl<S: AsRef<str>> FromIterator<S> for Names {
    fn from_iter<I: IntoIterator<Item = S>>(names: I) -> Self {
        let mut sorted: Vec<String> = names.into_iter().map(|name| name.as_ref().to_owned()).collect();
        sorted.sort_unstable();
        sorted.dedup();
        let mut all = Self::default();
        sorted.iter().for_each(|name| all.add(name));
        all
    }
}
