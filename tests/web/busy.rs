//! What takes long is said, and can be broken off: a build and a step, on either backend.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::site::{READY, Site, index};

const SOON: Duration = Duration::from_secs(20);

fn wait(site: &Site, condition: &str) {
    site.page.wait_for(condition, SOON).unwrap();
}

/// Self-attention over so many tokens of so many samples: on software, seconds a step.
fn heavy(tokens: usize, samples: usize) -> serde_json::Value {
    json!({ "experiment": {
        "model": { "input": { "shape": [tokens], "tokens": 8 }, "layers": [
            { "layer": "embedding", "vocabulary": 8, "units": 64 }, { "layer": "self-attention", "heads": 1 },
            { "layer": "flatten" }, { "layer": "linear", "units": 2 } ],
            "samples": { "kind": "random", "train": samples, "test": 0 } },
        "loss": "cross-entropy", "training": { "batch_size": samples } } })
}

/// Waits until something is said to take long, breaks it off by another preset or by the button, and sees that what comes in
/// its place trains within so many seconds.
fn break_off(site: &Site, way: &str, seconds: u64) {
    wait(site, "document.querySelector('[data-testid=busy]')");
    let begun = Instant::now();
    if way == "preset" {
        site.call("load", json!("xor"));
    } else {
        site.page.click("break-off").unwrap();
        wait(site, "minibatch.call('state').then(s => s.loaded)");
    }
    site.call("step", json!({ "n": 1 }));
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(seconds), "{way}: {took:?}, where {seconds} s are allowed");
    assert_eq!(site.metric("step"), 1.0);
    assert!(site.experiment().model.is_none(), "{way}");
    assert!(!site.page.eval::<bool>("!!document.querySelector('[data-testid=busy]')").unwrap());
}

#[test]
fn a_long_build_is_broken_off() {
    // A launch that a GPU has begun it ends, whoever asked for it and is gone: there many short ones take the long, or the
    // test would measure how long one of SwiftShader's lasts (13 s for 4,096 tokens) and not what breaking off does. Not
    // broken off, either takes 30 s and more.
    for (backend, tokens, samples, seconds) in [("cpu", 4096, 16, 6), ("webgpu", 1024, 64, 16)] {
        let site = Site::open(&index(backend), true);
        site.call("load", json!("gauss"));
        for way in ["preset", "stop"] {
            site.page.run(&format!("window.heavy = minibatch.call('load', {}).catch(e => e.message); minibatch.call('play'); 0", heavy(tokens, samples))).unwrap();
            break_off(&site, way, seconds);
        }
    }
}

/// A step is what a worker is in the middle of, with nothing to hear it by; a paused network that can be built may still take
/// so long to train.
#[test]
fn a_long_step_is_broken_off() {
    for (backend, tokens, samples, seconds) in [("cpu", 4096, 6, 6), ("webgpu", 512, 4, 16)] {
        let site = Site::open(&index(backend), true);
        site.page
            .eval_within::<bool>(
                &format!("minibatch.call('load', {}).then(() => true)", heavy(tokens, samples)),
                READY,
            )
            .unwrap();
        site.page.run("window.heavy = minibatch.call('step', { n: 40 }).catch(e => e.message); 0").unwrap();
        break_off(&site, "preset", seconds);
        let said: String = site.page.eval("window.heavy").unwrap();
        assert!(said.contains("another experiment"), "{backend}: who waited for the step is told: {said}");
    }
}
