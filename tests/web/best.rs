//! The best step so far: told, marked, and gone back to.

use std::time::Duration;

use serde_json::{Value, json};

use crate::site::{Site, index};

const SOON: Duration = Duration::from_secs(30);
const BUTTON: &str = "document.querySelector('[data-testid=best]')";

fn wait(site: &Site, condition: &str) {
    site.page.wait_for(condition, SOON).unwrap();
}

/// Few noisy points, learned by heart: the test loss falls, then rises.
fn overfits() -> Value {
    json!({ "experiment": {
        "data": { "kind": "moons", "noise": 30, "samples": 60 },
        "hidden": [{ "units": 8, "activation": "relu" }, { "units": 8, "activation": "relu" }],
        "training": { "learning_rate": 0.01, "optimizer": { "kind": "adam" } }
    } })
}

/// Breaks where the button leads to other weights than those of the best evaluation, and where the page shows others.
#[test]
fn the_best_step_is_gone_to_by_its_button_and_trained_on_from() {
    for backend in ["webgpu", "cpu"] {
        let site = Site::open(&index(backend), true);
        let page = &site.page;
        site.call("load", overfits());
        let disabled = |site: &Site| site.page.eval::<bool>(&format!("{BUTTON}.disabled")).unwrap();
        assert!(disabled(&site), "{backend}: it stands at the best");
        assert!(page.eval::<String>(&format!("{BUTTON}.title")).unwrap().contains("step 0"));
        site.call("step", json!({ "n": 1500 }));
        let best = site.call("metrics", json!({}))["best"].clone();
        let (step, loss) = (best["step"].as_f64().unwrap(), best["loss"].as_f64().unwrap());
        assert!(step > 0.0 && step < 1500.0 && loss < site.metric("test_loss"), "{backend}: {best}");
        let shown = page.eval::<String>(&format!("{BUTTON}.innerText + {BUTTON}.title")).unwrap();
        assert!(shown.contains(&format!("{loss:.3}")), "{backend}: {shown} tells of {best}");

        site.call("play", json!({}));
        wait(&site, "minibatch.call('metrics').then(m => m.step > 1550)");
        page.click("best").unwrap();
        wait(&site, &format!("minibatch.call('metrics').then(m => m.step == {step})"));
        assert_eq!(site.metric("test_loss"), loss, "{backend}");
        assert_eq!(site.call("state", json!({}))["playing"], false);
        wait(&site, &format!("{BUTTON}.disabled"));
        assert!(
            page.text("step-count").unwrap().replace([',', '\u{202f}', ' '], "").contains(&step.to_string())
        );
        let past = page.eval::<u32>("document.querySelectorAll('.past-runs li').length").unwrap();
        assert_eq!(past, 1, "{backend}: what came after is kept to be compared with");
        let point = json!({ "points": [[0.5, -1.0]] });
        let (answer, losses) = (site.call("predict", point.clone()), site.losses(5));

        // As a run that stopped there.
        site.call("reset", json!({}));
        site.call("step", json!({ "n": step }));
        assert_eq!((site.call("predict", point), site.losses(5)), (answer, losses), "{backend}");
        site.quiet();
    }
}

#[test]
fn the_method_best_waits_until_it_stands_there() {
    let site = Site::open(&index("cpu"), true);
    site.call("load", overfits());
    site.call("play", json!({}));
    wait(&site, "minibatch.call('metrics').then(m => m.step > 1000)");
    site.call("best", json!({}));
    let told = site.call("metrics", json!({}));
    assert_eq!((&told["step"], &told["test_loss"]), (&told["best"]["step"], &told["best"]["loss"]), "{told}");
    site.call("step", json!({ "n": 2 }));
    assert_eq!(site.metric("step"), told["step"].as_f64().unwrap() + 2.0, "play goes on from there");
    site.quiet();
}

/// Breaks where the way back from a divergence that the page offers is the only one that works.
#[test]
fn after_a_divergence_the_best_can_still_be_gone_to() {
    let site = Site::open(&index("cpu"), true);
    site.call("load", json!("plane"));
    site.call("set", json!({ "training.learning_rate": 0.01 }));
    site.call("step", json!({ "n": 60 }));
    let best = site.call("metrics", json!({}))["best"].clone();
    site.call("set", json!({ "training.learning_rate": 90 }));
    site.call("play", json!({}));
    wait(&site, "document.querySelector('[data-testid=notice]')");
    site.page.click("best").unwrap();
    wait(&site, &format!("minibatch.call('metrics').then(m => m.test_loss == {})", best["loss"]));
    wait(&site, "!document.querySelector('[data-testid=notice]')");
    site.call("set", json!({ "training.learning_rate": 0.01 }));
    site.call("step", json!({ "n": 60 }));
    assert!(site.metric("train_loss").is_finite());
    site.quiet();
}
