//! `cargo xtask bench`: training steps of ours and of others, on one machine in one run, and docs/benchmarks.md out of them.

#![allow(
    clippy::disallowed_methods,
    reason = "tables and pictures need no bits that are the same everywhere"
)]

mod document;
mod growth;
mod machine;
mod measured;
mod plot;
mod programs;
mod quiet;
mod report;
mod table;
mod workloads;

use std::fs;
use std::path::Path;

use crate::build;
use crate::error::{Error, Result};
use crate::run::{Steps, cargo, run};
use growth::Series;
use measured::Row;
use programs::Programs;
use quiet::Watch;
use workloads::WORKLOADS;

/// What may be run by itself.
const PARTS: [&str; 4] = ["native", "browser", "pytorch", "scale"];
/// The page, and its picture.
const PAGE: &str = "docs/benchmarks.md";
const PLOT: &str = "docs/scale.svg";

/// What is run, and for how long.
pub struct Options {
    /// To see whether all runs: fractions of a second each, and without the slowest peers.
    quick: bool,
    parts: Vec<&'static str>,
    workloads: Vec<&'static str>,
}

impl Options {
    /// From the command line: `only` names parts and workloads, with commas; all of both where it names none.
    ///
    /// # Errors
    /// When a word is neither.
    pub fn new(quick: bool, only: Option<&str>) -> Result<Self> {
        let words: Vec<&str> = only.map_or(vec![], |only| only.split(',').collect());
        let names: Vec<&'static str> = WORKLOADS.iter().map(|workload| workload.name).collect();
        if let Some(wrong) = words.iter().find(|word| !PARTS.contains(word) && !names.contains(word)) {
            let known: Vec<&str> = PARTS.iter().chain(&names).copied().collect();
            let list = known.join(", ");
            return Err(Error::Usage(format!(
                "`--only` knows no part or workload `{wrong}`; there are {list}"
            )));
        }
        let named = |all: &[&'static str]| -> Vec<&'static str> {
            let named: Vec<_> = all.iter().copied().filter(|name| words.contains(name)).collect();
            if named.is_empty() { all.to_vec() } else { named }
        };
        Ok(Options { quick, parts: named(&PARTS), workloads: named(&names) })
    }

    /// Whether it is the run that the page is made of.
    fn is_whole(&self) -> bool {
        !self.quick && self.parts.len() == PARTS.len() && self.workloads.len() == WORKLOADS.len()
    }

    fn runs(&self, part: &str) -> bool {
        self.parts.contains(&part)
    }

    /// Seconds for each workload.
    fn seconds(&self) -> f64 {
        if self.quick { 0.2 } else { 3.0 }
    }

    /// Repeats of the calibration, and seconds for each.
    fn calibration(&self) -> (usize, f64) {
        if self.quick { (5, 0.1) } else { (9, 0.4) }
    }
}

/// All that a run found.
#[derive(Default)]
struct Found {
    rows: Vec<Row>,
    series: Vec<Series>,
    watch: Watch,
    /// The versions of what ran, as each says.
    versions: Vec<String>,
    /// Parts that could not run here, and why.
    lacking: Vec<String>,
}

/// Measures, prints the tables, and writes them into docs/benchmarks.md where the machine was quiet and the run whole.
///
/// # Errors
/// When ours does not run or computes something else, when the machine was not quiet, and when a doubling costs more than its
/// arithmetic grows. What only others lack is told, and left out.
pub fn bench(options: &Options) -> Result<()> {
    let mut steps = Steps::new(5 + options.parts.len());
    let mut found = Found::default();
    steps.step("our engine", || run(cargo().args(["build", "--release", "--package", "minibatch-cli"])))?;
    steps.step("our site", || match options.runs("browser") {
        true => build::site(false, &build::dist()),
        false => Ok(()),
    })?;
    let mut programs = None;
    steps.step("the others", || {
        programs = Some(Programs::find(options, &mut found.lacking));
        Ok(())
    })?;
    let Some(programs) = programs else { return Ok(()) };
    let (repeats, seconds) = options.calibration();
    let minibatch = programs.minibatch();
    steps.step("calibration", || found.watch.calibrate("before all", minibatch, repeats, seconds))?;
    for part in &options.parts {
        let title = format!("measuring: {part}");
        steps.step(&title, || {
            found.watch.look(&format!("before {part}"));
            match *part {
                "native" => programs.native(options, &mut found),
                "browser" => programs.browser(options, &mut found),
                "pytorch" => programs.pytorch(options, &mut found),
                _ => programs.scale(options, &mut found),
            }
        })?;
    }
    steps.step("calibration", || found.watch.calibrate("after all", minibatch, repeats, seconds))?;
    steps.summary();
    concluded(options, &found, &crate::root())
}

/// Prints the tables, and writes them below `root` or says why not.
fn concluded(options: &Options, found: &Found, root: &Path) -> Result<()> {
    let text = report::written(found, options.seconds());
    println!("\n{text}");
    let again = "cargo xtask bench";
    let wrong: Vec<String> =
        table::faults(&found.rows.iter().filter(|row| row.is_ours()).cloned().collect::<Vec<_>>());
    if !wrong.is_empty() {
        let how = format!("ours: {}", wrong.join("; "));
        return Err(Error::Failed { command: again.into(), how });
    }
    let disturbances = found.watch.disturbances();
    if !disturbances.is_empty() {
        return Err(Error::missing(
            format!("the machine was not quiet, so nothing is written:\n    {}", disturbances.join("\n    ")),
            format!("end what else runs there, then {again}"),
        ));
    }
    if options.is_whole() {
        write(found, &text, root)?;
    } else {
        println!("{PAGE} is as it was: only a whole run, without --quick and --only, writes it");
    }
    let faults: Vec<String> = found.series.iter().flat_map(Series::faults).collect();
    if faults.is_empty() || options.quick {
        return Ok(());
    }
    Err(Error::Failed {
        command: format!("{again} --only scale"),
        how: format!("a step is worse than its arithmetic grows:\n    {}", faults.join("\n    ")),
    })
}

fn write(found: &Found, text: &str, root: &Path) -> Result<()> {
    let place = |file: &str| root.join(file);
    let page = fs::read_to_string(place(PAGE)).map_err(Error::io(format!("reading {PAGE}")))?;
    let page = document::replaced(&page, text)?;
    fs::write(place(PLOT), plot::plot(&found.series)).map_err(Error::io(format!("writing {PLOT}")))?;
    fs::write(place(PAGE), page).map_err(Error::io(format!("writing {PAGE}")))?;
    println!("{PAGE} and {PLOT} are written");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_parts_and_workloads() {
        let options = Options::new(true, Some("scale,mlp-2d,pytorch")).unwrap();
        assert_eq!((options.parts, options.workloads), (vec!["pytorch", "scale"], vec!["mlp-2d"]));
        let all = Options::new(false, None).unwrap();
        assert!(all.is_whole() && all.parts.len() == 4 && all.workloads.len() == 6);
        assert!(!Options::new(false, Some("native")).unwrap().is_whole());
        assert!(!Options::new(false, Some("mlp-2d")).unwrap().is_whole());
        let error = Options::new(false, Some("mlp-2e")).err().unwrap().to_string();
        assert!(error.contains("`mlp-2e`") && error.contains("mlp-2d") && error.contains("scale"), "{error}");
    }

    #[test]
    fn a_quiet_whole_run_is_written_and_no_other() {
        let root = std::env::temp_dir().join(format!("minibatch-bench-{}", std::process::id()));
        fs::create_dir_all(root.join("docs")).unwrap();
        let page = || fs::read_to_string(root.join(PAGE)).unwrap();
        let empty = fs::read_to_string(crate::root().join(PAGE)).unwrap();
        fs::write(root.join(PAGE), &empty).unwrap();
        let whole = Options::new(false, None).unwrap();
        let mut busy = Found::default();
        busy.watch.busy.push(("before native".into(), 1.9));
        let told = concluded(&whole, &busy, &root).unwrap_err().to_string();
        assert!(told.contains("not quiet") && told.contains("1.90 processors"), "{told}");
        let value = Err("its first loss is 2, not 2.306691".into());
        let ours = Row { peer: "minibatch:cpu".into(), workload: "cnn-28".into(), value };
        let wrong = Found { rows: vec![ours], ..Found::default() };
        let told = concluded(&whole, &wrong, &root).unwrap_err().to_string();
        assert!(told.contains("cnn-28 of minibatch:cpu: its first loss is 2"), "{told}");
        concluded(&Options::new(true, None).unwrap(), &Found::default(), &root).unwrap();
        assert!(page() == empty && !root.join(PLOT).exists(), "{PAGE} was written");
        concluded(&whole, &Found::default(), &root).unwrap();
        assert!(page().contains("### On the CPU") && page().ends_with(&empty[empty.len() - 200..]));
        assert!(root.join(PLOT).exists());
        fs::remove_dir_all(&root).unwrap();
    }
}
