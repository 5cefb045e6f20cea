//! The page by mouse, and again by keyboard, as a newcomer uses it.

use std::time::Duration;

use minibatch_session::data::DatasetKind;
use serde_json::json;

use crate::site::{Site, index};

const SOON: Duration = Duration::from_secs(30);

fn wait(site: &Site, condition: &str) {
    site.page.wait_for(condition, SOON).unwrap();
}

/// What the page shows as trained batches.
const STEP: &str = "minibatch.call('metrics').then(m => m.step)";

#[test]
fn a_network_is_built_and_trained_by_mouse() {
    let site = Site::open("/index.html", true);
    let page = &site.page;
    page.click("canvas[data-dataset=gauss]").unwrap();
    wait(&site, "minibatch.call('state').then(s => s.experiment.data.kind == 'gauss' && s.loaded)");
    page.click("add-layer").unwrap();
    page.click("[aria-label='One more unit in layer 1'], .hidden-layer .tiny:last-of-type").unwrap();
    wait(
        &site,
        "minibatch.call('state').then(s => s.experiment.hidden.length == 3 && s.experiment.hidden[0].units == 5)",
    );
    page.click("play").unwrap();
    wait(&site, &format!("{STEP}.then(n => n > 20)"));
    page.click("play").unwrap();
    wait(&site, "minibatch.call('state').then(s => !s.playing)");
    let stopped = site.metric("step");
    page.click("step").unwrap();
    wait(&site, &format!("{STEP}.then(n => n >= {})", stopped + 1.0));
    let curve = site.metric("step");
    page.click("reset").unwrap();
    wait(&site, &format!("{STEP}.then(n => n == 0)"));
    assert!(curve > 0.0);
    assert!(page.text("train-loss").unwrap().chars().any(|c| c.is_ascii_digit()));
    site.quiet();
}

#[test]
fn keys_play_step_and_reset_and_are_left_alone_while_typing() {
    let site = Site::open(&index("cpu"), true);
    let page = &site.page;
    page.press_key("s").unwrap();
    wait(&site, &format!("{STEP}.then(n => n == 1)"));
    page.press_key("e").unwrap();
    wait(&site, &format!("{STEP}.then(n => n == 25)"));
    page.press_key("Space").unwrap();
    wait(&site, "minibatch.call('state').then(s => s.playing)");
    page.press_key("Space").unwrap();
    wait(&site, "minibatch.call('state').then(s => !s.playing)");
    page.press_key("r").unwrap();
    wait(&site, &format!("{STEP}.then(n => n == 0)"));
    page.click("import").unwrap();
    page.click("#import-text").unwrap();
    page.type_text("e").unwrap();
    page.press_key("s").unwrap();
    assert_eq!(site.metric("step"), 0.0, "keys belong to the text field while it is typed in");
}

#[test]
fn every_control_is_reached_by_tab_and_has_a_name() {
    let site = Site::open(&index("cpu"), true);
    let nameless: Vec<String> = site
        .page
        .eval(
            "[...document.querySelectorAll('button, input, select, textarea, a[href], [tabindex=\"0\"]')]
              .filter(e => e.checkVisibility?.() ?? true)
              .filter(e => !(e.ariaLabel || e.title || e.innerText?.trim() || e.getAttribute('aria-labelledby') || e.labels?.length))
              .map(e => e.outerHTML.slice(0, 120))",
        )
        .unwrap();
    assert!(nameless.is_empty(), "controls without a name: {nameless:#?}");
    site.page.run("window.reached = new Set()").unwrap();
    for _ in 0..120 {
        site.page.press_key("Tab").unwrap();
        site.page
            .run("reached.add(document.activeElement.dataset.testid ?? document.activeElement.name ?? '')")
            .unwrap();
    }
    for id in ["play", "step", "reset", "import", "add-layer", "dataset"] {
        assert!(site.page.eval::<bool>(&format!("reached.has('{id}')")).unwrap(), "Tab never reaches {id}");
    }
}

#[test]
fn a_tuned_learning_rate_keeps_the_run_and_a_new_layer_rebuilds_it() {
    let site = Site::open(&index("cpu"), true);
    site.call("step", json!({ "n": 10 }));
    site.call("set", json!({ "training.learning_rate": 0.5, "training.l2": 0.001 }));
    assert_eq!(site.metric("step"), 10.0, "no rebuild for what changes live");
    site.call("step", json!({ "n": 1 }));
    assert!((site.metric("learning_rate") - 0.5).abs() < 1e-6);
    site.call("set", json!({ "hidden.0.units": 7 }));
    assert_eq!(site.metric("step"), 0.0, "another shape begins anew");
}

#[test]
fn the_address_holds_the_experiment_and_opens_it_again() {
    let site = Site::open(&index("cpu"), true);
    site.call("load", json!("spiral"));
    site.call("set", json!({ "data.noise": 15, "hidden.1.activation": "gelu", "seed": 7 }));
    let wanted = site.experiment();
    wait(&site, "location.hash.includes('seed=7')");
    let hash: String = site.page.eval("location.hash").unwrap();
    let again = Site::open(&format!("{}{hash}", index("cpu")), true);
    assert_eq!(again.experiment(), wanted, "{hash}");
    assert_eq!(
        again.losses(5),
        {
            site.call("reset", json!({}));
            site.losses(5)
        },
        "the seed fixes all"
    );
}

#[test]
fn an_old_playground_hash_opens_as_what_it_meant() {
    let hash = "#activation=relu&batchSize=5&dataset=xor&learningRate=0.1&regularizationRate=0.001&regularization=L2\
        &noise=20&networkShape=5,3&seed=0.5&percTrainData=70&x=true&y=false&xTimesY=true&problem=classification";
    let site = Site::open(&format!("{}{hash}", index("cpu")), true);
    let e = site.experiment();
    assert_eq!((e.data.kind, e.data.noise, e.data.train_share), (DatasetKind::Xor, 20.0, 0.7));
    assert_eq!(e.hidden.iter().map(|l| l.units).collect::<Vec<_>>(), [5, 3]);
    assert_eq!((e.training.batch_size, e.training.l2), (5, 0.001));
    assert_eq!(e.features.iter().map(|f| f.id()).collect::<Vec<_>>(), ["x", "x-times-y"]);
    assert_eq!(e.loss.id(), "half-mse");
}

#[test]
fn a_weight_is_edited_by_hand_and_the_curve_gets_no_point_for_it() {
    let site = Site::open(&index("cpu"), true);
    site.call("step", json!({ "n": 30 }));
    let before = site.metric("train_loss");
    site.page
        .run("workers.at(-1).postMessage(JSON.stringify({do: 'set-parameter', index: 0, value: 3}))")
        .unwrap();
    wait(&site, &format!("minibatch.call('metrics').then(m => m.train_loss != {before})"));
    assert_eq!(site.metric("step"), 30.0);
}

#[test]
fn edits_in_a_hurry_neither_stop_nor_start_the_training() {
    let site = Site::open(&index("cpu"), true);
    let slide = "(async () => { const noise = document.querySelectorAll('.data-panel input[type=range]')[0];
        for (let i = 0; i < 25; i++) { noise.value = i; noise.dispatchEvent(new Event('input', { bubbles: true }));
            await new Promise(r => setTimeout(r, 20 + 37 * i % 90)); } })()";
    site.page.click("play").unwrap();
    site.page.run(slide).unwrap();
    wait(&site, "minibatch.call('state').then(s => s.playing && s.loaded && s.experiment.data.noise == 24)");
    wait(&site, &format!("{STEP}.then(n => n > 5)"));
    let press = "document.querySelector('[data-testid=play]').click();";
    site.page.run(&format!("{press} document.querySelector('[data-testid=add-layer]').click();")).unwrap();
    std::thread::sleep(Duration::from_millis(700));
    let state = site.call("state", json!({}));
    assert_eq!(
        (state["playing"].as_bool(), state["loaded"].as_bool()),
        (Some(false), Some(true)),
        "it was paused"
    );
    site.page.run(&format!("{press}{press}")).unwrap();
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(site.call("state", json!({}))["playing"], false, "twice is there and back");
}

#[test]
fn a_value_out_of_range_is_said_and_changes_nothing() {
    let site = Site::open(&index("cpu"), true);
    let wanted = site.experiment();
    let told = |text: &str| {
        wait(&site, &format!("document.querySelector('[data-testid=notice]')?.innerText.includes('{text}')"))
    };
    let change = "const field = [...document.querySelectorAll('.settings input[type=text]')].at(-1);
        field.value = '30000'; field.dispatchEvent(new Event('change', { bubbles: true })); field.value";
    assert_eq!(
        site.page
            .eval::<String>(&format!(
                "(() => {{ {} }})()",
                change.replace("; field.value", "; return field.value")
            ))
            .unwrap(),
        "10"
    );
    told("30000");
    assert_eq!(site.experiment(), wanted);
    for feature in ["x", "y"] {
        site.page.click(&format!("[data-feature={feature}]")).unwrap();
    }
    told("feature");
    assert_eq!(site.experiment().features.len(), 1, "the last feature stays");
    assert!(!site.page.eval::<String>("location.hash").unwrap().contains("30000"));
}

#[test]
fn a_plane_without_points_cannot_be_trained_on() {
    let site = Site::open(&index("cpu"), true);
    site.page.click("canvas[data-dataset=own]").unwrap();
    wait(&site, "minibatch.call('state').then(s => s.experiment.data.points.length == 500 && s.loaded)");
    site.page
        .run("[...document.querySelectorAll('.own button')].find(b => b.innerText == 'Clear').click()")
        .unwrap();
    site.page.click("play").unwrap();
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(site.call("state", json!({}))["playing"], false);
    assert_eq!(site.metric("step"), 0.0);
    assert!(!site.refused("step", json!({ "n": 1 })).starts_with("not refused"));
    assert!(site.page.text("notice").unwrap().contains("point"));
}
