//! What a file is, by its first bytes: before it is read whole.

use super::layout::{Kind, kind};
use super::unpack::Item;
use super::{FileError, TableFile, csv, folder, idx};
use crate::{Choice, Role, columns_of};
pub use csv::LOOKED_AT;

/// What a file looks like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Looks {
    /// A table whose lines are pictures.
    Pixels {
        /// Values on a line, but for the label.
        columns: usize,
    },
    /// A table of measurements.
    Table {
        /// Values on a line, but for the label.
        columns: usize,
    },
    /// A text without columns.
    Text,
    /// Images, or what no text is.
    Other,
}

/// What a file looks like whose first bytes these are, [`LOOKED_AT`] of them if there are so many.
pub fn looks(name: &str, start: &[u8]) -> Looks {
    if idx::looks_like(start) || folder::is_image(start) || !csv::is_text(start) {
        return Looks::Other;
    }
    // The last line may be cut.
    let whole = match start.iter().rposition(|byte| *byte == b'\n' || *byte == b'\r') {
        Some(end) if start.len() >= LOOKED_AT => &start[..end],
        _ => start,
    };
    let item = Item { name: name.to_owned(), bytes: whole.to_vec(), archive: None };
    if csv::looks_like(&item) { of_table(&item) } else { Looks::Text }
}

/// How many features a table has, as its first lines have them: neither the label nor what numbers the rows or parts them.
pub fn features_of_table(table: &TableFile) -> usize {
    let start = table.text.floor_char_boundary(LOOKED_AT.min(table.text.len()));
    let whole = match table.text[..start].rfind(['\n', '\r']) {
        Some(end) if start < table.text.len() => &table.text[..end],
        _ => &table.text[..start],
    };
    let first = TableFile { name: table.name.clone(), side: table.side, text: whole.to_owned() };
    let columns = columns_of(&[first], &Choice::default());
    columns.iter().filter(|column| matches!(column.role, Role::X | Role::Y | Role::Other)).count()
}

fn of_table(item: &Item) -> Looks {
    let text = String::from_utf8_lossy(&item.bytes);
    let parted = csv::parted(&text);
    let lines = csv::lines(&parted);
    match kind(item, &lines) {
        Ok(Kind::Pixels(layout)) => {
            Looks::Pixels { columns: layout.columns.saturating_sub(1 + layout.left.len()) }
        }
        Ok(Kind::Table(columns)) => Looks::Table { columns },
        // So many whole numbers that make no square: Images says what is wrong with them.
        Err(FileError::CsvLine { .. }) => {
            let top = lines.first().map_or("", |(_, line)| line);
            Looks::Pixels { columns: top.split(super::layout::mark(top)).count().saturating_sub(1) }
        }
        Err(_) => Looks::Text,
    }
}
