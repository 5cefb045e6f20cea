//! Training: what is told, what is saved, and how it ends.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::Value;

use crate::support::{Place, losses, parsed};

fn last(lines: &[Value]) -> &Value {
    &lines.last().expect("lines")["final"]
}

#[test]
fn every_step_is_told_and_training_learns() {
    let place = Place::new("told");
    let lines = place.lines("train xor --steps 50 --backend cpu --json");
    assert_eq!(losses(&lines).len(), 50);
    let first = &lines[0];
    assert_eq!(first["step"], 0);
    assert!(
        first["train_loss"].as_f64() > last(&lines)["train_loss"].as_f64(),
        "it did not learn: {lines:?}"
    );
    assert_eq!((&last(&lines)["step"], &last(&lines)["backend"]), (&50.into(), &"cpu".into()));
    let evaluated: Vec<&Value> = lines.iter().filter(|l| l.get("test_accuracy").is_some()).collect();
    assert!(evaluated.len() > 1, "{evaluated:?}");
    assert_eq!(
        losses(&place.lines("train xor --steps 50 --backend cpu --json")),
        losses(&lines),
        "not repeatable"
    );
}

#[test]
fn the_gpu_trains_as_the_cpu_does() {
    let place = Place::new("gpu");
    let [gpu, cpu] =
        ["gpu", "cpu"].map(|b| losses(&place.lines(&format!("train xor --steps 20 --backend {b} --json"))));
    assert_eq!(gpu.len(), 20);
    for (g, c) in gpu.iter().zip(&cpu) {
        assert!((g - c).abs() <= 1e-4 * c.abs(), "{g} on the GPU, {c} on the CPU");
    }
}

/// Breaks where `--fast` changes the digits elsewhere, or its report does not say what it did.
#[test]
fn what_is_fast_says_that_its_digits_are_its_own() {
    let place = Place::new("fast");
    let train = |more: &str| place.lines(&format!("train spiral --steps 100 --json {more}"));
    let (plain, fast) = (train("--backend cpu"), train("--backend cpu --fast"));
    assert_eq!(last(&plain)["fused"], false);
    // Most processors can; one that cannot says so.
    let fused = last(&fast)["fused"] == true;
    assert_eq!(losses(&fast) != losses(&plain), fused, "{fast:?}");
    for (fast, plain) in losses(&fast).iter().zip(losses(&plain)) {
        assert!((fast - plain).abs() <= 1e-3 * plain.abs(), "{fast} and {plain}");
    }
    assert_eq!(last(&train("--backend gpu --fast"))["fused"], false);
    let told = place.done("train xor --steps 3 --backend cpu --fast");
    assert_eq!(told.contains("(fused, digits of its own)"), fused, "{told}");
}

#[test]
fn without_a_terminal_there_are_a_few_plain_lines() {
    let out = Place::new("plain").done("train xor --steps 500 --backend cpu");
    let lines: Vec<&str> = out.lines().collect();
    assert!((20..30).contains(&lines.len()), "{out}");
    assert!(lines[0].starts_with("step 0 of 500  train loss"), "{out}");
    assert!(out.contains("xor: 500 steps, 20.00 epochs on the cpu"), "{out}");
    assert!(lines.last().expect("a line").contains("test loss"), "{out}");
}

#[test]
fn weights_are_saved_under_pytorchs_names_and_begin_the_next_run() {
    let place = Place::new("saved");
    let lines = place.lines("train xor --steps 50 --backend cpu --json --save w.safetensors");
    let names: Vec<(String, Vec<usize>)> =
        place.load("w.safetensors").into_iter().map(|t| (t.0, t.1)).collect();
    let wanted = [
        ("layers.0.bias", vec![4]),
        ("layers.0.weight", vec![4, 2]),
        ("layers.2.bias", vec![2]),
        ("layers.2.weight", vec![2, 4]),
        ("layers.4.bias", vec![1]),
        ("layers.4.weight", vec![1, 2]),
    ];
    assert_eq!(names, wanted.map(|(name, shape)| (name.to_owned(), shape)));
    let again = place.lines("train xor --steps 1 --backend cpu --json --init w.safetensors");
    assert_eq!(again[0]["train_loss"], last(&lines)["train_loss"]);
    assert_eq!(again[0]["test_loss"], last(&lines)["test_loss"]);
    assert_eq!(place.names(), ["w.safetensors"], "something is left lying about");
}

#[test]
fn epochs_count_the_training_samples() {
    let place = Place::new("epochs");
    let lines = place.lines("train xor --epochs 2 --backend cpu --json");
    assert_eq!((&last(&lines)["step"], &last(&lines)["epoch"]), (&50.into(), &2.0.into()));
    // 250 samples in batches of 100: two epochs are five batches.
    place.write("e.json", r#"{"training": {"batch_size": 100}}"#);
    let lines = place.lines("train e.json --epochs 2 --backend cpu --json");
    assert_eq!((&last(&lines)["step"], &last(&lines)["epoch"]), (&5.into(), &2.0.into()));
}

#[test]
fn the_best_weights_are_those_of_the_lowest_test_loss() {
    let place = Place::new("best");
    // The rate is too large to settle, so that the last weights are hardly the best.
    place.write("e.json", r#"{"data": {"kind": "spiral", "noise": 30}, "training": {"learning_rate": 1}}"#);
    let lines = place.lines("train e.json --steps 400 --backend cpu --json --save-best b.safetensors");
    let trained = lines.iter().filter(|l| l["step"].as_u64().is_some_and(|step| step > 0));
    let told: Vec<f64> = trained.filter_map(|l| l["test_loss"].as_f64()).collect();
    let lowest = told.iter().copied().fold(f64::INFINITY, f64::min);
    assert!(told.len() > 4 && told.last() != Some(&lowest), "the test shows nothing: {told:?}");
    assert_eq!(last(&lines)["best"]["loss"], lowest);
    let again = place.lines("train e.json --steps 1 --backend cpu --json --init b.safetensors");
    assert_eq!(again[0]["test_loss"], lowest);
}

#[test]
fn stopping_at_evaluations_changes_nothing() {
    let place = Place::new("unchanged");
    let words = "train circle --steps 300 --backend cpu --json";
    let plain = losses(&place.lines(words));
    assert_eq!(plain.len(), 300);
    assert_eq!(losses(&place.lines(&format!("{words} --save-best b.safetensors"))), plain);
}

#[test]
fn the_metrics_file_has_the_lines_that_json_prints() {
    let place = Place::new("metrics");
    place.write("m.jsonl", "old");
    let lines = place.lines("train xor --steps 30 --backend cpu --json --metrics m.jsonl");
    assert_eq!(parsed(&place.text("m.jsonl")), lines[..lines.len() - 1]);
    place.done("train xor --steps 5 --backend cpu --metrics m.jsonl");
    assert_eq!(losses(&parsed(&place.text("m.jsonl"))).len(), 5);
    assert_eq!(place.names(), ["m.jsonl"]);
}

#[test]
fn samples_come_from_a_file() {
    let place = Place::new("data");
    let x = [0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0];
    let y = [0.0, 1.0, 1.0, 0.0];
    let train = [("train_inputs", &[4, 2][..], &x[..]), ("train_targets", &[4], &y)];
    place.tensors("train.safetensors", &train);
    let lines = place.lines("train xor --epochs 3 --backend cpu --json --data train.safetensors");
    assert_eq!(last(&lines)["step"], 3, "a batch holds all four");
    assert!(last(&lines).get("test_loss").is_none() && last(&lines)["train_loss"].is_number(), "{lines:?}");
    let test = [("test_inputs", &[2, 2][..], &x[..4]), ("test_targets", &[2], &y[..2])];
    place.tensors("both.safetensors", &[&train[..], &test[..]].concat());
    let lines = place.lines("train xor --steps 3 --backend cpu --json --data both.safetensors");
    assert!(last(&lines)["test_loss"].is_number(), "{lines:?}");
    place.done("train xor --steps 20 --backend cpu --data train.safetensors --save-best b.safetensors");
    assert!(place.has("b.safetensors"), "without test samples the train loss decides");
}

/// The learning rate grows until the loss leaves the numbers, after some sound evaluations.
const DIVERGES: &str = r#"{
    "data": {"kind": "plane"}, "hidden": [{"units": 8, "activation": "linear"}, {"units": 8, "activation": "linear"}],
    "training": {"learning_rate": 3, "schedule": {"kind": "constant", "warmup": 10000}}}"#;

#[test]
fn a_divergence_ends_with_code_1_and_keeps_the_best() {
    let place = Place::new("diverged");
    place.write("e.json", DIVERGES);
    place.write("w.safetensors", "old");
    place.write("m.jsonl", "old");
    let files = "--save w.safetensors --save-best b.safetensors --metrics m.jsonl";
    let ended = place.run(&format!("train e.json --steps 20000 --backend cpu {files}"));
    assert_eq!(ended.code, 1, "{} {}", ended.out, ended.err);
    for part in ["left the numbers at step", "learning rate", "the best weights, of step", "b.safetensors"] {
        assert!(ended.err.contains(part), "{}", ended.err);
    }
    assert_eq!(place.text("w.safetensors"), "old");
    assert!(place.load("b.safetensors").iter().all(|t| t.2.iter().all(|v| v.is_finite())));
    let lines = parsed(&place.text("m.jsonl"));
    assert!(
        lines.last().is_some_and(|l| l.get("loss") == Some(&Value::Null)),
        "the record ends where it went wrong"
    );
    assert_eq!(place.names(), ["b.safetensors", "e.json", "m.jsonl", "w.safetensors"]);
}

#[cfg(unix)]
#[test]
fn ctrl_c_saves_and_ends_with_code_130() {
    let place = Place::new("stopped");
    let words = "train xor --steps 400000000 --backend cpu --json --save w.safetensors --metrics m.jsonl";
    let mut child = place.command(words).stdout(Stdio::piped()).spawn().expect("the binary runs");
    let mut out = BufReader::new(child.stdout.take().expect("its output"));
    let mut begun = String::new();
    out.read_line(&mut begun).expect("a line");
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().expect("kill").success());
    let rest: Vec<String> = out.lines().map(|line| line.expect("text")).collect();
    assert_eq!(child.wait().expect("its end").code(), Some(130));
    let end: Value = serde_json::from_str(rest.last().expect("lines")).expect("JSON");
    let steps = end["final"]["step"].as_u64().expect("a step");
    assert_eq!(losses(&parsed(&place.text("m.jsonl"))).len() as u64, steps);
    assert_eq!(place.load("w.safetensors").len(), 6);
}
