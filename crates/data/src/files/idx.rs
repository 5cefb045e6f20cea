//! IDX, the format of MNIST: two zero bytes, the type of the numbers, how many dimensions, each of these as four
//! bytes (the highest first), and the numbers (LeCun, Cortes and Burges 1998, "The MNIST database").

use super::error::times;
use super::part::{Part, Pixels};
use super::sides::{Said, last, parts, sides};
use super::unpack::Item;
use super::{FileError, Side};

/// One file whose head was read and whose size is right.
struct Idx {
    name: String,
    side: Option<Side>,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl Idx {
    fn head(&self) -> usize {
        head(self.shape.len())
    }
    fn count(&self) -> usize {
        self.shape.first().copied().unwrap_or(0)
    }
}

/// Bytes before the numbers.
fn head(dimensions: usize) -> usize {
    4 + 4 * dimensions
}

/// Whether a file is, or was meant to be, IDX.
pub(super) fn looks_like(bytes: &[u8]) -> bool {
    matches!(bytes, [0, 0, 0x08 | 0x09 | 0x0b..=0x0e, 1..=8, ..])
}

/// Images with their labels, out of files in any order, and how many files are there twice.
///
/// # Errors
/// A file that is damaged or of another kind; images without labels, or the other way round.
pub(super) fn pair(files: Vec<Item>) -> Result<(Vec<Part>, usize), FileError> {
    let paths: Vec<_> = files.iter().map(|file| parts(file.archive.as_deref(), &file.name)).collect();
    let sides = sides(&paths, |_, _| true);
    let side = |place: usize| Some(sides.as_ref()?[place].map_or(Side::Train, |said: Said| said.side));
    let read = files.into_iter().enumerate().map(|(place, file)| parse(file, side(place)));
    let read = read.collect::<Result<Vec<Idx>, _>>()?;
    let (labels, all): (Vec<Idx>, Vec<Idx>) = read.into_iter().partition(|idx| idx.shape.len() == 1);
    let count = labels.len() + all.len();
    // An archive may hold the same file under two names ("train-images.idx3-ubyte").
    let mut images: Vec<Idx> = Vec::new();
    for idx in all {
        if !images.iter().any(|known| known.side == idx.side && known.bytes == idx.bytes) {
            images.push(idx);
        }
    }
    let mut labels: Vec<Option<Idx>> = labels.into_iter().map(Some).collect();
    let mut parts = Vec::new();
    let mut twice = count - labels.len() - images.len();
    let alone = images.len() == 1 && labels.len() == 1;
    let mut spent: Vec<Vec<u8>> = Vec::new();
    // With a name that says which set it is, count and name must agree; without, the count alone decides.
    for idx in images {
        let same = |l: &Idx| l.side == idx.side;
        let find = |fits: &dyn Fn(&Idx) -> bool| labels.iter().position(|l| l.as_ref().is_some_and(fits));
        let place = find(&|l| l.count() == idx.count() && same(l))
            .or_else(|| find(&|l| l.count() == idx.count()))
            .or_else(|| find(&same))
            .or(alone.then_some(0));
        let Some(label) = place.and_then(|place| labels[place].take()) else {
            return Err(FileError::IdxAlone { name: idx.name, other: "labels" });
        };
        spent.push(label.bytes.clone());
        parts.push(join(idx, label)?);
    }
    for left in labels.into_iter().flatten() {
        if !spent.contains(&left.bytes) {
            return Err(FileError::IdxAlone { name: left.name, other: "images" });
        }
        twice += 1;
    }
    Ok((parts, twice))
}

fn join(images: Idx, labels: Idx) -> Result<Part, FileError> {
    if images.count() != labels.count() {
        return Err(FileError::IdxCounts {
            image_count: images.count(),
            images: images.name,
            label_count: labels.count(),
            labels: labels.name,
        });
    }
    let (shape, interleaved) = match images.shape[1..] {
        [rows, columns] => ([1, rows, columns], false),
        [channels @ (1 | 3), rows, columns] => ([channels, rows, columns], false),
        [rows, columns, channels @ (1 | 3)] => ([channels, rows, columns], true),
        _ => return Err(FileError::IdxShape { shape: times(&images.shape), name: images.name }),
    };
    if shape.contains(&0) {
        return Err(FileError::IdxShape { shape: times(&images.shape), name: images.name });
    }
    let labelled = labels.bytes[labels.head()..].iter().map(u8::to_string).collect();
    let head = images.head();
    Ok(Part {
        said: last(&images.name).to_owned(),
        name: images.name,
        side: images.side,
        shape,
        labels: labelled,
        pixels: Pixels::Bytes { bytes: images.bytes, head, interleaved },
    })
}

/// Reads the head and checks that as many bytes follow as it says.
fn parse(Item { name, bytes, .. }: Item, side: Option<Side>) -> Result<Idx, FileError> {
    let (code, dimensions) = match bytes[..] {
        [_, _, code, dimensions, ..] => (code, usize::from(dimensions)),
        _ => return Err(FileError::IdxHead { name, expected: head(1), found: bytes.len() }),
    };
    let kind = match code {
        0x08 => "unsigned bytes",
        0x09 => "signed bytes",
        0x0b => "16-bit numbers",
        0x0c => "32-bit numbers",
        0x0d => "floats",
        _ => "doubles",
    };
    if code != 0x08 {
        return Err(FileError::IdxType { name, kind, code });
    }
    let Some(sizes) = bytes.get(4..head(dimensions)) else {
        return Err(FileError::IdxHead { name, expected: head(dimensions), found: bytes.len() });
    };
    let shape: Vec<usize> =
        sizes.chunks_exact(4).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]) as usize).collect();
    let expected = shape.iter().try_fold(1usize, |all, &size| all.checked_mul(size));
    let found = bytes.len() - head(dimensions);
    if expected == Some(found) {
        return Ok(Idx { name, side, shape, bytes });
    }
    let mend = match expected {
        Some(expected) if expected < found => {
            "it is not the file its head was written for: download it again"
        }
        _ => "it was cut short: download it again",
    };
    let expected = expected.map_or("too many".into(), |numbers| numbers.to_string());
    Err(FileError::IdxSize { name, shape: times(&shape), expected, found, mend })
}
