//! Bytes of files that are read.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The most that is taken from what has no size of its own, in bytes: a pipe, a device.
const MOST: u64 = 1 << 30;

/// All bytes of a file. A pipe is read to its end, and a device that has none is given up.
///
/// # Errors
/// When the system refuses, or nothing ends.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let there = file.metadata()?;
    let mut bytes = vec![];
    if there.is_file() {
        bytes.try_reserve(usize::try_from(there.len()).unwrap_or(usize::MAX)).map_err(io::Error::other)?;
        file.read_to_end(&mut bytes)?;
    } else if file.take(MOST + 1).read_to_end(&mut bytes)? as u64 > MOST {
        return Err(io::Error::other(
            "more than 1 GiB came out of it, which is no file; save it to one first",
        ));
    }
    Ok(bytes)
}
