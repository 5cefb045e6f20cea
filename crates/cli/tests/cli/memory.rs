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
    let told = place.lines("summary e.json --json");
    let reckoned = told[0]["training_memory"].as_f64().expect("a figure") / 1e6;
    assert!((0.75 * plain..1.25 * plain).contains(&reckoned), "{reckoned} MB were reckoned, {plain} taken");
}

/// Breaks where it dies by a signal instead.
#[test]
fn too_little_memory_is_an_error_with_both_figures() {
    let place = Place::new("too-little");
    place.write("e.json", square(8192));
    place.write("w.safetensors", "old");
    let words = "ulimit -v 900000; exec \"$0\" train e.json --steps 1 --backend cpu --save w.safetensors";
    let shell = std::process::Command::new("sh")
        .current_dir(place.path("."))
        .args(["-c", words, env!("CARGO_BIN_EXE_minibatch")])
        .output()
        .expect("a shell");
    let told = String::from_utf8_lossy(&shell.stderr).into_owned();
    assert_eq!(shell.status.code(), Some(1), "{told}");
    assert!(told.starts_with("error: training this takes 1.") && told.contains("ulimit -v"), "{told}");
    assert!(told.contains(" MB are left"), "{told}");
    assert_eq!(place.text("w.safetensors"), "old");
}
