//! Labelled images of one file, and several of these made into one set of samples.

use super::error::times;
use super::taken::{SideTaken, Taken};
use super::{FileError, Holding, MAX_NUMBERS, Side, split};
use crate::SampleSet;

/// Images with their labels, as one file or a pair of files holds them.
pub(super) struct Part {
    /// The file, for messages.
    pub name: String,
    /// The side of the files' own split, where they have one.
    pub side: Option<Side>,
    /// What says so: the file's name, or a column's; empty where another part says it for both.
    pub said: String,
    /// (channels, rows, columns) of an image.
    pub shape: [usize; 3],
    /// A label for each image.
    pub labels: Vec<String>,
    /// The images.
    pub pixels: Pixels,
}

/// The pixels of all images, one after the other.
pub(super) enum Pixels {
    /// 0 to 255. Four times smaller than numbers, so they are only turned into these where they go.
    Bytes {
        /// A file that begins with a head.
        bytes: Vec<u8>,
        /// Bytes of the head.
        head: usize,
        /// The colours of a pixel stand together, rather than each colour's image by itself.
        interleaved: bool,
    },
    /// `[0, 1]`, colour by colour.
    Numbers(Vec<f32>),
}

/// All parts as one set, and what was taken as what. The files' own split is kept unless they are to be mixed; where they
/// have none, the samples are parted by share and seed.
///
/// # Errors
/// Shapes that differ, one class only, too few or too many images.
pub(super) fn gather(mut parts: Vec<Part>, holding: Holding) -> Result<(SampleSet, Taken), FileError> {
    let shape = parts.first().map_or([0; 3], |first| first.shape);
    for part in &parts {
        if part.shape != shape {
            return Err(FileError::Shapes {
                name: part.name.clone(),
                found: times(&part.shape),
                other: parts[0].name.clone(),
                expected: times(&shape),
            });
        }
    }
    // Stable: within a side the files keep their order, training first.
    parts.sort_by_key(|part| part.side);
    let mut taken = Taken::default();
    for side in [Side::Train, Side::Test, Side::Validation] {
        let of_side = || parts.iter().filter(|part| part.side == Some(side));
        let samples = of_side().map(|part| part.labels.len()).sum();
        if samples > 0 {
            let names = of_side().map(|part| &part.said).filter(|said| !said.is_empty()).collect();
            taken.sides.push(SideTaken { side, names, samples });
        }
    }
    taken.part(holding.mix);
    let said = taken.trained();
    let labels: Vec<String> = parts.iter().flat_map(|part| part.labels.iter().cloned()).collect();
    let places: Vec<(usize, usize)> =
        (0..).zip(&parts).flat_map(|(part, p)| (0..p.labels.len()).map(move |index| (part, index))).collect();
    let size = shape.iter().product();
    let write = |sample: usize, out: &mut [f32]| {
        let (part, index) = places[sample];
        parts[part].pixels.write(shape, index, out);
    };
    Ok((gather_with(shape, &labels, said, holding, size, write)?, taken))
}

/// A set of samples from labels and a way to write each image. `said` is how many are to train on, where that is
/// known; the images then keep their order.
///
/// # Errors
/// One class only, too few or too many images.
pub(super) fn gather_with(
    shape: [usize; 3],
    labels: &[String],
    said: Option<usize>,
    holding: Holding,
    size: usize,
    write: impl Fn(usize, &mut [f32]),
) -> Result<SampleSet, FileError> {
    let count = labels.len();
    check_size(count, shape)?;
    if count < 2 {
        return Err(FileError::TooFew { found: count });
    }
    let (class_names, classes) = split::classes(labels)?;
    let (order, train) = match said {
        Some(train) => ((0..count).collect(), train),
        None => split::order(&classes, holding),
    };
    let mut inputs = vec![0.0; count * size];
    for (&sample, out) in order.iter().zip(inputs.chunks_exact_mut(size)) {
        write(sample, out);
    }
    Ok(SampleSet {
        input: shape.to_vec(),
        tokens: None,
        target: Vec::new(),
        classes: Some(class_names.len()),
        train,
        test: count - train,
        inputs,
        targets: order.iter().map(|&sample| classes[sample] as f32).collect(),
        vocabulary: Vec::new(),
        class_names,
    })
}

/// # Errors
/// More numbers than fit.
pub(super) fn check_size(count: usize, shape: [usize; 3]) -> Result<(), FileError> {
    let numbers = shape.iter().try_fold(count, |all, &size| all.checked_mul(size));
    if numbers.is_some_and(|numbers| numbers <= MAX_NUMBERS) {
        return Ok(());
    }
    let numbers = numbers.map_or("too many".into(), |numbers| numbers.to_string());
    Err(FileError::TooLarge { count, shape: times(&shape), numbers })
}

impl Pixels {
    /// Writes one image, colour by colour.
    fn write(&self, shape: [usize; 3], index: usize, out: &mut [f32]) {
        let size = out.len();
        match self {
            Self::Numbers(numbers) => out.copy_from_slice(&numbers[index * size..(index + 1) * size]),
            Self::Bytes { bytes, head, interleaved } => {
                let image = &bytes[head + index * size..head + (index + 1) * size];
                let channels = shape[0];
                let area = size / channels;
                for (place, pixel) in out.iter_mut().enumerate() {
                    let from = if *interleaved { place % area * channels + place / area } else { place };
                    *pixel = f32::from(image[from]) / 255.0;
                }
            }
        }
    }
}
