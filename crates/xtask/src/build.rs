//! The static site, by Trunk, into `dist/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, Result};
use crate::run::{cargo, run};
use crate::tools;

/// Where the built site lies.
pub fn dist() -> PathBuf {
    crate::root().join("dist")
}

/// Builds the site into `dist/`, with everything that takes: the wasm target, the tools, the crates.
pub fn site(debug: bool) -> Result<()> {
    let path = tools::ensure()?;
    // Trunk builds offline, so that it never fetches a tool of its own choosing; the crates must be here before.
    run(cargo().arg("fetch"))?;
    let mut trunk = Command::new(program_on(&path, "trunk"));
    trunk.current_dir(crate::root()).arg("build");
    if !debug {
        trunk.arg("--release");
    }
    // Flags meant for the native build (target-cpu, a linker) would replace the ones the page is built with; and Trunk
    // takes no other value of NO_COLOR than true and false.
    trunk.env("PATH", &path).env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    if std::env::var_os("NO_COLOR").is_some() {
        trunk.env("NO_COLOR", "true");
    }
    run(&mut trunk)?;
    print_sizes(&dist())
}

/// The first `program` among the folders of a `PATH`. Asking the system would look in our own `PATH`, not in the new one.
fn program_on(path: &std::ffi::OsStr, program: &str) -> PathBuf {
    std::env::split_paths(path)
        .map(|folder| folder.join(program).with_extension(std::env::consts::EXE_EXTENSION))
        .find(|file| file.is_file())
        .unwrap_or_else(|| program.into())
}

/// Says how large the WebAssembly is, and what of it goes over the wire where `gzip` is at hand to tell.
fn print_sizes(dist: &Path) -> Result<()> {
    let entries = fs::read_dir(dist).map_err(Error::io(format!("reading {}", dist.display())))?;
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "wasm"));
    files.sort();
    for file in files {
        let size = fs::metadata(&file).map_or(0, |data| data.len());
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        match zipped(&file) {
            Some(small) => println!("   {name}: {}, {} gzipped", kilobytes(size), kilobytes(small)),
            None => println!("   {name}: {}", kilobytes(size)),
        }
    }
    Ok(())
}

fn zipped(file: &Path) -> Option<u64> {
    let mut gzip = Command::new("gzip");
    let done = gzip.arg("-9c").arg(file).output().ok()?;
    done.status.success().then_some(done.stdout.len() as u64)
}

/// Thousands of bytes, as servers and browsers count.
fn kilobytes(bytes: u64) -> String {
    format!("{:.0} kB", bytes as f64 / 1000.0)
}
