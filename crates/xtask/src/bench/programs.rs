//! The programs that measure: ours, the peers in Chromium, PyTorch. Each prints a line of JSON for each workload.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::growth::Series;
use super::measured::Row;
use super::table::figure;
use super::{Found, Options, machine};
use crate::error::{Error, Result};
use crate::json::text;
use crate::pytorch::python;
use crate::run::{output, run};
use crate::{build, system};

/// Ours and the peers in Chromium: on the CPU, and where time is no matter on the graphics processor too.
const PEERS: [&str; 4] = ["minibatch:cpu", "jax:wasm", "tfjs:wasm", "tfjs:cpu"];
const GPU_PEERS: [&str; 2] = ["minibatch:webgpu", "jax:webgpu"];
/// The fast ones, for a quick run.
const QUICK_PEERS: [&str; 2] = ["minibatch:cpu", "jax:wasm"];

/// What is there.
pub struct Programs {
    minibatch: PathBuf,
    /// Chromium; with it go Node and the peers' packages.
    chromium: Option<PathBuf>,
    python: Option<PathBuf>,
}

impl Programs {
    /// Looks for what the parts need, and brings the peers' packages. What is lacking is told.
    pub fn find(options: &Options, lacking: &mut Vec<String>) -> Self {
        let mut programs = Self { minibatch: crate::released(), chromium: None, python: None };
        let mut lack = |what: String| {
            println!("   {what}");
            lacking.push(what);
        };
        if options.runs("browser") {
            match packages().and_then(|()| system::ensure_chromium()) {
                Ok(chromium) => programs.chromium = Some(chromium),
                Err(error) => lack(format!("nothing ran in Chromium: {error}")),
            }
        }
        if options.runs("pytorch") {
            programs.python = python::found();
            if programs.python.is_none() {
                lack("PyTorch did not run: no Python has it; `cargo xtask pytorch` brings one".into());
            }
        }
        programs
    }

    /// Our own program, as released.
    pub fn minibatch(&self) -> &Path {
        &self.minibatch
    }

    /// Ours natively, on both backends.
    pub fn native(&self, options: &Options, found: &mut Found) -> Result<()> {
        for workload in &options.workloads {
            let mut command = Command::new(&self.minibatch);
            command.args(["bench", "--json", "--workload", workload]);
            if options.quick {
                command.args(["--backend", "cpu"]);
            }
            lines(command.args(["--seconds", &options.seconds().to_string()]), |line| take(found, line))?;
        }
        let adapters = output(Command::new(&self.minibatch).args(["adapters", "--json"])).unwrap_or_default();
        let name = adapters.lines().next().and_then(|line| text(line, "adapter"));
        found.versions.extend(name.map(|name| format!("natively the graphics processor is {name}")));
        Ok(())
    }

    /// Ours and the peers in Chromium.
    pub fn browser(&self, options: &Options, found: &mut Found) -> Result<()> {
        let Some(chromium) = &self.chromium else { return Ok(()) };
        let peers = if options.quick { QUICK_PEERS.to_vec() } else { [&PEERS[..], &GPU_PEERS[..]].concat() };
        let mut command = Command::new("node");
        command.arg(folder().join("run.mjs")).arg("--dist").arg(build::dist()).env("CHROMIUM", chromium);
        command.args(["--peers", &peers.join(","), "--workloads", &options.workloads.join(",")]);
        lines(command.args(["--seconds", &options.seconds().to_string()]), |line| take(found, line))?;
        let manifest = fs::read_to_string(folder().join("package.json")).unwrap_or_default();
        for (name, package) in [("jax-js", "@jax-js/jax"), ("TensorFlow.js", "@tensorflow/tfjs")] {
            found.versions.extend(text(&manifest, package).map(|version| format!("{name} {version}")));
        }
        Ok(())
    }

    /// PyTorch, in as many threads as there are processors.
    pub fn pytorch(&self, options: &Options, found: &mut Found) -> Result<()> {
        let Some(python) = &self.python else { return Ok(()) };
        let mut command = Command::new(python);
        command.arg(folder().join("torch.py")).args(["--workloads", &options.workloads.join(",")]);
        command.args(["--threads", &machine::processors().to_string()]);
        lines(command.args(["--seconds", &options.seconds().to_string()]), |line| take(found, line))
    }

    /// Our steps against what is doubled.
    pub fn scale(&self, options: &Options, found: &mut Found) -> Result<()> {
        let seconds = if options.quick { "0.02" } else { "1" };
        for axis in ["batch", "width", "length"] {
            let mut command = Command::new(&self.minibatch);
            command.args(["bench", "--backend", "cpu", "--json", "--scale", axis, "--seconds", seconds]);
            lines(&mut command, |line| {
                Series::read(&mut found.series, line);
            })?;
        }
        Ok(())
    }
}

/// Takes in what a program says: of a workload, or of itself.
fn take(found: &mut Found, line: &str) {
    for (key, name) in [("chromium", "Chromium"), ("torch", "PyTorch")] {
        found.versions.extend(text(line, key).map(|version| format!("{name} {version}")));
    }
    let Some(row) = Row::read(line) else { return };
    let value = row.value.as_ref().map_or_else(Clone::clone, |value| figure(*value));
    println!("   {:<12} {:<22} {value}", row.workload, row.peer);
    found.rows.push(row);
}

/// The peers' scripts.
fn folder() -> PathBuf {
    crate::root().join("tests").join("peers")
}

/// Installs the peers' packages where they are not those of the lock file.
fn packages() -> Result<()> {
    if output(Command::new("node").arg("--version")).is_none() {
        return Err(Error::missing("no Node was found", "install Node 20 or later, with npm"));
    }
    let lock = fs::read_to_string(folder().join("package-lock.json"))
        .map_err(Error::io("reading package-lock.json"))?;
    // npm clears the folder first, so that a stamp in it tells a finished one.
    let stamp = folder().join("node_modules").join(".minibatch");
    if fs::read_to_string(&stamp).is_ok_and(|have| have == lock) {
        return Ok(());
    }
    let mut npm = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    run(npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(folder()))?;
    fs::write(&stamp, lock).map_err(Error::io(format!("writing {}", stamp.display())))
}

/// Runs a command and hands on its lines as they come.
fn lines(command: &mut Command, mut each: impl FnMut(&str)) -> Result<()> {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let line = words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(Error::io(format!("starting {line}")))?;
    if let Some(out) = child.stdout.take() {
        BufReader::new(out).lines().map_while(std::result::Result::ok).for_each(|line| each(&line));
    }
    let status = child.wait().map_err(Error::io(format!("waiting for {line}")))?;
    if status.success() { Ok(()) } else { Err(Error::Failed { command: line, how: status.to_string() }) }
}
