//! How a run goes: the session over a backend.

mod backend;
mod bench;
mod flights;
mod launch;
mod probes;
mod programs;
mod receive;
mod run;
mod session;
mod snapshots;

pub use backend::{Backend, Plan, Work};
pub use bench::{BenchError, Measured, bench, check_kernels};
pub use bench::WORKLOADS;
pub use session::{Session, Wait};
