//! Files are written beside their place and then renamed: a reader sees the old file or the whole new one, and a failure
//! leaves the old one as it was.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// A place to write to, known to be usable before the work begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// As the user named it, for messages.
    named: PathBuf,
    /// The file itself, links followed.
    path: PathBuf,
}

impl Target {
    /// Looks whether a file can be written at `path`, and changes nothing.
    ///
    /// # Errors
    /// When its folder is missing or not writable, or when something other than a plain file stands there.
    pub fn at(path: &Path) -> Result<Self> {
        let named = path.to_path_buf();
        // A link stays a link: what it points to is replaced.
        let path =
            if path.exists() { path.canonicalize().map_err(write_error(path))? } else { named.clone() };
        if path.exists() && !path.is_file() || path.file_name().is_none() {
            return Err(Error::NotPlain(named));
        }
        let folder = folder(&path);
        if !folder.is_dir() {
            let folder = folder.to_path_buf();
            return Err(Error::NoFolder { path: named, folder });
        }
        let target = Self { named, path };
        // Hours of training shall not end at a folder that cannot be written to.
        drop(target.grow()?);
        Ok(target)
    }

    /// The file as the user named it.
    pub fn name(&self) -> &Path {
        &self.named
    }

    /// Whether both lead to the same file.
    pub fn same_file(&self, other: &Self) -> bool {
        let full = |path: &Path| {
            let folder = folder(path).canonicalize().unwrap_or_default();
            folder.join(path.file_name().unwrap_or_default())
        };
        full(&self.path) == full(&other.path)
    }

    /// Writes the whole file.
    ///
    /// # Errors
    /// When the system refuses; the old file then stands.
    pub fn write(&self, bytes: &[u8]) -> Result<()> {
        let mut file = self.grow()?;
        file.write(bytes)?;
        file.finish()
    }

    /// Begins a new file beside the place; it takes its place with [`Growing::finish`].
    ///
    /// # Errors
    /// When the system refuses.
    pub fn grow(&self) -> Result<Growing> {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let part = folder(&self.path).join(format!("{name}.{}.part", std::process::id()));
        let file = OpenOptions::new().write(true).create_new(true).open(&part);
        let file = file.map_err(write_error(&self.named))?;
        Ok(Growing { target: self.clone(), part, file: Some(BufWriter::new(file)) })
    }
}

/// A new file on its way; dropped unfinished, it disappears.
#[derive(Debug)]
pub struct Growing {
    target: Target,
    part: PathBuf,
    file: Option<BufWriter<File>>,
}

impl Growing {
    /// Adds to the file.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let written = self.file.as_mut().map_or(Ok(()), |file| file.write_all(bytes));
        written.map_err(write_error(&self.target.named))
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// When the system refuses; the old file then stands.
    pub fn finish(mut self) -> Result<()> {
        self.settle().map_err(write_error(&self.target.named))
    }

    fn settle(&mut self) -> io::Result<()> {
        let Some(file) = self.file.take() else { return Ok(()) };
        let placed = file.into_inner().map_err(io::IntoInnerError::into_error).and_then(|file| {
            file.sync_all()?;
            drop(file);
            fs::rename(&self.part, &self.target.path)
        });
        if placed.is_err() {
            drop(fs::remove_file(&self.part));
        }
        placed
    }
}

impl Drop for Growing {
    fn drop(&mut self) {
        if let Some(file) = self.file.take() {
            // What is still in the buffer is not wanted any more.
            drop(file.into_parts());
            drop(fs::remove_file(&self.part));
        }
    }
}

/// The folder a file stands in; "." for a bare name.
fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

fn write_error(path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_path_buf();
    |source| Error::Write { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn empty_folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("minibatch-save-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&folder));
        fs::create_dir_all(&folder).expect("a folder for the test");
        folder
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("the folder").flatten();
        entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_whole_file_takes_the_old_ones_place() {
        let folder = empty_folder("whole");
        let path = folder.join("w");
        fs::write(&path, "old").expect("written");
        Target::at(&path).expect("usable").write(b"new").expect("written");
        assert_eq!(fs::read(&path).expect("read"), b"new");
        assert_eq!(names(&folder), ["w"]);
    }

    #[test]
    fn an_unfinished_file_leaves_the_old_one_and_nothing_else() {
        let folder = empty_folder("unfinished");
        let path = folder.join("w");
        fs::write(&path, "old").expect("written");
        let mut growing = Target::at(&path).expect("usable").grow().expect("begun");
        growing.write(b"half").expect("written");
        assert_eq!(names(&folder).len(), 2);
        drop(growing);
        assert_eq!(fs::read(&path).expect("read"), b"old");
        assert_eq!(names(&folder), ["w"]);
    }

    #[test]
    fn what_cannot_be_written_is_told_before_the_work() {
        let folder = empty_folder("refused");
        let missing = Target::at(&folder.join("no/such/w")).expect_err("no folder").to_string();
        assert!(missing.contains("no/such") && missing.contains("there is no folder"), "{missing}");
        let place = Target::at(&folder).expect_err("a folder").to_string();
        assert!(place.contains("not a plain file"), "{place}");
        #[cfg(unix)]
        assert!(matches!(Target::at(Path::new("/dev/null")), Err(Error::NotPlain(_))));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let folder = empty_folder("link");
        fs::write(folder.join("real"), "old").expect("written");
        std::os::unix::fs::symlink("real", folder.join("link")).expect("linked");
        let (link, real) = (folder.join("link"), folder.join("real"));
        Target::at(&link).expect("usable").write(b"new").expect("written");
        assert!(link.is_symlink());
        assert_eq!(fs::read(&real).expect("read"), b"new");
        assert!(Target::at(&link).expect("usable").same_file(&Target::at(&real).expect("usable")));
    }
}
