//! `cargo xtask pytorch`: exported scripts give the losses that `minibatch train` gives, and take the weights it saves: of
//! every preset, of experiments in which padding meets every layer, or of random ones.

pub(crate) mod python;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::{Error, Result};
use crate::json::number;
use crate::run::{cargo, run};

/// How many steps are compared.
const STEPS: usize = 10;
/// How far two losses may be apart, as a share of the loss, and two answers, as a share of the largest.
const TOLERANCE: f64 = 1e-4;
/// Runs scripts with Minibatch's dropout.
const RUNNER: &str = "crates/xtask/python/run.py";

/// What is compared.
pub enum Which {
    /// Presets by name; all of them, and the padded compositions, where none is named.
    Presets(Vec<String>),
    /// So many random compositions from this seed on, and the padded ones.
    Random {
        /// The first seed.
        first: u32,
        /// How many.
        count: u32,
    },
}

/// One experiment and where its files go.
struct Case {
    name: String,
    /// What `minibatch` takes: a preset's name or a file.
    experiment: String,
    script: PathBuf,
}

/// What came of it.
struct Compared {
    first: f64,
    last: f64,
    apart: f64,
    /// From torch in float64, since its float32 strays further.
    double: bool,
    answers: f64,
}

/// Compares, and prints a table.
///
/// # Errors
/// When one is too far from PyTorch or does not run; or when what is needed is not there.
pub fn pytorch(which: &Which) -> Result<()> {
    let python = python::python()?;
    let binary = binary()?;
    let folder = crate::root().join("target").join("pytorch").join("scripts");
    fs::create_dir_all(&folder).map_err(Error::io(format!("making {}", folder.display())))?;
    let cases = cases(which, &folder)?;
    let rows = compare(&cases, &folder, &binary, &python)?;
    let wide = cases.iter().map(|case| case.name.len()).max().unwrap_or(0);
    println!("\n   {:<wide$}   first loss    last loss    furthest apart   answers apart", "");
    let mut failed = vec![];
    for (case, row) in cases.iter().zip(&rows) {
        match row {
            Ok(c) => {
                let far = c.apart.max(c.answers) > TOLERANCE;
                failed.extend(far.then_some(case.name.as_str()));
                let verdict = match (far, c.double) {
                    (true, _) => "  TOO FAR",
                    (false, true) => "  from float64: torch's float32 strays",
                    (false, false) => "",
                };
                println!(
                    "   {:<wide$} {:>12.6} {:>12.6}           {:.1e}         {:.1e}{verdict}",
                    case.name, c.first, c.last, c.apart, c.answers
                );
            }
            Err(error) => {
                failed.push(&case.name);
                println!("   {:<wide$} FAILED: {}", case.name, error.to_string().replace('\n', "\n      "));
            }
        }
    }
    let worst = rows.iter().flatten().fold(0.0, |most: f64, c| most.max(c.apart));
    if failed.is_empty() {
        println!(
            "   all {} give the same losses in PyTorch, to {TOLERANCE:e} over {STEPS} steps (the furthest {worst:.1e}), and the \
             same answers from the same weights",
            rows.len()
        );
        return Ok(());
    }
    Err(Error::Failed {
        command: format!("cargo xtask pytorch: {}", failed.join(", ")),
        how: format!("{} of {} differ from PyTorch or did not run, see the table", failed.len(), rows.len()),
    })
}

/// A whole number from the command line.
///
/// # Errors
/// When it is none.
pub fn count(name: &str, word: &str) -> Result<u32> {
    word.parse().map_err(|_| Error::Usage(format!("{name} takes a whole number, not `{word}`")))
}

fn cases(which: &Which, folder: &Path) -> Result<Vec<Case>> {
    let preset = |name: &String| Case {
        name: name.clone(),
        experiment: name.clone(),
        script: folder.join(format!("{name}.py")),
    };
    match which {
        Which::Presets(names) if names.is_empty() => {
            let mut all: Vec<Case> = presets()?.iter().map(preset).collect();
            all.extend(written(folder, &["masked".into()])?);
            Ok(all)
        }
        Which::Presets(names) => Ok(names.iter().map(preset).collect()),
        Which::Random { first, count } => {
            let mut all = written(folder, &["masked".into()])?;
            all.extend(written(folder, &[first.to_string(), count.to_string()])?);
            Ok(all)
        }
    }
}

/// The experiments that `tests/examples/compositions.rs` writes.
fn written(folder: &Path, words: &[String]) -> Result<Vec<Case>> {
    let mut command = cargo();
    command.args(["run", "--quiet", "-p", "minibatch-tests", "--example", "compositions", "--"]);
    let files = told(command.arg(folder).args(words))?;
    let case = |file: &str| Case {
        name: Path::new(file).file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        experiment: file.into(),
        script: Path::new(file).with_extension("py"),
    };
    Ok(files.lines().map(case).collect())
}

/// Exports and trains all, then has PyTorch train them, in one process.
fn compare(cases: &[Case], folder: &Path, binary: &Path, python: &Path) -> Result<Vec<Result<Compared>>> {
    let mut ours = vec![];
    for case in cases {
        println!("   {}", case.name);
        ours.push(train(case, binary));
    }
    let list: String = cases
        .iter()
        .zip(&ours)
        .filter_map(|(case, ours)| {
            let losses: Vec<_> = ours.as_ref().ok()?.iter().map(f64::to_string).collect();
            Some(format!("{}\t{}\t{}\n", case.experiment, case.script.display(), losses.join(" ")))
        })
        .collect();
    let names = folder.join("scripts.txt");
    fs::write(&names, list).map_err(Error::io(format!("writing {}", names.display())))?;
    println!("   PyTorch");
    let runner = crate::root().join(RUNNER);
    let steps = STEPS.to_string();
    let tolerance = TOLERANCE.to_string();
    let mut command = Command::new(python);
    let theirs = told(command.arg(runner).arg(&steps).arg(binary).arg(tolerance).arg(&names))?;
    let mut theirs = theirs.split("== ").skip(1);
    Ok(ours.into_iter().map(|ours| apart(&ours?, theirs.next().unwrap_or(""))).collect())
}

/// Writes the script, and gives the losses that `minibatch train` has.
fn train(case: &Case, binary: &Path) -> Result<Vec<f64>> {
    told(Command::new(binary).args(["export", &case.experiment, "--pytorch"]).arg(&case.script))?;
    let steps = STEPS.to_string();
    let train = ["train", &case.experiment, "--steps", &steps, "--backend", "cpu", "--json", "--save"];
    let saved = case.script.with_extension("trained.safetensors");
    let lines = told(Command::new(binary).args(train).arg(saved))?;
    Ok(lines.lines().filter_map(|line| number(line.strip_prefix("{\"step\":")?, "loss")).collect())
}

/// How far PyTorch is from our losses.
fn apart(ours: &[f64], said: &str) -> Result<Compared> {
    let after = |key: &str| said.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('\t'));
    let fault = |how: String| {
        let script = said.lines().next().unwrap_or("PyTorch");
        Err(Error::Failed { command: format!("python {script} {STEPS}"), how })
    };
    if let Some(how) = after("failed") {
        return fault(how.into());
    }
    let of =
        |line: &str| line.split_once('\t').filter(|(step, _)| step.parse::<u32>().is_ok())?.1.parse().ok();
    let theirs: Vec<f64> = said.lines().filter_map(of).collect();
    let precise: Vec<f64> =
        said.lines().filter_map(|line| line.strip_prefix("float64\t")).filter_map(of).collect();
    if ours.len() != STEPS || theirs.len() != STEPS {
        return fault(format!(
            "minibatch printed {} losses and PyTorch {}, not {STEPS}",
            ours.len(),
            theirs.len()
        ));
    }
    let Some(answers) = after("answers").and_then(|n| n.parse::<f64>().ok()) else {
        return fault("it compared no answers".into());
    };
    // NaN is as far apart as can be.
    let sure = |x: f64| if x.is_nan() { f64::INFINITY } else { x };
    let far = |theirs: &[f64]| {
        let each = ours.iter().zip(theirs).map(|(a, b)| sure((a - b).abs() / b.abs().max(1e-12)));
        each.fold(0.0, f64::max)
    };
    let (mut apart, mut double) = (far(&theirs), false);
    // Where torch's own float32 strays, float64 decides.
    if apart > TOLERANCE && precise.len() == STEPS && far(&precise) < apart {
        (apart, double) = (far(&precise), true);
    }
    Ok(Compared { first: theirs[0], last: theirs[STEPS - 1], apart, double, answers: sure(answers) })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_and_answers_are_compared_and_what_failed_is_told() {
        let ours: Vec<f64> = (1..=10).map(f64::from).collect();
        let losses: String = (1..=10).map(|step| format!("{step}\t{step}\n")).collect();
        let near = apart(&ours, &format!("x.py\n{losses}answers\t2e-7\n")).unwrap();
        assert!(near.apart == 0.0 && near.answers == 2e-7 && near.last == 10.0);
        let far = apart(&ours, &format!("x.py\n{}answers\tnan\n", losses.replace("\t5\n", "\t6\n"))).unwrap();
        assert!(far.apart > 0.1 && far.answers == f64::INFINITY);
        for (said, wanted) in [
            ("x.py\nfailed\tNameError: y\n", "NameError"),
            ("x.py\n1\t2\n", "PyTorch 1"),
            (&losses, "no answers"),
        ] {
            let error = apart(&ours, said).err().unwrap().to_string();
            assert!(error.contains(wanted), "{error}");
        }
    }

    #[test]
    fn every_preset_is_found() {
        let names = presets().unwrap();
        assert!(names.iter().any(|n| n == "circle") && names.iter().any(|n| n == "xor"), "{names:?}");
    }
}
