//! CSV of pixels: an image on each line, its label in the first or last column. A heading may stand above, and a column
//! may number the rows.
//!
//! Values are parted by commas, semicolons or tabs, whichever the first line has. Pixels are 0 to 255, 0 to 16 or 0 to
//! 1; the largest in all files tells which. Their number makes a square, of one colour or three.

use super::csv::{Lines, clean};
use super::layout::Layout;
use super::part::{Part, Pixels, check_size};
use super::sides::last;
use super::taken::LabelColumn;
use super::unpack::Item;
use super::{FileError, MAX_IMAGE_CLASSES, Side};
use crate::csv::is_missing;

/// Images of one file, and which columns were taken as what.
pub(super) struct Read {
    /// The images: of each side by themselves, where a column says the side.
    pub parts: Vec<Part>,
    /// Where the label stands.
    pub label: LabelColumn,
    /// The headings of the columns that number the rows.
    pub indices: Vec<String>,
}

/// Brings the pixels of all files to 0 to 1: the largest of them all tells whether they are of 0 to 1, 16 or 255.
pub(super) fn scale(parts: &mut [Part]) {
    let all = || {
        parts.iter().flat_map(|part| match &part.pixels {
            Pixels::Numbers(numbers) => &numbers[..],
            Pixels::Bytes { .. } => &[],
        })
    };
    let largest = all().fold(0.0, |largest: f32, &value| largest.max(value));
    // 0 to 16 is how the 8 x 8 digits of the UCI repository are written.
    let scale = [1.0, 16.0].into_iter().find(|&scale| largest <= scale).unwrap_or(255.0);
    for part in parts {
        if let Pixels::Numbers(numbers) = &mut part.pixels {
            numbers.iter_mut().for_each(|value| *value /= scale);
        }
    }
}

/// Reads the lines as their layout says; pixels as they stand.
///
/// # Errors
/// The first line that cannot be read, by number and value; no labels.
pub(super) fn read(file: &Item, mut lines: Lines, layout: &Layout) -> Result<Read, FileError> {
    let name = &file.name;
    let &Layout { mark, columns, channels, size, .. } = layout;
    let first = lines.first().map_or(1, |(line, _)| *line);
    if layout.heading.is_some() {
        lines.remove(0);
    }
    if lines.is_empty() {
        return Err(FileError::CsvEmpty { name: name.clone() });
    }
    check_size(lines.len(), [channels, size, size])?;
    let place_of_label = match layout.labels[..] {
        [] => return Err(FileError::CsvUnlabelled { name: name.clone(), side: size }),
        [only] => only,
        _ => stands_best(&lines, mark, &layout.labels).ok_or(FileError::CsvLabels { name: name.clone() })?,
    };
    let at = |line: usize, what: String| FileError::CsvLine { name: name.clone(), line, what };
    let mut labels = Vec::with_capacity(lines.len());
    let mut sides = Vec::new();
    let mut numbers = Vec::with_capacity(lines.len() * channels * size * size);
    for &(line, content) in &lines {
        let found = content.split(mark).count();
        if found != columns {
            return Err(at(
                line,
                format!("{found} values, but line {first} has {columns}; give every line as many"),
            ));
        }
        for (place, field) in content.split(mark).map(clean).enumerate() {
            if place == place_of_label {
                if is_missing(field) && !field.is_empty() {
                    return Err(at(
                        line,
                        format!("the label is missing (\"{field}\"); name the class, or leave the line out"),
                    ));
                }
                labels
                    .push(label(field).ok_or_else(|| at(line, "the label is empty; name the class".into()))?);
                continue;
            }
            if let Some((_, says)) = layout.side.filter(|(column, _)| *column == place) {
                let what = || {
                    format!("\"{}\" says neither training nor test; write train, test or val", short(field))
                };
                sides.push(says.side(field).ok_or_else(|| at(line, what()))?);
            }
            if layout.left.contains(&place) {
                continue;
            }
            match field.parse::<f32>() {
                Ok(value) if (0.0..=255.0).contains(&value) => numbers.push(value),
                _ => {
                    let what = format!(
                        "\"{}\" in column {} is no pixel; pixels are 0 to 255",
                        short(field),
                        place + 1
                    );
                    return Err(at(line, what));
                }
            }
        }
    }
    if channels == 3 && is_interleaved(&numbers, size) {
        numbers = apart(&numbers, size);
    }
    let heading = |place: usize| layout.heading.as_ref().and_then(|h| h.get(place).cloned());
    let label =
        LabelColumn { heading: heading(place_of_label).unwrap_or_default(), place: place_of_label + 1 };
    let indices = layout.indices.iter().map(|place| heading(*place).unwrap_or_default()).collect();
    let shape = [channels, size, size];
    let part = |side: Option<Side>, labels: Vec<String>, numbers: Vec<f32>| Part {
        name: name.clone(),
        side,
        // The column is named once, for both sides.
        said: match side {
            Some(Side::Train) => layout.side.and_then(|(place, _)| heading(place)).unwrap_or_default(),
            Some(_) => String::new(),
            None => last(name).to_owned(),
        },
        shape,
        labels,
        pixels: Pixels::Numbers(numbers),
    };
    let parts = match layout.side {
        None => vec![part(None, labels, numbers)],
        Some(_) => by_side(&sides, &labels, &numbers, shape)
            .map(|(side, labels, numbers)| part(Some(side), labels, numbers))
            .collect(),
    };
    Ok(Read { parts, label, indices })
}

/// The labels and the pixels of each side that there is.
fn by_side(
    sides: &[Side],
    labels: &[String],
    numbers: &[f32],
    shape: [usize; 3],
) -> impl Iterator<Item = (Side, Vec<String>, Vec<f32>)> {
    [Side::Train, Side::Test, Side::Validation].into_iter().filter(|side| sides.contains(side)).map(
        move |side| {
            let rows = sides.iter().zip(labels.iter().zip(numbers.chunks_exact(shape.iter().product())));
            let (mut some, mut pixels) = (vec![], vec![]);
            for (_, (label, image)) in rows.filter(|(at, _)| **at == side) {
                some.push(label.clone());
                pixels.extend_from_slice(image);
            }
            (side, some, pixels)
        },
    )
}

/// A label as it is shown: "7" for "7.0" too. None for an empty one.
fn label(field: &str) -> Option<String> {
    match field.parse::<f64>() {
        Ok(value) if libm::trunc(value) == value && value.abs() < 1e9 => Some((value as i64).to_string()),
        _ => (!field.is_empty()).then(|| field.to_owned()),
    }
}

/// Which of two columns holds the labels rather than the other, the first in doubt; none where neither can.
fn stands_best(lines: &Lines, mark: char, places: &[usize]) -> Option<usize> {
    let column =
        |place: usize| lines.iter().map(move |(_, line)| line.split(mark).nth(place).unwrap_or_default());
    let mut best = None;
    for &place in places {
        let found = likeness(column(place));
        if found > best.map_or(0, |(found, _)| found) {
            best = Some((found, place));
        }
    }
    best.map(|(_, place)| place)
}

/// How much a column looks like labels: 0 not at all (one value only, fractions, too many), 1 if it may be, 2 if
/// they are names or count from 0 or 1 without a gap, as a column of pixels hardly ever does.
fn likeness<'a>(column: impl Iterator<Item = &'a str>) -> u8 {
    let mut different = std::collections::BTreeSet::new();
    for field in column.map(clean) {
        match label(field) {
            Some(label) => different.insert(label),
            None => return 0,
        };
        if different.len() > MAX_IMAGE_CLASSES {
            return 0;
        }
    }
    let numbers: Vec<f64> = different.iter().filter_map(|label| label.parse().ok()).collect();
    let highest = numbers.iter().fold(f64::MIN, |highest, &number| highest.max(number));
    let lowest = numbers.iter().fold(f64::MAX, |lowest, &number| lowest.min(number));
    let whole = numbers.iter().all(|number| libm::trunc(*number) == *number);
    match different.len() {
        0 | 1 => 0,
        _ if numbers.is_empty() => 2,
        _ if !whole => 0,
        count if (lowest == 0.0 || lowest == 1.0) && highest - lowest + 1.0 == count as f64 => 2,
        _ => 1,
    }
}

/// Whether the three colours of a pixel stand together: then a value is more like the third after it than like the
/// next. Looks at the first few images.
fn is_interleaved(numbers: &[f32], side: usize) -> bool {
    let some = &numbers[..numbers.len().min(50 * 3 * side * side)];
    let change =
        |step: usize| -> f64 { some.iter().zip(&some[step..]).map(|(a, b)| f64::from((a - b).abs())).sum() };
    change(3) < change(1)
}

/// Colour by colour, out of pixel by pixel.
fn apart(numbers: &[f32], side: usize) -> Vec<f32> {
    let area = side * side;
    let image = |pixels: &[f32]| -> Vec<f32> {
        (0..3 * area).map(|place| pixels[place % area * 3 + place / area]).collect()
    };
    numbers.chunks_exact(3 * area).flat_map(image).collect()
}

/// Enough of a value to recognise it in a message.
fn short(field: &str) -> String {
    field.chars().take(20).collect()
}
