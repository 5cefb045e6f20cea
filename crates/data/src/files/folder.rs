//! Images in folders: the folder an image stands in is its class, unless it is one of the split's.

use std::collections::{BTreeSet, HashSet};

use super::sides::{Parts, Said, last, parts, sides};
use super::taken::{Names, SideTaken, Taken};
use super::unpack::Item;
use super::{FileError, Parting, Side, side, split};

/// An image still encoded, with its class.
#[derive(Clone, PartialEq, Debug)]
pub struct ImageFile {
    /// Its class: the folder it stands in.
    pub label: String,
    /// The side of the files' own split, if they have one that is kept.
    pub side: Option<Side>,
    /// Its name, with the folders.
    pub name: String,
    /// PNG, JPEG, GIF, BMP or WebP.
    pub bytes: Vec<u8>,
}

/// Whether the bytes begin as a PNG, JPEG, GIF, BMP or WebP does.
pub(super) fn is_image(bytes: &[u8]) -> bool {
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    starts(b"\x89PNG\r\n\x1a\n")
        || starts(b"\xff\xd8\xff")
        || starts(b"GIF87a")
        || starts(b"GIF89a")
        // "BM" alone begins many a text; a bitmap's reserved bytes are 0.
        || starts(b"BM") && bytes.get(6..10) == Some(&[0; 4])
        || starts(b"RIFF") && bytes.get(8..12) == Some(b"WEBP")
}

/// Each image with its class and its side. Those that are there twice come once; those that have no class are left out
/// where they are held back by others that have one. `mix`: the files' split is not kept.
///
/// # Errors
/// An image that stands in no folder; one class only, or too many: better said before all are decoded.
pub(super) fn label(images: Vec<Item>, mix: bool) -> Result<(Vec<ImageFile>, Taken), FileError> {
    // What the only zip is called says nothing of what it holds.
    let several = images.iter().any(|image| image.archive != images[0].archive);
    let paths: Vec<Parts> =
        images.iter().map(|image| parts(image.archive.as_deref().filter(|_| several), &image.name)).collect();
    let levels = differing(&paths);
    // A class folder must be left beside the one that names the side.
    let fits = |image: usize, at: usize| {
        let folders = paths[image].len() - 1;
        at < folders && (0..folders).any(|folder| folder != at && levels.get(folder) == Some(&true))
    };
    let split = sides(&paths, fits);
    let said = |image: usize| split.as_ref().and_then(|split| split[image]);
    let labels = labels(&paths, &said);
    let known: BTreeSet<&String> = (0..images.len())
        .filter(|&image| said(image).is_some())
        .filter_map(|image| labels[image].as_ref())
        .collect();
    let mut taken = Taken::default();
    let mut files = Vec::with_capacity(images.len());
    let mut names: [Vec<String>; 3] = Default::default();
    for (place, image) in images.into_iter().enumerate() {
        let side = split.is_some().then(|| said(place).map_or(Side::Train, |said| said.side));
        let label = match labels[place].clone() {
            // What stands beside the folders of the split and is of no class there.
            Some(label) if split.is_some() && said(place).is_none() && !known.contains(&label) => None,
            Some(label) => Some(label),
            None if side.is_none_or(|side| side == Side::Train && said(place).is_some()) => {
                return Err(FileError::NoFolder { name: image.name });
            }
            None => None,
        };
        let Some(label) = label else {
            taken.unlabelled += 1;
            continue;
        };
        if let (Some(side), Some(said)) = (side, said(place)) {
            names[side as usize].push(paths[place][said.at].clone());
        }
        let loose = split.is_some() && said(place).is_none();
        files.push((ImageFile { label, side, name: image.name, bytes: image.bytes }, loose));
    }
    taken.twice = once(&mut files);
    let mut files: Vec<ImageFile> = files.into_iter().map(|(file, _)| file).collect();
    let counted = |side: Side| files.iter().filter(|file| file.side == Some(side)).count();
    let sides = [Side::Train, Side::Test, Side::Validation].into_iter().zip(names);
    taken.sides = sides
        .map(|(side, names)| SideTaken { side, names: Names::from_iter(names), samples: counted(side) })
        .filter(|side| side.samples > 0)
        .collect();
    taken.part(mix);
    if taken.parting == Parting::Files {
        taken.seen = seen(&files);
    }
    if taken.parting != Parting::Files {
        files.iter_mut().for_each(|file| file.side = None);
    }
    let labels: Vec<String> = files.iter().map(|image| image.label.clone()).collect();
    split::classes(&labels)?;
    Ok((files, taken))
}

/// For each folder, counted from the outermost, whether not all images stand in one of that name.
fn differing(paths: &[Parts]) -> Vec<bool> {
    let deepest = paths.iter().map(Vec::len).max().unwrap_or(1) - 1;
    let folder = |parts: &Parts, depth: usize| (depth + 1 < parts.len()).then(|| parts[depth].clone());
    (0..deepest)
        .map(|depth| paths.iter().any(|parts| folder(parts, depth) != folder(&paths[0], depth)))
        .collect()
}

/// The class of each image: the innermost folder that does not name the side. Where all images have the same there
/// ("images", say), the next one outwards that is not the same for all.
fn labels(paths: &[Parts], said: &dyn Fn(usize) -> Option<Said>) -> Vec<Option<String>> {
    let at = |image: usize, out: usize| -> Option<String> {
        let parts = &paths[image];
        let at = said(image).map(|said| said.at);
        let doubled =
            |folder: &String| at.is_some_and(|at| *folder == parts[at] && side::named(folder).is_some());
        let folders =
            || (0..parts.len() - 1).rev().filter(|folder| Some(*folder) != at).map(|folder| &parts[folder]);
        // Archives are often unpacked into a folder of their name: "train/train/cat". Alone it is a class of that name.
        let named = folders().filter(|folder| !doubled(folder)).nth(out);
        named.or_else(|| folders().next().filter(|folder| out == 0 && doubled(folder))).cloned()
    };
    let all = |out: usize| -> Vec<Option<String>> { (0..paths.len()).map(|image| at(image, out)).collect() };
    let mut best = all(0);
    let one = |labels: &[Option<String>]| labels.iter().all(|label| *label == labels[0]);
    for out in 1..4 {
        if !one(&best) {
            break;
        }
        let next = all(out);
        if next.iter().all(Option::is_some) && !one(&next) {
            best = next;
        }
    }
    // "cat_train" and "dog_train" say class and side in one name.
    let rests: Vec<Option<String>> = (0..paths.len())
        .map(|image| {
            let named = side::named(&paths[image][said(image)?.at])?;
            Some(named.rest).filter(|rest| !rest.is_empty())
        })
        .collect();
    if one(&best) && rests.iter().all(Option::is_some) && !one(&rests) { rests } else { best }
}

/// Takes out what is there twice: the same content under the same name in the same class and side; and what stands
/// beside the split's folders and in one of them. Returns how many.
fn once(files: &mut Vec<(ImageFile, bool)>) -> usize {
    let before = files.len();
    let keep: Vec<bool> = {
        let sided: HashSet<(&String, &Vec<u8>)> = match files.iter().any(|(_, loose)| *loose) {
            true => files.iter().filter(|f| !f.1).map(|(f, _)| (&f.label, &f.bytes)).collect(),
            false => HashSet::new(),
        };
        let mut known = HashSet::new();
        files
            .iter()
            .map(|(f, loose)| {
                known.insert((&f.label, f.side, plain(&f.name), &f.bytes))
                    && !(*loose && sided.contains(&(&f.label, &f.bytes)))
            })
            .collect()
    };
    let mut keep = keep.into_iter();
    files.retain(|_| keep.next().unwrap_or(true));
    before - files.len()
}

/// Words that systems add to the name of a copy, and those they put before it.
const COPY: [&str; 5] = ["copy", "kopie", "copie", "copia", "kopia"];
const COPY_OF: [&str; 5] = ["copy of ", "kopie von ", "copie de ", "copia de ", "copia di "];

/// A file's own name without what copying adds, once or again: "3 (1).png", "3 - Copy (2).png", "3_copy.png", "3 copy 2.png" and
/// "Copy of 3.png" are "3".
fn plain(name: &str) -> String {
    const GAPS: [char; 3] = [' ', '_', '-'];
    let own = last(name).to_lowercase();
    let mut own = own.rsplit_once('.').map_or(own.as_str(), |(stem, _)| stem).trim();
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let copied = |own: &str| {
        let rest = COPY.iter().find_map(|word| own.strip_suffix(word))?;
        let kept = rest.trim_end_matches(GAPS).len();
        (kept > 0 && kept < rest.len()).then_some(kept)
    };
    loop {
        let numbered = own.strip_suffix(')').and_then(|own| own.rsplit_once('('));
        let counted = own.rsplit_once(GAPS).filter(|(_, n)| number(n)).and_then(|(own, _)| copied(own));
        own = match (numbered, counted, copied(own)) {
            (Some((kept, n)), ..) if number(n) && !kept.trim().is_empty() => kept.trim_end_matches(GAPS),
            (_, Some(kept), _) | (_, _, Some(kept)) => &own[..kept],
            _ => match COPY_OF.iter().find_map(|word| own.strip_prefix(word)) {
                Some(kept) => kept,
                None => return own.to_owned(),
            },
        };
    }
}

/// How many images that are held back are among those to train on too, of the same class.
fn seen(files: &[ImageFile]) -> usize {
    let train = files.iter().filter(|file| file.side == Some(Side::Train));
    let train: HashSet<(&String, &Vec<u8>)> = train.map(|file| (&file.label, &file.bytes)).collect();
    let held = files.iter().filter(|file| file.side != Some(Side::Train));
    held.filter(|file| train.contains(&(&file.label, &file.bytes))).count()
}
