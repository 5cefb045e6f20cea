//! One file a command.

pub mod adapters;
pub mod bench;
pub mod export;
pub mod predict;
pub mod presets;
pub mod summary;
pub mod train;

mod misfit;
mod report;
