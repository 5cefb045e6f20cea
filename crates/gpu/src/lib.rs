//! Runs a [`Graph`](minibatch_graph::Graph) on a GPU, through WebGPU in a browser and through Vulkan, Metal or
//! Direct3D 12 elsewhere. The only crate that names wgpu.
//!
//! [`Gpu::compile`] resolves a graph once, into a [`Plan`]: buffers, pipelines, bind groups, grids. [`Gpu::submit`]
//! replays plans as often as asked without creating anything. What a submit reads back arrives later, by
//! [`Gpu::take_reads`]; nothing in between waits.

mod adapters;
mod buffers;
mod compile;
mod device;
mod error;
mod gpu;
mod kernels;
mod launch;
mod ledger;
mod limits;
mod mailbox;
mod ops;
mod pair;
mod plan;
mod readback;
mod wait;

pub use adapters::adapters;
pub use compile::{keeps_to, kernels_of};
pub use device::{Adapter, AdapterInfo};
pub use error::{GpuError, Held};
pub use gpu::{Gpu, Ticket, Variables, Work};
pub use kernels::Product;
pub use ledger::{Launches, Ledger};
pub use limits::Limits;
pub use plan::Plan;
pub use readback::Read;
