//! The built binary, as a user runs it.

mod backend;
mod bench;
mod classes;
mod errors;
mod evaluations;
mod exercises;
mod export;
mod files;
mod given;
mod hints;
mod keep;
mod look;
mod memory;
mod own;
mod predict;
mod support;
mod told;
mod train;
