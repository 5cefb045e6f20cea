//! The tools that build the page: which versions, where they live, and how they come.
//!
//! They are kept in `.tools/` at the root (or where `MINIBATCH_TOOLS` says), which `cargo clean` does not reach. A
//! tool of the right version that is already on the `PATH` is used as it is.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, Result};
use crate::run::{cargo, output, run};

/// The version of Trunk the site is built with. Nothing else pins it.
pub const TRUNK: &str = "0.21.14";

/// The target the page and the worker are compiled for.
pub const WASM: &str = "wasm32-unknown-unknown";

/// One program to have: which crate brings it, at which version.
struct Tool {
    package: &'static str,
    program: &'static str,
    version: String,
    /// Whether the crate's own lock file is used.
    locked: bool,
}

/// Makes sure of the wasm target, Trunk and the wasm-bindgen CLI; returns a `PATH` that has both in front.
pub fn ensure() -> Result<OsString> {
    ensure_target()?;
    let trunk = Tool { package: "trunk", program: "trunk", version: TRUNK.into(), locked: true };
    // The command line tool and the library must be of the very same version, so the lock file decides. The lock
    // file it ships is left aside: it names releases that were withdrawn.
    let bindgen = Tool {
        package: "wasm-bindgen-cli",
        program: "wasm-bindgen",
        version: locked_version(&read_lock()?, "wasm-bindgen")?,
        locked: false,
    };
    let mut folders = vec![ensure_tool(&trunk)?, ensure_tool(&bindgen)?];
    folders.dedup();
    folders.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    env::join_paths(folders).map_err(|error| {
        Error::missing(
            format!("the PATH cannot be extended ({error})"),
            "move the repository to a path without `:` or quotes",
        )
    })
}

/// Adds the wasm target to the toolchain when it is not there.
pub fn ensure_target() -> Result<()> {
    let folder = output(rustc().args(["--print", "target-libdir", "--target", WASM]));
    if folder.is_some_and(|folder| Path::new(folder.trim()).is_dir()) {
        return Ok(());
    }
    rustup(&["target", "add", WASM], "the Rust target wasm32-unknown-unknown is not installed")
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

/// Where the tools are kept.
pub fn folder() -> PathBuf {
    env::var_os("MINIBATCH_TOOLS")
        .filter(|v| !v.is_empty())
        .map_or_else(|| crate::root().join(".tools"), PathBuf::from)
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

/// The folder that holds `tool` at the right version, installing it when there is none.
fn ensure_tool(tool: &Tool) -> Result<PathBuf> {
    let home = folder();
    if let Some(place) = find(tool, &home) {
        return Ok(place);
    }
    fs::create_dir_all(&home).map_err(Error::io(format!("making {}", home.display())))?;
    let lock = File::create(home.join("lock")).map_err(Error::io("making the tools' lock file"))?;
    if lock.try_lock().is_err() {
        println!("   waiting: another `cargo xtask` is installing tools");
        lock.lock().map_err(Error::io("waiting for the tools' lock file"))?;
        // It may have brought what we are after.
        if let Some(place) = find(tool, &home) {
            return Ok(place);
        }
    }
    println!(
        "   {} {} is not here yet: building it into {} (once; it takes some minutes)",
        tool.package,
        tool.version,
        home.display()
    );
    run(&mut install(tool, &home))?;
    // What the build left behind is of no more use, and larger than everything else here.
    let left_over = home.join("build");
    if left_over.is_dir() {
        fs::remove_dir_all(&left_over).map_err(Error::io(format!("removing {}", left_over.display())))?;
    }
    Ok(home.join("bin"))
}

/// The folder that holds `tool` at the right version: ours, or one on the `PATH`.
fn find(tool: &Tool, home: &Path) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    std::iter::once(home.join("bin")).chain(env::split_paths(&path)).find(|place| {
        let program = place.join(tool.program).with_extension(env::consts::EXE_EXTENSION);
        program.is_file()
            && output(Command::new(&program).arg("--version"))
                .is_some_and(|said| is_version(&said, &tool.version))
    })
}

/// The `cargo install` of one tool. It builds in its own folder, so that `cargo clean` and a `CARGO_TARGET_DIR` of ours
/// have no say in it, and an interrupted build goes on where it stood.
fn install(tool: &Tool, home: &Path) -> Command {
    let mut command = cargo();
    command.args(["install", "--root"]).arg(home).args([tool.package, "--version", &tool.version, "--force"]);
    if tool.locked {
        command.arg("--locked");
    }
    command.env("CARGO_TARGET_DIR", home.join("build"));
    // They run for a second or two; that they are built in a fraction of the time is worth more. (Trunk asks for one
    // code generation unit and for the costliest link there is.)
    for (name, value) in [("OPT_LEVEL", "1"), ("LTO", "off"), ("CODEGEN_UNITS", "16")] {
        command.env(format!("CARGO_PROFILE_RELEASE_{name}"), value);
    }
    command
}

/// Whether a program that answered `--version` with `said` is of exactly this version: "trunk 0.21.14".
fn is_version(said: &str, wanted: &str) -> bool {
    said.split_whitespace().any(|word| word.strip_prefix('v').unwrap_or(word) == wanted)
}

fn read_lock() -> Result<String> {
    let path = crate::root().join("Cargo.lock");
    fs::read_to_string(&path)
        .map_err(|_| Error::missing("Cargo.lock cannot be read", "cargo generate-lockfile"))
}

/// The version of `package` in the text of a Cargo.lock; there must be exactly one.
fn locked_version(lock: &str, package: &str) -> Result<String> {
    let name = format!("name = \"{package}\"");
    let mut versions = lock
        .split("[[package]]")
        .filter(|entry| entry.lines().any(|line| line.trim() == name))
        .filter_map(|entry| {
            entry.lines().find_map(|line| line.trim().strip_prefix("version = \"")?.strip_suffix('"'))
        });
    match (versions.next(), versions.next()) {
        (Some(version), None) => Ok(version.to_string()),
        (None, _) => Err(Error::missing(format!("Cargo.lock names no {package}"), "cargo generate-lockfile")),
        (Some(one), Some(other)) => Err(Error::missing(
            format!("Cargo.lock names {package} twice, at {one} and {other}; the page needs one"),
            format!("cargo tree --invert {package}@{one}  (then bring its users to one version)"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = "version = 4\n\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"x\"\n\n\
        [[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"0.2.999\"\ndependencies = [\n \"wasm-bindgen\",\n]\n";

    #[test]
    fn versions_are_compared_whole() {
        assert!(is_version("trunk 0.21.14\n", "0.21.14"));
        assert!(is_version("wasm-bindgen 0.2.130 (abc1234)", "0.2.130"));
        assert!(is_version("tool v1.2.3", "1.2.3"));
        // A prefix, a longer number or a pre-release is another version.
        assert!(!is_version("trunk 0.21.1", "0.21.14"));
        assert!(!is_version("trunk 0.21.14", "0.21.1"));
        assert!(!is_version("trunk 0.21.14-alpha.1", "0.21.14"));
        assert!(!is_version("", "0.21.14"));
    }

    #[test]
    fn the_lock_file_gives_the_bindgen_version_and_not_its_neighbours() {
        assert_eq!(locked_version(LOCK, "wasm-bindgen").unwrap(), "0.2.130");
        assert!(locked_version(LOCK, "wasm").unwrap_err().to_string().contains("names no wasm"));
        let twice = format!("{LOCK}\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.92\"\n");
        assert!(
            locked_version(&twice, "wasm-bindgen").unwrap_err().to_string().contains("0.2.130 and 0.2.92")
        );
    }

    #[test]
    fn our_own_lock_file_names_one_bindgen() {
        let version = locked_version(&read_lock().unwrap(), "wasm-bindgen").unwrap();
        assert!(version.starts_with("0.2."), "{version}");
    }

    #[test]
    fn tools_build_in_their_own_folder() {
        let tool = Tool { package: "trunk", program: "trunk", version: TRUNK.into(), locked: true };
        let command = install(&tool, Path::new("/tools"));
        let words: Vec<_> = command.get_args().map(|a| a.to_string_lossy().into_owned()).collect();
        assert_eq!(
            words,
            ["install", "--root", "/tools", "trunk", "--version", TRUNK, "--force", "--locked"]
        );
        let target =
            command.get_envs().find(|(name, _)| *name == "CARGO_TARGET_DIR").and_then(|(_, value)| value);
        assert_eq!(target, Some(Path::new("/tools").join("build").as_os_str()));
    }
}
