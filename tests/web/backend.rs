//! Where the page trains: by the rule, by the address, by the learner's choice; and that WebGPU takes every image model.

use std::time::Duration;

use minibatch_session::{Area, Experiment, PRESETS, SampleSource, preset};
use serde_json::{Value, json};

use crate::site::{Site, index};

const SOON: Duration = Duration::from_secs(60);

fn backend(site: &Site) -> String {
    site.call("metrics", json!({}))["backend"].as_str().unwrap_or_default().to_owned()
}

/// What the foot says, checked to be short and plain.
fn said(site: &Site) -> String {
    let said = site.page.text("backend").unwrap();
    assert!(said.len() < 90 && !said.contains("wgpu") && !said.contains("compiled"), "{said}");
    said
}

/// Breaks where the backend is whatever there is, where the foot does not say why, where the choice has no keyboard path,
/// loses the run, or is forgotten when the page is opened anew.
#[test]
fn the_rule_decides_until_somebody_chooses_and_a_choice_loses_nothing() {
    let site = Site::open("/index.html#v=1&preset=spiral", true);
    assert_eq!(backend(&site), "cpu");
    assert!(said(&site).starts_with("CPU · faster for a network this small"), "{}", said(&site));
    site.call("load", json!("digits"));
    assert_eq!(backend(&site), "cpu", "Chromium's adapter is software");
    assert!(said(&site).contains("software"), "{}", said(&site));
    assert!(site.call("state", json!({}))["reason"].as_str().is_some_and(|r| r.contains("software")));

    site.call("load", json!("spiral"));
    site.call("step", json!({ "n": 40 }));
    let loss = site.metric("train_loss");
    let choose = "[data-testid=backend-choice]";
    assert_eq!(
        site.page.eval::<String>(&format!("document.querySelector('{choose}').ariaLabel")).unwrap(),
        "Where it trains"
    );
    site.page.run(&format!("document.querySelector('{choose}').focus()")).unwrap();
    for (key, wanted) in [("ArrowDown", "webgpu"), ("ArrowDown", "cpu"), ("ArrowUp", "webgpu")] {
        site.page.press_key(key).unwrap();
        let there = format!("minibatch.call('metrics').then(m => m.backend == '{wanted}' && m.step == 40)");
        site.page.wait_for(&there, SOON).unwrap();
        let now = site.metric("train_loss");
        assert!((now - loss).abs() < 1e-4, "{wanted}: {now} was {loss}");
    }
    assert!(said(&site).starts_with("WebGPU · "), "{}", said(&site));
    site.call("step", json!({ "n": 5 }));
    assert_eq!(site.metric("step"), 45.0);
    assert!(
        !site.page.eval::<String>("location.href").unwrap().contains("backend"),
        "it is no part of the experiment"
    );

    // The tab keeps it; an address that says otherwise is obeyed.
    site.page.reload().unwrap();
    site.ready();
    assert_eq!(backend(&site), "webgpu");
    site.page.navigate(&site.server.url("/index.html?backend=cpu")).unwrap();
    site.ready();
    assert_eq!((backend(&site), said(&site)), ("cpu".into(), "CPU".into()));
    site.page.navigate(&site.server.url("/index.html?backend=tpu")).unwrap();
    site.ready();
    let told = site.page.text("notice").unwrap();
    assert!(told.contains("tpu") && told.contains("webgpu"), "{told}");
    site.quiet();
}

/// An image preset with few samples, so that evaluating them takes no time.
fn image(name: &str, batch: u32) -> Value {
    let mut e: Experiment = preset(name).expect("a preset");
    e.training.batch_size = batch;
    if let Some(SampleSource::Task(task)) = e.model.as_mut().map(|m| &mut m.samples) {
        (task.train, task.test) = (batch.max(10), 1);
    }
    json!({ "experiment": e })
}

/// Breaks where a kernel asks for more than the browser grants: natively it may run all the same. All pipelines are made at
/// every size; steps are trained where they are quick on a software adapter.
#[test]
fn every_image_preset_is_built_on_webgpu_at_every_batch_size_and_trains() {
    let site = Site::open(&index("webgpu"), true);
    let quick = if cfg!(feature = "long") { 512 } else { 64 };
    for name in PRESETS.into_iter().filter(|p| p.area == Area::Images).map(|p| p.name) {
        for batch in [1, 64, 128, 512] {
            site.call("load", image(name, batch));
            assert_eq!(backend(&site), "webgpu", "{name}, batch {batch}");
            if batch <= quick {
                site.call("step", json!({ "n": 1 }));
                assert!(site.metric("train_loss").is_finite(), "{name}, batch {batch}");
            }
        }
    }
    site.quiet();
}

/// Breaks where a data set of MNIST's size stops the engine: more than the 128 MiB that WebGPU grants everywhere.
#[test]
fn seventy_thousand_images_train_on_webgpu_or_on_the_cpu_with_the_reason() {
    let site = Site::open(&index("webgpu"), true);
    let mnist = json!({ "experiment": {
        "model": { "input": { "shape": [784] }, "layers": [{ "layer": "linear", "units": 10 }],
            "samples": { "kind": "random", "train": 60_000, "test": 10_000 } },
        "loss": "cross-entropy", "training": { "batch_size": 64 }
    } });
    let loaded = format!("minibatch.call('load', {mnist}).then(() => true)");
    assert!(site.page.eval_within::<bool>(&loaded, SOON).unwrap());
    match backend(&site).as_str() {
        "webgpu" => assert!(said(&site).starts_with("WebGPU"), "{}", said(&site)),
        _ => assert!(said(&site).starts_with("CPU · the samples (220 MB) do not fit"), "{}", said(&site)),
    }
    site.call("step", json!({ "n": 2 }));
    assert_eq!(site.metric("step"), 2.0);
    site.quiet();
}
