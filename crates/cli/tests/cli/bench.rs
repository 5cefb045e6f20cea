//! The workloads that other libraries are measured on.

use crate::support::Place;

#[test]
fn a_workload_is_measured_on_both_backends() {
    let place = Place::new("bench");
    let lines = place.lines("bench --workload mlp-2d --seconds 0.2 --json");
    let backends: Vec<&str> = lines.iter().filter_map(|l| l["backend"].as_str()).collect();
    assert_eq!(backends, ["gpu", "cpu"]);
    for line in &lines {
        assert!(line["ms"].as_f64().is_some_and(|ms| ms > 0.0), "{line}");
        // What every peer computes in the first step.
        assert!((line["first"].as_f64().expect("a loss") - 0.349_988).abs() < 1e-4, "{line}");
    }
    let table = place.done("bench --workload mlp-2d --seconds 0.2 --backend cpu");
    assert_eq!(table.lines().count(), 2, "{table}");
}

#[test]
fn a_step_is_timed_against_what_is_doubled() {
    let place = Place::new("bench-scale");
    let lines = place.lines("bench --scale length --seconds 0 --backend cpu --json");
    let sizes: Vec<(&str, u64)> = lines.iter().map(size).collect();
    let of = |model, first: u64| (0..6).map(move |doublings| (model, first << doublings));
    assert_eq!(sizes, of("lstm", 4).chain(of("transformer", 16)).collect::<Vec<_>>());
    for pair in lines.windows(2).filter(|pair| size(&pair[0]).0 == size(&pair[1]).0) {
        let flop = |line: &serde_json::Value| line["flop"].as_f64().expect("a count");
        assert!(flop(&pair[1]) > 1.5 * flop(&pair[0]), "{pair:?}");
    }
}

fn size(line: &serde_json::Value) -> (&str, u64) {
    (line["model"].as_str().expect("a network"), line["size"].as_u64().expect("a size"))
}
