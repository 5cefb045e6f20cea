//! The learner's own images from files: bytes in, samples out. Nothing here opens a file or decodes a PNG: the page
//! hands over bytes, and has the browser decode what [`read_files`] finds to be images.

mod csv;
mod decoded;
mod error;
mod folder;
mod idx;
mod part;
mod split;
mod unpack;

use core::ops::RangeInclusive;

pub use decoded::{Decoded, SIDE, Small, assemble, assemble_small, shrink};
pub use error::FileError;
pub use folder::ImageFile;
use part::Part;

use crate::SampleSet;

/// The share of the samples that may be held back.
pub const TEST_SHARE: RangeInclusive<f32> = 0.05..=0.9;
/// The most numbers that a set of images may hold: 400 MB of them.
pub const MAX_NUMBERS: usize = 100_000_000;
/// The most bytes that compressed files may unpack to, together.
pub const MAX_UNPACKED: usize = 512 << 20;
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
}

/// How the samples of files are parted where the files do not say it themselves.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Holding {
    /// The share held back, within [`TEST_SHARE`].
    pub test_share: f32,
    /// Which samples these are follows from it.
    pub seed: u32,
}

impl Default for Holding {
    fn default() -> Self {
        Self { test_share: 0.2, seed: 0 }
    }
}

/// Reads whatever was dropped together: IDX files (MNIST), each gzipped or not; CSV of pixels; images in a folder for
/// each class; or a zip of one of these. Files are known by what they hold, not by their names, except that "test" or
/// "t10k" in a name marks samples to hold back.
///
/// # Errors
/// What is wrong with which file, and what would be right.
pub fn read_files(files: Vec<Dropped>, holding: Holding) -> Result<Found, FileError> {
    holding.check()?;
    let names: Vec<String> = files.iter().map(|file| file.name.clone()).collect();
    let files = unpack::unpack(files)?;
    let (idx, others): (Vec<_>, Vec<_>) = files.into_iter().partition(idx::looks_like);
    if !idx.is_empty() {
        return part::gather(idx::pair(idx)?, holding).map(Found::Samples);
    }
    let (images, others): (Vec<_>, Vec<_>) = others.into_iter().partition(folder::is_image);
    if !images.is_empty() {
        return folder::label(images).map(Found::Images);
    }
    let (tables, others): (Vec<_>, Vec<_>) = others.into_iter().partition(csv::looks_like);
    if tables.is_empty() {
        let held = others.iter().map(|file| file.name.clone()).collect::<Vec<_>>();
        let meant = others.into_iter().find(|file| file.name.contains("ubyte") || file.name.contains("idx"));
        return Err(match (&held[..], meant) {
            (_, Some(file)) => FileError::IdxStart { name: file.name },
            ([], _) => FileError::Nothing { names: error::list(&names) },
            _ => FileError::Unknown { names: error::list(&held) },
        });
    }
    let parts = tables.iter().map(csv::read).collect::<Result<Vec<Part>, _>>()?;
    part::gather(parts, holding).map(Found::Samples)
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
