//! Points from text and back: tables of two features and a label, as spreadsheets, pandas and people write them.
//!
//! Values are parted by semicolons, tabs, commas or blanks (the first of these that a line holds), and may
//! stand in double quotes. Where commas do not part the values, a decimal comma is understood. Blank lines
//! and lines that start with `#` are skipped.

mod columns;
mod grid;
mod labels;
mod names;
mod side_column;
mod target;
mod write;

pub use columns::{Column, Role};
pub(crate) use grid::is_missing;
use grid::{Grid, grid, shorten};
use labels::{Meaning, Row, coordinate, read_labels};
pub(crate) use names::{is_index_name, is_label_name};
use serde::{Deserialize, Serialize};
pub(crate) use side_column::SideColumn;
pub use write::to_csv;

use crate::{DataError, MAX_POINTS, Names, Parting, Point, Side, SideTaken, TableFile, Taken};

/// The points of a CSV text, with what their labels mean.
#[derive(Clone, PartialEq, Debug)]
pub struct CsvPoints {
    /// The points, in the order of the lines.
    pub points: Vec<Point>,
    /// The name of each class as the text has it, by class number (the front of a long one); empty for a regression.
    pub class_names: Vec<String>,
    /// Whether the labels are numbers to predict.
    pub regression: bool,
}

/// What the learner says of a table; the rest is found out.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Choice {
    /// The column that goes across.
    pub x: Option<usize>,
    /// The column that goes up.
    pub y: Option<usize>,
    /// The column to be learnt.
    pub label: Option<usize>,
    /// Whether the labels are values to predict rather than classes.
    pub values: Option<bool>,
    /// Whether the files' own split is left aside.
    pub mix: bool,
}

/// Points out of tables, and what was taken as what.
#[derive(Clone, PartialEq, Debug)]
pub struct TablePoints {
    /// The points; those to train on come first where the tables carry a split.
    pub read: CsvPoints,
    /// The tables' columns.
    pub columns: Vec<Column>,
    /// How many of the points are to train on, the others held back; none where the tables carry no split, or it is left
    /// aside.
    pub train: Option<usize>,
    /// The sides, and files that were left out.
    pub taken: Taken,
}

/// Reads points from one text. See [`read_tables`].
///
/// # Errors
/// The first line that cannot be read, by number and value; more than 16 classes or 20,000 points; no points
/// at all; more than two features.
pub fn parse_csv(text: &str) -> Result<CsvPoints, DataError> {
    let file = TableFile { name: String::new(), side: None, text: text.to_owned() };
    read_tables(&[file], &Choice::default()).map(|table| table.read)
}

/// What each column of tables is taken as; empty where there is no line.
pub fn columns_of(files: &[TableFile], choice: &Choice) -> Vec<Column> {
    let grid = files.first().and_then(|file| grid(&file.text).ok());
    grid.map(|grid| columns(&grid, choice)).unwrap_or_default()
}

/// Reads points from tables that have the same columns.
///
/// A first line of names over numbers is a heading. The label is the column whose heading says so ("label", "class",
/// "species", "target" and their like), else the one of names, else the first where it holds classes and the last does
/// not, else the last. Columns that number the rows, and those that say which rows are held back, are no features; two
/// features must be left, or `x` and `y` be chosen. Labels that are names become classes in order of first
/// appearance. Whole numbers 0 to k - 1 stay as they are, -1 and 1 become 0 and 1, other whole numbers are treated as
/// names. Other numbers make a regression. A heading can settle the matter: `class` keeps any whole numbers from 0 to 15,
/// `value` makes every number a target.
///
/// # Errors
/// The first line that cannot be read, by number and value (and by file, if there are several); more than 16 classes or
/// 20,000 points; no points at all; more or fewer features than two; tables of different columns.
pub fn read_tables(files: &[TableFile], choice: &Choice) -> Result<TablePoints, DataError> {
    let several = files.len() > 1;
    let within = |file: &TableFile, error: DataError| match several {
        true => DataError::InFile { name: file.name.clone(), error: Box::new(error) },
        false => error,
    };
    let mut order: Vec<&TableFile> = files.iter().collect();
    order.sort_by_key(|file| file.side);
    let mut first: Option<(Vec<Column>, Option<Vec<String>>)> = None;
    let mut sided: Vec<(Option<Side>, Row)> = Vec::new();
    let mut taken = Taken::default();
    let mut names: [Vec<String>; 3] = Default::default();
    for file in order {
        let grid = grid(&file.text).map_err(|error| within(file, error))?;
        let columns = match &first {
            None => columns(&grid, choice),
            Some((columns, heading)) => match same(columns, heading.as_deref(), &grid) {
                Same::Yes => columns.clone(),
                // A test without answers, as competitions hand out.
                Same::Unlabelled if file.side.is_some_and(|side| side != Side::Train) => {
                    taken.unlabelled += 1;
                    continue;
                }
                Same::Unlabelled | Same::No => {
                    let error = DataError::CsvOtherColumns {
                        found: grid.width,
                        expected: columns.len(),
                        other: files[0].name.clone(),
                    };
                    return Err(within(file, error));
                }
            },
        };
        let places = places(&columns).map_err(|error| within(file, error))?;
        let by_row = columns.iter().position(|column| column.role == Role::Side);
        let says = by_row.map(|place| (place, columns::side_column(&grid, place)));
        for line in &grid.lines {
            let row = read_row(line, grid.width, &columns, places).map_err(|error| within(file, error))?;
            let side = match says {
                Some((place, says)) => {
                    Some(row_side(line, place, says).map_err(|error| within(file, error))?)
                }
                None => file.side,
            };
            sided.push((side, row));
        }
        match (file.side, by_row) {
            // The column is named once, for both sides.
            (_, Some(place)) => names[Side::Train as usize].push(columns[place].name.trim().to_owned()),
            (Some(side), None) => names[side as usize].push(file.name.clone()),
            (None, None) => {}
        }
        if sided.len() > MAX_POINTS {
            return Err(within(file, DataError::CsvTooManyRows { line: MAX_POINTS + 1 }));
        }
        first.get_or_insert((columns, grid.heading));
    }
    let Some((columns, _)) = first else { return Err(DataError::CsvEmpty) };
    // Stable: within a side the rows keep their order, training first.
    if !choice.mix {
        sided.sort_by_key(|(side, _)| *side);
    }
    for (side, names) in [Side::Train, Side::Test, Side::Validation].into_iter().zip(names) {
        let samples = sided.iter().filter(|(at, _)| *at == Some(side)).count();
        if samples > 0 {
            let names = names.into_iter().filter(|name| !name.is_empty());
            taken.sides.push(SideTaken { side, names: Names::from_iter(names), samples });
        }
    }
    taken.part(choice.mix);
    let train = (taken.parting == Parting::Files).then(|| taken.sides[0].samples);
    let rows: Vec<Row> = sided.into_iter().map(|(_, row)| row).collect();
    let label = columns.iter().find(|column| column.role == Role::Label);
    let meaning = match choice.values {
        Some(true) => Meaning::Values,
        Some(false) => Meaning::Classes,
        None => Meaning::of_heading(label.map_or("", |column| &column.name)),
    };
    let read = read_labels(&rows, meaning)?;
    Ok(TablePoints { read, columns, train, taken })
}

/// Whether a table has the columns of the first.
enum Same {
    Yes,
    /// But for the label.
    Unlabelled,
    No,
}

fn same(columns: &[Column], heading: Option<&[String]>, grid: &Grid) -> Same {
    let small = |names: &[String]| names.iter().map(|name| name.trim().to_lowercase()).collect::<Vec<_>>();
    let named = match (heading, &grid.heading) {
        (Some(first), Some(this)) => Some((small(first), small(this))),
        _ => None,
    };
    let without: Option<Vec<String>> = named.as_ref().map(|(first, _)| {
        let labelled = first.iter().zip(columns).filter(|(_, column)| column.role != Role::Label);
        labelled.map(|(name, _)| name.clone()).collect()
    });
    match named {
        _ if grid.width + 1 == columns.len()
            && named.as_ref().is_none_or(|(_, this)| without.as_ref() == Some(this)) =>
        {
            Same::Unlabelled
        }
        Some((first, this)) if first == this => Same::Yes,
        None if grid.width == columns.len() => Same::Yes,
        // Fewer than three columns are written as three.
        Some((_, this)) if without.as_deref() == Some(&this[..this.len() - 1]) => Same::Unlabelled,
        _ => Same::No,
    }
}

/// The columns with what each is, as chosen and as found out.
fn columns(grid: &Grid, choice: &Choice) -> Vec<Column> {
    let fits = |place: Option<usize>| place.filter(|&place| place < grid.width);
    let mut roles = columns::roles(grid, fits(choice.label));
    for (place, role) in [(choice.x, Role::X), (choice.y, Role::Y)] {
        let Some(place) = fits(place).filter(|&place| roles[place] != Role::Label) else { continue };
        roles.iter_mut().filter(|held| **held == role).for_each(|held| *held = Role::Other);
        roles[place] = role;
    }
    let names = grid.heading.clone().unwrap_or_else(|| vec![String::new(); grid.width]);
    names.into_iter().zip(roles).map(|(name, role)| Column { name, role }).collect()
}

/// Where x, y and the label stand.
fn places(columns: &[Column]) -> Result<[usize; 3], DataError> {
    let find = |role: Role| columns.iter().position(|column| column.role == role);
    if let (Some(x), Some(y), Some(label)) = (find(Role::X), find(Role::Y), find(Role::Label)) {
        return Ok([x, y, label]);
    }
    let named = |(place, column): (usize, &Column)| match &*column.name {
        "" => format!("column {}", place + 1),
        name => shorten(name),
    };
    let of = |role: Role| -> Vec<String> {
        columns.iter().enumerate().filter(|(_, column)| column.role == role).map(named).collect()
    };
    let features = [of(Role::X), of(Role::Y), of(Role::Other)].concat();
    let label = of(Role::Label).concat();
    let index = of(Role::Index);
    if features.len() < 2 {
        return Err(DataError::CsvOneFeature { features: features.concat(), label, index: index.join(", ") });
    }
    let shown = if features.len() > 6 {
        format!("{}, … {}", features[..5].join(", "), features[features.len() - 1])
    } else {
        features.join(", ")
    };
    Err(DataError::CsvFeatures { count: features.len(), features: shown, label })
}

/// The side that a row's own column says.
fn row_side(line: &grid::Line, place: usize, says: Option<SideColumn>) -> Result<Side, DataError> {
    let value = line.fields.get(place).map_or("", String::as_str);
    let side = says.unwrap_or(SideColumn::Named).side(value);
    side.ok_or_else(|| DataError::CsvSide { line: line.number, value: shorten(value) })
}

fn read_row(
    line: &grid::Line,
    width: usize,
    columns: &[Column],
    places: [usize; 3],
) -> Result<Row, DataError> {
    let number = line.number;
    let fields = &line.fields;
    // A gap comes first: with a value too many besides, the gap is what went wrong.
    for (place, field) in places.into_iter().zip(["x", "y", "label"]) {
        let Some(value) = fields.get(place).filter(|_| fields.len() >= width && is_missing(&fields[place]))
        else {
            continue;
        };
        let name = columns[place].name.clone();
        return Err(match value.is_empty() {
            true => DataError::CsvEmptyField { line: number, field },
            false => DataError::CsvMissing { line: number, field, name, value: shorten(value) },
        });
    }
    if fields.len() != width {
        let filled = fields.iter().filter(|field| !field.is_empty()).count();
        let found = if fields.len() > width { fields.len() } else { filled };
        let expected = if width == 3 { "x, y, label".into() } else { format!("{width} values") };
        return Err(DataError::CsvColumns { line: number, text: line.text.clone(), found, expected });
    }
    let [x, y, label] = places.map(|place| fields[place].as_str());
    Ok(Row {
        line: number,
        x: coordinate(number, x, line.decimal_comma)?,
        y: coordinate(number, y, line.decimal_comma)?,
        // A decimal comma is mended only where that makes the label a number.
        label: match line.number_at(places[2]) {
            Some(_) if line.decimal_comma => label.replace(',', "."),
            _ => label.to_owned(),
        },
    })
}
