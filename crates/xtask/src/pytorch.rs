//! `cargo xtask pytorch`: every preset's exported script gives the losses that `minibatch train` gives.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::{Error, Result};
use crate::run::{cargo, output, run};

/// What the scripts need, with the versions they are checked with. Nothing else pins them.
const PACKAGES: [&str; 3] = ["torch==2.15.0", "numpy==2.4.6", "safetensors==0.8.0"];
/// How many steps are compared.
const STEPS: usize = 10;
/// How far two losses may be apart, as a share of the loss.
const TOLERANCE: f64 = 1e-4;
/// Runs a script with Minibatch's dropout.
const RUNNER: &str = "crates/xtask/python/run.py";

/// Compares every preset, or those named; prints a table.
pub fn pytorch(only: &[String]) -> Result<()> {
    let python = python()?;
    let binary = binary()?;
    let folder = crate::root().join("target").join("pytorch");
    let names = if only.is_empty() { presets()? } else { only.to_vec() };
    let mut rows = vec![];
    for name in &names {
        println!("   {name}");
        rows.push((name, compare(name, &folder.join("scripts").join(name), &binary, &python)));
    }
    println!("\n   preset           first loss    last loss    furthest apart");
    for (name, row) in &rows {
        match row {
            Ok(c) => {
                let verdict = if c.apart <= TOLERANCE { "" } else { "  TOO FAR" };
                println!("   {name:<14} {:>12.6} {:>12.6}    {:.1e}{verdict}", c.first, c.last, c.apart);
            }
            Err(error) => println!("   {name:<14} FAILED: {}", error.to_string().replace('\n', "\n      ")),
        }
    }
    let failed: Vec<_> =
        rows.iter().filter(|(_, r)| r.as_ref().map_or(true, |c| c.apart > TOLERANCE)).collect();
    if failed.is_empty() {
        println!(
            "   all {} presets give the same losses in PyTorch, to {TOLERANCE:e} over {STEPS} steps",
            rows.len()
        );
        return Ok(());
    }
    let list = failed.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" ");
    Err(Error::Failed {
        command: format!("cargo xtask pytorch {list}"),
        how: format!(
            "{} of {} presets differ from PyTorch or did not run, see the table",
            failed.len(),
            rows.len()
        ),
    })
}

/// What came of a preset.
struct Compared {
    first: f64,
    last: f64,
    apart: f64,
}

fn compare(name: &str, folder: &Path, binary: &Path, python: &Path) -> Result<Compared> {
    fs::create_dir_all(folder).map_err(Error::io(format!("making {}", folder.display())))?;
    let script = folder.join(format!("{name}.py"));
    told(Command::new(binary).args(["export", name, "--pytorch"]).arg(&script))?;
    let steps = STEPS.to_string();
    let train = ["train", name, "--steps", &steps, "--backend", "cpu", "--json"];
    let ours = told(Command::new(binary).args(train))?;
    let ours: Vec<f64> =
        ours.lines().filter_map(|line| number(line.strip_prefix("{\"step\":")?, "loss")).collect();
    let theirs = told(Command::new(python).arg(crate::root().join(RUNNER)).arg(&script).arg(&steps))?;
    let theirs: Vec<f64> = theirs.lines().filter_map(|line| line.split('\t').nth(1)?.parse().ok()).collect();
    if ours.len() != STEPS || theirs.len() != STEPS {
        let how =
            format!("minibatch printed {} losses and PyTorch {}, not {STEPS}", ours.len(), theirs.len());
        return Err(Error::Failed { command: format!("minibatch {}", train.join(" ")), how });
    }
    let apart = ours.iter().zip(&theirs).map(|(a, b)| (a - b).abs() / b.abs().max(1e-12));
    // NaN is as far apart as can be.
    let apart = apart.fold(0.0, |most: f64, x| if x.is_nan() { f64::INFINITY } else { most.max(x) });
    Ok(Compared { first: theirs[0], last: theirs[STEPS - 1], apart })
}

/// The number after `"key":` in a line of JSON.
fn number(line: &str, key: &str) -> Option<f64> {
    let (_, rest) = line.split_once(&format!("\"{key}\":"))?;
    rest.split([',', '}']).next()?.trim().parse().ok()
}

/// What a command prints; its complaint where it fails.
fn told(command: &mut Command) -> Result<String> {
    let line = std::iter::once(command.get_program()).chain(command.get_args()).map(OsStr::to_string_lossy);
    let line = line.collect::<Vec<_>>().join(" ");
    let done = command.stdin(Stdio::null()).output().map_err(Error::io(format!("starting {line}")))?;
    if done.status.success() {
        return Ok(String::from_utf8_lossy(&done.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&done.stderr);
    let last: Vec<_> = said.lines().rev().take(5).collect();
    let last = last.into_iter().rev().collect::<Vec<_>>().join("\n");
    Err(Error::Failed { command: line, how: if last.is_empty() { done.status.to_string() } else { last } })
}

/// The presets' names: those of their files.
fn presets() -> Result<Vec<String>> {
    let folder = crate::root().join("crates").join("session").join("presets");
    let entries = fs::read_dir(&folder).map_err(Error::io(format!("reading {}", folder.display())))?;
    let stem = |path: PathBuf| {
        (path.extension()? == "json").then(|| path.file_stem()?.to_str().map(String::from))?
    };
    let mut names: Vec<String> = entries.flatten().filter_map(|entry| stem(entry.path())).collect();
    names.sort();
    Ok(names)
}

fn binary() -> Result<PathBuf> {
    run(cargo().args(["build", "-p", "minibatch-cli"]))?;
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| crate::root().join("target"), PathBuf::from);
    Ok(target.join("debug").join("minibatch").with_extension(std::env::consts::EXE_EXTENSION))
}

/// A Python that has the packages: `MINIBATCH_PYTHON`, or a virtual environment of ours.
fn python() -> Result<PathBuf> {
    if let Some(own) = std::env::var_os("MINIBATCH_PYTHON").filter(|own| !own.is_empty()) {
        let own = PathBuf::from(own);
        if has_packages(&own) {
            return Ok(own);
        }
        let what =
            format!("MINIBATCH_PYTHON names {}, which lacks torch, numpy or safetensors", own.display());
        return Err(Error::missing(what, format!("{} -m pip install {}", own.display(), PACKAGES.join(" "))));
    }
    let folder = crate::root().join("target").join("pytorch").join("venv");
    let inside = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
    let python = folder.join(inside);
    // The list of what was installed tells a finished environment from a half made one, and from one of other versions.
    let (stamp, wanted) = (folder.join("packages.txt"), PACKAGES.join("\n"));
    if fs::read_to_string(&stamp).is_ok_and(|have| have == wanted) && has_packages(&python) {
        return Ok(python);
    }
    let system =
        ["python3", "python"].into_iter().find(|p| output(Command::new(p).arg("--version")).is_some());
    let system = system.ok_or_else(|| {
        Error::missing(
            "no Python was found",
            "install Python 3.10 or later (apt-get install python3 python3-venv)",
        )
    })?;
    run(Command::new(system).args(["-m", "venv", "--clear"]).arg(&folder))?;
    println!(
        "   On Linux pip's usual torch comes with CUDA: 5 GB, some minutes. PIP_INDEX_URL may name an index of wheels without"
    );
    run(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(PACKAGES))?;
    fs::write(&stamp, wanted).map_err(Error::io(format!("writing {}", stamp.display())))?;
    Ok(python)
}

fn has_packages(python: &Path) -> bool {
    output(Command::new(python).args(["-c", "import torch, numpy, safetensors"])).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_in_a_line_of_json() {
        let line = r#"{"step":3,"loss": 0.7251}"#;
        assert_eq!(number(line, "loss"), Some(0.7251));
        assert_eq!(number(r#"{"loss":null}"#, "loss"), None);
        assert_eq!(number("no JSON", "loss"), None);
    }

    #[test]
    fn every_preset_is_found() {
        let names = presets().unwrap();
        assert!(names.iter().any(|n| n == "circle") && names.iter().any(|n| n == "xor"), "{names:?}");
    }
}
