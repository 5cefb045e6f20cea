//! What each column of a table is: by its heading, by what it holds, and by its place, in this order.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::grid::{Grid, is_missing};
use super::names::is_index_name;
use super::side_column::SideColumn;
use super::target::label;

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

/// What a column holds.
#[derive(Default)]
pub(super) struct Holds {
    numbers: usize,
    /// Values that are no numbers.
    pub texts: usize,
    filled: usize,
    /// All numbers are whole.
    whole: bool,
    /// Different values, as far as they are few.
    different: BTreeSet<String>,
    /// Every filled value comes once.
    pub single: bool,
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
    /// Whether most values are no numbers.
    pub fn is_text(&self) -> bool {
        self.texts * 2 > self.filled
    }

    /// Whether it names or numbers the rows, if anything: more than two values, and none comes again.
    pub fn once(&self) -> bool {
        self.single && self.filled > 2
    }

    /// Whether its values come again as classes do, rather than by chance.
    pub fn comes_again(&self) -> bool {
        self.different.len() * 3 <= self.filled
    }

    /// Whether it holds names, or two numbers alone as yes and no are written: what is rather asked than counted.
    pub fn names_or_two(&self) -> bool {
        self.is_text() || self.different.len() == 2 && !self.different.contains("2")
    }

    /// How much a column looks like labels: 0 not at all, 1 if it may be, 2 if its whole numbers count from 0 or 1 without
    /// a gap or are -1 and 1, 3 if it holds names.
    pub fn likeness(&self) -> u8 {
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
    let says_side = |place: usize| side_column(grid, place).is_some();
    for place in 0..grid.width {
        let counts = match name(place) {
            Some(_) => {
                let raw = grid.heading.as_ref().map_or("", |names| &names[place]);
                is_index_name(raw) && all[place].single && all[place].whole && all[place].filled > 0
            }
            None => place == 0 && grid.width > 3 && all[0].counting && all[0].whole && all[0].filled > 1,
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

/// How a column says the side of each row, if it does.
pub(super) fn side_column(grid: &Grid, place: usize) -> Option<SideColumn> {
    let heading = grid.heading.as_ref().map(|names| &*names[place]);
    SideColumn::of(heading, grid.lines.iter().filter_map(|line| line.fields.get(place).map(String::as_str)))
}

fn name_is(grid: &Grid, wanted: &str) -> Option<usize> {
    grid.heading.as_ref()?.iter().position(|name| name.trim().eq_ignore_ascii_case(wanted))
}
