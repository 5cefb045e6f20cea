//! The bench page computes what the peers compute.

use std::time::Duration;

use minibatch_tests::bits::{STEPS, here, trained};
use minibatch_tests::browser::{Browser, BrowserOptions};
use minibatch_tests::server;
use serde_json::Value;

/// Workload and its first loss on jax-js 0.1.25; see docs/benchmarks.md.
const FIRST: [(&str, f64); 5] = [
    ("mlp-2d", 0.349_988),
    ("mlp-mnist", 2.333_878),
    ("cnn-28", 2.306_692),
    ("lstm-seed", 1.933_151),
    ("gpt-nano", 4.306_083),
];

#[test]
fn the_first_loss_is_the_peers_on_both_backends() {
    let server = server::serve(server::dist());
    let browser = Browser::launch(BrowserOptions::default()).unwrap();
    for (workload, first) in FIRST {
        for backend in ["webgpu", "cpu"] {
            let path = format!("/bench.html?workload={workload}&backend={backend}&seconds=0.5");
            let page = browser.page(&server.url(&path)).unwrap();
            page.wait_for("window.result", Duration::from_secs(120)).unwrap();
            let result: Value = page.eval("window.result").unwrap();
            assert_eq!(result["ok"], true, "{result}");
            let got = result["first"].as_f64().unwrap();
            assert!((got - first).abs() <= 1e-4, "{workload} on {backend}: first {got}, the peers' {first}");
            assert!(result["loss"].as_f64().unwrap() < got, "it trains: {result}");
        }
    }
}

/// The address that computes the bits of everything.
pub fn bits_path() -> String {
    format!("/bench.html?bits={}&steps={STEPS}", trained().join(","))
}

/// Which bits differ from those computed natively, in what a browser found at [`bits_path`].
pub fn differing(result: &Value) -> Vec<String> {
    let all = trained().into_iter().map(|name| (name, here(name, STEPS)));
    let differ = all.filter(|(name, native)| result["bits"][name] != native.as_str());
    differ.map(|(name, native)| format!("{name}: {native} natively, {}", result["bits"][name])).collect()
}

/// Breaks where the CPU backend computes something in the browser in another order than natively, or by another library.
#[test]
fn the_bits_are_the_same_as_natively() {
    let server = server::serve(server::dist());
    let browser = Browser::launch(BrowserOptions { webgpu: false }).unwrap();
    let page = browser.page(&server.url(&bits_path())).unwrap();
    page.wait_for("window.result", Duration::from_secs(240)).unwrap();
    let differ = differing(&page.eval("window.result").unwrap());
    assert!(differ.is_empty(), "{differ:#?}");
}

#[test]
fn an_unknown_workload_is_refused_by_name() {
    let server = server::serve(server::dist());
    let browser = Browser::launch(BrowserOptions::default()).unwrap();
    let page = browser.page(&server.url("/bench.html?workload=juggling&backend=cpu")).unwrap();
    page.wait_for("window.result", Duration::from_secs(60)).unwrap();
    let error: String = page.eval("window.result.error").unwrap();
    assert!(error.contains("juggling") && error.contains("mlp-2d"), "{error}");
}
