//! Bytes of files that are read.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

/// The most that is taken from what has no size of its own, in bytes: a pipe, a device.
const MOST: u64 = 1 << 30;

/// A file that is being read.
pub struct Input {
    /// What is still to come.
    pub source: Box<dyn Read>,
    /// Bytes of all of it.
    pub length: u64,
}

/// Begins to read a file. A pipe is read to its end, and a device that has none is given up.
///
/// # Errors
/// When the system refuses, or nothing ends.
pub fn open(path: &Path) -> io::Result<Input> {
    let file = File::open(path)?;
    let there = file.metadata()?;
    if there.is_file() {
        return Ok(Input { source: Box::new(file), length: there.len() });
    }
    let mut bytes = vec![];
    if file.take(MOST + 1).read_to_end(&mut bytes)? as u64 > MOST {
        return Err(io::Error::other(
            "more than 1 GiB came out of it, which is no file; save it to one first",
        ));
    }
    Ok(Input { length: bytes.len() as u64, source: Box::new(Cursor::new(bytes)) })
}

/// All bytes of a file.
///
/// # Errors
/// As [`open`], and when there is no room for it.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut input = open(path)?;
    let mut bytes = vec![];
    input.rest(&mut bytes)?;
    Ok(bytes)
}

impl Input {
    /// Adds all that is still to come.
    ///
    /// # Errors
    /// When the system refuses, or there is no room for it.
    pub fn rest(&mut self, bytes: &mut Vec<u8>) -> io::Result<()> {
        let left = self.length.saturating_sub(bytes.len() as u64);
        bytes.try_reserve(usize::try_from(left).unwrap_or(usize::MAX)).map_err(io::Error::other)?;
        self.source.read_to_end(bytes).map(drop)
    }
}
