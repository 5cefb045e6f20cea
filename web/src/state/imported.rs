//! What was brought from files: what was taken as what, in a sentence, and what is needed to take it otherwise.

use minibatch_session::SampleSource;
use minibatch_session::data::{
    Choice, Column, CsvPoints, DOMAIN, Fitted, Ground, Names, Parting, Role, Side, TableFile, Taken,
};

use crate::numbers::{grouped, plain};
use crate::words::{fill, t};

/// Images or a table that the learner brought.
#[derive(Clone, PartialEq, Debug)]
pub enum Imported {
    /// Images; the page keeps the files in [`Page::files`](super::Page::files).
    Images {
        /// What the experiment holds of them.
        source: SampleSource,
        /// What was taken as what.
        said: String,
        /// What parts training from test, and whether the files carry a split.
        parting: Parting,
    },
    /// Tables of points.
    Table(Table),
}

/// Tables, and how they are read.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Table {
    /// The files.
    pub files: Vec<TableFile>,
    /// What the learner chose.
    pub choice: Choice,
    /// What each column is.
    pub columns: Vec<Column>,
    /// Whether the files carry a split.
    pub split: bool,
    /// Whether the labels are values to predict.
    pub values: bool,
    /// How many points they gave; none where they are still to be chosen from.
    pub points: usize,
    /// What was taken as what.
    pub said: String,
    /// How often it could not be taken otherwise.
    pub refused: u32,
}

/// Class names that are written out.
const SHOWN: usize = 8;

/// "a, b and c", "a, b, c and 4 more".
fn list(names: &Names) -> String {
    let shown: Vec<&str> = names.first.iter().map(String::as_str).collect();
    let more = names.count.saturating_sub(shown.len());
    match (&shown[..], more) {
        ([], _) => String::new(),
        ([only], 0) => (*only).into(),
        ([front @ .., last], 0) => fill("import.and", &[("front", &front.join(", ")), ("last", last)]),
        (all, more) => {
            let more = fill("import.more", &[("n", &more.to_string())]);
            fill("import.and", &[("front", &all.join(", ")), ("last", &more)])
        }
    }
}

fn listed(names: &[String], shown: usize) -> String {
    let first = names.iter().take(shown).cloned().collect();
    list(&Names { first, count: names.len() })
}

/// "16 training and 8 test", of the files' own sides or of those that a share makes.
fn counts(taken: &Taken, train: usize, test: usize) -> String {
    let word = |side: Side, n: usize| {
        let key = match side {
            Side::Train => "import.train",
            Side::Test => "import.test",
            Side::Validation => "import.validation",
        };
        fill(key, &[("n", &grouped(n as u64))])
    };
    let sides: Vec<String> = match taken.parting {
        Parting::Files => taken.sides.iter().map(|side| word(side.side, side.samples)).collect(),
        Parting::Share | Parting::Mixed => {
            [(Side::Train, train), (Side::Test, test)].map(|(s, n)| word(s, n)).into()
        }
    };
    listed(&sides, sides.len())
}

/// What parts training from test, and where it stands.
fn parted(taken: &Taken) -> Vec<String> {
    let names: Vec<String> =
        taken.sides.iter().map(|side| list(&side.names)).filter(|n| !n.is_empty()).collect();
    let names = listed(&names, names.len());
    match taken.parting {
        Parting::Files => {
            let from = (!names.is_empty()).then(|| fill("import.from", &[("names", &names)]));
            let held =
                taken.sides.iter().filter(|side| side.side == Side::Validation).map(|side| list(&side.names));
            let held: Vec<String> = held.collect();
            let held = (!held.is_empty()).then(|| match &held[0][..] {
                "" => t("import.held-rows").to_owned(),
                name => fill("import.held", &[("name", name)]),
            });
            from.into_iter().chain(held).collect()
        }
        Parting::Mixed => vec![fill("import.mixed", &[("names", &names)])],
        Parting::Share => vec![],
    }
}

/// What was left out.
fn left_out(taken: &Taken) -> Vec<String> {
    let counted = |one: &'static str, many: &'static str, n: usize| match n {
        0 => None,
        1 => Some(t(one).to_owned()),
        n => Some(fill(many, &[("n", &grouped(n as u64))])),
    };
    let unread = (taken.unread.count > 0).then(|| fill("import.unread", &[("names", &list(&taken.unread))]));
    [
        counted("import.twice-one", "import.twice", taken.twice),
        counted("import.unlabelled-one", "import.unlabelled", taken.unlabelled),
        counted("import.seen-one", "import.seen", taken.seen),
        counted("import.blank-one", "import.blank", taken.blank),
        unread,
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What was taken as what, of images.
pub fn of_images(source: &SampleSource, class_names: &[String], taken: &Taken) -> String {
    let SampleSource::Own { input, train, test, .. } = source else { return String::new() };
    let (channels, size) = match input[..] {
        [channels, rows, columns] => (channels, format!("{columns}×{rows}")),
        _ => (1, String::new()),
    };
    let colour = t(if channels == 3 { "import.colour" } else { "import.grey" });
    let numbers = [
        ("sides", counts(taken, *train as usize, *test as usize)),
        ("k", class_names.len().to_string()),
        ("names", listed(class_names, SHOWN)),
        ("size", size),
        ("colour", colour.into()),
    ];
    let numbers = numbers.each_ref().map(|(key, text)| (*key, text.as_str()));
    let mut said = vec![fill("import.images", &numbers)];
    said.extend(parted(taken));
    if taken.parting == Parting::Share {
        said.push(t("import.share").into());
    }
    if let Some(label) = &taken.label {
        let place = label.place.to_string();
        said.push(match &*label.heading {
            "" => fill("import.label-place", &[("place", &place)]),
            heading => fill("import.label", &[("name", heading)]),
        });
    }
    if let Some(index) = taken.index.first() {
        let name = if index.is_empty() { t("import.unnamed") } else { index };
        said.push(fill("import.index", &[("names", name)]));
    }
    if let Some(ground) = taken.ground {
        said.push(
            t(match ground {
                Ground::White => "import.white",
                Ground::Black => "import.black",
                Ground::Grey => "import.on-grey",
            })
            .into(),
        );
    }
    said.extend(left_out(taken));
    said.join(" ")
}

/// A column's name, or its place where it has none.
pub fn column_name(columns: &[Column], place: usize) -> String {
    match columns.get(place).map(|column| column.name.trim()) {
        None | Some("") => fill("import.column", &[("n", &(place + 1).to_string())]),
        Some(name) => name.to_owned(),
    }
}

/// What was taken as what, of a table; its points as they are after fitting.
pub fn of_table(
    columns: &[Column],
    read: &CsvPoints,
    taken: &Taken,
    train: Option<usize>,
    fitted: [Option<Fitted>; 3],
) -> String {
    let with = |role: Role| -> Vec<String> {
        let places = columns.iter().enumerate().filter(|(_, column)| column.role == role);
        places.map(|(place, _)| column_name(columns, place)).collect()
    };
    let [x, y, label] = [Role::X, Role::Y, Role::Label].map(|role| with(role).concat());
    let count = read.points.len();
    let n = grouped(count as u64);
    let meaning = match read.regression {
        true => t("import.targets").to_owned(),
        false => fill("import.classes", &[("names", &listed(&read.class_names, SHOWN))]),
    };
    let values = [("n", &*n), ("x", &x), ("y", &y), ("label", &label), ("meaning", &meaning)];
    let mut said = vec![fill(if count == 1 { "import.done-one" } else { "import.done" }, &values)];
    if let Some(train) = train {
        said.push(fill("import.parted", &[("sides", &counts(taken, train, count - train))]));
    }
    said.extend(parted(taken));
    let index = with(Role::Index);
    if !index.is_empty() {
        said.push(fill("import.index", &[("names", &listed(&index, SHOWN))]));
    }
    let others = with(Role::Other);
    if !others.is_empty() {
        said.push(fill("import.others", &[("names", &listed(&others, SHOWN))]));
    }
    let names = ["x", "y", t("import.target")];
    let stretched: Vec<String> =
        names.into_iter().zip(fitted).filter_map(|(n, f)| Some(stretch(n, f?))).collect();
    if !stretched.is_empty() {
        said.push(fill("import.fitted", &[("what", &stretched.join(", "))]));
    }
    let outside = read.points.iter().filter(|p| p.x.abs() > DOMAIN || p.y.abs() > DOMAIN).count();
    if outside > 0 {
        let beyond = if outside == 1 { "import.outside-one" } else { "import.outside" };
        said.push(fill(beyond, &[("n", &outside.to_string())]));
    }
    said.extend(left_out(taken));
    said.join(" ")
}

/// What was done to a column.
fn stretch(name: &str, Fitted { low, high, reach }: Fitted) -> String {
    let key = if low == high { "import.fitted-same" } else { "import.fitted-column" };
    let [low, high, reach] = [low, high, reach].map(plain);
    fill(key, &[("name", name), ("low", &low), ("high", &high), ("reach", &reach)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use minibatch_session::data::SideTaken;

    #[test]
    fn a_split_says_its_folders_and_what_is_held_back() {
        let side = |side, name: &str, samples| SideTaken {
            side,
            names: Names { first: vec![name.into()], count: 1 },
            samples,
        };
        let mut taken = Taken {
            parting: Parting::Files,
            sides: vec![side(Side::Train, "train", 16), side(Side::Test, "test", 8)],
            twice: 4,
            ..Taken::default()
        };
        let source = SampleSource::Own {
            name: "a.zip".into(),
            input: vec![3, 32, 32],
            classes: 2,
            train: 16,
            test: 8,
        };
        let names = ["cat".to_owned(), "dog".to_owned()];
        let said = of_images(&source, &names, &taken);
        assert_eq!(
            said,
            "16 training and 8 test images of 2 classes (cat and dog), 32×32 in colour. The split is the files' own: \
             train and test. 4 files are there twice and count once."
        );
        taken.sides.push(side(Side::Validation, "val", 4));
        let said = of_images(&source, &names, &taken);
        assert!(said.starts_with("16 training, 8 test and 4 validation images"), "{said}");
        assert!(said.contains("val is held back too"), "{said}");
    }
}
