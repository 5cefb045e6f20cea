//! One file a command. `export` (a PyTorch script, by crates/export) belongs here too: its arguments in `args.rs`, a
//! file `export.rs` with `run(&args::Export) -> Result<Ending>` and its arm in `main.rs`.

pub mod adapters;
pub mod bench;
pub mod predict;
pub mod presets;
pub mod summary;
pub mod train;

mod misfit;
mod report;
