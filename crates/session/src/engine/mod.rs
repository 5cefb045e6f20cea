//! How a run goes: the session over a backend.

mod answers;
mod backend;
mod bench;
mod best;
mod bits;
mod data;
mod evaluation;
mod flights;
mod hardware;
mod inside;
mod keep;
mod launch;
mod load;
mod looks;
mod moving;
mod need;
mod own;
mod probes;
mod programs;
mod receive;
mod recover;
mod run;
mod samples;
mod session;
mod snapshots;
mod update;

pub use backend::{Backend, Plan, Work};
pub use bench::WORKLOADS;
pub use bench::{Axis, BenchError, Measured, Scaled, Series, bench, check_kernels, scale, step};
pub use bits::{bits, losses, repeated};
pub use data::DataSet;
pub use keep::Keep;
pub use load::Supplies;
pub use programs::BuildError;
pub use session::{Session, Wait, heap};
