//! What a run is ([`Experiment`]), how it is steered ([`Command`], [`Event`]) and, with the feature `engine`, how it
//! goes ([`Session`]). The page uses the first two, the worker and the command line all three.

mod error;
mod experiment;
mod presets;
mod protocol;
mod summary;

pub use error::ExperimentError;
pub use experiment::{Experiment, Layer, MAX_LAYERS, MAX_UNITS, Training, VERSION};
pub use presets::{PRESETS, Preset, preset};
pub use protocol::{Command, CurvePoint, Event, Look, Message, Metrics};
pub use summary::{LayerSummary, Summary};

#[cfg(feature = "engine")]
mod engine;
#[cfg(feature = "engine")]
pub use engine::{Backend, BenchError, Measured, Plan, Session, Wait, Work, bench, check_kernels};

#[cfg(feature = "engine")]
pub use engine::WORKLOADS;
#[cfg(feature = "engine")]
pub use minibatch_gpu::{AdapterInfo, adapters};

pub use minibatch_data as data;
pub use minibatch_nn::{
    Activation, Init, Loss, LossKind, OptimizerConfig, OptimizerKind, Schedule, ScheduleKind,
};
