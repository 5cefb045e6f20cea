//! Gzip and zip, unpacked within limits: a small file that unpacks to a huge one must not take the page down, nor leave
//! it with memory that it never gives back. So everything is unpacked twice: once to nowhere, counting, and only what
//! is of use and fits a second time, into exactly as much memory as it takes.
//!
//! The zip's directory is read by `rawzip`, which brings no compression of its own: with the inflater that gzip needs
//! anyway, it is a small part of what the larger zip crates weigh.

use std::io::Read;

use flate2::bufread::{DeflateDecoder, MultiGzDecoder};
use rawzip::{CompressionMethod, ZipArchive};

use super::{Dropped, FileError, MAX_UNPACKED, csv, folder, idx};

/// Bytes by which a file is known.
const START: usize = 4096;

/// A file, out of the archive it came in.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Item {
    /// Its name, with the folders it stands in.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
    /// The zip it came in.
    pub archive: Option<String>,
}

/// What was unpacked.
#[derive(Default)]
pub(super) struct Unpacked {
    /// Files that may be read.
    pub items: Vec<Item>,
    /// Names of files in archives that are of no use, and were left there.
    pub useless: Vec<String>,
}

/// All files, those inside gzip and zip files in place of these. Hidden files and what operating systems add are left
/// out.
///
/// # Errors
/// Damaged or encrypted data, too much of it, a zip inside a zip.
pub(super) fn unpack(files: Vec<Dropped>) -> Result<Unpacked, FileError> {
    let mut left = MAX_UNPACKED;
    let mut found = Unpacked::default();
    for file in files {
        if is_hidden(&file.name) {
            continue;
        }
        if file.bytes.is_empty() {
            return Err(FileError::Empty { name: file.name });
        }
        if is_zip(&file.bytes) {
            unzip(&file, &mut left, &mut found)?;
        } else {
            let item = Item { name: file.name, bytes: file.bytes, archive: None };
            found.items.push(gunzip(item, &mut left)?);
        }
    }
    Ok(found)
}

fn is_zip(bytes: &[u8]) -> bool {
    // The head of the first entry, or the end of an empty archive.
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

/// Names that nobody put there by hand: .DS_Store, __MACOSX/, Thumbs.db.
pub fn is_hidden(name: &str) -> bool {
    let added = ["__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini", "$recycle.bin", "icon\r"];
    name.split(['/', '\\']).any(|part| {
        part.starts_with('.') && part != "." && part != ".." || added.contains(&&*part.to_lowercase())
    })
}

/// The file itself where it is not gzipped.
fn gunzip(item: Item, left: &mut usize) -> Result<Item, FileError> {
    if !is_gzip(&item.bytes) {
        return Ok(item);
    }
    let damaged = || FileError::Damaged { name: item.name.clone(), kind: "gzip" };
    let open = || MultiGzDecoder::new(&item.bytes[..]);
    let size = count(open(), *left).map_err(|_| damaged())?;
    let size = size.ok_or_else(|| FileError::Unpacked { name: item.name.clone() })?;
    let bytes = exactly(open(), size).map_err(|_| damaged())?;
    *left -= size;
    let name = item.name.strip_suffix(".gz").unwrap_or(&item.name).to_owned();
    if is_zip(&bytes) {
        return Err(FileError::Nested { name });
    }
    Ok(Item { name, bytes, archive: item.archive })
}

/// How many bytes a reader gives, read to its end (and checked, where it checks itself); none where they are more than
/// the limit.
fn count(mut reader: impl Read, limit: usize) -> std::io::Result<Option<usize>> {
    let mut buffer = [0; START];
    let mut all = 0;
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok(Some(all)),
            more => all += more,
        }
        if all > limit {
            return Ok(None);
        }
    }
}

/// As many bytes as were counted.
fn exactly(mut reader: impl Read, size: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = vec![0; size];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// The first bytes, by which one knows what it is.
fn start(reader: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(START);
    reader.take(START as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unzip(file: &Dropped, left: &mut usize, found: &mut Unpacked) -> Result<(), FileError> {
    let damaged = || FileError::Damaged { name: file.name.clone(), kind: "zip" };
    let archive = ZipArchive::from_slice(&file.bytes).map_err(|_| damaged())?;
    for entry in archive.entries() {
        let entry = entry.map_err(|_| damaged())?;
        // Paths are only names here: they label classes and stand in messages, so nothing can climb out of anywhere.
        let name = String::from_utf8_lossy(entry.file_path().as_bytes()).into_owned();
        if entry.is_dir() || is_hidden(&name) || entry.uncompressed_size_hint() == 0 {
            continue;
        }
        if entry.flags().is_encrypted() {
            return Err(FileError::Packing { name, how: "encrypted".into() });
        }
        if entry.uncompressed_size_hint() > *left as u64 {
            return Err(FileError::Unpacked { name: file.name.clone() });
        }
        let inside = archive.get_entry(entry.wayfinder()).map_err(|_| damaged())?;
        let open = || -> Result<Box<dyn Read + '_>, FileError> {
            match entry.compression_method() {
                CompressionMethod::STORE => Ok(Box::new(inside.verifying_reader(inside.data()))),
                CompressionMethod::DEFLATE => {
                    Ok(Box::new(inside.verifying_reader(DeflateDecoder::new(inside.data()))))
                }
                other => {
                    Err(FileError::Packing { name: name.clone(), how: format!("compressed by {other}") })
                }
            }
        };
        let first = start(open()?).map_err(|_| damaged())?;
        if is_zip(&first) {
            return Err(FileError::Nested { name });
        }
        let size = count(open()?, *left).map_err(|_| damaged())?;
        let size = size.ok_or_else(|| FileError::Unpacked { name: file.name.clone() })?;
        if !(is_gzip(&first) || idx::looks_like(&first) || folder::is_image(&first) || csv::is_text(&first)) {
            // As much as if it were unpacked: how much an archive may hold does not depend on what it holds.
            *left -= size;
            found.useless.push(name);
            continue;
        }
        let bytes = exactly(open()?, size).map_err(|_| damaged())?;
        *left -= size;
        found.items.push(gunzip(Item { name, bytes, archive: Some(file.name.clone()) }, left)?);
    }
    Ok(())
}
