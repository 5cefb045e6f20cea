//! CSV of pixels: an image on each line, its label in the first or last column. A heading may stand above.
//!
//! Values are parted by commas, semicolons or tabs, whichever the first line has. Pixels are 0 to 255, 0 to 16 or 0 to
//! 1; the largest in the file tells which. Their number makes a square, of one colour or three.

use super::part::{Part, Pixels, check_size};
use super::{Dropped, FileError, MAX_IMAGE_CLASSES};

/// Lines that hold something, with their numbers.
type Lines<'a> = Vec<(usize, &'a str)>;

/// Whether a file is text with columns.
pub(super) fn looks_like(file: &Dropped) -> bool {
    let named = [".csv", ".tsv", ".txt"].iter().any(|end| file.name.to_lowercase().ends_with(end));
    let start = &file.bytes[..file.bytes.len().min(2000)];
    // Text has no zero bytes; another kind of file nearly always does.
    !start.contains(&0) && (named || start.is_ascii()) && start.iter().any(|b| b",;\t".contains(b))
}

/// # Errors
/// The first line that cannot be read, by number and value; columns that make no square; no labels.
pub(super) fn read(file: &Dropped) -> Result<Part, FileError> {
    let name = &file.name;
    let text = String::from_utf8_lossy(&file.bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    // `trim` takes the carriage returns.
    let mut lines: Lines =
        (1..).zip(text.lines().map(str::trim)).filter(|(_, line)| !line.is_empty()).collect();
    let Some(&(first, top)) = lines.first() else {
        return Err(FileError::CsvEmpty { name: name.clone() });
    };
    let mark = [';', '\t', ','].into_iter().find(|&mark| top.contains(mark)).unwrap_or(',');
    let columns = top.split(mark).count();
    let heading: Vec<String> = top.split(mark).map(|field| clean(field).to_lowercase()).collect();
    let inner = heading.get(1..columns - 1).unwrap_or_default();
    let is_label =
        |field: &String| ["label", "labels", "class", "target", "y", "digit"].contains(&field.as_str());
    // A heading may number its pixels; the name of its label still gives it away.
    let is_heading = inner.iter().any(|field| field.parse::<f32>().is_err()) || heading.iter().any(is_label);
    if is_heading {
        lines.remove(0);
    }
    if lines.is_empty() {
        return Err(FileError::CsvEmpty { name: name.clone() });
    }
    let at = |line: usize, what: String| FileError::CsvLine { name: name.clone(), line, what };
    let (channels, side) = square(columns - 1).ok_or_else(|| {
        at(
            first,
            format!(
                "{columns} values: a label and {} pixels, which make no square; 785 would be a label and 28 x 28 \
                 pixels, 3073 one and 3 x 32 x 32",
                columns - 1
            ),
        )
    })?;
    check_size(lines.len(), [channels, side, side])?;
    let named =
        match (is_heading, heading.first().is_some_and(is_label), heading.last().is_some_and(is_label)) {
            (true, true, _) => Some(true),
            (true, false, true) => Some(false),
            _ => None,
        };
    let label_first = match named {
        Some(label_first) => label_first,
        None => labels_stand_first(&lines, mark).ok_or(FileError::CsvLabels { name: name.clone() })?,
    };
    let mut labels = Vec::with_capacity(lines.len());
    let mut numbers = Vec::with_capacity(lines.len() * (columns - 1));
    for &(line, content) in &lines {
        let found = content.split(mark).count();
        if found != columns {
            return Err(at(
                line,
                format!("{found} values, but line {first} has {columns}; give every line as many"),
            ));
        }
        for (place, field) in content.split(mark).map(clean).enumerate() {
            if place == if label_first { 0 } else { columns - 1 } {
                labels
                    .push(label(field).ok_or_else(|| at(line, "the label is empty; name the class".into()))?);
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
    // 0 to 16 is how the 8 x 8 digits of the UCI repository are written.
    let largest = numbers.iter().fold(0.0, |largest: f32, &value| largest.max(value));
    let scale = [1.0, 16.0].into_iter().find(|&scale| largest <= scale).unwrap_or(255.0);
    numbers.iter_mut().for_each(|value| *value /= scale);
    if channels == 3 && is_interleaved(&numbers, side) {
        numbers = apart(&numbers, side);
    }
    Ok(Part { name: name.clone(), shape: [channels, side, side], labels, pixels: Pixels::Numbers(numbers) })
}

/// Channels and side of a square picture of this many numbers.
fn square(numbers: usize) -> Option<(usize, usize)> {
    [1, 3].into_iter().find_map(|channels| {
        let side = libm::round(libm::sqrt(numbers as f64 / channels as f64)) as usize;
        (side >= 2 && channels * side * side == numbers).then_some((channels, side))
    })
}

fn clean(field: &str) -> &str {
    field.trim().trim_matches('"').trim()
}

/// A label as it is shown: "7" for "7.0" too. None for an empty one.
fn label(field: &str) -> Option<String> {
    match field.parse::<f64>() {
        Ok(value) if libm::trunc(value) == value && value.abs() < 1e9 => Some((value as i64).to_string()),
        _ => (!field.is_empty()).then(|| field.to_owned()),
    }
}

/// Whether the first column holds the labels rather than the last; none where neither can.
fn labels_stand_first(lines: &Lines, mark: char) -> Option<bool> {
    let first = likeness(lines.iter().map(|(_, line)| line.split(mark).next().unwrap_or_default()));
    let last = likeness(lines.iter().map(|(_, line)| line.rsplit(mark).next().unwrap_or_default()));
    (first.max(last) > 0).then_some(first >= last)
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
