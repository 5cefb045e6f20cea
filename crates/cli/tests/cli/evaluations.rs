//! What is told of losses and accuracies, and how the record of a divergence ends.

#![allow(clippy::disallowed_methods, reason = "the right answer, from elsewhere")]

use serde_json::Value;

use crate::support::{Place, losses, parsed};

const LINEAR: &str = r#"{
    "model": {"input": {"shape": [4]}, "layers": [{"layer": "linear", "units": 2}], "samples": {"kind": "random", "train": 4, "test": 4}},
    "loss": "cross-entropy", "training": {"learning_rate": 0.5, "batch_size": 50}}"#;

/// A number within -1 and 1 that looks drawn.
fn noise(i: usize) -> f32 {
    ((i as f64 * 12.9898).sin() * 43_758.547).fract() as f32
}

/// Breaks where only the first 512 test samples are looked at, or the last 512 to train on.
#[test]
fn losses_are_of_all_samples() {
    let place = Place::new("all");
    place.write("e.json", LINEAR);
    let (train, test) = (1100, 2000);
    let x: Vec<f32> = (0..4 * (train + test)).map(noise).collect();
    let class = |row: usize| {
        let yes = x[4 * row] > 0.0;
        f32::from(u8::from(yes != (row >= train + 512)))
    };
    let y: Vec<f32> = (0..train + test).map(class).collect();
    let (a, b) = (4 * train, train);
    place.tensors(
        "d.safetensors",
        &[
            ("train_inputs", &[train, 4], &x[..a]),
            ("train_targets", &[train], &y[..b]),
            ("test_inputs", &[test, 4], &x[a..]),
            ("test_targets", &[test], &y[b..]),
        ],
    );
    place.tensors("x.safetensors", &[("inputs", &[test, 4], &x[a..])]);
    let lines = place.lines(
        "train e.json --data d.safetensors --steps 100 --json --backend cpu --save w.safetensors --save-best b.safetensors",
    );
    place.done(
        "predict e.json --weights w.safetensors --input x.safetensors --output y.safetensors --backend cpu",
    );
    let answers = &place.load("y.safetensors")[0].2;
    let (mut loss, mut right) = (0.0, 0);
    for (z, &class) in answers.chunks(2).zip(&y[b..]) {
        let [z0, z1] = [z[0], z[1]].map(f64::from);
        let wanted = if class > 0.5 { z1 } else { z0 };
        loss += (z0.exp() + z1.exp()).ln() - wanted;
        right += usize::from((z1 > z0) == (class > 0.5));
    }
    let last = &lines.last().expect("lines")["final"];
    let near = |name: &str, wanted: f64| {
        let got = last[name].as_f64().unwrap_or_else(|| panic!("{name} in {last}"));
        assert!((got - wanted).abs() < 1e-4 * (1.0 + wanted), "{name} is {got}, not {wanted}");
    };
    near("test_loss", loss / test as f64);
    near("test_accuracy", right as f64 / test as f64);
    let counted: u64 = last["confusion"].as_array().expect("counts").iter().filter_map(Value::as_u64).sum();
    assert_eq!(counted, test as u64);
    // The best is of the same evaluations as the lines.
    let told: Vec<f64> = lines.iter().filter_map(|l| l["test_loss"].as_f64()).collect();
    let least = told.iter().copied().fold(last["test_loss"].as_f64().expect("a loss"), f64::min);
    assert_eq!(last["best"]["loss"].as_f64(), Some(least), "{told:?}");
    let again =
        place.lines("train e.json --data d.safetensors --init b.safetensors --steps 1 --json --backend cpu");
    assert_eq!(again[0]["test_loss"].as_f64(), Some(least));
}

/// Breaks where an evaluation of another step stands in a line as if it were of this one, and where a number is a row of digits.
#[test]
fn plain_lines_say_of_which_step_they_tell() {
    let place = Place::new("plain-steps");
    place.write("e.json", LINEAR);
    let out = place.done("train e.json --steps 40 --backend cpu");
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines[0].starts_with("step 0 of 40  train loss"), "{out}");
    let evaluated = |line: &str| line.contains("train loss");
    let told: Vec<&&str> = lines.iter().filter(|l| l.starts_with("step ") && evaluated(l)).collect();
    assert!(told.len() > 10, "{out}");
    // Steps 1, 2, 4, 8 ... and 10, 20, 30 are evaluated; step 38 is not.
    let at = |step: u32| lines.iter().find(|l| l.starts_with(&format!("step {step} of"))).expect("a line");
    assert!(at(38).contains("at step 32: train loss") || at(38).contains("at step 30: train loss"), "{out}");
    assert!(!at(40).contains("at step"), "{out}");
    let wild =
        LINEAR.replace("0.5", "3").replace("cross-entropy", "mse").replace("\"units\": 2", "\"units\": 1");
    place.write("wild.json", &wild);
    let ended = place.run("train wild.json --steps 30 --backend cpu");
    let longest = ended.out.split_whitespace().map(str::len).max();
    assert!(longest < Some(20), "{}", ended.out);
    assert!(ended.out.contains("e1") || ended.out.contains("e2"), "it never grew: {}", ended.out);
}

#[test]
fn a_side_without_samples_says_so() {
    let place = Place::new("no-tests");
    place.write("e.json", LINEAR.replace("\"test\": 4", "\"test\": 0"));
    let out = place.done("train e.json --steps 3 --backend cpu");
    assert!(out.contains("no test samples") && !out.contains("NaN"), "{out}");
    for line in place.lines("train e.json --steps 3 --backend cpu --json") {
        let fields = line.get("final").unwrap_or(&line);
        assert!(fields.get("test_loss").is_none() && fields.get("test_accuracy").is_none(), "{line}");
    }
}

/// The learning rate grows until the loss leaves the numbers.
const DIVERGES: &str = r#"{
    "data": {"kind": "plane"}, "hidden": [{"units": 8, "activation": "linear"}, {"units": 8, "activation": "linear"}],
    "training": {"learning_rate": 3, "schedule": {"kind": "constant", "warmup": 10000}}}"#;

/// Breaks where the record of a run ends with a sound line, though its last step left the numbers.
#[test]
fn the_record_of_a_divergence_at_the_end_says_so() {
    let place = Place::new("diverged-last");
    place.write("e.json", DIVERGES);
    let ended = place.run("train e.json --steps 20000 --backend cpu --metrics m.jsonl");
    assert_eq!(ended.code, 1, "{}", ended.err);
    let whole = parsed(&place.text("m.jsonl"));
    let at = whole.last().expect("lines")["step"].as_u64().expect("a step");
    // The step before had a loss; what it made of the weights is what is wrong.
    let ended = place.run(&format!("train e.json --steps {} --backend cpu --metrics m.jsonl", at - 1));
    assert_eq!(ended.code, 1, "{} {}", ended.out, ended.err);
    let lines = parsed(&place.text("m.jsonl"));
    assert_eq!(lines.last().and_then(|l| l.get("loss")), Some(&Value::Null), "{:?}", lines.last());
    assert_eq!(losses(&lines).len() as u64, at - 1, "every loss is there");
}
