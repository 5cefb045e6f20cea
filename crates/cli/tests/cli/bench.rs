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
