//! The first load: what comes beside what, under a strict policy, packed, and never a mixture of two versions.

use std::fs;
use std::path::Path;
use std::time::Duration;

use minibatch_tests::browser::{Browser, BrowserOptions, Page};
use minibatch_tests::server::{self, Server};
use serde_json::json;
use xtask::server::is_named_by_content;

use crate::site::{READY, Site};

const SOON: Duration = Duration::from_secs(20);

/// Notes when each worker is made, and when the page's code is ready to run; where `mute` is set a worker never says a word.
fn workers(mute: bool) -> String {
    format!(
        "{{ const Own = Worker; window.made = []; window.Worker = class extends Own {{ constructor(...a) {{ super(...a);
            made.push(performance.now()); if ({mute}) this.terminate(); }} }};
            const own = WebAssembly.instantiateStreaming;
            WebAssembly.instantiateStreaming = async (...a) => {{ const r = await own(...a); window.ready = performance.now(); return r; }}; }}"
    )
}

/// The page where [`workers`] watches.
fn watched(mute: bool) -> (Server, Browser, Page) {
    let server = server::serve(server::dist());
    let browser = Browser::launch(BrowserOptions { webgpu: false }).unwrap();
    let page = browser.blank().unwrap();
    page.set_init_script(&workers(mute)).unwrap();
    page.navigate(&server.url("/index.html?backend=cpu")).unwrap();
    (server, browser, page)
}

/// Breaks where the engine is asked for only by the page, once that is there.
#[test]
fn the_engine_is_fetched_beside_the_page() {
    let (_server, _browser, page) = watched(false);
    page.wait_for("window.minibatch", READY).unwrap();
    page.run("minibatch.ready").unwrap();
    let [made, ready, n]: [f64; 3] = page.eval("[made[0], ready, made.length]").unwrap();
    assert!(made < ready, "the worker was made at {made:.0} ms, the page's code was ready at {ready:.0}");
    assert_eq!(n, 1.0, "the page takes over the worker that was started for it");
}

/// Breaks where the page waits for the engine before it shows itself, or before it hears the learner.
#[test]
fn the_page_is_there_and_hears_before_the_engine_does() {
    let (_server, _browser, page) = watched(true);
    page.wait_for("document.querySelector('.network-stage canvas')", SOON).unwrap();
    page.run("document.querySelector('[data-area=images]').click()").unwrap();
    page.wait_for("document.querySelector('[data-area=images]').ariaCurrent == 'true'", SOON).unwrap();
    assert!(
        page.eval::<bool>("location.hash.includes('digits') || document.body.innerText.includes('Digits')")
            .unwrap()
    );
}

/// No script stands within a page, so a host may forbid those.
#[test]
fn every_page_runs_under_a_policy_that_forbids_scripts_within_pages() {
    let policy =
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'self'; img-src 'self' data:;
        script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'\">";
    let dist = xtask::build::dist();
    for name in ["index.html", "embed.html", "pair.html", "bench.html"] {
        let text = fs::read_to_string(dist.join(name)).unwrap();
        let strict = text.replacen("<head>", &format!("<head>{policy}"), 1);
        let site = server::dist().with(&format!("/{name}"), strict);
        let (path, there) = match name {
            "pair.html" => (
                "#left=preset%3Dxor&right=preset%3Dxor",
                "document.querySelector('[data-testid=play]')?.disabled === false",
            ),
            "bench.html" => ("?workload=mlp-2d&backend=cpu&seconds=0.1", "window.result?.ok"),
            _ => ("?backend=cpu", "window.minibatch"),
        };
        let site = Site::open_early(&format!("/{name}{path}"), false, site);
        site.page.wait_for(there, READY).unwrap_or_else(|error| panic!("{name}: {error}"));
        if there == "window.minibatch" {
            site.ready();
            site.call("step", json!({ "n": 2 }));
        }
        site.quiet();
    }
}

/// What a server may send in the place of a file stands beside it, and is smaller; all but pages are named by what they hold.
#[test]
fn every_file_is_packed_and_named_by_what_it_holds() {
    let names = |ending: &str| -> Vec<String> {
        let entries = fs::read_dir(xtask::build::dist()).unwrap().flatten();
        let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        names.filter(|name| name.ends_with(ending)).collect()
    };
    let plain: Vec<String> =
        names("").into_iter().filter(|n| !n.ends_with(".br") && !n.ends_with(".gz")).collect();
    assert!(plain.len() >= 10, "{plain:?}");
    let size = |name: &str| fs::metadata(xtask::build::dist().join(name)).map_or(u64::MAX, |data| data.len());
    for name in &plain {
        let [whole, br, gz] = [size(name), size(&format!("{name}.br")), size(&format!("{name}.gz"))];
        assert!(br < whole && gz < whole && br <= gz, "{name}: {whole}, {br} and {gz} bytes");
        let by_content = is_named_by_content(Path::new(name));
        assert!(
            by_content || name.ends_with(".html"),
            "{name} may be kept by a browser, and be another's tomorrow"
        );
    }
    assert_eq!(names(".br").len(), plain.len());
}
