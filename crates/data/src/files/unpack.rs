//! Gzip and zip, unpacked within limits: a small file that unpacks to a huge one must not take the page down.
//!
//! The zip's directory is read by `rawzip`, which brings no compression of its own: with the inflater that gzip needs
//! anyway, it is a small part of what the larger zip crates weigh.

use std::io::Read;

use flate2::bufread::{DeflateDecoder, MultiGzDecoder};
use rawzip::{CompressionMethod, ZipArchive};

use super::{Dropped, FileError, MAX_UNPACKED};

/// All files, those inside gzip and zip files in place of these. Hidden files and what operating systems add are left
/// out.
///
/// # Errors
/// Damaged or encrypted data, too much of it, a zip inside a zip.
pub(super) fn unpack(files: Vec<Dropped>) -> Result<Vec<Dropped>, FileError> {
    let mut left = MAX_UNPACKED;
    let mut found = Vec::new();
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
            found.push(gunzip(file, &mut left)?);
        }
    }
    Ok(found)
}

fn is_zip(bytes: &[u8]) -> bool {
    // The head of the first entry, or the end of an empty archive.
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// Names that nobody put there by hand: .DS_Store, __MACOSX/, Thumbs.db.
fn is_hidden(name: &str) -> bool {
    name.split(['/', '\\'])
        .any(|part| part.starts_with('.') && part != "." && part != ".." || part == "__MACOSX")
        || name.ends_with("Thumbs.db")
}

/// The file itself where it is not gzipped.
fn gunzip(file: Dropped, left: &mut usize) -> Result<Dropped, FileError> {
    if !file.bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(file);
    }
    let bytes = limited(MultiGzDecoder::new(&file.bytes[..]), &file.name, "gzip", left)?;
    let name = file.name.strip_suffix(".gz").unwrap_or(&file.name).to_owned();
    if is_zip(&bytes) {
        return Err(FileError::Nested { name });
    }
    Ok(Dropped { name, bytes })
}

/// Reads to the end or to the limit, whichever comes first.
fn limited(
    reader: impl Read,
    name: &str,
    kind: &'static str,
    left: &mut usize,
) -> Result<Vec<u8>, FileError> {
    let mut bytes = Vec::new();
    // One byte beyond the limit tells too much from just enough.
    let read = reader.take(*left as u64 + 1).read_to_end(&mut bytes);
    // What is over the limit is not read on, so its checksum cannot have been the fault.
    if bytes.len() > *left {
        return Err(FileError::Unpacked { name: name.to_owned() });
    }
    read.map_err(|_| FileError::Damaged { name: name.to_owned(), kind })?;
    *left -= bytes.len();
    Ok(bytes)
}

fn unzip(file: &Dropped, left: &mut usize, found: &mut Vec<Dropped>) -> Result<(), FileError> {
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
        let inside = archive.get_entry(entry.wayfinder()).map_err(|_| damaged())?;
        let bytes = match entry.compression_method() {
            CompressionMethod::STORE => {
                limited(inside.verifying_reader(inside.data()), &file.name, "zip", left)
            }
            CompressionMethod::DEFLATE => {
                limited(inside.verifying_reader(DeflateDecoder::new(inside.data())), &file.name, "zip", left)
            }
            other => Err(FileError::Packing { name: name.clone(), how: format!("compressed by {other}") }),
        }?;
        if is_zip(&bytes) {
            return Err(FileError::Nested { name });
        }
        found.push(gunzip(Dropped { name, bytes }, left)?);
    }
    Ok(())
}
