//! Runs a [`Graph`](minibatch_graph::Graph) on the CPU: in `f32` where there is no GPU, in `f64` as the oracle that
//! tests compare with.
//!
//! A [`Cpu`] holds the variables, by name; [`Cpu::compile`] turns a graph into a [`Plan`] whose buffers are all
//! resolved; [`Cpu::run`] replays it without allocating. The inner loops are slices in steps of a fixed width, which the compiler
//! turns into SIMD, in the browser (simd128) as well as natively. In `f32` the same graph gives the same bits on every machine,
//! in any number of threads: see [`How`].

mod call;
mod error;
mod how;
mod kernel;
mod memory;
mod ops;
mod plan;
mod real;
mod run;
mod single;
mod single_math;
mod store;
#[cfg(not(target_family = "wasm"))]
mod team;

pub use error::CpuError;
pub use how::How;
pub use plan::{Need, Plan};
pub use real::Real;
pub use single::{Single, SinglePlan};
pub use store::Cpu;
