//! Everything that can be wrong with the learner's files.

use thiserror::Error;

use super::{MAX_FEATURES, MAX_IMAGE_CLASSES, MAX_NUMBERS, MAX_UNPACKED, SIDE, TEST_SHARE};

/// What is wrong with which file, and what would be right. The messages are written for the learner to read as they
/// are.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum FileError {
    /// The share to hold back lies outside its range.
    #[error("the test share is {value}; choose a value from {} to {}", TEST_SHARE.start(), TEST_SHARE.end())]
    Share {
        /// What was given.
        value: f32,
    },
    /// No file at all, or only empty folders and hidden files.
    #[error("there is nothing to read{names}; drop IDX files, a folder or zip of images, or a CSV of pixels")]
    Nothing {
        /// " in a.zip", or nothing.
        names: String,
    },
    /// Files of other kinds.
    #[error(
        "no images{names}; IDX files (MNIST), PNG, JPEG, GIF, BMP or WebP images in a folder for each class, a zip \
         of these, and CSV of pixels can be read"
    )]
    Unknown {
        /// " in a.txt, b.pdf and 3 more".
        names: String,
    },
    /// An empty file.
    #[error("{name} is empty; save or download it again")]
    Empty {
        /// The file.
        name: String,
    },
    /// A compressed file that is damaged.
    #[error("{name} cannot be unpacked: its {kind} data is damaged or cut short; download or make it again")]
    Damaged {
        /// The file.
        name: String,
        /// "gzip" or "zip".
        kind: &'static str,
    },
    /// A zip entry in a way of compression or encryption that is not read.
    #[error("{name} in the zip is {how}; make the zip again with the usual compression and no password")]
    Packing {
        /// The entry.
        name: String,
        /// "encrypted" or "compressed by method 12".
        how: String,
    },
    /// Compressed files that hold too much.
    #[error("{name} unpacks to more than {} MB in all; leave some out", MAX_UNPACKED >> 20)]
    Unpacked {
        /// The file at which it became too much.
        name: String,
    },
    /// A zip inside a zip.
    #[error("{name} is a zip inside a zip; unpack the outer one and drop what it holds")]
    Nested {
        /// The inner one.
        name: String,
    },
    /// A file that is IDX by its name alone.
    #[error("{name} does not begin as an IDX file does (two zero bytes, then 8); download it again")]
    IdxStart {
        /// The file.
        name: String,
    },
    /// An IDX file of another number type than bytes.
    #[error("{name} holds {kind} (type {code:#04x}); IDX files of unsigned bytes (type 0x08) can be read")]
    IdxType {
        /// The file.
        name: String,
        /// What the type is called.
        kind: &'static str,
        /// The type's code in the file.
        code: u8,
    },
    /// An IDX file that ends within its head.
    #[error(
        "{name} ends after {found} bytes, within its head of {expected}; it was cut short: download it again"
    )]
    IdxHead {
        /// The file.
        name: String,
        /// Bytes of the head.
        expected: usize,
        /// Bytes there are.
        found: usize,
    },
    /// An IDX file with more or fewer numbers than its head says.
    #[error("{name} says it holds {shape} = {expected} bytes, but {found} follow its head; {mend}")]
    IdxSize {
        /// The file.
        name: String,
        /// "60000 x 28 x 28".
        shape: String,
        /// Numbers by the head.
        expected: String,
        /// Numbers in the file.
        found: usize,
        /// What to do.
        mend: &'static str,
    },
    /// An IDX file whose shape is that of neither images nor labels.
    #[error(
        "{name} has the shape {shape}; images are (count, rows, columns), with 1 or 3 colours besides, and labels \
         (count)"
    )]
    IdxShape {
        /// The file.
        name: String,
        /// Its shape.
        shape: String,
    },
    /// IDX images without labels, or labels without images.
    #[error("{name} has no {other} beside it; drop both files together (train-images and train-labels, say)")]
    IdxAlone {
        /// The file that is there.
        name: String,
        /// "labels" or "images".
        other: &'static str,
    },
    /// Two IDX files that do not belong together.
    #[error(
        "{images} holds {image_count} images, {labels} {label_count} labels; drop the two that belong together"
    )]
    IdxCounts {
        /// The file of images.
        images: String,
        /// How many.
        image_count: usize,
        /// The file of labels.
        labels: String,
        /// How many.
        label_count: usize,
    },
    /// Images of one shape in one file and another in the next.
    #[error(
        "{name} holds images of {found}, {other} of {expected} (channels x rows x columns); drop one of them"
    )]
    Shapes {
        /// The second file.
        name: String,
        /// Its images' shape.
        found: String,
        /// The first file.
        other: String,
        /// Its images' shape.
        expected: String,
    },
    /// A line of a CSV file that cannot be read.
    #[error("{name}, line {line}: {what}")]
    CsvLine {
        /// The file.
        name: String,
        /// Line number, counted from 1.
        line: usize,
        /// What is wrong, and what would be right.
        what: String,
    },
    /// A CSV of pixels that has no column of labels.
    #[error(
        "{name} has no label: its columns are {side} x {side} pixels and nothing else; put the label of each image before \
         its pixels, headed \"label\""
    )]
    CsvUnlabelled {
        /// The file.
        name: String,
        /// Pixels a side.
        side: usize,
    },
    /// A table of measurements where images are wanted.
    #[error("{name} is a table of {columns} measurement(s) a line: Points reads tables; drop it there")]
    Table {
        /// The file.
        name: String,
        /// Columns beside the label.
        columns: usize,
    },
    /// A table of more measurements than can be chosen from.
    #[error(
        "{name} is a table of {columns} measurements a line: Points reads tables of up to {MAX_FEATURES}; keep the columns \
         you want to look at and drop it there"
    )]
    Wide {
        /// The file.
        name: String,
        /// Columns beside the label.
        columns: usize,
    },
    /// A text in an archive, where texts are wanted.
    #[error("{name} is a text inside an archive; unpack it and drop the text")]
    Packed {
        /// The file.
        name: String,
    },
    /// A text where images or points are wanted.
    #[error("{name} is a text: Language reads texts; drop it there")]
    Text {
        /// The file.
        name: String,
    },
    /// Images where something else is wanted.
    #[error("{name} holds images: Images reads them; drop it there")]
    Images {
        /// The first file.
        name: String,
    },
    /// A CSV file without rows.
    #[error("{name} has no rows of pixels; write one image on each line: its label, then its pixels")]
    CsvEmpty {
        /// The file.
        name: String,
    },
    /// Neither the first nor the last column can be the labels.
    #[error(
        "{name}: neither the first nor the last column looks like labels (whole numbers or names, at least two \
         different ones); put the labels in the first column, headed \"label\""
    )]
    CsvLabels {
        /// The file.
        name: String,
    },
    /// Images that stand in no folder.
    #[error("{name} stands in no folder of a class; put the images of each class in a folder named for it")]
    NoFolder {
        /// The first such image.
        name: String,
    },
    /// Only one class.
    #[error(
        "every image is of the class \"{class}\"; at least two classes are needed, each in a folder of its own"
    )]
    OneClass {
        /// The class.
        class: String,
    },
    /// Too many classes.
    #[error(
        "there are {found} classes, at most {MAX_IMAGE_CLASSES} fit; check that the labels are not numbers to predict"
    )]
    Classes {
        /// How many.
        found: usize,
    },
    /// No image, or only one.
    #[error("{found} image(s) found; at least 2 are needed, one to train on and one to test")]
    TooFew {
        /// How many.
        found: usize,
    },
    /// More numbers than fit.
    #[error(
        "{count} images of {shape} (channels x rows x columns) hold {numbers} numbers, at most {} million fit; take \
         fewer or smaller images",
        MAX_NUMBERS / 1_000_000
    )]
    TooLarge {
        /// Images.
        count: usize,
        /// The shape of one.
        shape: String,
        /// Numbers in all.
        numbers: String,
    },
    /// A decoded image whose size does not fit its pixels.
    #[error("an image of \"{label}\" has {found} bytes for {width} x {height} pixels of 4; decode it again")]
    Decoded {
        /// Its class.
        label: String,
        /// Columns.
        width: usize,
        /// Rows.
        height: usize,
        /// Bytes there are.
        found: usize,
    },
    /// A shrunk image that does not have the size it was to be shrunk to.
    #[error("an image of \"{label}\" has {found} numbers instead of {expected}; make it small anew")]
    Small {
        /// Its class.
        label: String,
        /// Numbers there are.
        found: usize,
        /// Numbers there should be.
        expected: usize,
    },
    /// A size to shrink to outside its range.
    #[error("images can be made {} to {} pixels wide, not {found}", SIDE.start(), SIDE.end())]
    Side {
        /// What was given.
        found: usize,
    },
    /// A number of colours other than 1 and 3.
    #[error("images can have 1 channel (grey) or 3 (red, green, blue), not {found}")]
    Channels {
        /// What was given.
        found: usize,
    },
}

impl FileError {
    /// Whether the files hold images, or were meant to: what is wrong with them matters only where images are read.
    pub fn of_images(&self) -> bool {
        match self {
            Self::Share { .. }
            | Self::Nothing { .. }
            | Self::Unknown { .. }
            | Self::Empty { .. }
            | Self::Damaged { .. }
            | Self::Packing { .. }
            | Self::Unpacked { .. }
            | Self::Nested { .. }
            | Self::Table { .. }
            | Self::Wide { .. }
            | Self::Packed { .. }
            | Self::Text { .. }
            | Self::CsvEmpty { .. } => false,
            Self::IdxStart { .. }
            | Self::IdxType { .. }
            | Self::IdxHead { .. }
            | Self::IdxSize { .. }
            | Self::IdxShape { .. }
            | Self::IdxAlone { .. }
            | Self::IdxCounts { .. }
            | Self::Shapes { .. }
            | Self::CsvLine { .. }
            | Self::CsvUnlabelled { .. }
            | Self::CsvLabels { .. }
            | Self::Images { .. }
            | Self::NoFolder { .. }
            | Self::OneClass { .. }
            | Self::Classes { .. }
            | Self::TooFew { .. }
            | Self::TooLarge { .. }
            | Self::Decoded { .. }
            | Self::Small { .. }
            | Self::Side { .. }
            | Self::Channels { .. } => true,
        }
    }
}

/// " in a, b, c and 4 more"; nothing for none.
pub(super) fn list(names: &[String]) -> String {
    let shown = names[..names.len().min(3)].join(", ");
    match names.len() {
        0 => String::new(),
        1..=3 => format!(" in {shown}"),
        all => format!(" in {shown} and {} more", all - 3),
    }
}

/// "60000 x 28 x 28".
pub(super) fn times(shape: &[usize]) -> String {
    shape.iter().map(ToString::to_string).collect::<Vec<_>>().join(" x ")
}
