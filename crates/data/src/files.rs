//! The learner's own files: bytes in, samples out, and what was taken as what. Nothing here opens a file or decodes a PNG: the page
//! hands over bytes, and has the browser decode what [`read_files`] finds to be images.

mod csv;
mod decoded;
mod error;
mod folder;
mod idx;
mod join;
mod layout;
mod looks;
mod part;
mod pixels;
mod side;
mod sides;
mod split;
mod taken;
mod unpack;

use core::ops::RangeInclusive;

pub use csv::is_text;
pub use decoded::{Decoded, SIDE, Small, assemble, assemble_small, shrink};
pub use error::FileError;
pub use folder::ImageFile;
pub use looks::{LOOKED_AT, Looks, features_of_table, looks};
use part::Part;
pub use side::Side;
pub(crate) use side::words as side_words;
use sides::{last, parts, sides};
pub use taken::{Ground, LabelColumn, Names, Parting, SideTaken, Taken};
use unpack::Item;
pub use unpack::is_hidden;

use serde::{Deserialize, Serialize};

use crate::SampleSet;

/// The share of the samples that may be held back.
pub const TEST_SHARE: RangeInclusive<f32> = 0.05..=0.9;
/// The most numbers that a set of images may hold: 400 MB of them.
pub const MAX_NUMBERS: usize = 100_000_000;
/// The most bytes that compressed files may unpack to, together.
pub const MAX_UNPACKED: usize = 512 << 20;
/// The most features of a table that two are chosen from.
pub const MAX_FEATURES: usize = 48;
/// The most classes of images.
pub const MAX_IMAGE_CLASSES: usize = 1000;

/// A file as it was dropped or chosen.
#[derive(Clone, PartialEq, Debug)]
pub struct Dropped {
    /// Its name, with the folders it stands in: "cats/3.png".
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// What the files hold.
#[derive(Clone, PartialEq, Debug)]
pub enum Found {
    /// Samples ready for training.
    Samples(SampleSet),
    /// Images still encoded: decode each to [`Decoded`], [`shrink`] it, and [`assemble_small`] them all.
    Images(Vec<ImageFile>),
    /// Tables of measurements: [`read_tables`](crate::read_tables) makes points of them.
    Tables(Vec<TableFile>),
}

/// A table of measurements, as text.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct TableFile {
    /// The file's name.
    pub name: String,
    /// The side of the files' own split, where they have one.
    pub side: Option<Side>,
    /// Its lines.
    pub text: String,
}

/// How the samples of files are parted.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Holding {
    /// The share held back where the files do not say it themselves, within [`TEST_SHARE`].
    pub test_share: f32,
    /// Which samples these are follows from it.
    pub seed: u32,
    /// Whether the files' own split is left aside.
    pub mix: bool,
}

impl Default for Holding {
    fn default() -> Self {
        Self { test_share: 0.2, seed: 0, mix: false }
    }
}

/// Reads whatever was dropped together: IDX files (MNIST), each gzipped or not; CSV of pixels; images in a folder for
/// each class; tables; or a zip of one of these. Files are known by what they hold, not by their names, except that names
/// of files and folders say what is trained on and what is held back ("train", "test", "val" and their like). What is
/// there twice comes once.
///
/// # Errors
/// What is wrong with which file, and what would be right.
pub fn read_files(files: Vec<Dropped>, holding: Holding) -> Result<(Found, Taken), FileError> {
    holding.check()?;
    let names: Vec<String> = files.iter().map(|file| file.name.clone()).collect();
    let unpack::Unpacked { items, useless } = unpack::unpack(files)?;
    let (idx, others): (Vec<_>, Vec<_>) = items.into_iter().partition(|item| idx::looks_like(&item.bytes));
    let unread =
        |others: &[Item]| others.iter().map(|item| &item.name).chain(&useless).map(|n| last(n)).collect();
    if !idx.is_empty() {
        let (parts, twice) = idx::pair(idx)?;
        let (set, taken) = part::gather(parts, holding)?;
        return Ok((Found::Samples(set), Taken { twice, unread: unread(&others), ..taken }));
    }
    let (images, others): (Vec<_>, Vec<_>) =
        others.into_iter().partition(|item| folder::is_image(&item.bytes));
    if !images.is_empty() {
        let (images, taken) = folder::label(images, holding.mix)?;
        return Ok((Found::Images(images), Taken { unread: unread(&others), ..taken }));
    }
    let (tables, others): (Vec<_>, Vec<_>) = others.into_iter().partition(csv::looks_like);
    if !tables.is_empty() {
        let (found, taken) = sort_tables(tables, holding)?;
        return Ok((found, Taken { unread: unread(&others), ..taken }));
    }
    if let Some(text) = others.iter().find(|item| is_text(&item.bytes)).filter(|_| useless.is_empty()) {
        let meant = text.name.contains("ubyte") || text.name.contains("idx");
        let name = text.name.clone();
        return Err(if meant { FileError::IdxStart { name } } else { FileError::Text { name } });
    }
    let held: Vec<String> = others.iter().map(|item| &item.name).chain(&useless).cloned().collect();
    let meant = held.iter().find(|name| name.contains("ubyte") || name.contains("idx"));
    Err(match (&held[..], meant) {
        (_, Some(name)) => FileError::IdxStart { name: name.clone() },
        ([], _) => FileError::Nothing { names: error::list(&names) },
        _ => FileError::Unknown { names: error::list(&held) },
    })
}

/// Tables of pixels as samples, others as they are.
fn sort_tables(tables: Vec<Item>, holding: Holding) -> Result<(Found, Taken), FileError> {
    let mut taken = Taken::default();
    let paths = |tables: &[Item]| -> Vec<sides::Parts> {
        tables.iter().map(|table| parts(table.archive.as_deref(), &table.name)).collect()
    };
    let said = sides(&paths(&tables), |_, _| true);
    let side = |place: usize| said.as_ref().map(|said| said[place].map_or(Side::Train, |said| said.side));
    let mut once: Vec<(Item, Option<Side>)> = Vec::new();
    for (place, table) in tables.into_iter().enumerate() {
        if once.iter().any(|(known, at)| *at == side(place) && known.bytes == table.bytes) {
            taken.twice += 1;
        } else {
            once.push((table, side(place)));
        }
    }
    let once = join::features_and_labels(once);
    let mut found: Vec<Part> = Vec::new();
    let mut measured = Vec::new();
    let mut bare = None;
    for (table, side) in once {
        let text = String::from_utf8_lossy(&table.bytes);
        let parted = csv::parted(&text);
        let lines = csv::lines(&parted);
        match layout::kind(&table, &lines)? {
            layout::Kind::Table(_) => {
                measured.push(TableFile { name: table.name.clone(), side, text: text.into_owned() });
            }
            layout::Kind::Pixels(layout) => match pixels::read(&table, lines, &layout) {
                // A test without answers, as competitions hand out.
                Err(error @ FileError::CsvUnlabelled { .. }) => {
                    taken.unlabelled += 1;
                    bare = Some(error);
                }
                Err(error) => return Err(error),
                Ok(read) => {
                    taken.label.get_or_insert(read.label);
                    if taken.index.is_empty() {
                        taken.index = read.indices;
                    }
                    // What a row says goes before what its file is called.
                    found
                        .extend(read.parts.into_iter().map(|part| Part { side: part.side.or(side), ..part }));
                }
            },
        }
    }
    if found.is_empty() {
        return match bare {
            Some(error) if measured.is_empty() => Err(error),
            _ => Ok((Found::Tables(measured), taken)),
        };
    }
    pixels::scale(&mut found);
    let (set, parted) = part::gather(found, holding)?;
    let Taken { twice, unlabelled, label, index, .. } = taken;
    Ok((Found::Samples(set), Taken { twice, unlabelled, label, index, ..parted }))
}

/// Whether a file's name, or a folder it stands in, says that it is held back.
pub fn is_held_back(path: &str) -> bool {
    let parts = parts(None, path);
    parts.iter().rev().find_map(|part| is_side(part)).is_some_and(|side| side != Side::Train)
}

/// The side that a name says, if it says one.
pub(crate) fn is_side(name: &str) -> Option<Side> {
    side::named(name).map(|named| named.side)
}

impl Holding {
    /// # Errors
    /// A share outside [`TEST_SHARE`].
    fn check(self) -> Result<(), FileError> {
        // NaN lies in no range.
        if TEST_SHARE.contains(&self.test_share) {
            return Ok(());
        }
        Err(FileError::Share { value: self.test_share })
    }
}
