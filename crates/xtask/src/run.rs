//! Running a command: shown before it starts, its output passed through, its failure told with how to repeat it.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};

/// The cargo that runs us (a rustup toolchain's own), or the one on the `PATH`.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(crate::root());
    command
}

/// Shows the command, runs it with our own terminal, and fails with the line that repeats it.
pub fn run(command: &mut Command) -> Result<()> {
    let line = shown(command);
    println!("   $ {line}");
    let how = match command.status() {
        Ok(status) if status.success() => return Ok(()),
        Ok(status) => {
            status.code().map_or("ended by a signal".to_string(), |code| format!("exit code {code}"))
        }
        Err(error) => format!("it did not start: {error}"),
    };
    Err(Error::Failed { command: line, how })
}

/// What a command prints on its standard output, or `None` when it is not there or fails.
pub fn output(command: &mut Command) -> Option<String> {
    let done = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    done.status.success().then(|| String::from_utf8_lossy(&done.stdout).into_owned())
}

/// The command as one would type it at the repository's root: the environment we set, the program, its arguments.
/// `PATH` is left out: it is long, and only puts our tools in front.
fn shown(command: &Command) -> String {
    let mut words: Vec<String> = command
        .get_envs()
        .filter(|(name, _)| *name != OsStr::new("PATH"))
        .filter_map(|(name, value)| Some(format!("{}={}", name.to_string_lossy(), quoted(value?))))
        .collect();
    let program = Path::new(command.get_program());
    let known = ["cargo", "rustup"].into_iter().find(|name| program.file_stem() == Some(OsStr::new(name)));
    words.push(known.map_or_else(|| quoted(command.get_program()), str::to_string));
    words.extend(command.get_args().map(quoted));
    words.join(" ")
}

/// A word for a shell: in single quotes when it holds anything out of the ordinary.
fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.into_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// The steps of a long command: a header before each, a table of times at the end, a stop at the first failure.
pub struct Steps {
    total: usize,
    done: Vec<(String, Duration, bool)>,
    started: Instant,
    /// They are the steps of another's step: no table of their own.
    within: bool,
}

impl Steps {
    /// A run of `total` steps.
    pub fn new(total: usize) -> Self {
        Steps { total, done: Vec::new(), started: Instant::now(), within: false }
    }

    /// The same for what may be a step itself.
    pub fn within(total: usize) -> Self {
        Steps { within: true, ..Steps::new(total) }
    }

    /// Runs one step under its header. On a failure the table is printed, with this step as the one that failed.
    pub fn step(&mut self, title: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
        let mark = if self.within { "  ·" } else { "\n──" };
        println!("{mark} {}/{} {title}", self.done.len() + 1, self.total);
        let begun = Instant::now();
        let result = work();
        self.done.push((title.to_string(), begun.elapsed(), result.is_ok()));
        match &result {
            Ok(()) => println!("   {} ok", seconds(begun.elapsed())),
            Err(_) if self.within => {}
            Err(_) => self.summary(),
        }
        result
    }

    /// Prints every step with its time, and the whole.
    pub fn summary(&self) {
        println!("\n── summary");
        for (title, time, good) in &self.done {
            println!("   {:>9}  {}  {title}", seconds(*time), if *good { "ok    " } else { "FAILED" });
        }
        let left = self.total.saturating_sub(self.done.len());
        if left > 0 {
            println!("   {left} of {} steps not run", self.total);
        }
        println!("   {:>9}  in all", seconds(self.started.elapsed()));
    }
}

/// `4.2 s`, or `3 min 20 s` from two minutes on.
pub fn seconds(time: Duration) -> String {
    let s = time.as_secs_f64();
    if s < 120.0 {
        format!("{s:.1} s")
    } else {
        format!("{} min {:02} s", time.as_secs() / 60, time.as_secs() % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_it_would_be_typed() {
        let mut command = Command::new("/opt/rust/bin/cargo");
        command
            .args(["test", "--features", "browser,long", "--", "two words"])
            .env("NAME", "it's")
            .env("PATH", "/x");
        assert_eq!(shown(&command), r"NAME='it'\''s' cargo test --features browser,long -- 'two words'");
    }

    #[test]
    fn a_failure_says_how_to_repeat_it_and_a_missing_program_is_named() {
        let failed = run(Command::new("no-such-program-here").arg("--now")).unwrap_err().to_string();
        assert!(failed.contains("to repeat it: no-such-program-here --now"), "{failed}");
        assert!(output(&mut Command::new("no-such-program-here")).is_none());
    }

    #[test]
    fn the_first_failure_ends_the_steps() {
        let mut steps = Steps::new(2);
        let failed = steps.step("one", || Err(Error::Usage("no".into())));
        assert!(failed.is_err() && !steps.done[0].2);
    }

    #[test]
    fn times_read_well() {
        assert_eq!(seconds(Duration::from_millis(4240)), "4.2 s");
        assert_eq!(seconds(Duration::from_secs(200)), "3 min 20 s");
    }
}
