//! `cargo xtask test`: every check there is, the cheapest first, to the first failure.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::error::{Error, Result};
use crate::run::{Steps, cargo, run};
use crate::{build, system, tools};

/// The crates that are compiled for the browser.
const IN_BROWSER: [&str; 4] = ["-p", "minibatch-web", "-p", "minibatch-worker"];

/// The feature of the tests in a browser.
const BROWSER: &str = "minibatch-tests/browser";

/// A part of what `--long` adds, which may be run by itself.
struct Part {
    /// Its word on the command line.
    name: &'static str,
    /// What it does.
    title: &'static str,
    /// Whether it needs Chromium and the site.
    page: bool,
    run: fn() -> Result<()>,
}

/// What `--long` adds. A new part is a row here.
const PARTS: [Part; 5] = [
    Part {
        name: "cli",
        title: "the command line, 2,000 drawn inputs, and as it is passed on",
        page: false,
        run: cli,
    },
    Part { name: "arm", title: "the bits on an emulated aarch64", page: false, run: arm },
    Part {
        name: "phone",
        title: "every op on a GPU of small workgroups",
        page: false,
        run: || {
            system::ensure_vulkan()?;
            let words = ["test", "--workspace", "--features", "minibatch-tests/long", "--test", "engine"];
            run(cargo().args(words).args(["--", "of_a_phone"]))
        },
    },
    Part {
        name: "page",
        title: "the page in Chromium, at length",
        page: true,
        run: || run(&mut browser_tests("minibatch-tests/browser,minibatch-tests/long", None)?),
    },
    Part {
        name: "browsers",
        title: "the page in Firefox and in WebKit",
        page: true,
        run: || {
            system::ensure_other_browsers()?;
            let features = "minibatch-tests/browser,minibatch-tests/long,minibatch-tests/others";
            run(browser_tests(features, Some("others::"))?.arg("--nocapture"))
        },
    },
];

/// Draws inputs for the program, and times it beside the one that is built for release.
fn cli() -> Result<()> {
    run(cargo().args(["build", "--release", "--package", "minibatch-cli"]))?;
    let words =
        ["test", "--workspace", "--features", "minibatch-cli/long", "--test", "fuzz", "--test", "released"];
    run(cargo().args(words).args(["--", "--nocapture"]).env("MINIBATCH_RELEASED", crate::released()))
}

/// Builds the program that tells the bits for aarch64, and has a test run it on an emulated one.
fn arm() -> Result<()> {
    system::ensure_arm()?;
    tools::ensure_target(tools::ARM)?;
    run(cargo()
        .args(["build", "-p", "minibatch-tests", "--features", "arm", "--example", "bits"])
        .args(["--target", tools::ARM])
        .env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", system::ARM_LINKER))?;
    let program = crate::target().join(tools::ARM).join("debug").join("examples").join("bits");
    run(cargo()
        .args(["test", "--workspace", "--features", "minibatch-tests/arm", "--test", "arm"])
        .args(["--", "--nocapture"])
        .env("MINIBATCH_ARM", program))
}

/// The parts of `--long` alone that are named; all checks and all parts where none is.
pub fn long(names: &[String]) -> Result<()> {
    if names.is_empty() {
        return all(true);
    }
    let part = |name: &String| {
        PARTS.iter().find(|part| part.name == name.as_str()).ok_or_else(|| {
            let known: Vec<&str> = PARTS.iter().map(|part| part.name).collect();
            Error::Usage(format!("`--long` has no part `{name}`; there are {}", known.join(", ")))
        })
    };
    let parts = names.iter().map(part).collect::<Result<Vec<_>>>()?;
    let page = parts.iter().any(|part| part.page);
    let mut steps = Steps::new(parts.len() + if page { 2 } else { 0 });
    if page {
        site(&mut steps)?;
    }
    parts.into_iter().try_for_each(|part| steps.step(part.title, part.run))?;
    steps.summary();
    Ok(())
}

/// Chromium, and the site that it opens.
fn site(steps: &mut Steps) -> Result<()> {
    steps.step("Chromium", || system::ensure_chromium().map(|path| println!("   {}", path.display())))?;
    steps.step("the site", || build::site(false, &build::dist()))
}

/// Runs all checks; `long` adds the ones that take minutes.
pub fn all(long: bool) -> Result<()> {
    let mut steps = Steps::new(7 + if long { PARTS.len() } else { 1 });
    steps.step("format", || {
        tools::ensure_components()?;
        run(cargo().args(["fmt", "--all", "--check"]))
    })?;
    steps.step("clippy, native", || {
        // With the features of the browser tests, so that these are read too.
        let features = [
            "--features",
            "minibatch-tests/browser,minibatch-tests/long,minibatch-tests/others,minibatch-tests/arm,minibatch-cli/long",
        ];
        run(cargo()
            .args(["clippy", "--workspace", "--all-targets"])
            .args(features)
            .args(["--", "-D", "warnings"]))
    })?;
    steps.step("clippy, wasm32", || {
        tools::ensure_target(tools::WASM)?;
        run(cargo().arg("clippy").args(IN_BROWSER).args(["--target", tools::WASM, "--", "-D", "warnings"]))
    })?;
    steps.step("a Vulkan adapter", system::ensure_vulkan)?;
    steps.step("tests, native", || run(cargo().args(["test", "--workspace"])))?;
    site(&mut steps)?;
    if long {
        PARTS.iter().try_for_each(|part| steps.step(part.title, part.run))?;
    } else {
        steps.step("tests, in Chromium", || run(&mut browser_tests(BROWSER, None)?))?;
    }
    steps.summary();
    Ok(())
}

/// Builds the site and has the browser tests take its pictures, into `target/screenshots/`.
pub fn screenshots() -> Result<()> {
    let folder = crate::root().join("target").join("screenshots");
    let mut steps = Steps::new(3);
    site(&mut steps)?;
    steps.step("pictures", || {
        // Yesterday's pictures should not pass for today's.
        if folder.is_dir() {
            fs::remove_dir_all(&folder).map_err(Error::io(format!("emptying {}", folder.display())))?;
        }
        fs::create_dir_all(&folder).map_err(Error::io(format!("making {}", folder.display())))?;
        run(browser_tests(BROWSER, Some("screenshot"))?.env("MINIBATCH_SCREENSHOTS", &folder))?;
        list(&folder)
    })?;
    steps.summary();
    Ok(())
}

/// The command that runs the browser tests, two at a time: they wait for much, and share a few cores with a software GPU. What
/// measures times runs alone; see `alone` of the tests' `browser`. `filter` is a part of the tests' names.
fn browser_tests(features: &str, filter: Option<&str>) -> Result<Command> {
    let mut command = cargo();
    // Of the whole workspace, as the native tests are: of one package alone every dependency would be built once more, with
    // other features.
    command.args(["test", "--workspace", "--features", features, "--test", "web", "--"]);
    command.args(filter).arg("--test-threads=2").env("CHROMIUM", system::ensure_chromium()?);
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
