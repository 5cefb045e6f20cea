//! What is printed: lines, tables, numbers as people read them. Everything goes through here: names and values from files are
//! shown escaped, and a reader that goes away ends nothing.

use std::io::{self, ErrorKind, IsTerminal, Write, stderr, stdout};
use std::sync::Mutex;

use serde::Serialize;

use crate::error::{Error, Result};

/// Why nothing is printed on the standard output any more.
static SILENT: Mutex<Option<io::Error>> = Mutex::new(None);

/// Prints a line on the standard output. From the first line on that cannot be printed nothing is: what the command works
/// on goes on, and [`finish`] tells.
pub fn line(text: &str) {
    let Ok(mut silent) = SILENT.lock() else { return };
    if silent.is_none() {
        let mut out = stdout().lock();
        *silent = writeln!(out, "{}", shown(text)).and_then(|()| out.flush()).err();
    }
}

/// Whether the reader of the standard output has gone away, as `head` does.
pub fn unread() -> bool {
    SILENT.lock().is_ok_and(|silent| silent.as_ref().is_some_and(gone))
}

/// The command got through.
///
/// # Errors
/// When something of what it had to print could not be, a full disk for example. A reader that goes away is none.
pub fn finish() -> Result<()> {
    let taken = SILENT.lock().ok().and_then(|mut silent| silent.take());
    taken.filter(|error| !gone(error)).map_or(Ok(()), |error| Err(Error::Output(error)))
}

fn gone(error: &io::Error) -> bool {
    error.kind() == ErrorKind::BrokenPipe
}

/// Prints a line on the standard error, if anybody listens.
pub fn note(text: &str) {
    drop(writeln!(stderr(), "{}", shown(text)));
}

/// Whether somebody watches the standard error.
pub fn watched() -> bool {
    stderr().is_terminal()
}

/// Text on one line that shows what it is. Names in files, values and paths may hold whatever bytes there are: control
/// characters that would drive the terminal, line breaks, marks that turn the reading direction, letters without a shape. They
/// appear as JSON escapes, so that a line of JSON stays the same JSON.
pub fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            c if hidden(c) => {
                let mut units = [0; 2];
                shown.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
            }
            c => shown.push(c),
        }
    }
    shown
}

/// Whether a terminal would obey a character, or show nothing for it.
fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// A long message in short: its beginning and its end. A name in a file may be as long as the file.
pub fn shortened(text: &str) -> String {
    const LONGEST: usize = 2000;
    let length = text.chars().count();
    if length <= LONGEST {
        return text.to_owned();
    }
    let first: String = text.chars().take(LONGEST * 3 / 4).collect();
    let last: String = text.chars().skip(length - LONGEST / 4).collect();
    format!("{first} [... {} characters ...] {last}", length - LONGEST)
}

/// A value as one line of JSON. Numbers that JSON does not have become null.
///
/// # Errors
/// When the value has no JSON, which nothing here comes to.
pub fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::Output(error.into()))
}

/// Rows under their titles, columns aligned: those of numbers to the right.
pub fn table<const N: usize>(titles: [(&str, Align); N], rows: &[[String; N]]) {
    let widths: [usize; N] = std::array::from_fn(|c| {
        rows.iter().map(|row| row[c].chars().count()).chain([titles[c].0.chars().count()]).max().unwrap_or(0)
    });
    let cell = |c: usize, text: &str| match titles[c].1 {
        Align::Left => format!("{text:<width$}", width = widths[c]),
        Align::Right => format!("{text:>width$}", width = widths[c]),
    };
    let joined = |row: [&str; N]| {
        let cells: Vec<String> = row.iter().enumerate().map(|(c, text)| cell(c, text)).collect();
        cells.join("  ").trim_end().to_owned()
    };
    line(&joined(titles.map(|title| title.0)));
    rows.iter().for_each(|row| line(&joined(row.each_ref().map(String::as_str))));
}

/// Where a column's text stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A whole number with its thousands parted: 1,234,567.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let parts: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|p| std::str::from_utf8(p).unwrap_or("")).collect();
    parts.join(",")
}

/// Bytes in the unit that fits: 1.5 MB (powers of ten, as files are counted).
pub fn bytes(n: u64) -> String {
    let units = [(1e9, "GB"), (1e6, "MB"), (1e3, "kB")];
    let fitting = units.iter().find(|(size, _)| n as f64 >= *size);
    fitting.map_or(format!("{n} B"), |(size, unit)| format!("{:.1} {unit}", n as f64 / size))
}

/// A shape as PyTorch writes it: (15, 30, 30).
pub fn shape(dims: &[usize]) -> String {
    format!("({})", dims.iter().map(usize::to_string).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([12, 1500, 2_500_000].map(bytes), ["12 B", "1.5 kB", "2.5 MB"]);
        assert_eq!(shape(&[15, 30, 30]), "(15, 30, 30)");
    }

    #[test]
    fn json_has_no_numbers_that_are_none() {
        assert_eq!(json(&[1.0, f32::NAN]).expect("JSON"), "[1.0,null]");
    }

    #[test]
    fn what_a_terminal_would_obey_is_shown() {
        let hostile =
            "a\u{1b}[31mb\u{9b}1mc\nd\re\tf\u{7}g\u{7f}\u{0}h\u{202e}i\u{2066}j\u{200b}k\u{2028}l\u{e0041}";
        let text = shown(hostile);
        assert!(text.chars().all(|c| (' '..='~').contains(&c)), "{text}");
        assert!(text.starts_with(r"a\u001b[31mb\u009b1mc\nd\re\tf\u0007g\u007f\u0000h\u202ei"), "{text}");
        // The last one lies beyond 16 bits.
        assert!(text.ends_with(r"l\udb40\udc41"), "{text}");
        let plain = r#"C:\data\naïve "größe" 重み [31m é"#;
        assert_eq!(shown(plain), plain);
    }

    #[test]
    fn a_line_of_json_stays_what_it_is() {
        let value = serde_json::json!({ "a\u{202e}\u{9b}": "\u{feff}\u{1b}\u{e0041}\"\\n" });
        let text = shown(&value.to_string());
        assert!(text.is_ascii(), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).expect("JSON"), value);
    }

    #[test]
    fn a_message_has_an_end() {
        let long = format!("begin {} end", "x".repeat(1_000_000));
        let short = shortened(&long);
        assert!(short.len() < 2100 && short.starts_with("begin x") && short.ends_with("x end"), "{short}");
        assert_eq!(shortened("as it is"), "as it is");
    }
}
