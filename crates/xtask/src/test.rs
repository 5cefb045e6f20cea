//! `cargo xtask test`: every check there is, the cheapest first, to the first failure.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::error::{Error, Result};
use crate::run::{Steps, cargo, run};
use crate::{build, system, tools};

/// The crates that are compiled for the browser.
const IN_BROWSER: [&str; 4] = ["-p", "minibatch-web", "-p", "minibatch-worker"];

/// Runs all checks; `long` adds the ones that take minutes.
pub fn all(long: bool) -> Result<()> {
    let mut steps = Steps::new(8);
    let features = if long { "browser,long" } else { "browser" };
    steps.step("format", || {
        tools::ensure_components()?;
        run(cargo().args(["fmt", "--all", "--check"]))
    })?;
    steps.step("clippy, native", || {
        // With the features of the browser tests, so that these are read too.
        let features = ["--features", "minibatch-tests/browser,minibatch-tests/long"];
        run(cargo()
            .args(["clippy", "--workspace", "--all-targets"])
            .args(features)
            .args(["--", "-D", "warnings"]))
    })?;
    steps.step("clippy, wasm32", || {
        tools::ensure_target()?;
        run(cargo().arg("clippy").args(IN_BROWSER).args(["--target", tools::WASM, "--", "-D", "warnings"]))
    })?;
    steps.step("a Vulkan adapter", system::ensure_vulkan)?;
    steps.step("tests, native", || run(cargo().args(["test", "--workspace"])))?;
    steps.step("Chromium", || system::ensure_chromium().map(|path| println!("   {}", path.display())))?;
    steps.step("the site", || build::site(false))?;
    steps.step("tests, in Chromium", || run(&mut browser_tests(features, None)?))?;
    steps.summary();
    Ok(())
}

/// Builds the site and has the browser tests take its pictures, into `target/screenshots/`.
pub fn screenshots() -> Result<()> {
    let folder = crate::root().join("target").join("screenshots");
    let mut steps = Steps::new(3);
    steps.step("Chromium", || system::ensure_chromium().map(|path| println!("   {}", path.display())))?;
    steps.step("the site", || build::site(false))?;
    steps.step("pictures", || {
        // Yesterday's pictures should not pass for today's.
        if folder.is_dir() {
            fs::remove_dir_all(&folder).map_err(Error::io(format!("emptying {}", folder.display())))?;
        }
        fs::create_dir_all(&folder).map_err(Error::io(format!("making {}", folder.display())))?;
        run(browser_tests("browser", Some("screenshot"))?.env("MINIBATCH_SCREENSHOTS", &folder))?;
        list(&folder)
    })?;
    steps.summary();
    Ok(())
}

/// The command that runs the browser tests, one at a time: they measure times, and share a few cores with a software
/// GPU. `filter` is a part of the tests' names.
fn browser_tests(features: &str, filter: Option<&str>) -> Result<Command> {
    let mut command = cargo();
    command.args(["test", "-p", "minibatch-tests", "--features", features, "--test", "web", "--"]);
    command.args(filter).arg("--test-threads=1").env("CHROMIUM", system::ensure_chromium()?);
    // The site was built as it is passed on: what is counted in kilobytes or opcodes is to be counted.
    command.env("MINIBATCH_SITE", "release");
    Ok(command)
}

fn list(folder: &Path) -> Result<()> {
    let entries = fs::read_dir(folder).map_err(Error::io(format!("reading {}", folder.display())))?;
    let count =
        entries.flatten().filter(|entry| entry.path().extension().is_some_and(|e| e == "png")).count();
    if count == 0 {
        return Err(Error::missing(
            "no picture was made: no browser test has `screenshot` in its name, or it writes elsewhere",
            "the test must write to the folder in MINIBATCH_SCREENSHOTS",
        ));
    }
    println!("   {count} pictures in {}", folder.display());
    Ok(())
}
