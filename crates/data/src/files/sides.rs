//! Which side each of several files belongs to, by the folders they stand in and by their names. One name says nothing:
//! a class may be called "train". Only where both sides are there is it a split.

use super::side::{Named, Side, ends_in_side, named};

/// A path of folders and the file's own name at the end, without its ending.
pub(super) type Parts = Vec<String>;

/// The side of a file, and which of its parts says so.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Said {
    pub side: Side,
    /// Place in its [`Parts`].
    pub at: usize,
}

/// A place in every path: a folder so many below the first, or the file's own name.
#[derive(Clone, Copy)]
enum Level {
    Folder(usize),
    File,
}

/// The folders and the name of a file, with the archive it came in as the outermost folder.
pub(super) fn parts(archive: Option<&str>, name: &str) -> Parts {
    let mut parts: Parts = archive.into_iter().map(|a| stem(last(a)).to_owned()).collect();
    let inside = name.split(['/', '\\']).map(str::trim).filter(|part| !part.is_empty() && *part != ".");
    parts.extend(inside.map(str::to_owned));
    if let Some(file) = parts.last_mut() {
        *file = stem(file).to_owned();
    }
    parts
}

/// A name without the folders before it.
pub(super) fn last(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

/// A file's name without its ending; one that says the side is kept, as a word of the name.
fn stem(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, end)) if !stem.is_empty() && end.len() <= 5 && !ends_in_side(end) => stem,
        _ => name,
    }
}

fn place(parts: &Parts, level: Level) -> Option<usize> {
    let file = parts.len().checked_sub(1)?;
    match level {
        Level::Folder(depth) => (depth < file).then_some(depth),
        Level::File => Some(file),
    }
}

/// The side of each file, where the files carry a split; none else. A file without a side is trained on where only what
/// is held back is named; `fits` then says whether a file of that side, whose part there is no class, belongs to the
/// others.
pub(super) fn sides(paths: &[Parts], fits: impl Fn(usize, usize) -> bool) -> Option<Vec<Option<Said>>> {
    let deepest = paths.iter().map(Vec::len).max().unwrap_or(0);
    let levels: Vec<Level> = (0..deepest.saturating_sub(1))
        .map(Level::Folder)
        .chain([Level::File])
        .filter(|l| differ(paths, *l))
        .collect();
    let at = |level: Level| -> Vec<Option<(Said, Named)>> {
        let said = |parts: &Parts| {
            let at = place(parts, level)?;
            named(&parts[at]).map(|named| (Said { side: named.side, at }, named))
        };
        paths.iter().map(said).collect()
    };
    // A level at which every name says a side, and both are there.
    for &level in &levels {
        let said = at(level);
        let all: Option<Vec<(Said, Named)>> = said.into_iter().collect();
        if let Some(all) = all.filter(|all| both(all.iter().map(|(said, _)| said.side)))
            && (matches!(level, Level::File) || agree(paths, &all))
        {
            return Some(all.into_iter().map(|(said, _)| Some(said)).collect());
        }
    }
    // Else the outermost name of each file that says one.
    let mut first: Vec<Option<Said>> = vec![None; paths.len()];
    for &level in &levels {
        // Images are often named for anything; a table or an IDX file stands for many samples.
        for (i, found) in at(level).into_iter().enumerate() {
            first[i] = first[i].or(found.map(|(said, _)| said).filter(|said| fits(i, said.at)));
        }
    }
    let some = || first.iter().flatten().map(|said| said.side);
    let held = some().any(|side| side != Side::Train);
    let others = first.iter().any(Option::is_none) || some().any(|side| side == Side::Train);
    (held && others).then_some(first)
}

/// Whether not all paths have the same name there.
fn differ(paths: &[Parts], level: Level) -> bool {
    let name = |parts: &Parts| place(parts, level).map(|at| parts[at].clone());
    let first = paths.first().and_then(name);
    paths.iter().any(|parts| name(parts) != first)
}

fn both(sides: impl Iterator<Item = Side> + Clone) -> bool {
    sides.clone().any(|side| side == Side::Train) && sides.clone().any(|side| side != Side::Train)
}

/// Whether names of the sides are otherwise alike ("seg_train" and "seg_test"), or stand around folders of classes:
/// "road train" and "crash test" alone are classes.
fn agree(paths: &[Parts], all: &[(Said, Named)]) -> bool {
    let inside = |(parts, (said, _)): (&Parts, &(Said, Named))| said.at + 2 < parts.len();
    let rests = |train: bool| {
        let mut rests: Vec<&str> = all
            .iter()
            .filter(|(said, _)| (said.side == Side::Train) == train)
            .map(|(_, named)| named.rest.as_str())
            .collect();
        rests.sort_unstable();
        rests.dedup();
        rests
    };
    paths.iter().zip(all).all(inside) || rests(true) == rests(false)
}
