//! A text as lines of fields, and its heading.

use crate::{DataError, MAX_POINTS};

/// The lines of one text.
pub(super) struct Grid {
    /// The heading's fields as they stand, if there is a heading.
    pub heading: Option<Vec<String>>,
    /// The lines of data.
    pub lines: Vec<Line>,
    /// How many fields a line should have.
    pub width: usize,
}

/// One line of data.
pub(super) struct Line {
    /// Its number, from 1.
    pub number: usize,
    /// The line as it stands, shortened.
    pub text: String,
    /// Its fields without quotes; trailing empty ones past the table's width are gone.
    pub fields: Vec<String>,
    /// Whether a comma in a field is a decimal comma.
    pub decimal_comma: bool,
}

impl Line {
    /// A field as a number.
    pub fn number_at(&self, place: usize) -> Option<f64> {
        number(self.fields.get(place)?, self.decimal_comma)
    }
}

/// The fewest fields of a line.
const LEAST: usize = 3;

/// Reads the lines of a text. Blank lines and lines that start with `#` are skipped.
///
/// # Errors
/// No line of data; more lines than points may be.
pub(super) fn grid(text: &str) -> Result<Grid, DataError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // A text of the old Macintosh kind has no line feeds at all; elsewhere `trim` takes the carriage returns.
    let line_end = if text.contains('\n') { '\n' } else { '\r' };
    let mut lines = Vec::new();
    for (number, content) in (1..).zip(text.split(line_end)) {
        let content = content.trim_end_matches('\r').trim_matches(' ');
        if content.trim().is_empty() || content.starts_with('#') {
            continue;
        }
        // One more for the heading.
        if lines.len() > MAX_POINTS + 1 {
            break;
        }
        let (fields, decimal_comma) = fields_of(content);
        lines.push(Line { number, text: shorten(content.trim()), fields, decimal_comma });
    }
    let heading = heading(&lines).then(|| lines.remove(0).fields);
    if lines.is_empty() {
        return Err(DataError::CsvEmpty);
    }
    if let Some(over) = lines.get(MAX_POINTS) {
        return Err(DataError::CsvTooManyRows { line: over.number });
    }
    let width = width(heading.as_deref(), &lines);
    for line in &mut lines {
        while line.fields.len() > width && line.fields.last().is_some_and(String::is_empty) {
            line.fields.pop(); // spreadsheets leave empty columns at the end
        }
    }
    let heading = heading.map(|mut names| {
        names.resize(width, String::new());
        names
    });
    Ok(Grid { heading, lines, width })
}

/// How many fields a line should have: as many as the heading, else as most lines have, the first in doubt. Empty ones at
/// the end do not count.
fn width(heading: Option<&[String]>, lines: &[Line]) -> usize {
    let filled =
        |fields: &[String]| fields.iter().rposition(|field| !field.is_empty()).map_or(0, |last| last + 1);
    if let Some(names) = heading {
        return filled(names).max(LEAST);
    }
    let mut counts = std::collections::BTreeMap::new();
    lines.iter().for_each(|line| *counts.entry(filled(&line.fields)).or_insert(0usize) += 1);
    let most = counts.values().max().copied().unwrap_or(0);
    let first = lines.iter().map(|line| filled(&line.fields)).find(|width| counts[width] == most);
    first.unwrap_or(0).max(LEAST)
}

/// Whether the first line names the columns: it has names where the lines below have numbers, in more than half of these
/// columns; or it has names alone, which no line below has.
fn heading(lines: &[Line]) -> bool {
    let Some((first, below)) = lines.split_first() else { return false };
    let is_name = |place: usize| {
        first.fields.get(place).is_some_and(|field| !is_missing(field)) && first.number_at(place).is_none()
    };
    let places = first.fields.len();
    // What pandas writes over columns that have no names: nothing over the index, then 0, 1, 2.
    let counted = |place: usize| first.number_at(place) == Some(place as f64 - 1.0);
    if places > 2 && first.fields[0].is_empty() && (1..places).all(counted) {
        return true;
    }
    if below.is_empty() {
        return places > 1 && (0..places).all(is_name);
    }
    let some = &below[..below.len().min(1000)];
    let numeric = |place: usize| {
        let numbers = some.iter().filter(|line| line.number_at(place).is_some()).count();
        let filled =
            some.iter().filter(|line| line.fields.get(place).is_some_and(|f| !is_missing(f))).count();
        numbers * 2 > filled
    };
    let numbers: Vec<usize> = (0..places).filter(|&place| numeric(place)).collect();
    let named = numbers.iter().filter(|&&place| is_name(place)).count();
    let known = |field: &String| matches!(&*field.to_lowercase(), "x" | "y" | "label");
    named * 2 > numbers.len()
        || (0..places).all(is_name) && first.fields.iter().filter(|f| known(f)).count() > 1
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
    (fields, separator != Some(','))
}

/// Whether a mark occurs outside double quotes.
fn splits(content: &str, mark: char) -> bool {
    content.split('"').step_by(2).any(|outside| outside.contains(mark))
}

/// A field as a number; with a decimal comma, where commas part nothing.
pub(super) fn number(field: &str, decimal_comma: bool) -> Option<f64> {
    // "nan" is a number to Rust, and a gap to whoever wrote the table.
    if field.to_lowercase().trim_start_matches(['+', '-']).starts_with("nan") {
        return None;
    }
    if decimal_comma { field.replace(',', ".").parse().ok() } else { field.parse().ok() }
}

/// Whether a field says that there is no value: nothing at all, or what programs write for that.
pub(crate) fn is_missing(field: &str) -> bool {
    let known = [
        "", "nan", "na", "n/a", "n.a.", "#n/a", "#n/a n/a", "#na", "<na>", "null", "<null>", "(null)",
        "none", "?", "-", "--", "---", ".", "#null!", "#nv", "#value!", "#div/0!", "#ref!", "nil", "-nan",
        "\\n", "nat",
    ];
    known.contains(&&*field.trim().to_lowercase())
}

/// Enough of a value to recognise it in a message.
pub(super) fn shorten(value: &str) -> String {
    const LIMIT: usize = 40;
    if value.chars().count() <= LIMIT {
        return value.to_owned();
    }
    value.chars().take(LIMIT).chain(['…']).collect()
}
