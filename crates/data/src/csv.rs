//! Points from text and back: lines of x, y, label, as spreadsheets, Python and people write them.
//!
//! Values are parted by semicolons, tabs, commas or blanks (the first of these that a line holds), and may
//! stand in double quotes. Where commas do not part the values, a decimal comma is understood. Blank lines
//! and lines that start with `#` are skipped.

use crate::kind::is_class;
use crate::{DataError, MAX_CLASSES, MAX_POINTS, Point};

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

/// One line of data whose label is not yet understood.
struct Row {
    line: usize,
    x: f32,
    y: f32,
    label: String,
}

/// Which field of a line holds x, y and the label, and how a heading says the label is meant.
struct Columns {
    places: [usize; 3],
    heading: String,
}

/// Reads points from text.
///
/// A first line whose x and y are not numbers is a heading; if it names `x` and `y`, they may stand in any
/// order. Labels that are names become classes in order of first appearance. Whole numbers 0 to k - 1 stay as
/// they are, -1 and 1 become 0 and 1, other whole numbers are treated as names. Other numbers make a
/// regression. A heading can settle the matter: `class` keeps any whole numbers from 0 to 15, `value` makes
/// every number a target.
///
/// # Errors
/// The first line that cannot be read, by number and value; more than 16 classes or 20,000 points; no points
/// at all.
pub fn parse_csv(text: &str) -> Result<CsvPoints, DataError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // A text of the old Macintosh kind has no line feeds at all; elsewhere `trim` takes the carriage returns.
    let line_end = if text.contains('\n') { '\n' } else { '\r' };
    let mut lines = (1..)
        .zip(text.split(line_end).map(str::trim))
        .filter(|(_, content)| !content.is_empty() && !content.starts_with('#'))
        .peekable();
    let named = lines.peek().and_then(|(_, first)| heading(first));
    if named.is_some() {
        lines.next();
    }
    let columns = named.unwrap_or(Columns { places: [0, 1, 2], heading: String::new() });
    let mut rows = Vec::new();
    for (line, content) in lines {
        if rows.len() == MAX_POINTS {
            return Err(DataError::CsvTooManyRows { line });
        }
        rows.push(read_row(line, content, &columns)?);
    }
    if rows.is_empty() {
        return Err(DataError::CsvEmpty);
    }
    read_labels(&rows, &columns.heading)
}

/// Writes points as text that [`parse_csv`] reads back exactly, with a heading that keeps labels from being
/// misread. The points must be finite. Classes are written as their `names` where each has one of its own that is read as a
/// name; reading may then number them otherwise, by first appearance.
pub fn to_csv(points: &[Point], names: &[String]) -> String {
    let classes = points.iter().all(|point| is_class(point.label));
    let highest = points.iter().map(|point| point.label as u32).max().unwrap_or(0);
    let no_gaps = || (0..=highest).all(|class| points.iter().any(|point| point.label as u32 == class));
    let distinct = || (1..names.len()).all(|i| !names[..i].contains(&names[i]));
    let named = classes && names.len() > highest as usize && names.iter().all(|n| is_name(n)) && distinct();
    let heading = match classes {
        true if named || no_gaps() => "label",
        true => "class",
        false => "value",
    };
    let mut text = format!("x,y,{heading}\n");
    for Point { x, y, label } in points {
        let label = if named { format!("\"{}\"", names[*label as usize]) } else { label.to_string() };
        text.push_str(&format!("{x},{y},{label}\n"));
    }
    text
}

/// Whether a class's name is read back as it is: a fraction would make the labels numbers to predict.
fn is_name(name: &str) -> bool {
    let whole = |v: f64| v.is_finite() && libm::trunc(v) == v && (v + 0.0).to_string() == name;
    let odd = name.is_empty() || name.trim() != name || name.contains(['"', '\n', '\r']);
    !odd && number(name, false).is_none_or(whole)
}

fn read_row(line: usize, content: &str, columns: &Columns) -> Result<Row, DataError> {
    let (fields, decimal_comma) = fields_of(content);
    // A gap comes first: with a value too many besides, the gap is what went wrong.
    let gap = || columns.places.iter().position(|&place| fields[place].is_empty());
    if let Some(place) = (fields.len() >= 3).then(gap).flatten() {
        return Err(DataError::CsvEmptyField { line, field: ["x", "y", "label"][place] });
    }
    if fields.len() != 3 {
        let filled = fields.iter().filter(|field| !field.is_empty()).count();
        let found = if fields.len() > 3 { fields.len() } else { filled };
        return Err(DataError::CsvColumns { line, text: shorten(content), found });
    }
    let [x, y, label] = columns.places.map(|place| fields[place].as_str());
    Ok(Row {
        line,
        x: coordinate(line, x, decimal_comma)?,
        y: coordinate(line, y, decimal_comma)?,
        // A decimal comma is mended only where that makes the label a number.
        label: match number(label, decimal_comma) {
            Some(_) if decimal_comma => label.replace(',', "."),
            _ => label.to_owned(),
        },
    })
}

/// The fields of a line without their quotes, and whether a comma in them is a decimal comma.
fn fields_of(content: &str) -> (Vec<String>, bool) {
    let separator = [';', '\t', ','].into_iter().find(|&mark| splits(content, mark));
    let parts = |c: char| separator.map_or(c.is_whitespace(), |mark| c == mark);
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for c in content.chars() {
        if c == '"' {
            quoted = !quoted;
        } else if parts(c) && !quoted {
            fields.push(String::new());
        } else if let Some(field) = fields.last_mut() {
            field.push(c);
        }
    }
    let mut fields: Vec<String> = fields.iter().map(|field| field.trim().to_owned()).collect();
    if separator.is_none() {
        fields.retain(|field| !field.is_empty()); // a run of blanks is one gap
    }
    while fields.len() > 3 && fields.last().is_some_and(String::is_empty) {
        fields.pop(); // spreadsheets leave empty columns at the end
    }
    (fields, separator != Some(','))
}

/// Whether a mark occurs outside double quotes.
fn splits(content: &str, mark: char) -> bool {
    content.split('"').step_by(2).any(|outside| outside.contains(mark))
}

/// The columns as the first line names them, or none if that line is already data.
fn heading(first: &str) -> Option<Columns> {
    let (fields, decimal_comma) = fields_of(&first.to_lowercase());
    let find = |wanted: &str| fields.iter().position(|name| name == wanted);
    let is_name = |field: &String| number(field, decimal_comma).is_none();
    let places = match (find("x"), find("y")) {
        _ if fields.len() != 3 => return None,
        (Some(x), Some(y)) => [x, y, 3 - x - y],
        _ if fields[..2].iter().all(is_name) => [0, 1, 2],
        _ => return None,
    };
    Some(Columns { places, heading: fields[places[2]].clone() })
}

fn number(field: &str, decimal_comma: bool) -> Option<f64> {
    if decimal_comma { field.replace(',', ".").parse().ok() } else { field.parse().ok() }
}

/// A number that is finite in 32 bits.
fn coordinate(line: usize, field: &str, decimal_comma: bool) -> Result<f32, DataError> {
    match number(field, decimal_comma) {
        None => Err(DataError::CsvNotANumber { line, value: shorten(field) }),
        Some(value) if !(value as f32).is_finite() => {
            Err(DataError::CsvNotFinite { line, value: shorten(field) })
        }
        // Read again as 32 bits: rounding by way of 64 could miss the nearest by one.
        Some(value) => Ok(field.parse().unwrap_or(value as f32)),
    }
}

/// Decides between classes and regression, and gives every row its label.
fn read_labels(rows: &[Row], heading: &str) -> Result<CsvPoints, DataError> {
    let name_row = rows.iter().find(|row| number(&row.label, false).is_none());
    let target_row = match heading {
        "value" => rows.first(),
        _ => {
            rows.iter().find(|row| number(&row.label, false).is_some_and(|value| libm::trunc(value) != value))
        }
    };
    match (target_row, name_row) {
        (None, Some(_)) => classes_by_name(rows, |row| row.label.clone()),
        (None, None) => whole_number_classes(rows, heading),
        (Some(_), None) => {
            let points = rows.iter().map(|row| {
                let label = coordinate(row.line, &row.label, false)?;
                Ok(Point { x: row.x, y: row.y, label })
            });
            Ok(CsvPoints {
                points: points.collect::<Result<_, _>>()?,
                class_names: Vec::new(),
                regression: true,
            })
        }
        (Some(target), Some(name)) if heading == "value" || target.line == name.line => {
            Err(DataError::CsvNotANumber { line: name.line, value: shorten(&name.label) })
        }
        (Some(target), Some(name)) => Err(DataError::CsvMixedLabels {
            line: name.line,
            value: shorten(&name.label),
            other_line: target.line,
            other: shorten(&target.label),
        }),
    }
}

/// Labels that are all whole numbers.
fn whole_number_classes(rows: &[Row], heading: &str) -> Result<CsvPoints, DataError> {
    let mut labels = Vec::with_capacity(rows.len());
    for row in rows {
        // + 0.0 makes one zero of both.
        labels.push(coordinate(row.line, &row.label, false)? + 0.0);
    }
    let has = |class: f32| labels.contains(&class);
    let signs = has(-1.0) && labels.iter().all(|&label| label.abs() == 1.0);
    let highest = labels.iter().fold(0.0, |highest: f32, &label| highest.max(label));
    let small = labels.iter().all(|&label| is_class(label));
    let kept = small && (heading == "class" || (0..=highest as u32).all(|class| has(class as f32)));
    let (class_names, classes): (Vec<String>, Vec<f32>) = if signs {
        (["-1", "1"].map(str::to_owned).into(), labels.iter().map(|&label| (label + 1.0) / 2.0).collect())
    } else if kept {
        ((0..=highest as u32).map(|class| class.to_string()).collect(), labels)
    } else {
        // "2" and "2.0" are one class, hence the number written anew.
        return classes_by_name(rows, |row| match number(&row.label, false) {
            Some(value) => (value + 0.0).to_string(),
            None => row.label.clone(),
        });
    };
    let points = rows.iter().zip(classes).map(|(row, label)| Point { x: row.x, y: row.y, label }).collect();
    Ok(CsvPoints { points, class_names, regression: false })
}

/// Classes numbered in order of first appearance.
fn classes_by_name(rows: &[Row], name_of: impl Fn(&Row) -> String) -> Result<CsvPoints, DataError> {
    let mut class_names: Vec<String> = Vec::new();
    let mut points = Vec::with_capacity(rows.len());
    for row in rows {
        let name = name_of(row);
        let class = class_names.iter().position(|known| *known == name).unwrap_or(class_names.len());
        if class == MAX_CLASSES as usize {
            return Err(DataError::CsvTooManyClasses { line: row.line, value: shorten(&name) });
        }
        if class == class_names.len() {
            class_names.push(name);
        }
        points.push(Point { x: row.x, y: row.y, label: class as f32 });
    }
    let class_names = class_names.iter().map(|name| shorten(name)).collect();
    Ok(CsvPoints { points, class_names, regression: false })
}

/// Enough of a value to recognise it in a message.
fn shorten(value: &str) -> String {
    const LIMIT: usize = 40;
    if value.chars().count() <= LIMIT {
        return value.to_owned();
    }
    value.chars().take(LIMIT).chain(['…']).collect()
}
