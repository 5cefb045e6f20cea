//! Tensors in files: safetensors, as PyTorch reads and writes them.

mod decode;
mod files;
mod read;
mod write;

pub use files::{DATA_KEYS, INPUT_KEY, data_set, inputs, weights};
pub use write::to_bytes;

#[cfg(test)]
mod tests;
