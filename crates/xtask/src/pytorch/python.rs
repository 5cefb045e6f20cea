//! A Python with torch, and the runner of scripts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, Result};
use crate::run::{output, run};

/// What the scripts need, with the versions they are checked with. Nothing else pins them.
const PACKAGES: [&str; 3] = ["torch==2.15.0", "numpy==2.4.6", "safetensors==0.8.0"];

/// A Python that has the packages already, as [`python`] would find it; nothing is installed.
pub fn found() -> Option<PathBuf> {
    let own = std::env::var_os("MINIBATCH_PYTHON").filter(|own| !own.is_empty()).map(PathBuf::from);
    Some(own.unwrap_or_else(|| of(&folder()))).filter(|python| has_packages(python))
}

/// Our virtual environment.
fn folder() -> PathBuf {
    crate::root().join("target").join("pytorch").join("venv")
}

/// The Python of a virtual environment.
fn of(folder: &Path) -> PathBuf {
    folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
}

/// A Python that has the packages: `MINIBATCH_PYTHON`, or a virtual environment of ours.
pub fn python() -> Result<PathBuf> {
    if let Some(own) = std::env::var_os("MINIBATCH_PYTHON").filter(|own| !own.is_empty()) {
        let own = PathBuf::from(own);
        if has_packages(&own) {
            return Ok(own);
        }
        let what =
            format!("MINIBATCH_PYTHON names {}, which lacks torch, numpy or safetensors", own.display());
        return Err(Error::missing(what, format!("{} -m pip install {}", own.display(), PACKAGES.join(" "))));
    }
    let folder = folder();
    let python = of(&folder);
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
