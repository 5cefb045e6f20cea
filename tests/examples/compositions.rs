//! Writes experiments for `cargo xtask pytorch --random N`: `compositions FOLDER masked` or `compositions FOLDER FIRST COUNT`.

use std::fs;
use std::path::Path;

use minibatch_tests::compositions::{masked, random};
use serde_json::Value;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let all = match &words[..] {
        [_, what] if what == "masked" => masked(),
        [_, first, count] => match (first.parse::<u32>(), count.parse::<u32>()) {
            (Ok(first), Ok(count)) => {
                (first..first + count).map(|seed| (format!("random {seed}"), random(seed))).collect()
            }
            _ => usage(),
        },
        _ => usage(),
    };
    for (name, experiment) in all {
        write(Path::new(&words[0]), &name, &experiment);
    }
}

/// Puts the experiment into a file of its name and prints the path.
fn write(folder: &Path, name: &str, experiment: &Value) {
    let name: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
    let path = folder.join(format!("{name}.json"));
    if let Err(error) = fs::write(&path, format!("{experiment:#}\n")) {
        eprintln!("error: cannot write {}: {error}", path.display());
        std::process::exit(1);
    }
    println!("{}", path.display());
}

fn usage() -> ! {
    eprintln!("usage: compositions FOLDER masked | compositions FOLDER FIRST COUNT");
    std::process::exit(2);
}
