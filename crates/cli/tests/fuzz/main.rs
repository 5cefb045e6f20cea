//! Drawn inputs against the built binary: experiments, tensors, paths, words, signals, a full disk. Whatever comes, it ends with a
//! documented code and one line, within limits of memory and time; inputs stay as they were, outputs are old or whole.
//!
//! `MINIBATCH_FUZZ=1234 cargo test -p minibatch-cli --test fuzz` repeats one input and leaves its folder; `5000..9000` runs others.

#![cfg(unix)]

mod bytes;
mod case;
mod draw;
mod json;
mod run;

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use case::Case;

/// Runs of the binary at one time.
const AT_ONCE: usize = 2;
/// Inputs of every run of the tests, and of `cargo xtask test --long`.
const INPUTS: u64 = if cfg!(feature = "long") { 2000 } else { 60 };

#[test]
fn whatever_comes_it_ends_well() {
    let asked = std::env::var("MINIBATCH_FUZZ").ok();
    let number = |text: &str| text.parse::<u64>().expect("a number");
    let (first, last) = match asked.as_deref().map(|text| text.split_once("..").ok_or(text)) {
        None => (0, INPUTS),
        Some(Ok((first, last))) => (number(first), number(last)),
        Some(Err(one)) => (number(one), number(one) + 1),
    };
    let repeated = last - first == 1;
    let (next, failed) = (AtomicU64::new(first), Mutex::new(vec![]));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= last {
                        break;
                    }
                    if let Err(why) = one(seed, repeated) {
                        eprintln!("{why}");
                        failed.lock().expect("a list").push(why);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().expect("a list");
    assert!(failed.is_empty(), "{} of {} inputs:\n{}", failed.len(), last - first, failed.join("\n"));
}

/// Breaks where the inputs begin with what is refused anyway, so that chance never gets further than the reader.
#[test]
fn what_chance_begins_with_is_sound() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz-sound");
    std::fs::create_dir_all(&folder).expect("a folder");
    for value in json::small() {
        let path = folder.join("e.json");
        std::fs::write(&path, value.to_string()).expect("a file");
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_minibatch"));
        command.args(["train", "--steps", "1", "--backend", "cpu"]).arg(&path);
        let ended = command.output().expect("the binary runs");
        assert!(ended.status.success(), "{value}: {}", String::from_utf8_lossy(&ended.stderr));
    }
}

/// Runs the case of this number. Its folder stays where it is to be looked at.
fn one(seed: u64, shown: bool) -> Result<(), String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{seed}"));
    let case = Case::of(seed, &folder);
    let words: Vec<String> = case.words.iter().map(|word| format!("{word:?}")).collect();
    let begun = Instant::now();
    let result = run::run(&case);
    let told = format!(
        "input {seed} ({:?}, {:.1} s): minibatch {}\n  in {}",
        case.end,
        begun.elapsed().as_secs_f64(),
        words.join(" "),
        folder.display()
    );
    if shown || begun.elapsed().as_secs() > 20 {
        eprintln!("{told}");
    }
    if result.is_ok() && !shown {
        // A file that is protected from writing is removed all the same: the folder is not.
        drop(std::fs::remove_dir_all(&folder));
    }
    result.map_err(|why| format!("{told}\n  {why}"))
}
