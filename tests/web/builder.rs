//! Models built by hand: by mouse, and again by keyboard alone.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::site::{Site, index};

/// C2 is slow to build and to train on a busy machine's CPU.
const SOON: Duration = Duration::from_secs(120);

/// A preset with its layers in view.
fn open(preset: &str) -> Site {
    let site = Site::open(&format!("{}#v=1&preset={preset}", index("cpu")), false);
    site.page.run("document.activeElement.blur()").unwrap();
    site
}

fn wait(site: &Site, condition: &str) {
    site.page.wait_for(condition, SOON).unwrap();
}

/// The layers in force, as the experiment's file would hold them.
fn layers(site: &Site) -> Value {
    serde_json::to_value(site.experiment().model.unwrap().layers).unwrap()
}

/// What stands in the list: each layer's place, name and count, a line each.
fn rows(site: &Site) -> Vec<String> {
    site.page
        .eval(
            "[...document.querySelectorAll('.layer[data-layer]')].map(e => [e.dataset.layer,
                e.querySelector('.layer-name').textContent, e.querySelector('.layer-figure').textContent].join('|'))",
        )
        .unwrap()
}

/// Waits until the list says this, and the model in force is built and trains a step.
fn built(site: &Site, wanted: &[&str], total: &str) {
    let text = json!(total);
    wait(site, &format!("document.querySelector('[data-testid=total-parameters] b').textContent == {text}"));
    assert_eq!(rows(site), wanted);
    assert!(!site.page.eval::<bool>("!!document.querySelector('[data-testid=layer-mistake]')").unwrap());
    wait(
        site,
        "new Promise(r => setTimeout(r, 400)).then(() => minibatch.call('state')).then(s => s.loaded)",
    );
    let before = site.metric("step");
    site.call("step", json!({ "n": 1 }));
    assert_eq!(site.metric("step"), before + 1.0, "it trains");
    assert!(site.metric("train_loss").is_finite());
    site.quiet();
}

/// Adds a layer with the mouse, and fills its settings.
fn add_by_mouse(site: &Site, gap: &str, layer: &str, settings: &[(&str, &str)]) {
    let page = &site.page;
    page.click(&format!("[data-gap='{gap}'] > .gap-row .gap-add")).unwrap();
    page.click(&format!("[data-offer='{layer}']")).unwrap();
    for (id, value) in settings {
        let field = format!("#layer-setting-{id}");
        page.wait_for_element(&field, SOON).unwrap();
        if *value == "on" {
            page.click(&field).unwrap();
        } else {
            page.fill(&field, value).unwrap();
        }
    }
}

/// Goes on with Tab until the element of this selector has the focus.
fn tab_to(site: &Site, selector: &str) {
    for _ in 0..120 {
        site.page.press_key("Tab").unwrap();
        if site.page.eval::<bool>(&format!("document.activeElement.matches({})", json!(selector))).unwrap() {
            return;
        }
    }
    panic!("Tab never reaches {selector}");
}

/// Adds layers by their names, each behind the last, from the key A on.
fn add_by_keys(site: &Site, names: &[&str]) {
    for name in names {
        site.page.press_key("a").unwrap();
        site.page.type_text(name).unwrap();
        site.page.press_key("Enter").unwrap();
        // A layer with settings that were not typed shows them.
        if site.page.eval::<bool>("document.activeElement.tagName == 'INPUT'").unwrap() {
            site.page.press_key("Enter").unwrap();
        }
    }
}

fn empty_by_mouse(site: &Site) {
    site.page.click("#tab-layers").unwrap();
    site.page.click("empty-layers").unwrap();
}

fn empty_by_keys(site: &Site) {
    tab_to(site, "#tab-layers");
    site.page.press_key("Enter").unwrap();
    tab_to(site, "[data-testid='empty-layers']");
    site.page.press_key("Enter").unwrap();
}

const C2: [&str; 5] = [
    "0|Conv 15 · 3×3|420",
    "1|Conv 30 · 5×5|11,280",
    "2|Adaptive pool → 1×1|0",
    "3|Flatten|0",
    "4|Dense 4|124",
];
// PyTorch: nn.LSTM(10, 50) has 12,400 and nn.Linear(50, 7) 357; three encoder layers of 100, 5, 50 have 152,850.
const R2: [&str; 2] = ["0|LSTM 50|12,400", "1|Dense 7|357"];
const A3: [&str; 1] = ["0|Encoder 3 × 5 heads|152,850"];

/// Builds a model from no layers and says how long it took; it is then the preset's own.
fn within_a_minute(preset: &str, build: impl FnOnce(&Site), wanted: &[&str], total: &str) {
    let site = open(preset);
    let own = layers(&site);
    let start = Instant::now();
    build(&site);
    let took = start.elapsed();
    built(&site, wanted, total);
    assert_eq!(layers(&site), own, "it is the exercise exactly");
    assert!(took < Duration::from_secs(60), "{preset} took {took:?}");
    println!("{preset}: {took:?}");
}

#[test]
fn c2_is_built_by_mouse() {
    let build = |site: &Site| {
        empty_by_mouse(site);
        add_by_mouse(site, "0", "conv2d", &[("channels", "15"), ("kernel", "3")]);
        add_by_mouse(site, "1", "conv2d", &[("channels", "30"), ("kernel", "5")]);
        add_by_mouse(site, "2", "adaptive-avg-pool2d", &[]);
        add_by_mouse(site, "3", "flatten", &[]);
        add_by_mouse(site, "4", "linear", &[]);
    };
    within_a_minute("c2", build, &C2, "11,824");
}

#[test]
fn c2_is_built_by_keyboard() {
    let build = |site: &Site| {
        empty_by_keys(site);
        add_by_keys(site, &["conv 15 3", "conv 30 5", "adaptive", "flatten", "dense"]);
    };
    within_a_minute("c2", build, &C2, "11,824");
}

#[test]
fn r2_is_built_by_mouse() {
    let build = |site: &Site| {
        empty_by_mouse(site);
        add_by_mouse(site, "0", "lstm", &[("units", "50")]);
        add_by_mouse(site, "1", "linear", &[]);
    };
    within_a_minute("r2", build, &R2, "12,757");
}

#[test]
fn r2_is_built_by_keyboard() {
    let build = |site: &Site| {
        empty_by_keys(site);
        add_by_keys(site, &["lstm 50", "linear"]);
    };
    within_a_minute("r2", build, &R2, "12,757");
}

#[test]
fn a3_is_built_by_mouse() {
    let build = |site: &Site| {
        empty_by_mouse(site);
        let settings = [("heads", "5"), ("feedforward", "50"), ("layers", "3"), ("causal", "on")];
        add_by_mouse(site, "0", "transformer-encoder", &settings);
    };
    within_a_minute("a3", build, &A3, "152,850");
}

#[test]
fn a3_is_built_by_keyboard() {
    let build = |site: &Site| {
        empty_by_keys(site);
        add_by_keys(site, &["encoder 5 50 3"]);
        site.page.press_key("Enter").unwrap();
        tab_to(site, "#layer-setting-causal");
        site.page.press_key("Space").unwrap();
        site.page.press_key("Escape").unwrap();
    };
    within_a_minute("a3", build, &A3, "152,850");
}

#[test]
fn every_edit_is_undone_and_redone() {
    let site = open("c2");
    let page = &site.page;
    page.click("#tab-layers").unwrap();
    let mut past = vec![rows(&site)];
    let mut note = |what: &str| {
        let now = rows(&site);
        assert_ne!(past.last(), Some(&now), "{what} changes the list");
        past.push(now);
    };
    page.run("document.querySelector('#layer-1').focus()").unwrap();
    add_by_keys(&site, &["max 2"]);
    note("add");
    page.press_key("Shift+D").unwrap();
    note("duplicate");
    page.press_key("Delete").unwrap();
    note("remove");
    page.press_key("Alt+ArrowUp").unwrap();
    note("move");
    page.press_key("Home").unwrap();
    page.press_key("ArrowDown").unwrap();
    page.press_key("Enter").unwrap();
    page.fill("#layer-setting-channels", "21").unwrap();
    note("edit");
    assert_eq!(rows(&site)[0], "0|Conv 21 · 3×3|588");
    page.press_key("Escape").unwrap();
    let all = past.len();
    for wanted in past.iter().rev().skip(1) {
        page.press_key("Control+z").unwrap();
        assert_eq!(rows(&site), *wanted);
    }
    assert!(page.eval::<bool>("document.querySelector('[data-testid=undo]').disabled").unwrap());
    for (number, wanted) in past.iter().enumerate().skip(1) {
        // The button, and both of its keys.
        match number % 3 {
            0 => page.click("redo").unwrap(),
            1 => page.press_key("Control+y").unwrap(),
            _ => page.press_key("Control+Shift+Z").unwrap(),
        }
        assert_eq!(rows(&site), *wanted, "redo {number} of {all}");
    }
    page.click("undo").unwrap();
    assert_eq!(rows(&site), past[all - 2]);
    site.quiet();
}

#[test]
fn a_layer_is_dragged_to_another_place() {
    let site = open("c2");
    let page = &site.page;
    page.click("#tab-layers").unwrap();
    let drag = |from: &str, to: &str| {
        let (x, y) = page.centre(&format!("[data-layer='{from}'] > .layer-row .grip")).unwrap();
        let (_, below) = page.centre(&format!("[data-gap='{to}'] > .gap-row")).unwrap();
        page.drag((x, y), (x + 3.0, below), 12).unwrap();
    };
    drag("0", "2");
    let names = || rows(&site).iter().map(|r| r.split('|').nth(1).unwrap().to_string()).collect::<Vec<_>>();
    assert_eq!(names(), ["Conv 30 · 5×5", "Conv 15 · 3×3", "Adaptive pool → 1×1", "Flatten", "Dense 4"]);
    wait(&site, "minibatch.call('state').then(s => s.experiment.model.layers[0].channels == 30)");
    drag("4", "0");
    assert_eq!(names()[0], "Dense 4");
    page.press_key("Control+z").unwrap();
    drag("3", "3");
    assert_eq!(names()[3], "Flatten", "let go where it was, it stays");
    page.click("#layer-0").unwrap();
    page.wait_for_element("#layer-setting-channels", SOON).unwrap();
    page.click("#layer-0").unwrap();
    // By its name too, which opens nothing.
    let (x, y) = page.centre("#layer-0 .layer-name").unwrap();
    let (_, below) = page.centre("[data-gap='2'] > .gap-row").unwrap();
    page.drag((x, y), (x, below), 12).unwrap();
    assert_eq!(names()[1], "Conv 30 · 5×5");
    assert!(!page.eval::<bool>("!!document.querySelector('.layer-editor')").unwrap());
    site.quiet();
}

#[test]
fn a_mistake_stands_at_its_layer_while_the_old_network_trains_on() {
    let site = open("c2");
    let page = &site.page;
    page.click("#tab-layers").unwrap();
    let old = layers(&site);
    page.click("play").unwrap();
    wait(&site, "minibatch.call('metrics').then(m => m.step > 2)");
    // Flatten in front of the second convolution.
    add_by_mouse(&site, "1", "flatten", &[]);
    let text = page.text("[data-layer='2'] [data-testid='layer-mistake'] p").unwrap();
    assert!(
        text.contains("[13500]") && text.contains("Reshape") && text.contains("move Flatten down"),
        "{text}"
    );
    let shapes: Vec<String> =
        page.eval("[...document.querySelectorAll('.gap-shape')].map(e => e.textContent)").unwrap();
    assert_eq!(shapes[..4], ["", "15 × 30 × 30", "13500", ""], "shapes are shown up to the mistake");
    let step = site.metric("step");
    wait(&site, &format!("minibatch.call('metrics').then(m => m.step > {step} + 3)"));
    assert_eq!(layers(&site), old, "the last that fitted together is in force");
    page.wait_for_element("layers-draft", SOON).unwrap();
    page.click("mend-0").unwrap();
    wait(&site, "minibatch.call('state').then(s => s.experiment.model.layers.length == 6)");
    assert!(!page.eval::<bool>("!!document.querySelector('[data-testid=layer-mistake]')").unwrap());
    // What the task does not ask is said at the last layer.
    page.click("#layer-5").unwrap();
    page.fill("#layer-setting-units", "3").unwrap();
    let text = page.text("[data-layer='5'] [data-testid='layer-mistake']").unwrap();
    assert!(text.contains("4 classes") && text.contains("Give it 4 units"), "{text}");
    page.click("mend-0").unwrap();
    assert_eq!(rows(&site)[5], "5|Dense 4|124");
    site.quiet();
}

#[test]
fn blocks_nest_and_are_edited_within() {
    let site = open("c2");
    let page = &site.page;
    page.click("#tab-layers").unwrap();
    add_by_mouse(&site, "1", "residual", &[]);
    assert_eq!(rows(&site)[1..3], ["1|Residual|2,040", "1-body-0|Conv 15 · 3×3|2,040"]);
    page.click("#layer-1-body-0").unwrap();
    page.fill("#layer-setting-channels", "8").unwrap();
    let text = page.text("[data-layer='1'] > [data-testid='layer-mistake']").unwrap();
    assert!(text.contains("[8, 30, 30]") && text.contains("[15, 30, 30]"), "{text}");
    page.click("mend-0").unwrap();
    assert_eq!(
        rows(&site)[1..4],
        ["1|Residual|1,216", "1-body-0|Conv 8 · 3×3|1,088", "1-shortcut-0|Conv 8 · 1×1|128"]
    );
    // By keys: into the body, one more layer there, and out of it again.
    page.run("document.querySelector('#layer-1').focus()").unwrap();
    page.press_key("ArrowRight").unwrap();
    add_by_keys(&site, &["batch"]);
    page.press_key("Escape").unwrap();
    assert_eq!(rows(&site)[3], "1-body-1|Batch norm|16");
    page.press_key("Alt+ArrowDown").unwrap();
    assert_eq!(rows(&site)[3], "1-shortcut-0|Batch norm|30", "down out of the body, into the shortcut");
    page.press_key("ArrowLeft").unwrap();
    assert_eq!(page.eval::<String>("document.activeElement.id").unwrap(), "layer-1");
    page.press_key("Delete").unwrap();
    assert_eq!(rows(&site).len(), 5, "it goes with all that is in it");
    built(&site, &C2, "11,824");
}

#[test]
fn counts_of_work_and_memory_are_shown_on_demand() {
    let site = open("c2");
    let page = &site.page;
    page.click("#tab-layers").unwrap();
    let figure = || page.text("[data-layer='0'] .layer-figure").unwrap();
    assert_eq!(figure(), "420");
    page.click("total-multiply-adds").unwrap();
    // 15 filters of 3 x 3 x 3 at 30 x 30 places.
    assert_eq!(figure(), "364 k");
    page.click("total-memory").unwrap();
    assert!(figure().ends_with("kB"), "{}", figure());
}
