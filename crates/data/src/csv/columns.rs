//! What each column of a table is: by its heading, by what it holds, and by its place, in this order.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::grid::{Grid, is_missing};
use crate::files::{is_side, side_words};

/// A column of a table.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct Column {
    /// Its heading; empty where there is none.
    pub name: String,
    /// What it was taken as.
    pub role: Role,
}

/// What a column was taken as.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The feature that goes across.
    X,
    /// The feature that goes up.
    Y,
    /// What is to be learnt.
    Label,
    /// It numbers the rows, and is left out.
    Index,
    /// It says which rows are held back.
    Side,
    /// A feature that is left out.
    Other,
}

/// Names of labels, the surest first.
const LABELS: [&str; 42] = [
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
    "kind",
    "type",
    "group",
    "outcome",
    "diagnosis",
    "quality",
    "survived",
    "result",
    "output",
    "response",
    "cluster",
    "klasse",
    "etikett",
    "ziel",
    "classe",
    "clase",
    "kategorie",
    "art",
    "price",
    "value",
    "values",
    "rent",
    "cost",
    "salary",
    "sales",
    "income",
    "mpg",
    "medv",
    "charges",
    "z",
    "y",
];
/// Words that make a longer name a label's: "class_label", "Target Class".
const LABEL_WORDS: [&str; 7] = ["label", "class", "target", "category", "species", "outcome", "diagnosis"];
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
/// Names of columns that say the side.
const SIDES: [&str; 8] = ["split", "set", "subset", "usage", "partition", "fold", "phase", "side"];

/// Whether a heading is that of a label.
pub(crate) fn is_label_name(name: &str) -> bool {
    rank(name).is_some()
}

/// How sure it is that a heading is that of a label, the least the surest.
fn rank(name: &str) -> Option<usize> {
    let name = name.trim().to_lowercase();
    let exact = LABELS.iter().position(|known| *known == name);
    let word =
        || side_words(&name).iter().find_map(|word| LABEL_WORDS.iter().position(|known| known == word));
    exact.or_else(|| word().map(|place| LABELS.len() + place))
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

/// What a column holds.
#[derive(Default)]
struct Holds {
    numbers: usize,
    texts: usize,
    filled: usize,
    /// All numbers are whole.
    whole: bool,
    /// Different values, as far as they are few.
    different: BTreeSet<String>,
    /// Every filled value comes once.
    single: bool,
    /// Every number is the one before and one more.
    counting: bool,
}

fn holds(grid: &Grid, place: usize) -> Holds {
    let mut holds = Holds { whole: true, single: true, counting: true, ..Holds::default() };
    let mut seen = std::collections::HashSet::new();
    let mut before = None;
    for line in &grid.lines {
        let Some(field) = line.fields.get(place).filter(|field| !is_missing(field)) else {
            holds.counting = false;
            continue;
        };
        holds.filled += 1;
        holds.single &= seen.insert(field.clone());
        let number = line.number_at(place);
        match number {
            Some(value) => {
                holds.numbers += 1;
                holds.whole &= libm::trunc(value) == value;
                holds.counting &= before.is_none_or(|before: f64| value == before + 1.0);
            }
            None => {
                holds.texts += 1;
                holds.counting = false;
            }
        }
        before = number;
        if holds.different.len() <= MANY {
            // "2" and "2.0" are one value.
            holds.different.insert(number.map_or_else(|| field.clone(), |value| (value + 0.0).to_string()));
        }
    }
    holds
}

/// More different values than this are no classes.
const MANY: usize = crate::MAX_CLASSES as usize;

impl Holds {
    fn is_text(&self) -> bool {
        self.texts * 2 > self.filled
    }

    /// How much a column looks like labels: 0 not at all, 1 if it may be, 2 if its whole numbers count from 0 or 1 without
    /// a gap or are -1 and 1, 3 if it holds names.
    fn likeness(&self) -> u8 {
        let count = self.different.len();
        match () {
            () if !(2..=MANY).contains(&count) => 0,
            () if self.is_text() => 3,
            () if self.texts > 0 || !self.whole => 0,
            () => {
                let numbers: Vec<f64> =
                    self.different.iter().filter_map(|value| value.parse().ok()).collect();
                let lowest = numbers.iter().fold(f64::MAX, |lowest, &number| lowest.min(number));
                let highest = numbers.iter().fold(f64::MIN, |highest, &number| highest.max(number));
                let gapless = (lowest == 0.0 || lowest == 1.0) && highest - lowest + 1.0 == count as f64;
                let signs = count == 2 && lowest == -1.0 && highest == 1.0;
                if gapless || signs { 2 } else { 1 }
            }
        }
    }
}

/// What each column is. More than two features are all [`Role::Other`]: which two are meant is not known.
pub(super) fn roles(grid: &Grid, chosen: Option<usize>) -> Vec<Role> {
    let name = |place: usize| grid.heading.as_ref().map(|names| names[place].trim().to_lowercase());
    let all: Vec<Holds> = (0..grid.width).map(|place| holds(grid, place)).collect();
    let mut roles = vec![Role::Other; grid.width];
    let says_side = |place: usize| {
        let sides = || all[place].different.iter().map(|value| is_side(value));
        name(place).is_some_and(|name| SIDES.contains(&&*name))
            && sides().all(|s| s.is_some())
            && all[place].filled > 0
    };
    for place in 0..grid.width {
        let counts = match name(place) {
            Some(_) => {
                let raw = grid.heading.as_ref().map_or("", |names| &names[place]);
                is_index_name(raw) && all[place].single && all[place].whole && all[place].filled > 0
            }
            None => place == 0 && grid.width > 3 && all[0].counting && all[0].filled > 1,
        };
        if Some(place) == chosen {
            roles[place] = Role::Label;
        } else if counts {
            roles[place] = Role::Index;
        } else if says_side(place) {
            roles[place] = Role::Side;
        }
    }
    let open = |roles: &[Role]| -> Vec<usize> {
        (0..grid.width).filter(|&place| roles[place] == Role::Other).collect()
    };
    let plane = [name_is(grid, "x"), name_is(grid, "y")];
    if chosen.is_none() {
        let places = open(&roles);
        let label = label(grid, &all, &places, plane);
        if let Some(label) = label {
            roles[label] = Role::Label;
        }
    }
    let features = open(&roles);
    match (plane, &features[..]) {
        ([Some(x), Some(y)], all) if x != y && all.contains(&x) && all.contains(&y) => {
            (roles[x], roles[y]) = (Role::X, Role::Y);
        }
        (_, &[first, second]) => (roles[first], roles[second]) = (Role::X, Role::Y),
        _ => {}
    }
    roles
}

fn name_is(grid: &Grid, wanted: &str) -> Option<usize> {
    grid.heading.as_ref()?.iter().position(|name| name.trim().eq_ignore_ascii_case(wanted))
}

/// The label among columns.
fn label(grid: &Grid, all: &[Holds], places: &[usize], plane: [Option<usize>; 2]) -> Option<usize> {
    let in_plane = |place: usize| plane[0].is_some() && plane.contains(&Some(place));
    let name = |place: usize| grid.heading.as_ref().map_or("", |names| &names[place]);
    let beside: Vec<usize> = places.iter().copied().filter(|&place| !in_plane(place)).collect();
    // x and y are features, and what stands beside them the label.
    if let (true, [only]) = (plane.iter().all(Option::is_some), &beside[..]) {
        return Some(*only);
    }
    let surest = beside.iter().filter_map(|&place| Some((rank(name(place))?, place))).min();
    if grid.heading.is_some() && surest.is_some() {
        return surest.map(|(_, place)| place);
    }
    let texts: Vec<usize> = beside.iter().copied().filter(|&place| all[place].is_text()).collect();
    let (first, last) = (beside.first().copied()?, beside.last().copied()?);
    // Whole numbers that each come once number the rows, if anything.
    let once = all[first].single && all[first].filled > 2;
    Some(match texts[..] {
        [only] => only,
        // Only what is classes rather than numbers stands first, and where the last column is all numbers: a value in it that
        // is none is to be named.
        _ if all[first].likeness() >= 2
            && all[first].likeness() > all[last].likeness()
            && !once
            && all[last].texts == 0 =>
        {
            first
        }
        _ => last,
    })
}
