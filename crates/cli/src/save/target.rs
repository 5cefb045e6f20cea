//! A place to write to, known to be usable before the work begins.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::growing::Growing;
use crate::error::{Error, Result};

/// Links that are followed, one leading to the next; the system's own limit on Linux.
const LINKS: usize = 40;

/// A place to write to, known to be usable before the work begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// As the user named it, for messages.
    named: PathBuf,
    /// The file itself, links followed, in a folder without links.
    path: PathBuf,
}

impl Target {
    /// Looks whether a file can be written at `path`, and changes nothing.
    ///
    /// # Errors
    /// When its folder is missing or not writable, when something other than a plain file stands there, or a file that is
    /// protected from writing.
    pub fn at(path: &Path) -> Result<Self> {
        let named = path.to_path_buf();
        let end = followed(path).map_err(write_error(path))?;
        // "runs/" means a folder, also where there is none yet.
        let bare = path.to_string_lossy().ends_with(std::path::is_separator);
        let Some(name) = end.file_name().filter(|_| !bare) else { return Err(Error::NotPlain(named)) };
        match fs::metadata(&end) {
            Ok(there) if !there.is_file() => return Err(Error::NotPlain(named)),
            Ok(there) if there.permissions().readonly() => return Err(Error::Protected(named)),
            // A name that is too long, or below a file, for example.
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(write_error(path)(error)),
            _ => {}
        }
        let folder = folder(&end);
        if !folder.is_dir() {
            let folder = folder.to_path_buf();
            return Err(Error::NoFolder { path: named, folder });
        }
        let path = folder.canonicalize().map_err(write_error(path))?.join(name);
        let target = Self { named, path };
        // Hours of training shall not end at a folder that cannot be written to.
        drop(target.grow()?);
        Ok(target)
    }

    /// The file as the user named it.
    pub fn name(&self) -> &Path {
        &self.named
    }

    /// The file itself, links followed.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder it stands in.
    pub fn folder(&self) -> &Path {
        folder(&self.path)
    }

    /// The file's name in its folder.
    pub fn file_name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Writes the whole file.
    ///
    /// # Errors
    /// When the system refuses; the old file then stands.
    #[cfg(test)]
    pub fn write(&self, bytes: &[u8]) -> Result<()> {
        super::place(vec![self.whole(bytes)?])
    }

    /// A new file beside the place with these bytes, which [`super::place`] puts there.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn whole(&self, bytes: &[u8]) -> Result<Growing> {
        let mut file = self.grow()?;
        file.write(bytes)?;
        Ok(file)
    }

    /// Begins a new file beside the place.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn grow(&self) -> Result<Growing> {
        Growing::begin(self).map_err(write_error(&self.named))
    }
}

/// The file that a name leads to: links are followed, also where nothing stands at their end yet.
fn followed(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_path_buf();
    for _ in 0..LINKS {
        match fs::read_link(&path) {
            Ok(to) => path = folder(&path).join(to),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("its links lead to each other without an end"))
}

/// The folder a file stands in; "." for a bare name.
fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// The system's answer as an error that names the file.
pub fn write_error(path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_path_buf();
    |source| Error::Write { path, source }
}
