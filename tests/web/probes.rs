//! What is inside, for scripts and for the eye: probes of every preset, and the table of numbers.

use std::time::Duration;

use minibatch_session::PRESETS;
use serde_json::json;

use crate::site::{Site, index};

const SOON: Duration = Duration::from_secs(60);

/// What is wrong with the probes, in words; and the kinds there are.
const LOOK: &str = "minibatch.call('probes').then(p => {
    const wrong = [], size = shape => shape.reduce((n, d) => n * d, 1);
    const check = (what, shape, values) => {
        if (!(values instanceof Float32Array)) wrong.push(what + ' is no Float32Array');
        else if (values.length != size(shape)) wrong.push(`${what} has ${values.length} values for ${shape}`);
        else if (!values.every(Number.isFinite)) wrong.push(what + ' is not finite');
    };
    p.inside.forEach(x => check(x.path + ' ' + x.kind, x.shape, x.values));
    p.parameters.forEach(x => { check(x.name, x.shape, x.values); check(x.name + ' gradient', x.shape, x.gradient); });
    if (!p.parameters.length) wrong.push('no parameters');
    if (!p.parameters.some(x => x.gradient.some(g => g != 0))) wrong.push('no gradient');
    return [wrong, [...new Set(p.inside.map(x => x.kind))]]; })";

/// Breaks where a preset has no probes, or a family not its own.
#[test]
fn every_preset_gives_its_probes_as_typed_arrays_with_shapes() {
    let site = Site::open(&index("cpu"), false);
    for preset in PRESETS {
        site.call("load", json!(preset.name));
        site.call("step", json!({ "n": 1 }));
        let (wrong, kinds): (Vec<String>, Vec<String>) = site.page.eval(LOOK).unwrap();
        assert!(wrong.is_empty(), "{}: {}", preset.name, wrong.join("; "));
        let own: &[&str] = match preset.name {
            "r1" | "r2" | "r3" | "sine" | "adding" | "parity" => &["states", "gates"],
            "a1" | "a3" | "a4" | "language" | "brackets" | "reversal" | "sorting" => &["attention"],
            _ => &["output"],
        };
        for kind in own.iter().chain(&["input", "answer"]) {
            assert!(kinds.iter().any(|k| k == kind), "{} has no {kind}, only {kinds:?}", preset.name);
        }
    }
    site.quiet();
}

/// Breaks where the plane has no numbers, or the last step is not told of.
#[test]
fn the_numbers_of_a_network_over_the_plane_tell_of_the_last_step() {
    let site = Site::open(&format!("{}#v=1&preset=spiral", index("cpu")), false);
    site.page.eval::<bool>("document.querySelector('[data-testid=plane-numbers]').click(), true").unwrap();
    let moved = "[...document.querySelectorAll('.numbers .moved')].map(m => m.textContent)";
    site.page.wait_for(&format!("({moved}).length == 8"), SOON).unwrap();
    let before: Vec<String> = site.page.eval(moved).unwrap();
    assert!(before.iter().all(|m| m == "–"), "before the first step: {before:?}");
    site.call("step", json!({ "n": 3 }));
    site.page.wait_for(&format!("({moved}).every(m => parseFloat(m) > 0 && m.endsWith('%'))"), SOON).unwrap();
    let rows = "document.querySelectorAll('.numbers-row').length";
    assert_eq!(site.page.eval::<usize>(rows).unwrap(), 8 + 4, "eight parameters and four layers");
    site.page.eval::<bool>("document.querySelector('[data-testid=plane-numbers]').click(), true").unwrap();
    site.page.wait_for("document.querySelector('[data-testid=network]')", SOON).unwrap();
    site.quiet();
}
