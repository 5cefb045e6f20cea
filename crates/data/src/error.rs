//! Everything that can be wrong with a data set's settings, the learner's own points, or a CSV text.

use thiserror::Error;

use crate::{MAX_CLASSES, MAX_POINTS};

/// What is wrong, where, and what would be right. The messages are written for the learner to read as they
/// are.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum DataError {
    /// A setting lies outside its range, or is not a number.
    #[error("{field} is {value}; choose a value from {low} to {high}")]
    OutOfRange {
        /// The setting's name, as in `DataConfig`.
        field: &'static str,
        /// What was given.
        value: String,
        /// The smallest value allowed.
        low: f32,
        /// The largest value allowed.
        high: f32,
    },
    /// Own data with no point to spare for the test set.
    #[error("own data has {found} of at least 2 points (one to train on, one to test); add some points")]
    TooFewPoints {
        /// How many points there are.
        found: usize,
    },
    /// More own points than the playground takes.
    #[error("own data has {found} points, at most {MAX_POINTS} fit; remove some")]
    TooManyPoints {
        /// How many points there are.
        found: usize,
    },
    /// A coordinate or target of an own point is NaN or infinite.
    #[error("point {index} of the own data: {field} is {value}; it must be a finite number")]
    PointNotFinite {
        /// Which point, counted from 1.
        index: usize,
        /// `x`, `y` or `label`.
        field: &'static str,
        /// What was given.
        value: f32,
    },
    /// The label of an own point names no class.
    #[error(
        "point {index} of the own data: label {value} is not a class; use a whole number from 0 to {}, \
         or make the data a regression",
        MAX_CLASSES - 1
    )]
    PointNotAClass {
        /// Which point, counted from 1.
        index: usize,
        /// What was given.
        value: f32,
    },
    /// A CSV text without a single point.
    #[error("no points found; write one on each line, as x, y, label")]
    CsvEmpty,
    /// A CSV line with too few or too many values.
    #[error("line {line}: \"{text}\" has {found} value(s) (expected {expected})")]
    CsvColumns {
        /// Line number, counted from 1.
        line: usize,
        /// The line, shortened if long.
        text: String,
        /// How many values it holds.
        found: usize,
        /// What a line should hold.
        expected: String,
    },
    /// What is wrong in one of several files.
    #[error("{name}, {error}")]
    InFile {
        /// The file.
        name: String,
        /// What is wrong in it.
        error: Box<Self>,
    },
    /// More features than the plane shows.
    #[error(
        "the table has {count} features ({features}) beside the label{}; the plane shows two: choose which",
        named(label)
    )]
    CsvFeatures {
        /// How many.
        count: usize,
        /// Their names, as far as they are few.
        features: String,
        /// The label's name.
        label: String,
    },
    /// Fewer features than the plane shows.
    #[error(
        "the table has one feature ({features}) beside the label{}{}; the plane shows two: add a column",
        named(label),
        if index.is_empty() { String::new() } else { format!(" and the row numbers ({index})") }
    )]
    CsvOneFeature {
        /// Its name.
        features: String,
        /// The label's name.
        label: String,
        /// What numbers the rows.
        index: String,
    },
    /// A table of other columns than the first.
    #[error(
        "it has {found} columns, which are not the {expected} of {other}; drop tables of the same columns together"
    )]
    CsvOtherColumns {
        /// Columns there are.
        found: usize,
        /// Columns of the first table.
        expected: usize,
        /// The first table.
        other: String,
    },
    /// What a program writes for no value where x, y or the label should stand.
    #[error(
        "line {line}: {}{} is missing (\"{value}\"); fill it in, or leave the line out",
        if *field == "label" { "the label" } else { field },
        if name.is_empty() || name == field { String::new() } else { format!(" ({name})") }
    )]
    CsvMissing {
        /// Line number, counted from 1.
        line: usize,
        /// `x`, `y` or `label`.
        field: &'static str,
        /// The column's heading.
        name: String,
        /// What stands there.
        value: String,
    },
    /// What says no side, in a column of sides.
    #[error("line {line}: \"{value}\" says neither training nor test; write train, test or val there")]
    CsvSide {
        /// Line number, counted from 1.
        line: usize,
        /// What stands there.
        value: String,
    },
    /// Nothing where x, y or the label should stand.
    #[error("line {line}: {field} is empty (expected x, y, label)")]
    CsvEmptyField {
        /// Line number, counted from 1.
        line: usize,
        /// `x`, `y` or `label`.
        field: &'static str,
    },
    /// A coordinate that cannot be read.
    #[error("line {line}: \"{value}\" is not a number (expected x, y, label)")]
    CsvNotANumber {
        /// Line number, counted from 1.
        line: usize,
        /// What stands there.
        value: String,
    },
    /// A number that is NaN, infinite, or too large for 32 bits.
    #[error("line {line}: \"{value}\" is not a finite number within ±3.4e38 (expected x, y, label)")]
    CsvNotFinite {
        /// Line number, counted from 1.
        line: usize,
        /// What stands there.
        value: String,
    },
    /// A name among labels that are otherwise numbers to predict.
    #[error("line {line}: label \"{value}\" is not a number, but line {other_line} has the number {other}")]
    CsvMixedLabels {
        /// Line number of the name, counted from 1.
        line: usize,
        /// The name.
        value: String,
        /// Line number of the first label that is not whole.
        other_line: usize,
        /// That label.
        other: String,
    },
    /// One class too many.
    #[error(
        "line {line}: \"{value}\" would be class number {}; at most {MAX_CLASSES} fit \
         (if the labels are numbers to predict, head their column \"value\")",
        MAX_CLASSES + 1
    )]
    CsvTooManyClasses {
        /// Line number, counted from 1.
        line: usize,
        /// The label.
        value: String,
    },
    /// One point too many.
    #[error("line {line}: more than {MAX_POINTS} points; remove some lines")]
    CsvTooManyRows {
        /// Line number of the first point over the limit, counted from 1.
        line: usize,
    },
    /// So few different sequences that none could be kept for the test alone.
    #[error(
        "there are only {possible} different sequences, at least {needed} are needed to keep some for the test; \
         raise the length or the symbols"
    )]
    TooFewDifferent {
        /// How many there are.
        possible: u64,
        /// How many are needed.
        needed: u64,
    },
    /// More samples than there are pairs of numbers below the modulus.
    #[error(
        "modulo {modulus} there are {possible} sums; train and test together ask for {asked}: \
         ask for fewer, or raise the symbols"
    )]
    TooFewPairs {
        /// The modulus.
        modulus: u32,
        /// How many pairs there are.
        possible: u64,
        /// How many are asked for.
        asked: u64,
    },
    /// A text without a symbol.
    #[error("the text is empty; paste or type some")]
    TextEmpty,
    /// A text in which there is nothing to learn.
    #[error("the text has one symbol; \"{symbol}\" alone leaves nothing to predict: add others")]
    TextOneSymbol {
        /// The symbol, as shown.
        symbol: String,
    },
    /// A text too short for one sample to train on and one to test.
    #[error(
        "the text has {found} {what}, at least {needed} are needed for sequences of {length}; \
         add text or choose a shorter length"
    )]
    TextTooShort {
        /// How many symbols it has.
        found: usize,
        /// "characters" or "words".
        what: &'static str,
        /// How many are needed.
        needed: usize,
        /// How long a sequence is.
        length: usize,
    },
}

/// " (species)", or nothing.
fn named(label: &str) -> String {
    if label.is_empty() { String::new() } else { format!(" ({label})") }
}
