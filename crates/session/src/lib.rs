//! What a run is ([`Experiment`]), how it is steered ([`Command`], [`Event`]) and, with the feature `engine`, how it
//! goes ([`Session`]). The page uses the first two, the worker and the command line all three.

mod advice;
mod cause;
mod error;
mod experiment;
mod figure;
mod inputs;
mod place;
mod presets;
mod protocol;
mod read;
mod spec;
mod standing;
mod summary;
mod targets;

pub use advice::Advice;
pub use cause::{Cause, Scale, cause, mended};
pub use error::ExperimentError;
pub use experiment::{Experiment, Layer, MAX_LAYERS, MAX_UNITS, Training, VERSION};
pub use figure::{decimal, figure};
pub use place::{Adapter, Choice, Held, LEAST_WORK, Needs, Place, Why};
pub use presets::{Area, Mark, PRESETS, Preset, preset};
pub use protocol::{Command, Event, Facts, Look, Message, Shown};
pub use read::{Unused, did_you_mean, nearest};
pub use spec::{MAX_SAMPLES, ModelSpec, SampleSource};
pub use standing::{Best, CurvePoint, Metrics, Stand};
pub use summary::{LayerSummary, Summary};
pub use targets::{Side, check_targets, shape_hint};

#[cfg(feature = "engine")]
mod engine;
#[cfg(feature = "engine")]
pub use engine::{
    Axis, Backend, BenchError, BuildError, DataSet, Keep, Measured, Plan, Scaled, Series, Session, Supplies,
    Wait, Work, bench, bits, check_kernels, heap, losses, repeated, scale, step,
};

#[cfg(feature = "engine")]
pub use engine::WORKLOADS;
#[cfg(feature = "engine")]
pub use minibatch_cpu::How;
#[cfg(feature = "engine")]
pub use minibatch_gpu::{AdapterInfo, adapters};

pub use minibatch_data as data;
pub use minibatch_nn::{
    Activation, Block, Buffer, Cell, Init, Input, Layout, Loss, LossKind, LossOptions, Model, NamedTensor,
    NnError, OptimizerConfig, OptimizerKind, Outline, OutlineRow, Pair, Parameter, PositionKind, Probe,
    ProbeKind, RecurrentOutput, Schedule, ScheduleKind, Transformer,
};
