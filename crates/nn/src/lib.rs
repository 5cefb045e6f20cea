//! Layers, initialisers, losses, optimizers and schedules: functions that add nodes to a graph, and the settings a
//! learner chooses among. Nothing here runs anything.

mod block;
mod error;
mod init;
mod losses;
mod model;
mod muon;
mod optimizer;
mod parts;
mod schedule;

pub mod names;

pub use block::Block;
pub use error::NnError;
pub use init::{Begin, Init, Rule};
pub use losses::{Adversarial, LossKind, LossOptions, gaussian_kl};
pub use model::{
    Buffer, Clip, Layout, MAX_ELEMENTS, MaskFlow, Model, NamedTensor, Outline, OutlineRow, Parameter, Probe,
    ProbeKind, Samples, finish,
};
pub use muon::{Adjust, Flat, Matrix, Muon};
pub use optimizer::{OptimizerConfig, OptimizerKind, UpdateRule};
pub use parts::{Input, Pair, PositionKind, RecurrentOutput, Transformer};
pub use schedule::{Schedule, ScheduleKind};

pub use minibatch_graph::{Activation, Cell, Loss};
