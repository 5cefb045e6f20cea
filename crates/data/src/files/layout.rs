//! Which columns of a table are what: pixels, the label, the row's number, the side; or that they are no pixels at all.
//! Pixels make a square, of one colour or three. They are known by their headings (`pixel0`, `1x1`), or by being 8 x 8
//! whole numbers from 0 to 255 or more, whatever their headings are: fewer are measurements.

use super::FileError;
use super::csv::{Lines, clean};
use super::unpack::Item;
use crate::csv::{SideColumn, is_index_name, is_label_name, is_missing};

/// Pictures of fewer pixels a side are only known by their heading.
const LEAST_SIDE: usize = 8;
/// From this many pixels a side on, numbered columns of fractions from 0 to 1 are pixels too.
const SURE_SIDE: usize = 16;
/// Lines that are looked at to know what they are.
const LOOKED_AT: usize = 200;
/// More columns than this make no picture.
const MOST_COLUMNS: usize = 1 << 18;

/// How the columns of a CSV of pixels are laid out.
pub(super) struct Layout {
    /// What parts the values.
    pub mark: char,
    /// The first line, if it names the columns; as it stands.
    pub heading: Option<Vec<String>>,
    /// Values on a line.
    pub columns: usize,
    /// The columns that number or name the rows.
    pub indices: Vec<usize>,
    /// The column that says the side of each row, and how.
    pub side: Option<(usize, SideColumn)>,
    /// Columns that are no pixels, the label among them or not.
    pub left: Vec<usize>,
    /// The columns that may be the label: one where a heading names it, none where there is no label.
    pub labels: Vec<usize>,
    /// Colours.
    pub channels: usize,
    /// Pixels a side.
    pub size: usize,
}

/// What a text with columns holds.
pub(super) enum Kind {
    /// An image on each line.
    Pixels(Layout),
    /// So many measurements on each line, and a label.
    Table(usize),
}

/// The first lines as fields.
struct Sample<'a> {
    heading: Option<Vec<String>>,
    rows: Vec<Vec<&'a str>>,
    columns: usize,
}

/// What the lines of a table hold.
///
/// # Errors
/// No line at all; so many columns of what looks like pixels that they make no square.
pub(super) fn kind(file: &Item, lines: &Lines) -> Result<Kind, FileError> {
    let name = &file.name;
    let Some(&(first, top)) = lines.first() else {
        return Err(FileError::CsvEmpty { name: name.clone() });
    };
    let mark = mark(top);
    let columns = top.split(mark).count();
    if columns > MOST_COLUMNS {
        return Ok(Kind::Table(columns));
    }
    let sample = sample(lines, mark, columns);
    let heading = |place: usize| sample.heading.as_ref().map(|names| &*names[place]);
    let indices = indices(&sample);
    let data = &lines[usize::from(sample.heading.is_some())..];
    let side = (0..columns).filter(|place| !indices.contains(place)).find_map(|place| {
        // Only a column of words, or one whose heading asks for yes or no, is worth going through.
        let some = || sample.rows.iter().filter_map(move |row| row.get(place).copied());
        SideColumn::of(heading(place), some())?;
        let all = data.iter().map(|(_, line)| clean(line.split(mark).nth(place).unwrap_or_default()));
        Some((place, SideColumn::of(heading(place), all)?))
    });
    let left: Vec<usize> = indices.iter().copied().chain(side.map(|(place, _)| place)).collect();
    let rest: Vec<usize> = (0..columns).filter(|place| !left.contains(place)).collect();
    let numbered = numbered(&sample, &rest);
    let found = pick(&sample, &rest, &numbered);
    let measured = rest.len().saturating_sub(1);
    let of_pixels: Vec<usize> = found.pixels.iter().copied().filter(|p| !found.labels.contains(p)).collect();
    let all_numbered = sample.heading.is_none() || of_pixels.iter().all(|place| numbered.contains(place));
    let told = all_numbered && told(&sample, &of_pixels);
    let worded = of_pixels.iter().any(|&place| heading(place).is_some_and(|name| letters(name) > 2));
    let numbers = Numbers::of(&sample.rows, &of_pixels);
    let pixels = |size: usize| numbers.are_pixels(told, all_numbered && (!worded || size >= SURE_SIDE));
    let count = found.pixels.len().saturating_sub(usize::from(found.open));
    if let Some((channels, size)) = square(count)
        && (size >= LEAST_SIDE || told)
        && pixels(size)
    {
        let left = left.into_iter().chain(found.others).collect();
        let (heading, labels) = (sample.heading, found.labels);
        return Ok(Kind::Pixels(Layout {
            mark,
            heading,
            columns,
            indices,
            side,
            left,
            labels,
            channels,
            size,
        }));
    }
    if !pixels(LEAST_SIDE) || !all_numbered || measured < LEAST_SIDE * LEAST_SIDE {
        return Ok(Kind::Table(measured));
    }
    let what = format!(
        "{} values: a label and {measured} pixels, which make no square; 785 would be a label and 28 x 28 \
         pixels, 3073 one and 3 x 32 x 32",
        rest.len()
    );
    Err(FileError::CsvLine { name: name.clone(), line: first, what })
}

/// What parts the values of a line.
pub(super) fn mark(line: &str) -> char {
    [';', '\t', ','].into_iter().find(|&mark| line.contains(mark)).unwrap_or(',')
}

fn sample<'a>(lines: &Lines<'a>, mark: char, columns: usize) -> Sample<'a> {
    let some = lines.iter().take(LOOKED_AT + 1);
    let mut rows: Vec<Vec<&str>> =
        some.map(|(_, line)| line.split(mark).take(columns).map(clean).collect()).collect();
    let heading = is_heading(&rows, columns).then(|| rows.remove(0).into_iter().map(str::to_owned).collect());
    Sample { heading, rows, columns }
}

fn is_number(field: &str) -> bool {
    field.parse::<f32>().is_ok()
}

/// Whether the first line names the columns.
fn is_heading(rows: &[Vec<&str>], columns: usize) -> bool {
    let Some((top, below)) = rows.split_first() else { return false };
    let is_name = |field: &str| !is_number(field) && !is_missing(field);
    // A heading may number its pixels; the name of its label still gives it away. Letters are labels themselves.
    let names_label = (0..columns).any(|place| {
        let mut fields = below.iter().filter_map(|row| row.get(place));
        let letter = top[place].chars().count() < 2;
        !top[place].is_empty()
            && is_label_name(top[place])
            && fields.all(|field| !field.eq_ignore_ascii_case(top[place]) && (!letter || !is_name(field)))
    });
    // 0, 1, 2 to 784, as pandas writes it.
    let counts = |fields: &[&str]| {
        let numbers: Option<Vec<i64>> = fields.iter().map(|field| field.parse().ok()).collect();
        numbers.is_some_and(|n| {
            n.len() > 15 && matches!(n[0], 0 | 1) && n.windows(2).all(|pair| pair[1] == pair[0] + 1)
        })
    };
    if names_label || counts(&top[1..]) || counts(&top[..columns - 1]) {
        return true;
    }
    let numeric = |place: &usize| {
        below.is_empty() || below.iter().any(|row| row.get(*place).is_some_and(|field| is_number(field)))
    };
    let numbers: Vec<usize> = (0..columns).filter(numeric).collect();
    let named = numbers.iter().filter(|&&place| is_name(top[place])).count();
    named * 2 > numbers.len()
}

/// Columns that number or name the rows: their heading says so and all values differ. Without a heading, the first if a
/// picture and a label are left beside it.
fn indices(sample: &Sample) -> Vec<usize> {
    let differ = |place: usize| {
        let fields = || sample.rows.iter().map(|row| row.get(place).copied().unwrap_or_default());
        let whole = |field: &str| field.parse::<f64>().is_ok_and(|value| libm::trunc(value) == value);
        let mut known = std::collections::HashSet::new();
        let texts = fields().all(|field| !is_number(field));
        fields().all(|field| !is_missing(field) && (texts || whole(field)) && known.insert(field))
    };
    match &sample.heading {
        Some(names) => {
            let named = |place: &usize| is_index_name(&names[*place]) || is_file_name(&names[*place]);
            (0..sample.columns).filter(named).filter(|&place| differ(place)).collect()
        }
        None => {
            let beside =
                square(sample.columns - 1).is_none() && square(sample.columns.saturating_sub(2)).is_some();
            (beside && sample.rows.len() > 1 && differ(0)).then_some(0).into_iter().collect()
        }
    }
}

/// Whether a heading is that of a column of files' names.
fn is_file_name(name: &str) -> bool {
    let name: String = name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    ["file", "filename", "path", "filepath", "image", "imagename", "img", "imagepath", "name"]
        .contains(&&*name)
}

fn letters(name: &str) -> usize {
    name.chars().filter(|c| c.is_alphabetic()).count()
}

/// The columns whose headings are numbered: "pixel0", "1x1", "V12", "28", or one word and a number in many.
fn numbered(sample: &Sample, rest: &[usize]) -> Vec<usize> {
    let Some(names) = &sample.heading else { return vec![] };
    let stem = |place: usize| -> Option<String> {
        let name = &names[place];
        let word = name.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase);
        name.contains(|c: char| c.is_ascii_digit()).then(|| word.collect())
    };
    let mut stems = std::collections::HashMap::new();
    rest.iter().filter_map(|&place| stem(place)).for_each(|stem| *stems.entry(stem).or_insert(0usize) += 1);
    let many = |stem: &String| stems[stem] >= LEAST_SIDE * LEAST_SIDE;
    let is = |stem: String| stem.chars().count() <= 2 || stem.contains("pix") || many(&stem);
    rest.iter().copied().filter(|&place| stem(place).is_some_and(is)).collect()
}

/// Whether headings say that columns are pixels, rather than numbers any features.
fn told(sample: &Sample, places: &[usize]) -> bool {
    let by = |name: &str| {
        let name = name.to_lowercase();
        let across = name.split_once('x').is_some_and(|(a, b)| {
            let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            digits(a) && digits(b)
        });
        across || name.contains("pix") || name.starts_with("px")
    };
    sample.heading.as_ref().is_some_and(|names| places.iter().any(|&place| by(&names[place])))
}

/// Which columns may be pixels, and which the label.
struct Picked {
    /// Pixels; with `open`, also the columns that may be the label.
    pixels: Vec<usize>,
    /// Columns that may be the label.
    labels: Vec<usize>,
    /// Whether one of the pixels is the label.
    open: bool,
    /// Columns that are neither.
    others: Vec<usize>,
}

fn pick(sample: &Sample, rest: &[usize], numbered: &[usize]) -> Picked {
    let without =
        |out: &[usize]| -> Vec<usize> { rest.iter().copied().filter(|place| !out.contains(place)).collect() };
    let ends: Vec<usize> = rest.first().into_iter().chain(rest.last()).copied().collect();
    let is_label = |place: &usize| sample.heading.as_ref().is_some_and(|names| is_label_name(&names[*place]));
    let named = ends.iter().chain(rest).copied().find(|place| is_label(place) && !numbered.contains(place));
    let named = named.or_else(|| ends.iter().copied().find(is_label));
    let fits = |count: usize| square(count).is_some();
    let of_series: Vec<usize> = numbered.iter().copied().filter(|place| Some(*place) != named).collect();
    let outside = without(&of_series);
    let series = |labels: Vec<usize>| {
        let others =
            outside.iter().copied().filter(|place| !labels.contains(place) || labels.len() > 1).collect();
        Picked { pixels: of_series.clone(), labels, open: false, others }
    };
    match named {
        Some(label) if !fits(rest.len().saturating_sub(1)) && fits(of_series.len()) => series(vec![label]),
        Some(label) => Picked { pixels: without(&[label]), labels: vec![label], open: false, others: vec![] },
        // Nothing but pixels, and what stands beside those that are numbered.
        None if !numbered.is_empty() && fits(of_series.len()) => series(outside.clone()),
        None if sample.heading.is_none() && fits(rest.len()) && !fits(rest.len().saturating_sub(1)) => {
            Picked { pixels: rest.to_vec(), labels: vec![], open: false, others: vec![] }
        }
        None => Picked { pixels: rest.to_vec(), labels: ends, open: true, others: vec![] },
    }
}

/// What the values of columns are; those that cannot be read do not count.
#[derive(Default)]
struct Numbers {
    all: usize,
    read: usize,
    fractions: bool,
    /// Below 0 or above 255.
    outside: usize,
    largest: f32,
}

impl Numbers {
    fn of(rows: &[Vec<&str>], places: &[usize]) -> Self {
        let mut numbers = Self::default();
        for field in rows.iter().flat_map(|row| places.iter().filter_map(|&place| row.get(place))) {
            numbers.all += 1;
            let Some(value) = field.parse::<f32>().ok().filter(|value| value.is_finite()) else { continue };
            numbers.read += 1;
            numbers.fractions |= libm::truncf(value) != value;
            numbers.outside += usize::from(!(0.0..=255.0).contains(&value));
            numbers.largest = numbers.largest.max(value);
        }
        numbers
    }

    /// Whether they are as pixels are: whole numbers, or fractions of a known scale. A few that are not are named later.
    /// `scale`: whether fractions of one may be pixels too, as the headings are.
    fn are_pixels(&self, told: bool, scale: bool) -> bool {
        let few = self.outside * 20 <= self.all && self.read * 2 >= self.all;
        // Averaged pictures have fractions of 16 or of 255.
        let scaled = self.largest <= 1.0 || self.largest == 16.0 || self.largest == 255.0;
        few && (!self.fractions || told || scaled && scale)
    }
}

/// Channels and side of a square picture of this many numbers.
pub(super) fn square(numbers: usize) -> Option<(usize, usize)> {
    [1, 3].into_iter().find_map(|channels| {
        let side = libm::round(libm::sqrt(numbers as f64 / channels as f64)) as usize;
        (side >= 2 && channels * side * side == numbers).then_some((channels, side))
    })
}
