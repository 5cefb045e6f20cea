//! What is printed: lines, tables, numbers as people read them.

use std::io::{Write, stdout};

use serde::Serialize;

use crate::error::{Error, Result};

/// Prints a line.
///
/// # Errors
/// When nobody reads it any more.
pub fn line(text: &str) -> Result<()> {
    let mut out = stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).map_err(Error::Output)
}

/// A value as one line of JSON. Numbers that JSON does not have become null.
///
/// # Errors
/// When the value has no JSON, which nothing here comes to.
pub fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::Output(error.into()))
}

/// Rows under their titles, columns aligned: those of numbers to the right.
///
/// # Errors
/// As [`line`].
pub fn table<const N: usize>(titles: [(&str, Align); N], rows: &[[String; N]]) -> Result<()> {
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
    line(&joined(titles.map(|title| title.0)))?;
    rows.iter().try_for_each(|row| line(&joined(row.each_ref().map(String::as_str))))
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
}
