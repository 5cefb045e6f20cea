//! The engine on the GPU.

mod cases;
mod kernels;
mod device;

use minibatch_gpu::Gpu;

/// The machine's GPU, a software one if need be. There is no skipping: a machine without one is to be mended.
pub fn gpu() -> Gpu {
    pollster::block_on(Gpu::request()).unwrap_or_else(|error| panic!("{error}"))
}
