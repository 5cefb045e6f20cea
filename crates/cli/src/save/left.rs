//! What killed runs left behind. Nothing reads it and it blocks nobody; but it takes room, and may hold the only record of
//! hours of training, so that it is told and not removed.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use super::growing::stem;
use super::target::Target;
use crate::output::note;

/// Tells of unfinished files beside a target.
pub fn tell(target: &Target) {
    let left = unfinished(target);
    let Some(one) = left.last() else { return };
    let named = target.name().with_file_name(one.file_name().unwrap_or_default());
    let others = match left.len() - 1 {
        0 => String::new(),
        n => format!(", and {n} more beside it,"),
    };
    note(&format!(
        "note: {}{others} was left behind by a run that was killed; nothing uses it, delete it when you do not need it",
        named.display()
    ));
}

/// The unfinished files of a target that no run is at work on, by name.
fn unfinished(target: &Target) -> Vec<PathBuf> {
    let start = format!("{}.", stem(target));
    let is_part = |name: &str| {
        let drawn = name.strip_prefix(&start).and_then(|rest| rest.strip_suffix(".part"));
        drawn.is_some_and(|drawn| !drawn.is_empty() && drawn.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    let entries = fs::read_dir(target.folder()).into_iter().flatten().flatten();
    let parts = entries.filter(|entry| is_part(&entry.file_name().to_string_lossy()));
    let mut left: Vec<PathBuf> = parts.map(|entry| entry.path()).filter(|path| abandoned(path)).collect();
    left.sort();
    left
}

/// Whether no run holds the lock of an unfinished file. Elsewhere than on Unix there are no such locks, and a file of a run
/// that goes on looks as one that was left: nothing is said of either.
fn abandoned(path: &Path) -> bool {
    if !cfg!(unix) || !path.is_file() {
        return false;
    }
    match File::open(path) {
        // The lock goes as the file is closed again. Where the file system has no locks, a run may be at work on it.
        Ok(file) => free(file.try_lock_shared()),
        Err(_) => false,
    }
}

/// Whether an attempt to lock a file says that nobody holds it: only where it went through.
fn free(attempt: Result<(), TryLockError>) -> bool {
    attempt.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Breaks where a file system without locks makes a file of a run that goes on look like one that was left.
    #[test]
    fn a_file_that_cannot_be_locked_is_not_called_left_behind() {
        assert!(free(Ok(())));
        assert!(!free(Err(TryLockError::WouldBlock)));
        assert!(!free(Err(TryLockError::Error(std::io::ErrorKind::Unsupported.into()))));
    }
}
