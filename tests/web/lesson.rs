//! What an instructor does in front of a class: keys after clicks, another area and back, layers that do not fit yet.

use std::time::Duration;

use serde_json::{Value, json};

use crate::site::{Site, index};

const SOON: Duration = Duration::from_secs(60);

#[track_caller]
fn wait(site: &Site, condition: &str) {
    if let Err(e) = site.page.wait_for(condition, SOON) {
        panic!("{e}; {}", site.call("state", json!({})));
    }
}

fn playing(site: &Site) -> bool {
    site.call("state", json!({}))["playing"] == json!(true)
}

/// Space plays, and again stops; nothing else comes of it.
fn space_plays(site: &Site, after: &str) {
    for wanted in [true, false] {
        site.page.press_key("Space").unwrap();
        site.page
            .wait_for(
                &format!("minibatch.call('state').then(s => s.playing == {wanted})"),
                Duration::from_secs(10),
            )
            .unwrap_or_else(|e| panic!("after {after}: {e}"));
    }
    let open: bool = site.page.eval("!!document.querySelector('dialog[open], details[open].pop')").unwrap();
    assert!(!open, "after {after}: Space opened something");
}

#[test]
fn space_plays_after_every_click_and_presses_what_tab_led_to() {
    let site = Site::open(&index("cpu"), false);
    let page = &site.page;
    let loaded = "minibatch.call('state').then(s => s.loaded)";
    // A preset from the gallery.
    page.click("gallery").unwrap();
    page.click("[data-preset=xor]").unwrap();
    wait(&site, "minibatch.call('state').then(s => s.loaded && s.experiment.data.kind == 'xor')");
    space_plays(&site, "choosing a preset");
    page.click("gallery").unwrap();
    page.press_key("Escape").unwrap();
    space_plays(&site, "leaving the gallery");
    for target in [
        "step",
        "reset",
        "plane-numbers",
        "plane-numbers",
        ".toggles > .toggle",
        ".view-tick",
        "canvas[data-dataset=circle]",
        "add-layer",
        "[title='Dark or light'], .header-actions > .icon",
    ] {
        page.click(target).unwrap();
        wait(&site, loaded);
        space_plays(&site, target);
        // Another key in between shows the ring; the button is no more led to for that.
        page.click(target).unwrap();
        page.press_key("s").unwrap();
        wait(&site, loaded);
        space_plays(&site, target);
    }
    for area in ["images", "series", "language"] {
        page.click(&format!("[data-area={area}]")).unwrap();
        wait(&site, &format!("document.querySelector('[data-area={area}]').ariaCurrent == 'true'"));
        wait(&site, loaded);
        space_plays(&site, area);
    }
    page.click("[data-area=images]").unwrap();
    wait(&site, "document.querySelector('[data-testid=images-confusion]')");
    wait(&site, loaded);
    for tab in ["images-projection", "images-confusion", "#tab-layers", "#tab-data"] {
        page.click(tab).unwrap();
        space_plays(&site, tab);
    }
    // What Space is for in pictures, it is for by the keyboard alone.
    page.click("draw").unwrap();
    space_plays(&site, "the drawing pad");
    for area in ["language", "points"] {
        page.click(&format!("[data-area={area}]")).unwrap();
        wait(&site, &format!("document.querySelector('[data-area={area}]').ariaCurrent == 'true'"));
        wait(&site, loaded);
    }
    site.call("load", json!("reversal"));
    wait(&site, "document.querySelector('button.map')");
    page.click("button.map").unwrap();
    space_plays(&site, "a map of attention");
    site.call("load", json!("spiral"));
    wait(&site, "document.querySelector('[data-testid=output] canvas')");
    page.click("[data-testid=output] canvas").unwrap();
    space_plays(&site, "the plot");
    // By the keyboard a button is pressed, by Space and by Enter.
    page.run("document.querySelector('[data-testid=play]').focus()").unwrap();
    page.press_key("Shift+Tab").unwrap();
    page.press_key("Tab").unwrap();
    page.press_key("Tab").unwrap();
    assert_eq!(page.eval::<String>("document.activeElement.dataset.testid").unwrap(), "step");
    for key in ["Space", "Enter"] {
        let before = site.metric("step");
        page.press_key(key).unwrap();
        wait(&site, &format!("minibatch.call('metrics').then(m => m.step == {before} + 1)"));
        assert!(!playing(&site), "{key} presses, and does not play");
    }
    site.quiet();
}

#[test]
fn keys_of_other_alphabets_work_by_their_place() {
    let site = Site::open(&index("cpu"), false);
    let press = |key: &str, code: &str, more: &str| {
        site.page
            .run(&format!(
                "document.body.dispatchEvent(new KeyboardEvent('keydown', {{ key: {}, code: '{code}', bubbles: true, cancelable: true{more} }}))",
                json!(key)
            ))
            .unwrap();
    };
    let step = |n: u32| wait(&site, &format!("minibatch.call('metrics').then(m => m.step == {n})"));
    press("ы", "KeyS", "");
    step(1);
    press("σ", "KeyS", "");
    step(2);
    press("o", "KeyS", "");
    press("s", "Semicolon", "");
    step(3);
    press("к", "KeyR", "");
    step(0);
    let units = |n: u32| {
        wait(&site, &format!("minibatch.call('state').then(s => s.experiment.hidden[0].units == {n})"))
    };
    site.page.click("[aria-label='One more unit in layer 1'], .hidden-layer .tiny:last-of-type").unwrap();
    units(5);
    press("я", "KeyZ", ", ctrlKey: true");
    units(4);
    press("Я", "KeyZ", ", ctrlKey: true, shiftKey: true");
    units(5);
    // AZERTY: Z stands where W is.
    press("z", "KeyW", ", ctrlKey: true");
    units(4);
    site.quiet();
}

#[test]
fn a_run_is_kept_while_another_area_is_looked_at() {
    let site = Site::open(&format!("{}#v=1&data=spiral", index("cpu")), false);
    let page = &site.page;
    site.call("step", json!({ "n": 300 }));
    // By hand as well as by training: what no second training would give.
    site.call("set", json!({ "training.learning_rate": 0.01 }));
    site.call("step", json!({ "n": 5 }));
    let of = |what: &str| site.call("metrics", json!({}))[what].clone();
    let loss = of("test_loss");
    let area = |area: &str| {
        page.click(&format!("[data-area={area}]")).unwrap();
        wait(&site, &format!("document.querySelector('[data-area={area}]').ariaCurrent == 'true'"));
        wait(&site, "minibatch.call('state').then(s => s.loaded)");
    };
    area("images");
    let told = page.text(".footer .hint").unwrap();
    assert!(told.contains("305") && told.contains("Points"), "{told}");
    site.call("step", json!({ "n": 2 }));
    area("points");
    assert_eq!((of("step"), of("test_loss")), (json!(305), loss.clone()), "it is the very run");
    assert!(page.text(".footer .hint").unwrap().contains("305"));
    let curve: bool = page.eval("!!document.querySelector('[data-testid=loss-chart] [role=img]')").unwrap();
    assert!(curve);
    site.call("step", json!({ "n": 1 }));
    assert_eq!(of("step"), json!(306), "and it goes on");
    // The images wait as well, and the browser's Back leads to them.
    wait(&site, "location.hash.includes('data=spiral')");
    page.run("history.back()").unwrap();
    wait(&site, "document.querySelector('[data-area=images]').ariaCurrent == 'true'");
    wait(&site, "minibatch.call('metrics').then(m => m.step == 2)");
    page.run("history.back()").unwrap();
    wait(&site, "document.querySelector('[data-area=points]').ariaCurrent == 'true'");
    wait(&site, "minibatch.call('metrics').then(m => m.step == 306)");
    // However soon after the page has come to an area it is left again: what it is about to write into the address would end
    // the browser's way there.
    for pause in [0, 200, 270, 290, 300, 310, 400] {
        for (way, area, step) in [("forward", "images", 2), ("back", "points", 306)] {
            page.run(&format!("history.{way}()")).unwrap();
            wait(&site, &format!("document.querySelector('[data-area={area}]').ariaCurrent == 'true'"));
            wait(&site, &format!("minibatch.call('metrics').then(m => m.step == {step})"));
            std::thread::sleep(Duration::from_millis(pause));
        }
    }
    // Something else opened in the area of a run that waits does not end that run.
    page.click("[data-area=images]").unwrap();
    wait(&site, "minibatch.call('metrics').then(m => m.step == 2)");
    let there_and_back = |preset: &str, opened: &str, step: u32| {
        page.click("gallery").unwrap();
        page.click(&format!("[data-preset={preset}]")).unwrap();
        wait(&site, &format!("minibatch.call('state').then(s => s.loaded && {opened})"));
        page.run("document.activeElement.blur()").unwrap();
        page.press_key("Control+z").unwrap();
        wait(&site, &format!("minibatch.call('metrics').then(m => m.step == {step})"));
    };
    there_and_back("xor", "s.experiment.data.kind == 'xor'", 2);
    page.press_key("Control+z").unwrap();
    wait(&site, "minibatch.call('metrics').then(m => m.step == 306)");
    // From the gallery, and taken back.
    there_and_back("r2", "s.experiment.model", 306);
    site.quiet();
}

#[test]
fn what_is_not_shown_does_not_train() {
    let site = Site::open(&format!("{}#v=1&preset=r2", index("cpu")), false);
    let page = &site.page;
    page.click("#tab-layers").unwrap();
    page.click("#layer-0").unwrap();
    page.run("document.querySelector('#layer-setting-output').focus()").unwrap();
    page.fill("#layer-setting-output", "sequence").unwrap();
    wait(&site, "document.querySelector('[data-testid=layer-mistake]')");
    for button in ["play", "step", "step-epoch"] {
        assert!(
            page.eval::<bool>(&format!("document.querySelector('[data-testid={button}]').disabled")).unwrap(),
            "{button}"
        );
    }
    let told = page.text("behind").unwrap();
    assert!(told.contains("LSTM 50") && told.contains("Dense 7"), "{told}");
    assert!(page.text("layers-draft").unwrap().contains("LSTM 50"));
    page.run("document.activeElement.blur()").unwrap();
    page.press_key("Space").unwrap();
    page.press_key("s").unwrap();
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(site.metric("step"), 0.0);
    assert!(site.refused("step", json!({ "n": 1 })).contains("fit together"));
    // A run under way goes on, and the middle says which.
    page.press_key("Control+z").unwrap();
    wait(&site, "!document.querySelector('[data-testid=behind]')");
    // The field was left: taking its edit back does not lead into it again, and Space is not its own.
    page.press_key("Space").unwrap();
    wait(&site, "minibatch.call('metrics').then(m => m.step > 2)");
    if page.eval::<bool>("!document.querySelector('#layer-setting-output')").unwrap() {
        page.click("#layer-0").unwrap();
    }
    page.fill("#layer-setting-output", "sequence").unwrap();
    page.wait_for_element("behind", SOON).unwrap();
    assert!(page.text("behind").unwrap().starts_with("Trains"));
    page.click("play").unwrap();
    wait(&site, "minibatch.call('state').then(s => !s.playing)");
    assert!(page.eval::<bool>("document.querySelector('[data-testid=play]').disabled").unwrap());
    site.quiet();
}

#[test]
fn an_edit_leaves_the_focus_where_it_is() {
    let site = Site::open(&format!("{}#v=1&preset=a3", index("cpu")), false);
    let page = &site.page;
    page.click("#tab-layers").unwrap();
    page.run("document.querySelector('#layer-0').focus()").unwrap();
    page.press_key("Enter").unwrap();
    wait(&site, "document.activeElement.id == 'layer-setting-heads'");
    // Heads of 7 do not fit 100 features; feed-forward and layers are reached all the same.
    for (value, next) in
        [("7", "layer-setting-feedforward"), ("60", "layer-setting-layers"), ("2", "layer-setting-causal")]
    {
        page.type_text(value).unwrap();
        page.press_key("Tab").unwrap();
        std::thread::sleep(Duration::from_millis(150));
        assert_eq!(page.eval::<String>("document.activeElement.id").unwrap(), next, "after {value}");
    }
    page.press_key("Shift+Tab").unwrap();
    page.press_key("Shift+Tab").unwrap();
    page.press_key("Shift+Tab").unwrap();
    page.type_text("5").unwrap();
    page.press_key("Tab").unwrap();
    std::thread::sleep(Duration::from_millis(150));
    assert_eq!(page.eval::<String>("document.activeElement.id").unwrap(), "layer-setting-feedforward");
    let encoder = serde_json::to_value(&site.experiment().model.unwrap().layers[0]).unwrap();
    let told = |id: &str| encoder[id].as_u64();
    assert_eq!([told("heads"), told("feedforward"), told("layers")], [Some(5), Some(60), Some(2)]);
    // Every list and field of the page keeps the focus when it is changed by the keyboard.
    for preset in ["spiral", "r2"] {
        site.call("load", json!(preset));
        let controls: Vec<String> = page
            .eval(
                "[...document.querySelectorAll('.settings select, .data-panel input:not([type=file], [type=radio]), .data-panel select, .task-panel select, .task-panel input:not([type=file], [type=radio])')]
                    .filter(e => e.checkVisibility()).map((e, i) => (e.dataset.probe = i, `[data-probe=\"${i}\"]`))",
            )
            .unwrap();
        assert!(controls.len() > 5, "{controls:?}");
        for control in controls {
            let there = format!("document.querySelector({})", json!(control));
            if !page.eval::<bool>(&format!("!!{there}")).unwrap() {
                continue;
            }
            page.run(&format!("{there}.focus()")).unwrap();
            page.press_key("ArrowDown").unwrap();
            std::thread::sleep(Duration::from_millis(200));
            let after: Value = page
                .eval(&format!("[document.activeElement == {there}, document.activeElement.outerHTML.slice(0, 90), {there}?.outerHTML.slice(0, 120)]"))
                .unwrap();
            assert_eq!(after[0], json!(true), "{preset}: {after}");
        }
    }
    site.quiet();
}

#[test]
fn charts_hold_what_can_be_compared_and_are_as_long_as_that() {
    let site = Site::open(&index("cpu"), false);
    let page = &site.page;
    let key = || page.text("gradient-key").unwrap();
    let trained = |preset: &str| {
        site.call("load", json!(preset));
        site.call("step", json!({ "n": 3 }));
        page.wait_for_element("gradient-key", SOON).unwrap();
    };
    let foot =
        "[...document.querySelectorAll('.chart-foot')].map(e => e.textContent).find(t => t.includes('back'))";
    trained("r2");
    assert!(key().contains("LSTM") && !key().contains("before"), "{}", key());
    // Another cell at the same task stands beside it; a run of another task does not.
    site.call("set", json!({ "model.layers.0.cell": "gru" }));
    site.call("step", json!({ "n": 3 }));
    wait(
        &site,
        "document.querySelector('[data-testid=gradient-key]')?.textContent.includes('LSTM (before)')",
    );
    assert_eq!(page.eval::<u32>("document.querySelectorAll('.past-runs li').length").unwrap(), 1);
    trained("copy-memory");
    wait(&site, "!document.querySelector('[data-testid=gradient-key]').textContent.includes('before')");
    assert!(page.eval::<String>(foot).unwrap().contains("20 steps back"));
    assert_eq!(page.eval::<u32>("document.querySelectorAll('.past-runs li').length").unwrap(), 0);
    // Noise makes other data: their losses are not of one kind.
    trained("r2");
    assert_eq!(page.eval::<u32>("document.querySelectorAll('.past-runs li').length").unwrap(), 2);
    site.call("set", json!({ "model.samples.noise": 0.3 }));
    wait(&site, "document.querySelectorAll('.past-runs li').length == 0");
    // Samples answered are of the step that is named where it is not that of the read-outs.
    site.quiet();
}

#[test]
fn weight_decay_has_its_own_name() {
    let site = Site::open(&format!("{}#v=1&preset=modular-addition", index("cpu")), false);
    let page = &site.page;
    page.click(".regularisation > summary").unwrap();
    let names =
        "[...document.querySelectorAll('.regularisation .sheet .field-name')].map(e => e.textContent).join()";
    assert_eq!(page.eval::<String>(names).unwrap(), "L1,Weight decay");
    assert!(page.text(".regularisation .field-value").unwrap().starts_with("Decay"));
    site.call("set", json!({ "training.optimizer.kind": "adam" }));
    assert_eq!(page.eval::<String>(names).unwrap(), "L1,L2");
}
