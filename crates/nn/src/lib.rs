//! Layers, initialisers, losses, optimizers and schedules: functions that add nodes to a graph, and the settings a
//! learner chooses among. Nothing here runs anything.

mod block;
mod error;
mod init;
mod losses;
mod mlp;
mod optimizer;
mod schedule;

pub use block::{Block, Input, Pair, PositionKind, RecurrentOutput, Transformer};
pub use error::NnError;
pub use init::Init;
pub use losses::LossKind;
pub use mlp::{Dense, Mlp, Samples, names};
pub use optimizer::{OptimizerConfig, OptimizerKind};
pub use schedule::{Schedule, ScheduleKind};

pub use minibatch_graph::{Activation, Loss};
