//! What is given from outside is used or named: addresses, calls, files of experiments.

use std::time::Duration;

use serde_json::{Value, json};

use crate::site::{Site, index};

const SOON: Duration = Duration::from_secs(20);

fn notice(site: &Site) -> String {
    site.page.wait_for_element("[data-testid=notice]", SOON).unwrap();
    site.page.text("[data-testid=notice]").unwrap()
}

/// Opens another hash and waits until what it holds is built, and until the page has written its own address, which it does a
/// while after a load: a hash that comes in between is written over.
fn open(site: &Site, hash: &str) {
    let hash = json!(hash);
    site.page.run(&format!("location.hash = {hash}; new Promise(r => setTimeout(r, 600))")).unwrap();
    site.page.wait_for("minibatch.call('state').then(s => s.loaded)", SOON).unwrap();
}

#[test]
fn addresses_are_read_as_they_were_meant_or_named() {
    let site = Site::open("/index.html?v=1&amp;data=xor&amp;Backend=cpu&amp;lr=0.25", true);
    let e = site.experiment();
    assert_eq!((e.data.kind.id(), e.training.learning_rate), ("xor", 0.25));
    assert_eq!(site.call("metrics", json!({}))["backend"], "cpu");
    let gone = "!document.querySelector('[data-testid=notice]')";
    site.page.wait_for(gone, SOON).unwrap();
    let meant = [
        "v=1&amp;data=spiral&amp;lr=0.5",
        "v%3D1%26data%3Dspiral%26lr%3D0.5",
        "V=1&Data=SPIRAL&LR=0.5).",
        "v=1&data=spi\u{200b}ral&lr=0.5",
    ];
    for hash in meant {
        open(&site, "v=1&data=gauss");
        open(&site, hash);
        let read = "minibatch.call('state').then(s => s.loaded && s.experiment.data.kind == 'spiral' && s.experiment.training.learning_rate == 0.5)";
        site.page.wait_for(read, SOON).unwrap_or_else(|e| panic!("{hash}: {e}"));
        site.page.wait_for(gone, SOON).unwrap();
    }
    for (hash, part) in
        [("v=1&dta=spiral", "did you mean data?"), ("v=1&momentum=0.5", "sgd does not read it")]
    {
        open(&site, hash);
        let told = notice(&site);
        assert!(told.contains(part), "{hash}: {told}");
    }
    // What is valid as text and refused as an experiment is named, and there is a network.
    let refused = |samples: Value| {
        let model = json!({ "model": { "input": { "shape": [784] }, "layers": [{ "layer": "linear", "units": 2 }],
            "samples": samples }, "loss": "cross-entropy" });
        format!("v=1&model={}&seed=3", model.to_string().replace('+', "%2B"))
    };
    let row = vec![0.5; 783];
    let table = json!({ "kind": "table", "inputs": [row.into_iter().chain([1e39]).collect::<Vec<f64>>()], "targets": [0] });
    for (samples, part) in [
        (json!({ "kind": "random", "train": 1_000_000, "test": 0 }), "fit"),
        (table, "model.samples.inputs[0][783] is 1e39"),
    ] {
        open(&site, &refused(samples));
        let told = notice(&site);
        assert!(told.contains(part), "{told}");
        assert!(site.experiment().model.is_none(), "what stood in its place is shown");
        site.call("step", json!({ "n": 1 }));
    }
    // What no worker has memory for is refused with both figures, before any of it is taken.
    let large = json!({ "experiment": { "loss": "cross-entropy", "model": { "input": { "shape": [8192] },
        "layers": [{ "layer": "linear", "units": 16_384 }, { "layer": "linear", "units": 2 }],
        "samples": { "kind": "random", "train": 10, "test": 0 } } } });
    let told = site.refused("load", large);
    assert!(told.contains("of memory") && told.contains("are left"), "{told}");
    assert!(site.page.eval::<bool>("workers.length == 1").unwrap(), "the worker has not fallen");
    site.call("step", json!({ "n": 1 }));
    // A notice stays within the page, however long the value.
    open(&site, &format!("networkShape={}", vec!["5"; 300].join(",")));
    notice(&site);
    let wide: f64 = site.page.eval("document.documentElement.scrollWidth - innerWidth").unwrap();
    assert!(wide <= 0.0, "the page is {wide} px wider than the window");
}

#[test]
fn nonsense_in_calls_is_refused_and_every_promise_settles() {
    let site = Site::open(&index("cpu"), true);
    let wrong = [
        "'step', {n: NaN}",
        "'step', {n: Infinity}",
        "'step', {n: -Infinity}",
        "'step', {m: 3}",
        "'step', {}",
        "'step', {n: null}",
        "'step', {n: 2.5}",
        "'step', {n: -1}",
        "'step', {n: 10n}",
        "'step', NaN",
        "'step', () => 3",
        "'step', Symbol()",
        "'step', {n: () => 3}",
        "'step', {n: Symbol()}",
        "'step', {n: {valueOf() { throw 1; }}}",
        "'step', {get n() { throw new Error('no'); }}",
        "'step', new Proxy({}, {ownKeys() { throw 1; }})",
        "'speed', {steps_per_second: NaN}",
        "'speed', NaN",
        "'speed', {fast: true}",
        "'load', {experiment: {dta: {kind: 'spiral'}}}",
        "'load', {experiment: []}",
        "'load', {experiment: {training: {learning_rate: NaN}}}",
        "'load', {experiment: {training: {learning_rate: () => 1}}}",
        "'load', (() => { const e = {}; e.experiment = e; return e; })()",
        "'load', new Map([['preset', 'xor']])",
        "'load', {preset: 'xor', experiment: {}}",
        "'load'",
        "'set', {'training.learning_rate': NaN}",
        "'set', {'training.lerning_rate': 1}",
        "'set', {'training.learning_rate': 10n}",
        "'set', []",
        "'set', {[Symbol()]: 1}",
        "'predict', {points: [[1, NaN]]}",
        "'predict', {points: [[1]]}",
        "'predict', {points: 3}",
        "'predict', {points: [, [1, 2]]}",
        "'play', {n: 3}",
        "'pause', () => 1",
        "'state', {all: true}",
        "Symbol(), {}",
        "{}, {}",
        "undefined",
    ];
    let before = site.experiment();
    let calls: Vec<String> = wrong.iter().map(|call| format!("told(() => minibatch.call({call}))")).collect();
    let script = format!(
        "(async () => {{ const late = new Promise(r => setTimeout(r, 5000, 'never settled'));
            const told = f => {{ try {{ return Promise.race([f().then(() => 'kept', e => 'Error: ' + e.message), late]); }}
                catch (e) {{ return 'thrown: ' + e; }} }};
            return JSON.stringify(await Promise.all([{}])); }})()",
        calls.join(", ")
    );
    let told: String = site.page.eval(&script).unwrap();
    let told: Vec<String> = serde_json::from_str(&told).unwrap();
    for (call, told) in wrong.iter().zip(&told) {
        assert!(told.starts_with("Error: ") && told.len() > 15, "call({call}): {told}");
    }
    assert!(told[20].contains("did you mean data?"), "{}", told[20]);
    assert_eq!(site.experiment(), before);
    assert_eq!(site.metric("step"), 0.0, "nothing was trained");

    // What is null today can be set, and what plays no part is said.
    site.call("load", json!("parity"));
    site.call("set", json!({ "training.clip_norm": 1 }));
    assert_eq!(site.experiment().training.clip_norm, Some(1.0));
    site.call("load", json!({ "experiment": { "data": { "points": [] }, "training": { "optimizer": { "momentum": 0.5 } } } }));
    let told = notice(&site);
    assert!(told.contains("training.optimizer.momentum is not used"), "{told}");
    site.call("set", json!({ "data.noise": 0.2 }));
    assert!(site.page.text("html > body").unwrap().contains("0.2%"), "as it was set");

    // A pause or a reset does not make an unfinished step a finished one.
    assert_eq!(site.call("step", json!({ "n": 3 })), json!({ "done": true, "step": 3 }));
    for end in ["pause", "reset"] {
        let script = format!(
            "(async () => {{ const step = minibatch.call('step', {{n: 1000000}}); await new Promise(r => setTimeout(r, 200));
                await minibatch.call('{end}'); const told = await step; const now = await minibatch.call('metrics');
                return {{told, now: now.step}}; }})()"
        );
        let answer: Value = site.page.eval(&script).unwrap();
        assert_eq!(answer["told"]["done"], false, "{end}: {answer}");
        if end == "pause" {
            assert_eq!(answer["told"]["step"], answer["now"], "the step told is the one it stands at");
            assert!(answer["now"].as_f64().unwrap() < 1e6);
        }
    }
}

#[test]
fn a_divergence_has_its_cause_and_the_mend_of_that_cause() {
    let site = Site::open(&index("cpu"), true);
    let plane =
        |training: Value| json!({ "experiment": { "data": { "kind": "plane" }, "training": training } });
    let cases = [
        (json!({ "learning_rate": 0.3, "l2": 10 }), "10 (L2) times 0.3", "L2 0.1"),
        (
            json!({ "learning_rate": 0.3, "l2": 10, "optimizer": { "kind": "adam-w" } }),
            "10 (weight decay) times 0.3",
            "weight decay 0.1",
        ),
        (json!({ "optimizer": { "kind": "adam", "eps": 0 } }), "epsilon is 0", "Epsilon 1e-8"),
    ];
    for (training, cause, mend) in cases {
        let mut load = plane(training);
        if mend.starts_with("Epsilon") {
            // Units that are all alike have no gradient at first.
            load["experiment"]["hidden"] = json!([{ "units": 2, "activation": "relu", "init": "zeros" }]);
        }
        site.call("load", load);
        site.page.click("play").unwrap();
        let told = notice(&site);
        assert!(told.contains(cause), "{told}");
        let label = site.page.text("mend").unwrap();
        assert!(label.contains(mend), "{label}");
        site.page.click("mend").unwrap();
        site.page.wait_for("!document.querySelector('[data-testid=notice]')", SOON).unwrap();
        site.page.wait_for("minibatch.call('state').then(s => s.loaded)", SOON).unwrap();
        let told = site.call("step", json!({ "n": 200 }));
        assert_eq!(told["done"], true, "it goes on");
    }
    // Targets too large for any loss are refused before the first step, not blamed on the rate.
    let own = json!({ "experiment": { "data": { "kind": "own", "own_regression": true,
        "points": [{ "x": 0, "y": 1, "label": 1e30 }, { "x": 1, "y": 0, "label": -1e30 }, { "x": 1, "y": 1, "label": 0 }] } } });
    let told = site.refused("load", own);
    assert!(told.contains("1e30") && told.contains("divide"), "{told}");
}
