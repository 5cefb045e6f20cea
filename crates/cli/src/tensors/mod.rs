//! Tensors in files: safetensors, as PyTorch reads and writes them.

mod decode;
mod files;
mod fit;
mod read;
mod write;

pub use files::{DATA_KEYS, INPUT_KEY, data_set, inputs, scale, weights};
pub use fit::fit;
#[cfg(test)]
use write::to_bytes;
pub use write::{file, one};

#[cfg(test)]
mod tests;
