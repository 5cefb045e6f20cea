//! The engine's life in the page: quick changes, what it refuses, what takes long, what falls; and that the page comes back.

use std::time::Duration;

use minibatch_session::PRESETS;
use serde_json::json;

use crate::files::light_and_dark;
use crate::site::{READY, Site, index, late};

const SOON: Duration = Duration::from_secs(20);

fn wait(site: &Site, condition: &str) {
    site.page.wait_for(condition, SOON).unwrap();
}

fn told(site: &Site) -> String {
    site.page
        .eval("[...document.querySelectorAll('[data-testid=notice]')].map(n => n.innerText).join('; ')")
        .unwrap()
}

/// Presses one preset after the other while it plays, `n` times, and sees that the last one trains.
fn change_quickly(site: &Site, n: usize, names: &[&str], pauses: &[u64]) {
    for i in 0..n {
        site.page
            .run(&format!(
                "minibatch.call('load', {}).catch(() => 0); minibatch.call('play')",
                json!(names[i % names.len()])
            ))
            .unwrap();
        std::thread::sleep(Duration::from_millis(pauses[i % pauses.len()]));
    }
    site.call("load", json!("circle"));
    site.call("step", json!({ "n": 2 }));
    assert_eq!(site.metric("step"), 2.0);
    assert_eq!(told(site), "");
}

#[test]
fn thirty_quick_changes_leave_an_engine_that_trains() {
    let names = ["spiral", "digits", "xor", "brackets", "plane", "sine"];
    for ms in [0, 40, 100] {
        let site = Site::open_early("/index.html?backend=webgpu", true, minibatch_tests::server::dist());
        site.page.set_init_script(&late(ms)).unwrap();
        site.page.reload().unwrap();
        site.ready();
        change_quickly(&site, if ms == 40 { 30 } else { 6 }, &names, &[0, 30, 250, 5, 120]);
        assert_eq!(site.call("metrics", json!({}))["backend"], "webgpu", "{ms} ms");
    }
    let site = Site::open(&index("cpu"), true);
    change_quickly(&site, 30, &names, &[0, 30, 250, 5, 120]);
    site.quiet();
}

#[test]
fn a_divergence_is_answered_by_the_learners_own_rate_and_by_undo() {
    let site = Site::open(&index("cpu"), true);
    for undo in [false, true] {
        site.call("load", json!("plane"));
        site.call("step", json!({ "n": 100 }));
        site.call("set", json!({ "training.learning_rate": 30 }));
        site.page.click("play").unwrap();
        wait(&site, "document.querySelector('[data-testid=recover-slower]')");
        if undo {
            site.page.run("document.body.focus()").unwrap();
            site.page.press_key("Control+z").unwrap();
        } else {
            site.call("set", json!({ "training.learning_rate": 0.01 }));
        }
        wait(&site, "!document.querySelector('[data-testid=notice]')");
        let rate = site.experiment().training.learning_rate;
        assert!(rate < 0.05, "{rate}");
        let step = site.metric("step");
        assert!(step >= 90.0, "it stands where it was good: {step}");
        site.page.click("play").unwrap();
        wait(
            &site,
            &format!("minibatch.call('metrics').then(m => m.step > {} && m.train_loss < 10)", step + 50.0),
        );
        site.call("pause", json!({}));
        let now = site.call("metrics", json!({}));
        assert!((now["learning_rate"].as_f64().unwrap() - f64::from(rate)).abs() < 1e-6, "{now}");
    }
}

#[test]
fn the_reported_divergences_come_back_and_show_a_picture() {
    let hash = "#v=1&data=spiral&lr=0.3&l2=10";
    for backend in ["cpu", "webgpu"] {
        let site = Site::open(&format!("{}{hash}", index(backend)), true);
        site.call("set", json!({ "training.l2": 10, "training.learning_rate": 0.3 }));
        for press in 0.. {
            site.page.click("play").unwrap();
            wait(
                &site,
                "document.querySelector('[data-testid=recover-slower]') || minibatch.call('metrics').then(m => m.step > 400)",
            );
            if site.page.eval::<bool>("!document.querySelector('[data-testid=recover-slower]')").unwrap() {
                break;
            }
            assert!(press < 4, "{backend}: it diverges again and again");
            site.page.click("recover-slower").unwrap();
            wait(&site, "!document.querySelector('[data-testid=notice]')");
        }
        site.call("pause", json!({}));
        let rows = site.call("predict", json!({ "points": [[0, 0], [3, 3]] }));
        assert!(rows[0][0].as_f64().is_some_and(f64::is_finite), "{backend}: {rows}");
    }
}

#[test]
fn a_fatal_notice_stays_until_it_is_answered() {
    let site = Site::open(&index("webgpu"), true);
    // While it is paused, and at once.
    site.page.run("workers.at(-1).postMessage(JSON.stringify({do: 'lose-device'}))").unwrap();
    wait(&site, "document.querySelector('[data-testid=restart]')");
    let text = told(&site);
    assert!(text.contains("anew") && !text.contains("last weights"), "the truth: {text}");
    let refused = site.refused("probes", json!({}));
    assert!(refused.to_lowercase().contains("lost"), "{refused}");
    assert!(site.refused("step", json!({ "n": 1 })).to_lowercase().contains("lost"));
    site.page.run("minibatch.call('set', {'data.noise': 999}).catch(() => 0)").unwrap();
    site.page.fill("#import-text", "x").ok();
    assert!(site.page.text("restart").is_ok(), "its button is there");
    // A second time at once, other ways are offered; and a mended experiment takes the notice away.
    site.page.click("restart").unwrap();
    wait(
        &site,
        "!document.querySelector('[data-testid=notice]') && minibatch.call('state').then(s => s.loaded)",
    );
    site.page.run("workers.at(-1).postMessage(JSON.stringify({do: 'lose-device'}))").unwrap();
    wait(&site, "document.querySelector('[data-testid=restart-cpu]')");
    site.call("load", json!("xor"));
    wait(&site, "!document.querySelector('[data-testid=notice]')");
    site.call("step", json!({ "n": 3 }));
    site.page.run("workers.at(-1).postMessage(JSON.stringify({do: 'lose-device'}))").unwrap();
    wait(&site, "document.querySelector('[data-testid=restart-cpu]')");
    site.page.click("restart-cpu").unwrap();
    wait(&site, "minibatch.call('state').then(s => s.loaded && s.backend == 'cpu')");
    site.call("step", json!({ "n": 3 }));
    assert_eq!(site.metric("step"), 3.0);
}

#[test]
fn after_a_worker_falls_another_has_the_same_experiment() {
    let site = Site::open(&index("cpu"), true);
    site.call("load", json!("xor"));
    site.call("step", json!({ "n": 3 }));
    let fall = "workers.at(-1).postMessage(JSON.stringify({do: 'panic'}))";
    site.page.run(fall).unwrap();
    wait(&site, "workers.length == 2 && minibatch.call('state').then(s => s.loaded)");
    assert!(told(&site).contains("started again"), "{}", told(&site));
    assert_eq!(site.call("state", json!({}))["experiment"]["data"]["kind"], "xor");
    site.call("step", json!({ "n": 2 }));
    assert_eq!(site.metric("step"), 2.0);
    site.page.run(fall).unwrap();
    wait(&site, "document.querySelector('[data-testid=restart-default]')");
    assert_eq!(site.page.eval::<u32>("workers.length").unwrap(), 2, "no loop");
    site.page.click("restart-default").unwrap();
    wait(&site, "minibatch.call('state').then(s => s.loaded && s.experiment.data.kind == 'circle')");
    site.call("step", json!({ "n": 1 }));
}

/// Breaks where the page does not hand the files on to the worker that comes after.
#[test]
fn ones_own_images_outlive_a_worker() {
    let site = Site::open(&index("cpu"), true);
    site.call("load", json!("digits"));
    site.drop_files(&light_and_dark());
    let own = "minibatch.call('state').then(s => s.loaded && s.experiment.model?.samples.kind == 'own')";
    wait(&site, own);
    site.call("set", json!({ "training.learning_rate": 0.0025 }));
    site.call("step", json!({ "n": 5 }));
    let (before, loss) = (site.call("state", json!({}))["experiment"].clone(), site.metric("train_loss"));
    site.page.run("workers.at(-1).postMessage(JSON.stringify({do: 'panic'}))").unwrap();
    wait(&site, &format!("workers.length == 2 && {own}"));
    assert!(told(&site).contains("started again"), "{}", told(&site));
    assert_eq!(site.call("state", json!({}))["experiment"], before);
    site.call("step", json!({ "n": 5 }));
    assert_eq!(site.metric("train_loss"), loss, "it is the same run once more");
    // Another experiment, another worker, and back.
    site.call("load", json!("shapes"));
    site.page.run("workers.at(-1).postMessage(JSON.stringify({do: 'panic'}))").unwrap();
    wait(&site, "document.querySelector('[data-testid=restart]')");
    site.page.click("restart").unwrap();
    wait(&site, "minibatch.call('state').then(s => s.loaded)");
    site.page.run("document.activeElement.blur()").unwrap();
    site.page.press_key("Control+z").unwrap();
    wait(&site, "minibatch.call('state').then(s => s.experiment.model?.samples.kind == 'own')");
    wait(&site, "minibatch.call('step', { n: 1 }).then(() => true, () => false)");
    assert_eq!(site.call("state", json!({}))["experiment"]["model"]["samples"]["kind"], "own");
}

/// The files of one's own images are on their way to another worker, and take their time, when the learner picks something
/// else: what comes back late builds nothing.
#[test]
fn files_that_come_back_late_take_nothing_away() {
    let site = Site::open(&index("cpu"), true);
    site.call("load", json!("digits"));
    site.drop_files(&light_and_dark());
    wait(&site, "minibatch.call('state').then(s => s.loaded && s.experiment.model?.samples.kind == 'own')");
    let slow = "{ const own = Blob.prototype.arrayBuffer; window.read = 0; Blob.prototype.arrayBuffer = async function () {
        await new Promise(done => setTimeout(done, 1500)); read++; return own.call(this); }; }";
    site.page.run(slow).unwrap();
    site.page.run("workers.at(-1).postMessage(JSON.stringify({do: 'panic'}))").unwrap();
    wait(&site, "workers.length == 2");
    site.call("load", json!("xor"));
    site.call("step", json!({ "n": 3 }));
    wait(&site, "window.read == 2");
    // As long as a rebuild would take to be seen.
    std::thread::sleep(Duration::from_millis(1000));
    let state = site.call("state", json!({}));
    assert_eq!(state["experiment"]["data"]["kind"], "xor");
    assert_eq!((&state["loaded"], site.metric("step")), (&json!(true), 3.0), "the run stands as it stood");
    site.call("step", json!({ "n": 1 }));
}

/// Memory that grew for files that are refused comes back: at once where nothing is trained that would be lost, else with the
/// next experiment.
#[test]
fn a_worker_that_files_have_swollen_gives_way_to_another() {
    let site = Site::open(&index("cpu"), true);
    // As much as may be unpacked, all zeros, and no file of a kind that is known.
    let pack = "(async () => { const zeros = new Uint8Array(16 << 20); let n = 32;
        const all = new ReadableStream({ pull(c) { n-- > 0 ? c.enqueue(zeros) : c.close(); } });
        window.large = await new Response(all.pipeThrough(new CompressionStream('gzip'))).arrayBuffer(); return large.byteLength; })()";
    let size: u64 = site.page.eval(pack).unwrap();
    assert!(size < 1 << 20, "{size} bytes");
    let large = "(() => { const data = new DataTransfer(); data.items.add(new File([window.large], 'large.gz'));
        document.querySelector('.page').dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })); })()";
    let refused = "document.querySelector('[data-testid=notice]')?.innerText.includes('large')";
    site.page.run(large).unwrap();
    wait(&site, refused);
    wait(&site, "workers.length == 2 && minibatch.call('state').then(s => s.loaded)");
    let heap = |site: &Site| site.call("memory", json!({}))["heap"].as_u64().unwrap();
    assert!(heap(&site) < 128 << 20, "{} bytes", heap(&site));
    site.call("step", json!({ "n": 3 }));
    site.page.click("[data-testid=notice] button").unwrap();
    site.page.run(large).unwrap();
    wait(&site, refused);
    assert!(heap(&site) > 512 << 20, "{} bytes", heap(&site));
    site.call("step", json!({ "n": 1 }));
    assert_eq!(site.metric("step"), 4.0, "what was trained is kept");
    site.call("load", json!("xor"));
    assert!(heap(&site) < 128 << 20, "{} bytes", heap(&site));
    site.call("step", json!({ "n": 1 }));
    site.quiet();
}

#[test]
fn more_points_than_an_address_holds_outlive_a_panic_of_the_page() {
    let site = Site::open(&index("cpu"), true);
    let points: Vec<_> = (0..600).map(|i| json!({ "x": f64::from(i % 30) / 5.0 - 3.0, "y": f64::from(i / 30) / 5.0 - 2.0, "label": i % 2 })).collect();
    site.call("load", json!({ "experiment": { "data": { "kind": "own", "points": points } } }));
    site.page.run("window.before = true; minibatch.call('fail'); 0").unwrap();
    wait(&site, "!window.before && window.minibatch");
    site.ready();
    let data = &site.call("state", json!({}))["experiment"]["data"];
    assert_eq!((&data["kind"], data["points"].as_array().map(Vec::len)), (&json!("own"), Some(600)));
}

#[test]
fn after_a_panic_the_page_comes_back_with_the_same_experiment() {
    for path in ["/index.html?backend=cpu", "/embed.html?backend=cpu"] {
        let site = Site::open(path, true);
        site.call("load", json!({ "experiment": { "data": { "kind": "gauss" }, "seed": 77 } }));
        site.page.run("window.before = true; minibatch.call('fail'); 0").unwrap();
        wait(&site, "!window.before && window.minibatch");
        site.ready();
        let state = site.call("state", json!({}));
        assert_eq!(
            (&state["experiment"]["data"]["kind"], &state["experiment"]["seed"]),
            (&json!("gauss"), &json!(77)),
            "{path}"
        );
        assert!(told(&site).contains("loaded again"), "{path}: {}", told(&site));
        site.page.run("window.before = true; minibatch.call('fail'); 0").unwrap();
        wait(&site, "document.querySelector('[data-testid=fault] button')");
        assert!(site.page.eval::<bool>("window.before").unwrap(), "{path}: no loop");
        site.page.click("[data-testid=fault] button").unwrap();
        wait(&site, "!window.before && window.minibatch");
        site.ready();
        assert_eq!(site.call("state", json!({}))["experiment"]["seed"], 77, "{path}");
    }
}

#[test]
fn a_window_of_any_width_draws_or_waits() {
    let site = Site::open(&index("cpu"), true);
    // A third of them each time, of every family; all in `--long`.
    let every = if cfg!(feature = "long") { 1 } else { 3 };
    for (i, preset) in PRESETS.iter().enumerate().step_by(every) {
        let page = ["index.html", "embed.html"][i % 2];
        site.page.set_viewport([1, 120, 280][i % 3], 400, 1.0, false).unwrap();
        let url = format!("/{page}?backend=cpu&view=full&n={i}#v=1&preset={}", preset.name);
        site.page.navigate(&site.server.url(&url)).unwrap();
        site.page.wait_for("window.minibatch", READY).unwrap();
        site.ready();
        site.call("step", json!({ "n": 2 }));
        site.call("play", json!({}));
        for width in [280, 1, 333, 1280] {
            site.page.set_viewport(width, 400, 1.0, false).unwrap();
            std::thread::sleep(Duration::from_millis(120));
        }
        let errors = site.page.console_errors();
        assert!(errors.is_empty(), "{}: {errors:?}", preset.name);
        assert!(!site.page.eval::<bool>("window.name.includes('fault')").unwrap(), "{}", preset.name);
    }
    // A frame of no width at all, that gets one.
    let frames: Vec<String> = ["r2", "digits", "spiral", "language"]
        .iter()
        .map(|p| format!("<iframe width=0 height=300 src='embed.html?backend=cpu&preset={p}'></iframe>"))
        .collect();
    site.page.run(&format!("document.body.innerHTML = {}", json!(frames.join("")))).unwrap();
    let frame = "[...document.querySelectorAll('iframe')].every(f => f.contentWindow.minibatch)";
    site.page.wait_for(frame, READY).unwrap();
    site.page
        .run("for (const f of document.querySelectorAll('iframe')) f.contentWindow.minibatch.call('play')")
        .unwrap();
    std::thread::sleep(Duration::from_secs(2));
    site.page.run("for (const f of document.querySelectorAll('iframe')) f.width = 700").unwrap();
    std::thread::sleep(Duration::from_secs(1));
    site.quiet();
}

#[test]
fn a_field_that_goes_away_while_it_has_the_focus_is_no_fault() {
    let site = Site::open(&index("cpu"), true);
    let page = &site.page;
    let mut met = 0;
    for preset in ["r2", "digits", "brackets", "language"] {
        site.call("load", json!(preset));
        page.click("#tab-layers").unwrap();
        let layers: Vec<String> =
            page.eval("[...document.querySelectorAll('.layers button[id^=layer-]')].map(b => b.id)").unwrap();
        for (i, layer) in layers.iter().enumerate().take(5) {
            page.run(&format!("document.getElementById('{layer}').focus()")).unwrap();
            page.press_key("Enter").unwrap();
            let field = "document.querySelector('[id^=layer-setting-]:is([type=text])')";
            if page.wait_for(field, Duration::from_secs(2)).is_err() {
                continue;
            }
            // Typed by hand, so that the browser itself has a change to tell of.
            page.run(&format!("{field}.focus(); {field}.select()")).unwrap();
            page.type_text("7").unwrap();
            page.press_key(["Enter", "Escape"][i % 2]).unwrap();
            wait(&site, &format!("!{field}"));
            met += 1;
        }
    }
    assert!(met > 5, "only {met} fields were met");
    site.call("load", json!("digits"));
    site.call("step", json!({ "n": 1 }));
    site.quiet();
}
