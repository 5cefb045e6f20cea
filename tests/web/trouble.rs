//! What can go wrong, and that the page says so and loses nothing.

use std::time::Duration;

use minibatch_tests::server;
use serde_json::json;

use crate::site::{READY, Site, index};

const SOON: Duration = Duration::from_secs(20);

/// What the page tells the learner.
fn notice(site: &Site) -> String {
    site.page.wait_for_element("[data-testid=notice]", SOON).unwrap();
    site.page.text("[data-testid=notice]").unwrap()
}

#[test]
fn a_wrong_hash_is_named_and_the_rest_of_it_applies() {
    let site = Site::open("/index.html?backend=cpu#v=1&data=spirral&lr=0.3&nonsense=7", true);
    let told = notice(&site);
    assert!(told.contains("spirral"), "the wrong value is named: {told}");
    assert!(
        told.contains("nonsense") && told.contains("did you mean spiral?"),
        "so is an unknown key: {told}"
    );
    assert!((site.experiment().training.learning_rate - 0.3).abs() < 1e-6);
    site.call("step", json!({ "n": 2 }));
}

#[test]
fn a_wrong_csv_is_named_by_line_and_value_and_nothing_is_lost() {
    let site = Site::open(&index("cpu"), true);
    site.call("load", json!({ "experiment": { "data": { "kind": "own", "points": [
        { "x": 1, "y": 1, "label": 0 }, { "x": -1, "y": 1, "label": 1 }, { "x": 2, "y": 0, "label": 0 } ] } } }));
    site.call("step", json!({ "n": 3 }));
    site.page.click("import").unwrap();
    site.page.fill("#import-text", "x,y,label\n1,2,0\n3,abc,1\n").unwrap();
    site.page.click("import-take").unwrap();
    site.page.wait_for("document.body.innerText.includes('abc')", SOON).unwrap();
    let told = site.page.text("import-error").unwrap();
    assert!(told.contains("line 3") && told.contains("abc"), "{told}");
    assert_eq!(site.experiment().data.points.len(), 3, "the points are still there");
    assert_eq!(site.metric("step"), 3.0, "the run is still there");
    site.page.fill("#import-text", "1,2,0\n3,1,1\n2,2,0\n-1,-2,1\n").unwrap();
    site.page.click("import-take").unwrap();
    site.page
        .wait_for("minibatch.call('state').then(s => s.experiment.data.points.length == 4)", SOON)
        .unwrap();
}

#[test]
fn a_divergence_is_named_and_offers_the_way_back() {
    for backend in ["webgpu", "cpu"] {
        let site = Site::open(&index(backend), true);
        site.call("load", json!("plane"));
        site.call("step", json!({ "n": 40 }));
        let before = site.metric("train_loss");
        site.call("set", json!({ "training.learning_rate": 90 }));
        site.page.click("play").unwrap();
        let told = notice(&site);
        assert!(told.to_lowercase().contains("learning rate") || told.contains("90"), "{told}");
        site.page.click("recover-slower").unwrap();
        site.page.wait_for("!document.querySelector('[data-testid=notice]')", SOON).unwrap();
        assert!((site.experiment().training.learning_rate - 9.0).abs() < 1e-3, "a tenth of 90");
        site.call("set", json!({ "training.learning_rate": 0.01 }));
        site.call("step", json!({ "n": 1 }));
        let after = site.metric("train_loss");
        assert!(after <= 100.0 * before + 1.0, "{backend}: loss {before} before, {after} after");
    }
}

#[test]
fn a_lost_device_is_said_and_the_page_starts_again() {
    let site = Site::open(&index("webgpu"), true);
    site.page.click("play").unwrap();
    site.page.wait_for("minibatch.call('metrics').then(m => m.step > 5)", READY).unwrap();
    site.page.run("workers.at(-1).postMessage(JSON.stringify({do: 'lose-device'}))").unwrap();
    let told = notice(&site);
    assert!(told.to_lowercase().contains("gpu") || told.to_lowercase().contains("device"), "{told}");
    site.page.click("restart").unwrap();
    site.page.wait_for("!document.querySelector('[data-testid=notice]')", READY).unwrap();
    site.call("step", json!({ "n": 3 }));
    assert_eq!(site.metric("step"), 3.0);
}

/// Breaks where it fails without WebGPU, or gives the engine's own long reason, or another than the true one.
#[test]
fn without_webgpu_it_runs_on_the_cpu_and_says_why() {
    for path in ["/index.html#v=1&preset=digits", "/index.html?backend=webgpu#v=1&preset=xor"] {
        let site = Site::open(path, false);
        assert_eq!(site.call("metrics", json!({}))["backend"], "cpu", "{path}");
        assert_eq!(site.page.text("backend").unwrap(), "CPU · this browser offers no WebGPU", "{path}");
        site.call("step", json!({ "n": 1 }));
    }
}

#[test]
fn a_worker_that_fails_to_start_is_said() {
    for missing in ["worker.js", "minibatch-worker.js", "minibatch-worker_bg.wasm"] {
        let site = Site::open_early("/index.html", true, server::dist().without(&server::named(missing)));
        let told = notice(&site);
        assert!(told.len() > 30 && site.page.text("restart").is_ok(), "{missing}: {told}");
    }
}

#[test]
fn a_page_whose_files_are_missing_says_so() {
    for missing in
        [&["boot.js", "start.js"][..], &["boot.js"], &["minibatch-web_bg.wasm"], &["minibatch-web.js"]]
    {
        let all = missing.iter().fold(server::dist(), |site, file| site.without(&server::named(file)));
        let site = Site::open_early("/embed.html", true, all);
        // Where only the theme's script is missing the page comes all the same.
        let late = "document.body.innerText.includes('could not be loaded') || !!window.minibatch";
        site.page.wait_for(late, SOON).unwrap_or_else(|error| panic!("{missing:?}: {error}"));
    }
}

#[test]
fn nonsense_from_outside_is_refused_by_name() {
    let site = Site::open(&index("cpu"), true);
    assert!(site.refused("dance", json!({})).contains("dance"));
    assert!(site.refused("load", json!("spirale")).contains("spirale"));
    assert!(site.refused("set", json!({ "training.lerning_rate": 1 })).contains("lerning_rate"));
    assert!(site.refused("set", json!({ "training.learning_rate": -1 })).contains("learning rate"));
    assert!(site.refused("step", json!({ "n": -4 })).contains("-4"));
    assert!(site.refused("load", json!({ "experiment": { "hidden": [{ "units": 900 }] } })).contains("900"));
    site.call("step", json!({ "n": 1 }));
    assert_eq!(site.metric("step"), 1.0, "the experiment is as it was");
}
