//! What a command reads and what it writes are different files, however they are spelt.

use std::fs::{self, File};
use std::path::Path;

use same_file::{Handle, is_same_file};

use super::growing::{beside, drawn};
use super::left;
use super::target::{Target, write_error};
use crate::error::{Error, Result};

/// The places that a command writes to, each with the option that names it, in their order. All can be written, none is a
/// file of `reads` (but for `on_purpose`, the options that may name one file to read and then to replace), and no two are the
/// same. Unfinished files of killed runs beside them are told.
///
/// # Errors
/// As [`Target::at`]; wrong usage where a file would be written over. Nothing has been written then.
pub fn targets<const N: usize>(
    reads: &[(&str, Option<&Path>)],
    writes: [(&str, Option<&Path>); N],
    on_purpose: Option<(&str, &str)>,
) -> Result<[Option<Target>; N]> {
    // What would be lost is told before what is merely missing.
    for (output, path) in writes {
        for (input, read) in reads {
            if let (Some(path), Some(read)) = (path, read)
                && on_purpose != Some((*input, output))
                && read_is(read, path)
            {
                let (path, read) = (path.display(), read.display());
                return Err(Error::Usage(format!(
                    "{output} {path} would overwrite what is read ({input} {read}); give another name"
                )));
            }
        }
    }
    let mut targets = [const { None }; N];
    for (slot, (_, path)) in targets.iter_mut().zip(writes) {
        *slot = path.map(Target::at).transpose()?;
    }
    let named: Vec<(&str, &Target)> =
        writes.iter().zip(&targets).filter_map(|((option, _), t)| Some((*option, t.as_ref()?))).collect();
    for (i, (one, a)) in named.iter().enumerate() {
        for (other, b) in &named[i + 1..] {
            if same(a, b)? {
                let (file, again) = (a.name().display(), b.name().display());
                let spelt = if a.name() == b.name() { String::new() } else { format!(" (as {again})") };
                return Err(Error::Usage(format!(
                    "{one} and {other} both name {file}{spelt}; give each its own file"
                )));
            }
        }
        if let Some(stream) = stream(a) {
            let file = a.name().display();
            return Err(Error::Usage(format!(
                "{one} {file} is the file that the {stream} goes to; give another name"
            )));
        }
    }
    for (_, target) in named {
        left::tell(target);
    }
    Ok(targets)
}

/// Whether a file that is read is the one at `path`. Pipes and devices are not opened: that would take from them, or wait.
fn read_is(read: &Path, path: &Path) -> bool {
    let plain = |path: &Path| path.metadata().is_ok_and(|there| there.is_file());
    plain(read)
        && plain(path)
        && is_same_file(read, path).unwrap_or_else(
            |_| matches!((read.canonicalize(), path.canonicalize()), (Ok(read), Ok(path)) if read == path),
        )
}

/// Whether two places are one: the same file, or, where none stands there yet, names that the file system takes for the same.
fn same(a: &Target, b: &Target) -> Result<bool> {
    if a.path() == b.path() || read_is(a.path(), b.path()) {
        return Ok(true);
    }
    if a.path().exists() || b.path().exists() || !is_same_file(a.folder(), b.folder()).unwrap_or(false) {
        return Ok(false);
    }
    // Whether capitals or accents make another name is the file system's affair, and it is asked: by a file that stands there
    // for a moment under a longer name.
    let number = drawn();
    let (asked, other) = (beside(a, number), beside(b, number));
    File::create_new(&asked).map_err(write_error(a.name()))?;
    let found = other.exists();
    drop(fs::remove_file(asked));
    Ok(found)
}

/// Which of our own streams goes to this file, if one does: what is printed would be lost when the file is replaced.
fn stream(target: &Target) -> Option<&'static str> {
    let file = Handle::from_path(target.path()).ok()?;
    let is = |stream: std::io::Result<Handle>| stream.is_ok_and(|stream| stream == file);
    if is(Handle::stdout()) {
        return Some("standard output");
    }
    is(Handle::stderr()).then_some("standard error")
}
