//! Whether bytes are text, whether a text has columns, and its lines.

use std::borrow::Cow;

use super::unpack::Item;

/// Lines that hold something, with their numbers.
pub(super) type Lines<'a> = Vec<(usize, &'a str)>;

/// Bytes of a file that are looked at to know what it is: many lines, also of large pictures.
pub const LOOKED_AT: usize = 1 << 17;

/// Whether bytes begin as text does.
pub fn is_text(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(2000)];
    // Text has no zero bytes; another kind of file nearly always does. A letter may be cut in two at the end.
    let whole =
        core::str::from_utf8(start).map_or_else(|error| error.valid_up_to() + 4 > start.len(), |_| true);
    let latin = start.iter().all(|b| *b >= b' ' || b"\t\r\n\x0c".contains(b));
    !start.is_empty()
        && !start.contains(&0)
        && (whole || latin)
        && !start.starts_with(b"%PDF")
        && !start.starts_with(&[0x1f, 0x8b])
}

/// Whether a file is text with columns.
pub(super) fn looks_like(file: &Item) -> bool {
    let name = file.name.to_lowercase();
    let named = [".csv", ".tsv"].iter().any(|end| name.ends_with(end));
    is_text(&file.bytes) && (named || columns(&file.bytes[..file.bytes.len().min(LOOKED_AT)]))
}

/// Whether a text begins with lines of columns. Prose has commas and blanks too, but not as many on each line, nor numbers
/// between them.
fn columns(start: &[u8]) -> bool {
    const MARKS: [char; 3] = [';', '\t', ','];
    let text = String::from_utf8_lossy(start);
    let lines = lines(&text);
    let is_number = |field: &&str| clean(field).replace(',', ".").parse::<f64>().is_ok();
    let marked = |line: &str| line.contains(MARKS) && line.split(MARKS).any(|field| is_number(&field));
    let below = || lines.iter().skip(1).take(3).map(|(_, line)| *line);
    // By blanks, all but the label are numbers, and every line has as many.
    let fields = |line: &str| line.split_whitespace().count();
    let blank = |line: &str| {
        let numbers = line.split_whitespace().filter(is_number).count();
        fields(line) > 1 && numbers + usize::from(fields(line) > 2) >= fields(line)
    };
    let same = || below().all(|line| Some(fields(line)) == below().next().map(fields));
    lines.len() > 1 && (below().all(marked) || below().all(blank) && same())
}

/// A text whose values are parted by blanks alone, with commas instead; any other as it is.
pub(super) fn parted(text: &str) -> Cow<'_, str> {
    let top = lines_of(text).next().unwrap_or_default().1;
    if top.contains([';', '\t', ',']) || !top.contains(char::is_whitespace) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    // Lines keep their numbers.
    for line in text.split(end(text)) {
        line.split_whitespace().enumerate().for_each(|(place, field)| {
            out.push_str(if place > 0 { "," } else { "" });
            out.push_str(field);
        });
        out.push('\n');
    }
    Cow::Owned(out)
}

/// The lines of a text.
pub(super) fn lines(text: &str) -> Lines<'_> {
    lines_of(text).collect()
}

fn lines_of(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let end = end(text);
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // An empty field in front of a tab is one; `trim_end` takes the carriage returns.
    (1..)
        .zip(text.split(end).map(|line| line.trim_end().trim_start_matches([' ', '\r'])))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

/// What ends a line: a text of the old Macintosh kind has no line feeds.
fn end(text: &str) -> char {
    if text.contains('\n') { '\n' } else { '\r' }
}

/// A value without blanks and quotes around it.
pub(super) fn clean(field: &str) -> &str {
    field.trim().trim_matches(['"', '\'']).trim()
}
