//! What `cargo xtask` does, room by room. A library too, so that the browser tests serve the site with the same
//! server and look for Chromium in the same places.
//!
//! Nothing but `std`: this crate is what a newcomer compiles first, and it should take seconds.

pub mod args;
pub mod bench;
pub mod build;
pub mod error;
pub mod json;
pub mod pytorch;
pub mod run;
pub mod serve;
pub mod server;
pub mod system;
pub mod test;
pub mod tools;

use std::path::{Path, PathBuf};

/// The root of the repository: two folders above this crate.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

/// Where cargo leaves what it builds.
pub fn target() -> PathBuf {
    let told = std::env::var_os("CARGO_TARGET_DIR").filter(|v| !v.is_empty());
    told.map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// The program as it is passed on, once `cargo build --release` has made it.
pub fn released() -> PathBuf {
    target().join("release").join("minibatch").with_extension(std::env::consts::EXE_EXTENSION)
}
