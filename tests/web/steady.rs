//! A minute at full speed: nothing grows, and the page stays quick.

use std::time::Duration;

use minibatch_tests::browser::alone;
use serde_json::json;

use crate::site::{READY, Site, index};

/// How long it plays. Ten minutes were run by hand; see docs/benchmarks.md.
const PLAY: Duration = Duration::from_secs(if cfg!(feature = "long") { 600 } else { 60 });

/// Adds up the time of frame callbacks and message handlers, frame by frame.
const STOPWATCH: &str = "{
    window.frames_ms = []; let spent = 0;
    const timed = f => function (...a) { const t = performance.now(); try { return f.apply(this, a); } finally { spent += performance.now() - t; } };
    const raf = window.requestAnimationFrame.bind(window);
    window.requestAnimationFrame = f => raf(timed(f));
    let own = Worker.prototype;
    while (!Object.hasOwn(own, 'onmessage')) own = Object.getPrototypeOf(own);
    const set = Object.getOwnPropertyDescriptor(own, 'onmessage').set;
    Object.defineProperty(own, 'onmessage', { set(f) { set.call(this, f && timed(f)); } });
    const add = Worker.prototype.addEventListener;
    Worker.prototype.addEventListener = function (type, f, o) { return add.call(this, type, type === 'message' ? timed(f) : f, o); };
    const tick = () => { frames_ms.push(spent); spent = 0; raf(tick); }; raf(tick);
}";

/// The most script a frame may take, in milliseconds.
const WORST_MS: f64 = 50.0;

/// The script time of each frame while it plays, sorted.
fn watch(site: &Site) -> Vec<f64> {
    site.page.run("frames_ms.length = 0").unwrap();
    std::thread::sleep(PLAY);
    let mut frames: Vec<f64> = site.page.eval("frames_ms.splice(0)").unwrap();
    frames.sort_by(f64::total_cmp);
    frames
}

#[test]
fn a_minute_at_full_speed_grows_nothing_and_keeps_the_page_quick() {
    alone();
    let site = Site::open(&index("webgpu"), true);
    site.page.set_init_script(STOPWATCH).unwrap();
    site.page.navigate(&site.server.url("/index.html?backend=webgpu#v=1&preset=spiral")).unwrap();
    site.page.reload().unwrap();
    site.ready();
    site.call("speed", json!(null));
    site.call("play", json!({}));
    site.page.wait_for("minibatch.call('metrics').then(m => m.step > 50)", READY).unwrap();
    std::thread::sleep(Duration::from_secs(10));
    let weigh = || {
        site.page.collect_garbage().unwrap();
        let heap = site.page.metrics().unwrap()["JSHeapUsedSize"];
        let memory = site.call("memory", json!({}));
        let nodes = site.page.metrics().unwrap()["Nodes"];
        let of = |name: &str| memory[name].as_f64().unwrap();
        (heap, of("buffers"), of("bytes"), nodes, of("heap"))
    };
    let (before, step) = (weigh(), site.metric("step"));
    let frames = watch(&site);
    let after = weigh();
    let steps = site.metric("step") - step;
    assert!(steps > 100.0, "only {steps} steps in {PLAY:?}");
    assert!(frames.len() > 60, "only {} frames in {PLAY:?}", frames.len());
    let (median, worst) = (frames[frames.len() / 2], frames[frames.len() - 1]);
    let p99 = frames[frames.len() * 99 / 100];
    eprintln!(
        "{steps} steps, {} frames in {PLAY:?}; script a frame: median {median:.2} ms, 99% {p99:.2} ms, most {worst:.2} ms; \
         before {before:?}, after {after:?} (heap bytes, buffers, buffer bytes, nodes, engine bytes)",
        frames.len()
    );
    assert!(median < 8.0, "median {median} ms of script a frame");
    assert!(worst < WORST_MS, "{worst} ms of script in one frame");
    // Staging buffers come and go with the submits under way; a leak would show as thousands.
    assert!(after.1 <= before.1 + 4.0, "from {} to {} buffers on the device", before.1, after.1);
    assert!(after.2 <= before.2 * 1.1 + 65_536.0, "from {} to {} bytes on the device", before.2, after.2);
    assert!(after.0 < before.0 + 2e6, "the page's heap grew from {} to {} bytes", before.0, after.0);
    assert!(after.3 < before.3 + 100.0, "the page's nodes grew from {} to {}", before.3, after.3);
    assert!(after.4 <= before.4 + 1e6, "the engine's memory grew from {} to {} bytes", before.4, after.4);
    site.quiet();
}
