//! The tasks over steps: series of numbers, tokens with a rule behind them, and language.
//!
//! Training and test samples come from streams of their own, so that more of the one never changes the other.
//! Noise has its own streams too, and is drawn and then scaled: more noise moves the same samples further.

mod brackets;
mod grammar;
mod language;
mod modular;
mod schemas;
mod series;
mod settings;
mod tokens;
mod vocabulary;
mod waves;

pub use language::vocabulary;
pub(crate) use schemas::about;
pub use vocabulary::Vocabulary;

use crate::rng::Rng;
use crate::{DataError, SampleSet, TaskConfig, TaskKind};

/// The samples of a task over steps; none for the tasks of images.
pub(crate) fn samples(config: &TaskConfig, seed: u64) -> Option<Result<SampleSet, DataError>> {
    Some(match config.task {
        TaskKind::Shapes | TaskKind::Digits | TaskKind::Textures | TaskKind::Fabrics => return None,
        TaskKind::Waves => Ok(waves::samples(config, seed)),
        TaskKind::Sine => Ok(series::sine(config, seed)),
        TaskKind::Adding => Ok(series::adding(config, seed)),
        TaskKind::Echo => tokens::echo(config, seed),
        TaskKind::CopyMemory => tokens::copy_memory(config, seed),
        TaskKind::Parity => tokens::parity(config, seed),
        TaskKind::Reversal => tokens::reversal(config, seed),
        TaskKind::Sorting => tokens::sorting(config, seed),
        TaskKind::Brackets => brackets::samples(config, seed),
        TaskKind::ModularAddition => modular::samples(config, seed),
        TaskKind::Language => language::samples(config, seed),
    })
}

/// What a stream of random numbers is for.
#[derive(Clone, Copy)]
enum Purpose {
    Train,
    Test,
    TrainNoise,
    TestNoise,
    Text,
}

/// The random numbers of one task for one purpose: one of the eight that are its own.
fn stream(kind: TaskKind, purpose: Purpose, seed: u64) -> Rng {
    Rng::with_stream(seed, super::streams(kind) + purpose as u64)
}
