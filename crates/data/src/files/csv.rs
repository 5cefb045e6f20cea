//! Whether a text with columns holds pixels or measurements, and which of its columns are what. Pixels make a square, of
//! one colour or three, after a label and perhaps the row's number; what is measured has names, fractions, or too few
//! columns for a picture.

use super::FileError;
use super::unpack::Item;
use crate::csv::{is_index_name, is_label_name, is_missing};

/// Lines that hold something, with their numbers.
pub(super) type Lines<'a> = Vec<(usize, &'a str)>;

/// Pictures of fewer pixels a side are only known by their heading.
const LEAST_SIDE: usize = 4;
/// Lines that are looked at to know what they are.
const LOOKED_AT: usize = 200;

/// How the columns of a CSV of pixels are laid out.
pub(super) struct Layout {
    /// What parts the values.
    pub mark: char,
    /// The first line, if it names the columns; as it stands.
    pub heading: Option<Vec<String>>,
    /// Values on a line.
    pub columns: usize,
    /// The column that numbers the rows.
    pub index: Option<usize>,
    /// The columns that may be the label: one where a heading names it, none where there is no label.
    pub labels: Vec<usize>,
    /// Colours.
    pub channels: usize,
    /// Pixels a side.
    pub side: usize,
}

/// What a text with columns holds.
pub(super) enum Kind {
    /// An image on each line.
    Pixels(Layout),
    /// So many measurements on each line, and a label.
    Table(usize),
}

/// Whether bytes begin as text does.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(2000)];
    // Text has no zero bytes; another kind of file nearly always does. A letter may be cut in two at the end.
    let whole =
        core::str::from_utf8(start).map_or_else(|error| error.valid_up_to() + 4 > start.len(), |_| true);
    let latin = start.iter().all(|b| *b >= b' ' || b"\t\r\n\x0c".contains(b));
    !start.is_empty() && !start.contains(&0) && (whole || latin) && !start.starts_with(b"%PDF")
}

/// Whether a file is text with columns.
pub(super) fn looks_like(file: &Item) -> bool {
    let name = file.name.to_lowercase();
    let named = [".csv", ".tsv"].iter().any(|end| name.ends_with(end));
    let columns = || {
        let text = String::from_utf8_lossy(&file.bytes[..file.bytes.len().min(2000)]).into_owned();
        // Prose has commas too, but not as many on each line, nor numbers between them.
        let lines = lines(&text);
        let parted = |line: &str| {
            line.split([',', ';', '\t']).filter(|field| clean(field).parse::<f64>().is_ok()).count()
        };
        lines.len() > 1
            && lines
                .iter()
                .skip(1)
                .take(3)
                .all(|(_, line)| parted(line) > 0 && line.contains([',', ';', '\t']))
    };
    is_text(&file.bytes) && (named || columns())
}

/// The lines of a text.
pub(super) fn lines(text: &str) -> Lines<'_> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let end = if text.contains('\n') { '\n' } else { '\r' };
    // `trim` takes the carriage returns.
    (1..)
        .zip(text.split(end).map(str::trim))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .collect()
}

/// A value without blanks and quotes around it.
pub(super) fn clean(field: &str) -> &str {
    field.trim().trim_matches(['"', '\'']).trim()
}

/// What the lines hold.
///
/// # Errors
/// No line at all; so many columns of what looks like pixels that they make no square.
pub(super) fn kind(name: &str, lines: &Lines) -> Result<Kind, FileError> {
    let Some(&(first, top)) = lines.first() else {
        return Err(FileError::CsvEmpty { name: name.to_owned() });
    };
    let mark = [';', '\t', ','].into_iter().find(|&mark| top.contains(mark)).unwrap_or(',');
    let columns = top.split(mark).count();
    let fields: Vec<String> = top.split(mark).map(|field| clean(field).to_owned()).collect();
    let is_number = |field: &String| field.parse::<f32>().is_ok();
    let inner = fields.get(1..columns - 1).unwrap_or_default();
    // A heading may number its pixels; the name of its label still gives it away.
    let is_heading =
        inner.iter().any(|f| !is_number(f) && !is_missing(f)) || fields.iter().any(|f| is_label_name(f));
    let heading = is_heading.then(|| fields.clone());
    let data = &lines[usize::from(is_heading)..];
    let some = &data[..data.len().min(LOOKED_AT)];
    let index = match &heading {
        Some(heading) => (is_index_name(&heading[0]) && counts(some, mark)).then_some(0),
        None => (square(columns - 1).is_none()
            && square(columns.saturating_sub(2)).is_some()
            && counts(some, mark))
        .then_some(0),
    };
    let before = usize::from(index.is_some());
    let named = heading.as_ref().and_then(|heading| {
        let mut places = [before, columns - 1].into_iter().chain(0..columns);
        places.find(|&place| heading.get(place).is_some_and(|name| is_label_name(name)))
    });
    let numbered = heading.as_ref().is_some_and(|heading| {
        let of_pixels = |place: &usize| Some(*place) != named && Some(*place) != index;
        (0..columns).filter(of_pixels).all(|place| is_pixel_name(&heading[place]))
    });
    // Nothing but pixels, all named as such.
    let bare = numbered && named.is_none() && square(columns - before).is_some();
    let pixels = columns.saturating_sub(before + usize::from(!bare));
    let shown =
        square(pixels).filter(|(_, side)| *side >= LEAST_SIDE || numbered && told(heading.as_deref()));
    let measured = heading.is_some() && !numbered || !whole(some, mark, named, index);
    if let (Some((channels, side)), false) = (shown, measured) {
        let labels = match (bare, named) {
            (true, _) => vec![],
            (false, Some(place)) => vec![place],
            (false, None) => vec![before, columns - 1],
        };
        return Ok(Kind::Pixels(Layout { mark, heading, columns, index, labels, channels, side }));
    }
    if measured || pixels < LEAST_SIDE * LEAST_SIDE {
        return Ok(Kind::Table(pixels));
    }
    let what = format!(
        "{columns} values: a label and {pixels} pixels, which make no square; 785 would be a label and 28 x 28 \
         pixels, 3073 one and 3 x 32 x 32"
    );
    Err(FileError::CsvLine { name: name.to_owned(), line: first, what })
}

/// Channels and side of a square picture of this many numbers.
pub(super) fn square(numbers: usize) -> Option<(usize, usize)> {
    [1, 3].into_iter().find_map(|channels| {
        let side = libm::round(libm::sqrt(numbers as f64 / channels as f64)) as usize;
        (side >= 2 && channels * side * side == numbers).then_some((channels, side))
    })
}

/// "pixel0", "1x1", "V12", "p_3", "28": a number, perhaps with a few letters.
fn is_pixel_name(name: &str) -> bool {
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    name.contains(|c: char| c.is_ascii_digit()) && (letters <= 2 || name.to_lowercase().contains("pix"))
}

/// Whether a heading says that the columns are pixels, rather than numbers any features.
fn told(heading: Option<&[String]>) -> bool {
    let by = |name: &String| {
        let name = name.to_lowercase();
        let across = name.split_once('x').is_some_and(|(a, b)| {
            let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            digits(a) && digits(b)
        });
        across || name.contains("pix") || name.starts_with("px")
    };
    heading.is_some_and(|heading| heading.iter().any(by))
}

/// Whether the first column counts the lines.
fn counts(lines: &[(usize, &str)], mark: char) -> bool {
    let numbers: Option<Vec<i64>> = lines
        .iter()
        .map(|(_, line)| clean(line.split(mark).next().unwrap_or_default()).parse().ok())
        .collect();
    numbers.is_some_and(|numbers| numbers.len() > 1 && numbers.windows(2).all(|pair| pair[1] == pair[0] + 1))
}

/// Whether values are as pixels are: whole numbers, or fractions of a known scale. Labels and what cannot be read do not count.
fn whole(lines: &[(usize, &str)], mark: char, label: Option<usize>, index: Option<usize>) -> bool {
    let mut fractions = false;
    let mut largest = 0.0f32;
    for (_, line) in lines {
        let last = line.split(mark).count().saturating_sub(1);
        for (place, field) in line.split(mark).map(clean).enumerate() {
            let may_be_label = label.map_or(place == 0 || place == last, |label| place == label);
            if may_be_label || Some(place) == index {
                continue;
            }
            if let Some(value) = field.parse::<f32>().ok().filter(|value| value.is_finite()) {
                fractions |= libm::truncf(value) != value;
                largest = largest.max(value);
            }
        }
    }
    // Averaged pictures have fractions of 16 or of 255.
    !fractions || largest <= 1.0 || largest == 16.0 || largest == 255.0
}
