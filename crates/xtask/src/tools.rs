//! What of the Rust toolchain is not there by itself: the targets of the page and of other processors, the formatter and the linter.

use std::env;
use std::path::Path;
use std::process::Command;

use crate::error::{Error, Result};
use crate::run::{cargo, output, run};

/// The target the page and the worker are compiled for.
pub const WASM: &str = "wasm32-unknown-unknown";

/// The target on whose emulated processor bits are compared.
pub const ARM: &str = "aarch64-unknown-linux-gnu";

/// Adds a target, [`WASM`] or [`ARM`], to the toolchain when it is not there.
pub fn ensure_target(target: &str) -> Result<()> {
    let folder = output(rustc().args(["--print", "target-libdir", "--target", target]));
    if folder.is_some_and(|folder| Path::new(folder.trim()).is_dir()) {
        return Ok(());
    }
    rustup(&["target", "add", target], &format!("the Rust target {target} is not installed"))
}

/// Adds rustfmt and clippy to the toolchain when they are not there.
pub fn ensure_components() -> Result<()> {
    for (command, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if output(cargo().args([command, "--version"])).is_none() {
            rustup(&["component", "add", component], &format!("`cargo {command}` is not installed"))?;
        }
    }
    Ok(())
}

fn rustc() -> Command {
    let mut command = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    command.current_dir(crate::root());
    command
}

fn rustup(args: &[&str], what: &str) -> Result<()> {
    let line = format!("rustup {}", args.join(" "));
    if output(Command::new("rustup").arg("--version")).is_none() {
        return Err(Error::missing(
            format!("{what}, and there is no rustup to bring it"),
            format!("{line} (rustup.rs), or your system's package of it"),
        ));
    }
    run(Command::new("rustup").args(args).current_dir(crate::root()))
}
