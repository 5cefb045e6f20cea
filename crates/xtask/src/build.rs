//! The static site, into `dist/`: cargo compiles the page and the engine, and `minibatch-site` makes the site of them.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::run::{Steps, cargo, run};
use crate::server::is_named_by_content;
use crate::tools::{self, WASM};

/// Where the built site lies.
pub fn dist() -> PathBuf {
    crate::root().join("dist")
}

/// The crates of the site, and how the step that compiles each is called.
const COMPILED: [(&str, &str); 2] = [
    ("minibatch-worker", "the engine for the browser (a minute or two the first time, on two cores)"),
    ("minibatch-web", "the page (about 3 minutes the first time)"),
];

/// The profile of the site that is passed on.
const PROFILE: &str = "site";

/// Builds the site into a folder, with everything that takes: the wasm target, the crates, what binds them. `debug`: in a
/// fraction of the time, larger and slower.
pub fn site(debug: bool, into: &Path) -> Result<()> {
    let mut steps = Steps::within(COMPILED.len() + 1);
    tools::ensure_target(WASM)?;
    for (package, title) in COMPILED {
        steps.step(title, || compile(package, debug))?;
    }
    steps.step("the site (two minutes the first time)", || {
        let compiled = |package: &str| {
            let folder = crate::target().join(WASM).join(if debug { "debug" } else { PROFILE });
            folder.join(package).with_extension("wasm")
        };
        let mut command = cargo();
        command.args(["run", "--quiet", "--package", "minibatch-site", "--", "--page"]);
        command.arg(compiled("minibatch-web")).arg("--engine").arg(compiled("minibatch-worker"));
        command.arg("--from").arg(crate::root().join("web")).arg("--into").arg(into);
        if debug {
            command.arg("--quick");
        }
        run(&mut command)
    })
}

/// Compiles a crate for the browser. Each by itself: together they would share their features, and the page needs no engine.
fn compile(package: &str, debug: bool) -> Result<()> {
    let mut command = cargo();
    command.args(["build", "--package", package, "--target", WASM]);
    if !debug {
        command.args(["--profile", PROFILE]);
    }
    // Flags meant for the native build (target-cpu, a linker) would replace the ones the page is built with.
    run(command.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS"))
}

/// The file of the built site that pages and scripts call `called`: its name there has the content's digits.
pub fn file(called: &str) -> Result<PathBuf> {
    let (stem, extension) = called.rsplit_once('.').unwrap_or((called, ""));
    let is = |path: &PathBuf| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let kind = path.extension().is_some_and(|e| e == extension);
        kind && is_named_by_content(path) && name.rsplit_once('-').is_some_and(|(called, _)| called == stem)
    };
    let entries = fs::read_dir(dist()).map_err(Error::io(format!("reading {}", dist().display())))?;
    let found = entries.flatten().map(|entry| entry.path()).find(is);
    found.ok_or_else(|| Error::missing(format!("the site has no {called}"), "cargo xtask build"))
}
