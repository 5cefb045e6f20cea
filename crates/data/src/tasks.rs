//! The tasks whose samples are arrays: images, sequences and language, drawn by seed.

mod about;
mod images;
mod sequences;

use core::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

pub use self::about::{About, Setting};
pub use self::sequences::{Vocabulary, vocabulary};
use crate::{DataError, NOISE, SampleSet};

/// Samples to train on.
pub const TRAIN_SAMPLES: RangeInclusive<u32> = 10..=20_000;
/// Samples held back.
pub const TEST_SAMPLES: RangeInclusive<u32> = 1..=5_000;

/// The built-in tasks. The order is part of the format: it numbers the random streams, so a new one goes at the end.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug, Hash, Default)]
#[serde(rename_all = "kebab-case")]
pub enum TaskKind {
    /// Images: four shapes, (3, 32, 32).
    #[default]
    Shapes,
    /// Images: hand-drawn-looking digits, (1, 28, 28), ten classes.
    Digits,
    /// Images: oriented textures, (1, 32, 32).
    Textures,
    /// Series: (15, 10), seven classes.
    Waves,
    /// Series: the next value of a sum of sines, at every step.
    Sine,
    /// Tokens: the token of some steps ago, at every step.
    Echo,
    /// Tokens: remember some, wait, write them out.
    CopyMemory,
    /// Tokens: whether the ones so far are odd in number, at every step.
    Parity,
    /// Series: the sum of the two marked numbers, (steps, 2).
    Adding,
    /// Tokens: whether the brackets close, two classes.
    Brackets,
    /// Tokens: write the sequence backwards.
    Reversal,
    /// Tokens: write the sequence in order.
    Sorting,
    /// Tokens: a + b modulo a prime.
    ModularAddition,
    /// Language: the next character or word of a text.
    Language,
    /// Images: woven patterns in two colours, (3, 32, 32), four classes.
    Fabrics,
}

/// The settings of a task. With a seed they decide every sample. A setting that a task does not have is not read.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TaskConfig {
    /// Which task.
    pub task: TaskKind,
    /// Samples to train on.
    pub train: u32,
    /// Samples held back.
    pub test: u32,
    /// Noise in percent, where the task has noise.
    pub noise: f32,
    /// How long a sequence is; the task's own length when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<u32>,
    /// How many different symbols there are (or the modulus); the task's own number when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub symbols: Option<u32>,
    /// How many steps lie between what is seen and what is asked; the task's own number when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay: Option<u32>,
    /// The learner's own text, in place of a grammar's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Words rather than characters.
    pub words: bool,
}

impl Default for TaskConfig {
    fn default() -> Self {
        Self {
            task: TaskKind::default(),
            train: 1000,
            test: 200,
            noise: 0.0,
            length: None,
            symbols: None,
            delay: None,
            text: None,
            words: false,
        }
    }
}

impl TaskKind {
    /// Every task, in the order in which they are offered.
    pub const ALL: [Self; 15] = [
        Self::Shapes,
        Self::Digits,
        Self::Textures,
        Self::Fabrics,
        Self::Waves,
        Self::Sine,
        Self::Echo,
        Self::CopyMemory,
        Self::Parity,
        Self::Adding,
        Self::Brackets,
        Self::Reversal,
        Self::Sorting,
        Self::ModularAddition,
        Self::Language,
    ];

    /// What there is to know of the task before it is drawn.
    pub fn about(self) -> About {
        images::about(self).or_else(|| sequences::about(self)).expect("a task belongs to a family")
    }

    /// Its name in files: "copy-memory".
    pub fn id(self) -> &'static str {
        self.about().id
    }

    /// Its name for the reader.
    pub fn title(self) -> &'static str {
        self.about().title
    }

    /// One sentence: what comes in and what is asked.
    pub fn sentence(self) -> &'static str {
        self.about().sentence
    }

    /// Where the task was first described, where there is one such place.
    pub fn citation(self) -> Option<&'static str> {
        self.about().citation
    }
}

/// Draws the samples of a task by seed: the same on every platform, bit for bit. Training and test samples come from
/// streams of their own.
///
/// # Errors
/// The first setting outside its range, with what is allowed; a text that cannot be learnt from.
pub fn samples(config: &TaskConfig, seed: u32) -> Result<SampleSet, DataError> {
    validate_task(config)?;
    let seed = u64::from(seed);
    let drawn = images::samples(config, seed).or_else(|| sequences::samples(config, seed));
    drawn.expect("a task belongs to a family")
}

/// Checks every setting that the task reads.
///
/// # Errors
/// The first that is outside its range, with its value and what is allowed.
pub fn validate_task(config: &TaskConfig) -> Result<(), DataError> {
    let about = config.task.about();
    let whole = |field, value: u32, low, high| {
        if (low..=high).contains(&value) {
            return Ok(());
        }
        Err(DataError::OutOfRange { field, value: value.to_string(), low: low as f32, high: high as f32 })
    };
    whole("train", config.train, *TRAIN_SAMPLES.start(), *TRAIN_SAMPLES.end())?;
    whole("test", config.test, *TEST_SAMPLES.start(), *TEST_SAMPLES.end())?;
    // Written so that NaN fails it.
    if about.noise && !NOISE.contains(&config.noise) {
        let (low, high) = (*NOISE.start(), *NOISE.end());
        return Err(DataError::OutOfRange { field: "noise", value: config.noise.to_string(), low, high });
    }
    let given = [
        ("length", config.length, about.length),
        ("symbols", config.symbols, about.symbols),
        ("delay", config.delay, about.delay),
    ];
    for (field, value, setting) in given {
        if let (Some(value), Some(Setting { low, high, .. })) = (value, setting) {
            whole(field, value, low, high)?;
        }
    }
    Ok(())
}

/// The first of eight streams of random numbers that are this task's own, after those of the planes' data sets.
pub(crate) fn streams(kind: TaskKind) -> u64 {
    1000 + 8 * kind as u64
}
