//! The tasks whose samples are arrays: images, sequences and language, drawn by seed.

use serde::{Deserialize, Serialize};

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
