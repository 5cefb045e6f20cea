//! Training takes the memory it needs, and says before it begins where there is not enough.

#![cfg(target_os = "linux")]

use std::process::Stdio;
use std::time::Duration;

use crate::support::Place;

fn square(side: usize) -> String {
    format!(
        r#"{{"model": {{"input": {{"shape": [{side}]}},
            "layers": [{{"layer": "linear", "units": {side}}}, {{"layer": "linear", "units": 2}}],
            "samples": {{"kind": "random", "train": 2, "test": 1}}}},
            "loss": "mse", "training": {{"optimizer": {{"kind": "adam"}}, "batch_size": 2, "learning_rate": 0.0001}}}}"#
    )
}

/// The most that was resident while it ran, in megabytes.
fn most_resident(place: &Place, words: &str) -> f64 {
    let mut child = place.command(words).stdout(Stdio::null()).spawn().expect("the binary runs");
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0.0f64;
    while child.try_wait().expect("its end").is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let peak = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = peak.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok());
        most = most.max(kilobytes.unwrap_or(0.0) * 1024.0 / 1e6);
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(child.wait().expect("its end").success(), "{words}");
    most
}

/// Breaks where copies are made that nobody asks for: 16 Mi weights with gradient and two moments are 268 MB, and as much
/// again for each copy of the weights.
#[test]
fn sixteen_million_weights_train_within_450_megabytes() {
    let place = Place::new("memory");
    place.write("e.json", square(4096));
    let plain = most_resident(&place, "train e.json --steps 2 --backend cpu --json");
    assert!((268.0..450.0).contains(&plain), "{plain} MB");
    let saved = most_resident(&place, "train e.json --steps 1 --backend cpu --save w.safetensors");
    assert!(saved < 450.0, "{saved} MB with the weights saved");
    // A copy of the weights is kept, and none is made on the way to the file.
    let words = "train e.json --steps 2 --backend cpu --save-best b.safetensors --save w.safetensors --metrics m.jsonl";
    let best = most_resident(&place, words);
    assert!(best < 450.0, "{best} MB with the best weights saved");
    let words = "train e.json --steps 1 --backend cpu --init b.safetensors";
    let begun = most_resident(&place, words);
    assert!(begun < 450.0, "{begun} MB from given weights");
    let told = place.lines("summary e.json --json");
    let reckoned = told[0]["training_memory"].as_f64().expect("a figure") / 1e6;
    assert!((0.75 * plain..1.25 * plain).contains(&reckoned), "{reckoned} MB were reckoned, {plain} taken");
}

/// Runs a command with so much address space, in kilobytes; gives its exit code and what it said.
fn bounded(place: &Place, kilobytes: u64, words: &str) -> (Option<i32>, String) {
    let shell = std::process::Command::new("sh")
        .current_dir(place.path("."))
        .args(["-c", &format!("ulimit -v {kilobytes}; exec \"$0\" {words}"), env!("CARGO_BIN_EXE_minibatch")])
        .output()
        .expect("a shell");
    (shell.status.code(), String::from_utf8_lossy(&shell.stderr).into_owned())
}

/// Runs it with too little, and wants an error line with both figures.
fn refused(place: &Place, kilobytes: u64, words: &str, what: &str) {
    let (code, told) = bounded(place, kilobytes, words);
    assert_eq!(code, Some(1), "{words}: {told}");
    let lines: Vec<&str> = told.lines().filter(|line| !line.starts_with("note:")).collect();
    assert_eq!(lines.len(), 1, "{words}: {told}");
    for part in [&format!("error: {what} takes "), " of memory, and ", " are left (by ulimit -v)"] {
        assert!(lines[0].contains(part), "{words}: {part} in {told}");
    }
}

/// Breaks where it dies by a signal instead.
#[test]
fn too_little_memory_is_an_error_with_both_figures() {
    let place = Place::new("too-little");
    place.write("e.json", square(8192));
    place.write("w.safetensors", "old");
    refused(&place, 900_000, "train e.json --steps 1 --backend cpu --save w.safetensors", "training this");
    assert_eq!(place.text("w.safetensors"), "old");
    refused(&place, 400_000, "export e.json --pytorch script.py", "exporting this");
    let orthogonal = square(8192).replace(r#""units": 8192"#, r#""units": 8192, "init": "orthogonal""#);
    place.write("e.json", orthogonal);
    refused(&place, 1_000_000, "train e.json --steps 1 --backend cpu", "training this");
    refused(&place, 500_000, "export e.json --pytorch script.py", "exporting this");
    assert_eq!(place.names(), ["e.json", "w.safetensors"]);
    assert_eq!(bounded(&place, 500_000, "summary e.json").0, Some(0));
}

/// A file of tensors of zeros, which takes no room on the disk.
fn zeros(place: &Place, name: &str, tensors: &[(&str, &[u64])]) {
    let (mut header, mut end) = (String::new(), 0);
    for (name, shape) in tensors {
        let begin = end;
        end += 4 * shape.iter().product::<u64>();
        header += &format!(r#","{name}":{{"dtype":"F32","shape":{shape:?},"data_offsets":[{begin},{end}]}}"#);
    }
    let header = format!("{{{}}}", &header[1..]);
    place.write(name, [&(header.len() as u64).to_le_bytes()[..], header.as_bytes()].concat());
    let file = std::fs::OpenOptions::new().write(true).open(place.path(name)).expect("the file");
    file.set_len(8 + header.len() as u64 + end).expect("its length");
}

/// Breaks where files are read, or drawn for, before anybody reckons.
#[test]
fn files_that_are_larger_than_the_memory_are_refused_by_every_command() {
    let place = Place::new("large-files");
    let rows = 20_000_000;
    zeros(&place, "big.safetensors", &[("train_inputs", &[rows, 2]), ("train_targets", &[rows])]);
    zeros(&place, "x.safetensors", &[("inputs", &[2 * rows, 2])]);
    refused(&place, 500_000, "train xor --backend cpu --data big.safetensors --steps 1", "training this");
    refused(
        &place,
        200_000,
        "train xor --backend cpu --data big.safetensors --steps 1",
        "reading big.safetensors",
    );
    refused(&place, 500_000, "export xor --data big.safetensors --pytorch x.py", "exporting this");
    let small = "--weights w.safetensors --input x.safetensors --output y.safetensors --backend cpu";
    place.done("train xor --backend cpu --steps 1 --save w.safetensors");
    refused(&place, 300_000, &format!("predict xor {small}"), "reading x.safetensors");
    refused(&place, 480_000, &format!("predict xor {small}"), "answering");
    place.write("e.json", square(8192));
    zeros(
        &place,
        "w.safetensors",
        &[
            ("layers.0.bias", &[8192]),
            ("layers.0.weight", &[8192, 8192]),
            ("layers.1.bias", &[2]),
            ("layers.1.weight", &[2, 8192]),
        ],
    );
    place.tensors("x.safetensors", &[("inputs", &[1, 8192], &[0.5; 8192])]);
    for command in
        ["train e.json --backend cpu --init w.safetensors".into(), format!("predict e.json {small}")]
    {
        refused(&place, 250_000, &command, "reading w.safetensors");
        let what = if command.starts_with("train") { "training this" } else { "answering" };
        refused(&place, 700_000, &command, what);
    }
    refused(&place, 250_000, "export e.json --weights w.safetensors --pytorch e.py", "reading w.safetensors");
    refused(&place, 500_000, "export e.json --weights w.safetensors --pytorch e.py", "exporting this");
}

/// Breaks where something is left out of the reckoning: at every limit a command gets through or says what is missing.
#[test]
fn no_limit_of_memory_ends_in_a_signal() {
    let place = Place::new("limits");
    place.write("e.json", square(2048));
    place.done("train e.json --steps 1 --backend cpu --save w.safetensors");
    place.tensors("x.safetensors", &[("inputs", &[2, 2048], &[0.5; 4096])]);
    let commands = [
        "train e.json --steps 1 --backend cpu --init w.safetensors --save-best b.safetensors --save v.safetensors",
        "predict e.json --weights w.safetensors --input x.safetensors --output y.safetensors --backend cpu",
        "export e.json --weights w.safetensors --pytorch e.py --force",
        "summary e.json",
    ];
    for command in commands {
        let (mut done, mut refused) = (0, 0);
        for kilobytes in (40_000..400_000).step_by(24_000) {
            match bounded(&place, kilobytes, command) {
                (Some(0), _) => done += 1,
                (Some(1), told) if told.contains("error: ") && told.contains(" of memory") => refused += 1,
                (code, told) => panic!("{command} within {kilobytes} kB: {code:?} {told}"),
            }
        }
        assert!(done > 0 && (refused > 0 || command.starts_with("summary")), "{command}: {done}, {refused}");
    }
}
