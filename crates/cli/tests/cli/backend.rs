//! Where it trains, and that it says why.

use crate::support::{Ended, Place};

/// 400,000 samples of 84 numbers: 134.4 MB, a little more than the 128 MiB that WebGPU grants everywhere.
const MANY: &str = r#"{"model": {"input": {"shape": [84]}, "layers": [{"layer": "linear", "units": 10}],
    "samples": {"kind": "random", "train": 400000, "test": 0}}, "loss": "cross-entropy", "training": {"batch_size": 1024}}"#;

fn backend(ended: &Ended) -> String {
    assert_eq!(ended.code, 0, "{}", ended.err);
    let last = ended.out.lines().last().expect("a line");
    let last: serde_json::Value = serde_json::from_str(last).expect("JSON");
    last["final"]["backend"].as_str().expect("a backend").to_owned()
}

/// Breaks where the rule is not asked, or does not say why.
#[test]
fn the_backend_is_the_rules_and_the_reason_is_said() {
    let place = Place::new("rule");
    let small = place.run("train xor --steps 2 --json");
    assert_eq!((backend(&small).as_str(), small.err.lines().count()), ("cpu", 1), "{}", small.err);
    assert!(small.err.starts_with("note: on the CPU: a network this small"), "{}", small.err);

    let adapters = place.lines("adapters --json");
    let card = adapters.iter().any(|a| a["used"] == true);
    let large = place.run("train digits --steps 1 --json");
    assert_eq!(backend(&large), if card { "gpu" } else { "cpu" });
    assert_eq!(large.err.contains("the only GPU here is software"), !card, "{}", large.err);

    let chosen = place.run("train xor --steps 2 --json --backend cpu");
    assert_eq!((backend(&chosen).as_str(), chosen.err.as_str()), ("cpu", ""), "a choice needs no reason");
    assert_eq!(backend(&place.run("train xor --steps 2 --json --backend gpu")), "gpu");
}

/// Breaks where samples past what a buffer holds are told in the engine's own words, or end without the way out.
#[test]
fn samples_that_no_buffer_of_the_gpu_holds_train_on_the_cpu_or_are_named() {
    let place = Place::new("too-large");
    place.write("many.json", MANY);
    let words = "train many.json --steps 1 --json";
    let unasked = place.run(words);
    let card = place.lines("adapters --json").iter().any(|a| a["used"] == true);
    assert_eq!(backend(&unasked), if card { "gpu" } else { "cpu" });
    let asked = place.run(&format!("{words} --backend gpu"));
    if asked.code == 0 {
        assert_eq!(backend(&asked), "gpu");
    } else {
        let lines: Vec<&str> = asked.err.lines().collect();
        let [line] = lines[..] else { panic!("one line: {}", asked.err) };
        for part in ["error: the samples take 134.4 MB", "a buffer of this GPU holds", "`--backend cpu`"] {
            assert!(line.contains(part), "{line}");
        }
    }
}
