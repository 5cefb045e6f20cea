//! The settings of a data set, and the training and test points they give.

use core::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::generators::{self, Purpose};
use crate::kind::is_class;
use crate::{DataError, DatasetKind, MAX_CLASSES, Task};

/// The most points of the learner's own.
pub const MAX_POINTS: usize = 20_000;
/// Noise, in percent.
pub const NOISE: RangeInclusive<f32> = 0.0..=50.0;
/// Points a generator makes, training and test together.
pub const SAMPLES: RangeInclusive<u32> = 10..=5000;
/// The share of the points that are trained on.
pub const TRAIN_SHARE: RangeInclusive<f32> = 0.1..=0.9;

/// One example.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Point {
    /// Across, -6 to 6 in the picture.
    pub x: f32,
    /// Up, -6 to 6 in the picture.
    pub y: f32,
    /// The class, 0 to classes - 1, or the target (-1 to 1 in the built-in regressions).
    pub label: f32,
}

/// The settings of a data set. With a seed they decide every point, its order and its side of the split.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct DataConfig {
    /// Which data set.
    pub kind: DatasetKind,
    /// Noise in percent, within [`NOISE`]. Own points are left as they are.
    pub noise: f32,
    /// How many points to make, within [`SAMPLES`]. Own data has the points it has.
    pub samples: u32,
    /// The share of the points to train on, within [`TRAIN_SHARE`]; the rest are the test set.
    pub train_share: f32,
    /// The learner's own points, used when `kind` is [`DatasetKind::Own`] (and kept while it is not).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<Point>,
    /// How many of the own points are to train on, where their files say it: the first so many, and the others are held
    /// back whatever the share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own_train: Option<u32>,
    /// Whether the own points' labels are numbers to predict rather than classes.
    pub own_regression: bool,
    /// What the own points' classes are called, by number; see [`DataConfig::class_name`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub class_names: Vec<String>,
}

impl Default for DataConfig {
    fn default() -> Self {
        Self {
            kind: DatasetKind::Circle,
            noise: 0.0,
            samples: 500,
            train_share: 0.5,
            points: Vec::new(),
            own_train: None,
            own_regression: false,
            class_names: Vec::new(),
        }
    }
}

impl DataConfig {
    /// What is to be learnt from this data, own points included.
    pub fn task(&self) -> Task {
        if self.kind == DatasetKind::Own && self.own_regression {
            Task::Regression
        } else {
            self.kind.task(&self.points)
        }
    }

    /// What a class is called; its number, where the data are not the learner's own or it has no name, with a sign before
    /// it where another class has that number for a name.
    pub fn class_name(&self, class: usize) -> String {
        let names = if self.kind == DatasetKind::Own { &self.class_names[..] } else { &[] };
        let number = class.to_string();
        match names.get(class).filter(|name| !name.trim().is_empty()) {
            Some(name) => name.clone(),
            None if names.contains(&number) => format!("#{number}"),
            None => number,
        }
    }
}

/// A data set ready for training.
#[derive(Clone, PartialEq, Debug)]
pub struct Split {
    /// The points to train on, in shuffled order.
    pub train: Vec<Point>,
    /// The points held back, in shuffled order.
    pub test: Vec<Point>,
    /// What is to be learnt.
    pub task: Task,
}

/// Makes the points, shuffles them and splits them, all by `seed`.
///
/// The order does not depend on `train_share`: a larger share moves the first test points to the end of the
/// training set. Each side gets at least one point. Built-in classes are balanced before noise and split.
///
/// # Errors
/// Whatever [`validate`] finds.
pub fn generate(config: &DataConfig, seed: u32) -> Result<Split, DataError> {
    validate(config)?;
    let seed = u64::from(seed);
    let mut train = match config.kind {
        DatasetKind::Own => config.points.clone(),
        kind => generators::points(kind, config.samples as usize, f64::from(config.noise), seed),
    };
    let mut order = generators::stream(config.kind, Purpose::Order, seed);
    if let (DatasetKind::Own, Some(given)) = (config.kind, config.own_train) {
        let mut test = train.split_off((given as usize).clamp(1, train.len() - 1));
        order.shuffle(&mut train);
        order.shuffle(&mut test);
        return Ok(Split { train, test, task: config.task() });
    }
    order.shuffle(&mut train);
    let wanted = libm::round(train.len() as f64 * f64::from(config.train_share)) as usize;
    let test = train.split_off(wanted.clamp(1, train.len() - 1));
    Ok(Split { train, test, task: config.task() })
}

/// Checks every setting, and the own points when they are the ones in use.
///
/// # Errors
/// The first setting or point that is wrong, with its value and what is allowed.
pub fn validate(config: &DataConfig) -> Result<(), DataError> {
    within("noise", config.noise, &NOISE)?;
    if !SAMPLES.contains(&config.samples) {
        return Err(DataError::OutOfRange {
            field: "samples",
            value: config.samples.to_string(),
            low: *SAMPLES.start() as f32,
            high: *SAMPLES.end() as f32,
        });
    }
    within("train_share", config.train_share, &TRAIN_SHARE)?;
    if config.class_names.len() > MAX_CLASSES as usize {
        return Err(DataError::OutOfRange {
            field: "class_names",
            value: format!("{} names", config.class_names.len()),
            low: 0.0,
            high: MAX_CLASSES as f32,
        });
    }
    match config.kind {
        DatasetKind::Own => {
            validate_own(&config.points, config.own_regression)?;
            match config.own_train {
                Some(given) if !(1..config.points.len() as u32).contains(&given) => {
                    Err(DataError::OutOfRange {
                        field: "own_train",
                        value: given.to_string(),
                        low: 1.0,
                        high: config.points.len() as f32 - 1.0,
                    })
                }
                _ => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

/// The range check is written so that NaN fails it.
fn within(field: &'static str, value: f32, range: &RangeInclusive<f32>) -> Result<(), DataError> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(DataError::OutOfRange { field, value: value.to_string(), low: *range.start(), high: *range.end() })
}

fn validate_own(points: &[Point], regression: bool) -> Result<(), DataError> {
    match points.len() {
        found @ 0..2 => return Err(DataError::TooFewPoints { found }),
        found if found > MAX_POINTS => return Err(DataError::TooManyPoints { found }),
        _ => {}
    }
    for (index, point) in (1..).zip(points) {
        for (field, value) in [("x", point.x), ("y", point.y), ("label", point.label)] {
            if !value.is_finite() {
                return Err(DataError::PointNotFinite { index, field, value });
            }
        }
        if !regression && !is_class(point.label) {
            return Err(DataError::PointNotAClass { index, value: point.label });
        }
    }
    Ok(())
}

/// Points for a small picture of the data set, always the same: 120, or 300 for those that fill the plane and
/// would not be recognised from fewer. The learner's own data is shown as a plus sign, for there is no one
/// look to it.
pub fn thumbnail(kind: DatasetKind) -> Vec<Point> {
    const SEED: u64 = 7;
    match kind {
        DatasetKind::Own => plus_sign(),
        DatasetKind::Checkerboard | DatasetKind::Plane | DatasetKind::MultiGauss => {
            generators::points(kind, 300, 0.0, SEED)
        }
        _ => generators::points(kind, 120, 0.0, SEED),
    }
}

fn plus_sign() -> Vec<Point> {
    // An 11 x 11 lattice: the two middle bars are positive, the corners negative, the rest left out.
    let mut points = Vec::new();
    for row in -5i8..=5 {
        for column in -5i8..=5 {
            let (near, far) = (row.abs().min(column.abs()), row.abs().max(column.abs()));
            if (near <= 1 && far <= 4) || near >= 4 {
                points.push(Point {
                    x: f32::from(column),
                    y: f32::from(row),
                    label: f32::from(u8::from(near <= 1)),
                });
            }
        }
    }
    points
}
