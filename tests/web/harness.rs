//! The harness itself: what every other browser test takes for granted.

use std::path::Path;
use std::time::Duration;

use minibatch_tests::browser::{Browser, BrowserOptions, Error, Page};
use minibatch_tests::server::{self, FOLDER, Server};

/// Buttons and fields that write down what happens to them, and a worker that answers questions.
const PAGE: &str = r#"<!doctype html><meta charset="utf-8"><title>harness</title><link rel="icon" href="data:,">
<style>body { margin: 0; height: 3000px } #pad { width: 200px; height: 100px } #cover { position: fixed; inset: 0 0 auto auto }
  #cover, #under { width: 80px; height: 40px } #under { position: absolute; right: 0; top: 0 }</style>
<div id="pad"></div><button data-testid="play">Play</button><input id="name"><input type="range" id="rate" min="0" max="9">
<button id="under">under</button><div id="cover"></div><button id="far" style="position:absolute;top:2500px">far</button>
<script>
  window.seen = [];
  const note = text => seen.push(text);
  document.querySelector('[data-testid=play]').onclick = e => note('click ' + e.isTrusted);
  document.querySelector('#far').onclick = () => note('far');
  document.onkeydown = e => note(`key ${e.shiftKey ? 'Shift+' : ''}${e.key} ${e.code}`);
  document.querySelector('#rate').oninput = e => note('rate ' + e.target.value);
  const pad = document.querySelector('#pad');
  pad.onpointermove = e => e.buttons && note(`drag ${e.offsetX} ${e.offsetY}`);
  pad.ondragover = e => e.preventDefault();
  pad.ondrop = async e => { e.preventDefault(); note('file ' + await e.dataTransfer.files[0].text()) };
  window.ask = question => new Promise(resolve => {
    const worker = new Worker('worker.js');
    worker.onmessage = e => resolve(e.data);
    worker.postMessage(question);
  });
</script>"#;

/// Evaluates what it is sent, and posts the value.
const WORKER: &str = "onmessage = async e => postMessage(await eval(e.data))";

/// Resolves to whether there is an adapter; the page's and the worker's question alike.
const ADAPTER: &str = "(async () => Boolean(navigator.gpu && await navigator.gpu.requestAdapter()))()";

fn site() -> Server {
    let site = server::folder(Path::new(env!("CARGO_MANIFEST_DIR")));
    let site = site.with("/page.html", PAGE).with("/worker.js", WORKER);
    server::serve(site.with("/some/folder/page.html", PAGE).with("/some/folder/worker.js", WORKER))
}

fn seen(page: &Page) -> Vec<String> {
    page.eval("seen.splice(0)").unwrap()
}

#[test]
fn a_page_is_driven_as_a_user_would() {
    let site = site();
    let browser = Browser::launch(BrowserOptions::default()).unwrap();
    let page = browser.blank().unwrap();
    page.set_init_script("window.first = true").unwrap();
    page.navigate(&site.url("/page.html")).unwrap();
    assert_eq!(page.eval::<(bool, String)>("[first, document.title]").unwrap(), (true, "harness".into()));

    page.click("play").unwrap();
    assert_eq!(seen(&page), ["click true"]);
    page.click("#far").unwrap();
    assert_eq!(seen(&page), ["far"], "an element far down is scrolled to");
    page.run("scrollTo(0, 0)").unwrap();

    page.press_key("Shift+Tab").unwrap();
    page.press_key("a").unwrap();
    page.press_key("ArrowLeft").unwrap();
    assert_eq!(seen(&page), ["key Shift+Tab Tab", "key a KeyA", "key ArrowLeft ArrowLeft"]);
    page.run("document.querySelector('[data-testid=play]').focus()").unwrap();
    page.press_key("Space").unwrap();
    assert_eq!(seen(&page), ["key   Space", "click true"], "space presses the focused button");

    page.click("#name").unwrap();
    page.type_text("spiral").unwrap();
    assert_eq!(page.eval::<String>("document.querySelector('#name').value").unwrap(), "spiral");
    page.fill("#rate", "7").unwrap();
    assert_eq!(seen(&page), ["rate 7"]);
    assert!(page.fill("#rate", "70").unwrap_err().to_string().contains("\"9\""), "the slider ends at 9");
    assert_eq!(seen(&page), ["rate 9"]);
    page.drag((10.0, 20.0), (110.0, 60.0), 2).unwrap();
    assert_eq!(seen(&page), ["drag 60 40", "drag 110 60"]);
    page.drop_file("#pad", "points.csv", "text/csv", "1,2,0").unwrap();
    page.wait_for("seen[0] === 'file 1,2,0'", Duration::from_secs(5)).unwrap();

    page.set_viewport(390, 844, 2.0, true).unwrap();
    page.tap("play").unwrap();
    page.wait_for("seen.at(-1) === 'click true'", Duration::from_secs(5)).unwrap();
}

#[test]
fn what_fails_says_so() {
    let site = site();
    let browser = Browser::launch(BrowserOptions::default()).unwrap();
    let page = browser.page(&site.url(&format!("{FOLDER}page.html"))).unwrap();
    assert_eq!(page.console_errors(), [], "a page without faults has none");

    let thrown = page.run("Promise.reject(new Error('no such layer'))").unwrap_err();
    assert!(matches!(&thrown, Error::Script { thrown, .. } if thrown.contains("no such layer")), "{thrown}");
    let value = page.eval::<u32>("'seven'").unwrap_err();
    assert!(matches!(&value, Error::Value { value, .. } if value == "\"seven\""), "{value}");
    assert!(page.eval::<Option<f64>>("NaN").unwrap().is_none());
    let missing = page.click("pause").unwrap_err().to_string();
    assert!(missing.contains("no element [data-testid=\"pause\"]"), "{missing}");
    let covered = page.click("#under").unwrap_err().to_string();
    assert!(covered.contains("id=\"cover\""), "{covered}");
    let late = page.wait_for("window.never", Duration::from_millis(200)).unwrap_err();
    assert!(matches!(&late, Error::Timeout { what, .. } if what.contains("window.never")), "{late}");

    page.run("console.error('a', 1); console.log('fine'); setTimeout(() => { throw new Error('late') })")
        .unwrap();
    page.run("fetch('no-such-file')").unwrap();
    let in_worker = "console.error('from the worker'); setTimeout(() => { throw new Error('worker fell') })";
    page.run(&format!("ask({in_worker:?})")).unwrap();
    page.wait_for("new Promise(r => setTimeout(() => r(true), 300))", Duration::from_secs(5)).unwrap();
    let errors: Vec<String> = page.console_errors().iter().map(ToString::to_string).collect();
    for part in ["[error] a 1", "late", "no-such-file", "[worker error] from the worker", "worker fell"] {
        assert!(errors.iter().any(|error| error.contains(part)), "{part} is not in {errors:#?}");
    }
    assert!(!errors.iter().any(|error| error.contains("fine")), "{errors:#?}");
}

#[test]
fn a_page_looks_as_it_is_told() {
    let site = site();
    let browser = Browser::launch(BrowserOptions::default()).unwrap();
    let page = browser.page(&site.url("/page.html")).unwrap();
    let look =
        "[innerWidth, innerHeight, devicePixelRatio, matchMedia('(prefers-color-scheme: dark)').matches]";
    page.set_color_scheme("dark").unwrap();
    assert_eq!(page.eval::<(u32, u32, f64, bool)>(look).unwrap(), (1280, 720, 1.0, true));
    page.set_color_scheme("light").unwrap();
    page.set_viewport(480, 270, 2.0, false).unwrap();
    assert_eq!(page.eval::<(u32, u32, f64, bool)>(look).unwrap(), (480, 270, 2.0, false));

    let picture = std::env::temp_dir().join(format!("minibatch-harness-{}.png", std::process::id()));
    page.screenshot(&picture).unwrap();
    let png = std::fs::read(&picture).unwrap();
    std::fs::remove_file(&picture).unwrap();
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    assert_eq!(png[16..24], [0, 0, 3, 192, 0, 0, 2, 28], "960 x 540 device pixels");

    page.collect_garbage().unwrap();
    let before = page.metrics().unwrap();
    let busy = "window.held = new Array(1e6).fill(0).map((_, i) => ({ i }));
        for (const t = performance.now(); performance.now() < t + 100;);";
    page.run(&format!("new Promise(done => setTimeout(() => {{ {busy} done() }}))")).unwrap();
    let after = page.metrics().unwrap();
    assert!(after["ScriptDuration"] - before["ScriptDuration"] > 0.09, "{before:?} {after:?}");
    assert!(after["JSHeapUsedSize"] - before["JSHeapUsedSize"] > 1e6, "{before:?} {after:?}");
}

#[test]
fn webgpu_is_there_or_not_as_launched() {
    let site = site();
    for webgpu in [true, false] {
        let browser = Browser::launch(BrowserOptions { webgpu }).unwrap();
        let page = browser.page(&site.url("/page.html")).unwrap();
        let in_worker = format!("ask({ADAPTER:?})");
        assert_eq!(
            page.eval::<bool>(ADAPTER).unwrap(),
            webgpu,
            "an adapter in the page, launched with webgpu {webgpu}"
        );
        assert_eq!(
            page.eval::<bool>(&in_worker).unwrap(),
            webgpu,
            "an adapter in a worker, launched with webgpu {webgpu}"
        );
    }
}

#[test]
fn a_crash_of_the_gpu_process_loses_the_device() {
    let site = site();
    let browser = Browser::launch(BrowserOptions::default()).unwrap();
    let page = browser.page(&site.url("/page.html")).unwrap();
    let device = "(async () => {
        window.device = await (await navigator.gpu.requestAdapter()).requestDevice();
        device.lost.then(info => window.lost = info.reason);
    })()";
    page.run(device).unwrap();
    assert!(page.eval::<bool>("window.lost === undefined").unwrap());
    // The GPU process is gone before it can answer, and with it sometimes the answer.
    let _ = browser.crash_gpu_process();
    page.wait_for("window.lost !== undefined", Duration::from_secs(20)).unwrap();
}
