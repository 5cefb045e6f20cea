//! A new file on its way, beside its place.

use std::fs::{self, File, OpenOptions};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::PathBuf;

use super::target::{Target, write_error};
use crate::error::Result;

/// The longest name that most systems allow, in bytes, less what [`beside`] adds.
const LONGEST_NAME: usize = 255 - 32;

/// A new file on its way; dropped unfinished, it disappears.
#[derive(Debug)]
pub struct Growing {
    target: Target,
    part: PathBuf,
    file: Option<BufWriter<File>>,
}

impl Growing {
    /// Begins a file beside the target's place. Its name is drawn: in a container every run is process 1, so that a name made
    /// of the process's number would be taken by what a killed run left.
    pub(super) fn begin(target: &Target) -> io::Result<Self> {
        let (part, file) = loop {
            let part = beside(target, drawn());
            match OpenOptions::new().write(true).create_new(true).open(&part) {
                Ok(file) => break (part, file),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        };
        // The lock ends with the process, however that ends: a file without one was left behind. Elsewhere than on Unix it
        // would keep others from reading along. Where the file system has no locks there is none.
        if cfg!(unix) {
            drop(file.try_lock());
        }
        // Who may read the old file may read the new one, and nobody else.
        if let Ok(old) = fs::metadata(target.path()) {
            drop(file.set_permissions(old.permissions()));
        }
        Ok(Self { target: target.clone(), part, file: Some(BufWriter::new(file)) })
    }

    /// Adds to the file.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let written = self.file.as_mut().map_or(Ok(()), |file| file.write_all(bytes));
        written.map_err(write_error(self.target.name()))
    }

    /// All that was added is on the disk.
    fn sync(&mut self) -> io::Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        file.flush()?;
        file.get_ref().sync_all()
    }

    /// Takes the place.
    fn rename(&mut self) -> io::Result<()> {
        // Closed first: not every system renames what is open.
        self.let_go();
        let placed = fs::rename(&self.part, self.target.path());
        if placed.is_err() {
            drop(fs::remove_file(&self.part));
        }
        placed
    }

    /// Closes the file without writing what is still in the buffer; true if it was open.
    fn let_go(&mut self) -> bool {
        self.file.take().map(|file| drop(file.into_parts())).is_some()
    }
}

impl Drop for Growing {
    fn drop(&mut self) {
        if self.let_go() {
            drop(fs::remove_file(&self.part));
        }
    }
}

/// A number that no other run has.
pub(super) fn drawn() -> u64 {
    // The standard library draws the keys of its hash tables from the system's random numbers.
    RandomState::new().hash_one(0)
}

/// The name beside a target with this number in it.
pub(super) fn beside(target: &Target, drawn: u64) -> PathBuf {
    target.folder().join(format!("{}.{drawn:016x}.part", stem(target)))
}

/// What the names beside a target begin with: its own name, cut where that is too long to be added to.
pub(super) fn stem(target: &Target) -> String {
    let mut name = target.file_name();
    let mut at = name.len().min(LONGEST_NAME);
    while !name.is_char_boundary(at) {
        at -= 1;
    }
    name.truncate(at);
    name
}

/// Puts files in their places: all of them, or none.
///
/// # Errors
/// When the system refuses; what stood in the places before stands there then.
pub fn place(mut files: Vec<Growing>) -> Result<()> {
    for file in &mut files {
        file.sync().map_err(write_error(file.target.name()))?;
    }
    let mut placed: Vec<(Target, Before)> = vec![];
    for i in 0..files.len() {
        // After the last one nothing can fail any more.
        let before = if i + 1 < files.len() { Before::keep(&files[i].target) } else { Before::Unknown };
        if let Err(error) = files[i].rename() {
            before.forget();
            for (target, before) in placed {
                before.put_back(&target);
            }
            return Err(write_error(files[i].target.name())(error));
        }
        placed.push((files[i].target.clone(), before));
    }
    for (_, before) in placed {
        before.forget();
    }
    Ok(())
}

/// What stood in a place before.
enum Before {
    /// Nothing.
    Nothing,
    /// A file, which has this second name for now.
    File(PathBuf),
    /// It has no second name, since the file system knows none, or since none is needed.
    Unknown,
}

impl Before {
    fn keep(target: &Target) -> Self {
        let name = beside(target, drawn());
        match fs::hard_link(target.path(), &name) {
            Ok(()) => Self::File(name),
            Err(error) if error.kind() == ErrorKind::NotFound => Self::Nothing,
            Err(_) => Self::Unknown,
        }
    }

    fn put_back(self, target: &Target) {
        match self {
            Self::Nothing => drop(fs::remove_file(target.path())),
            Self::File(name) => drop(fs::rename(name, target.path())),
            Self::Unknown => {}
        }
    }

    fn forget(self) {
        if let Self::File(name) = self {
            drop(fs::remove_file(name));
        }
    }
}
