//! Data sets for the playground. Of the plane: seeded generators, the learner's own points, input features and
//! CSV. Of arrays: tasks of images, sequences and language by seed, and the learner's own images from files.
//!
//! Everything here is pure: a [`DataConfig`] or [`TaskConfig`] and a seed always give the same samples, on every platform, bit
//! for bit. That is why every transcendental function comes from `libm` (never the platform's own) and every
//! random number from [`Rng`]. Nothing reads files, clocks or the network, so the page can use this crate for
//! its thumbnails too.

mod csv;
mod dataset;
mod error;
mod feature;
mod files;
mod fit;
mod generators;
mod images;
mod kind;
mod rng;
mod samples;
mod tasks;

pub use csv::{Choice, Column, CsvPoints, Role, TablePoints, columns_of, parse_csv, read_tables, to_csv};
pub use dataset::{
    DataConfig, MAX_POINTS, NOISE, Point, SAMPLES, Split, TRAIN_SHARE, generate, thumbnail, validate,
};
pub use error::DataError;
pub use feature::{DOMAIN, Feature, features_of, grid};
pub use files::{
    Decoded, Dropped, FileError, Found, Ground, Holding, ImageFile, LOOKED_AT, LabelColumn, Looks,
    MAX_FEATURES, MAX_IMAGE_CLASSES, MAX_NUMBERS, MAX_UNPACKED, Names, Parting, SIDE, Side, SideTaken, Small,
    TEST_SHARE, TableFile, Taken, assemble, assemble_small, features_of_table, is_held_back, is_hidden,
    is_text, looks, read_files, shrink,
};
pub use fit::{Fitted, fit};
pub use kind::{DatasetKind, MAX_CLASSES, Task};
pub use rng::Rng;
pub use samples::SampleSet;
pub use tasks::{
    About, Setting, TEST_SAMPLES, TRAIN_SAMPLES, TaskConfig, TaskKind, Vocabulary, samples, validate_task,
    vocabulary,
};
