//! The page in other browsers than Chromium: Firefox with WebGPU, which it tells of ten times a second, and WebKit, which has
//! none. Run by `cargo xtask test --long browsers`, which installs both.

use std::time::{Duration, Instant};

use minibatch_tests::browser::{Error, Firefox, WebKit, alone};
use minibatch_tests::server::{self, Server};
use serde_json::{Value, json};

use crate::bench::{bits_path, differing};

const SOON: Duration = Duration::from_secs(60);
const LONG: Duration = Duration::from_secs(600);
/// One of each area, with what is drawn of it.
const AREAS: [(&str, &str); 4] = [
    ("spiral", ".output-heat"),
    ("digits", "[data-testid=stacks] canvas, [data-testid=stacks]"),
    ("parity", "[data-testid=lanes]"),
    ("language", "[data-testid=lanes]"),
];

/// A browser, as these tests ask it: scripts in, values out.
struct Asked<'a>(&'a dyn Fn(&str, Duration) -> Result<Value, Error>);

impl Asked<'_> {
    fn eval(&self, script: &str) -> Value {
        (self.0)(script, LONG).unwrap()
    }

    fn wait(&self, condition: &str, within: Duration) {
        let begun = Instant::now();
        while (self.0)(&format!("!!({condition})"), SOON).ok() != Some(json!(true)) {
            assert!(begun.elapsed() < within, "not within {} s: {condition}", within.as_secs());
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// What it computes on the CPU has the bits that it has natively.
    fn bits(&self) {
        self.wait("window.result", LONG);
        let differ = differing(&self.eval("window.result"));
        assert!(differ.is_empty(), "{differ:#?}");
    }

    /// Every area is built, drawn and trained; how many steps a second each made.
    fn areas(&self, backend: &str, seconds: f64) {
        self.wait("window.minibatch", SOON);
        self.eval("minibatch.ready.then(() => true)");
        for (preset, drawn) in AREAS {
            let begun = Instant::now();
            self.eval(&format!(
                "minibatch.call('load', {}).then(() => minibatch.call('speed', {{}}))",
                json!(preset)
            ));
            let built = begun.elapsed();
            self.wait(
                &format!("document.querySelector({})?.getBoundingClientRect().width > 50", json!(drawn)),
                SOON,
            );
            let run = format!(
                "(async () => {{ const from = performance.now(); await minibatch.call('play');
                   await new Promise(done => setTimeout(done, {})); await minibatch.call('pause');
                   const m = await minibatch.call('metrics'); return [m.step, performance.now() - from, m.backend, m.train_loss]; }})()",
                1000.0 * seconds
            );
            let told = self.eval(&run);
            let [steps, ms, loss] = [0, 1, 3].map(|i| told[i].as_f64().unwrap_or(f64::NAN));
            eprintln!(
                "{preset}: built in {:.1} s, {:.1} steps/s on {}",
                built.as_secs_f64(),
                1000.0 * steps / ms,
                told[2]
            );
            assert_eq!(told[2], backend, "{preset}");
            assert!(steps >= 1.0 && loss.is_finite(), "{preset}: {told}");
        }
    }
}

fn site() -> Server {
    server::serve(server::dist())
}

#[test]
fn firefox_trains_every_area_on_webgpu_at_a_steady_pace() {
    alone();
    let (server, firefox) = (site(), Firefox::launch().unwrap());
    firefox.navigate(&server.url("/index.html?backend=webgpu")).unwrap();
    let eval = |script: &str, within| firefox.eval(script, within);
    let asked = Asked(&eval);
    asked.areas("webgpu", 8.0);
    // The steps of each two seconds, once it has its pace: submits are told by tenths of a second, and some hold an evaluation.
    for preset in ["spiral", "m2"] {
        asked.eval(&format!(
            "minibatch.call('load', {}).then(() => minibatch.call('speed', {{}}))",
            json!(preset)
        ));
        let each = asked.eval(
            "(async () => { await minibatch.call('play'); const rest = () => new Promise(done => setTimeout(done, 2000));
               await rest(); await rest(); const all = []; let last = (await minibatch.call('metrics')).step;
               for (let i = 0; i < 6; i++) { await rest(); const now = (await minibatch.call('metrics')).step; all.push(now - last); last = now; }
               await minibatch.call('pause'); return all; })()",
        );
        let each: Vec<f64> = serde_json::from_value(each).unwrap();
        let (least, most) = each.iter().fold((f64::INFINITY, 0.0f64), |(a, b), &n| (a.min(n), b.max(n)));
        eprintln!("{preset}: {each:?} steps in two seconds each");
        assert!(least > 0.5 * most, "{preset}: {each:?} steps in two seconds each");
    }
    let errors = firefox.console_errors();
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn the_bits_are_the_same_in_firefox() {
    let (server, firefox) = (site(), Firefox::launch().unwrap());
    firefox.navigate(&server.url(&bits_path())).unwrap();
    let eval = |script: &str, within| firefox.eval(script, within);
    Asked(&eval).bits();
}

#[test]
fn webkit_trains_every_area_on_the_cpu() {
    alone();
    let (server, webkit) = (site(), WebKit::launch().unwrap());
    webkit.navigate(&server.url("/index.html?backend=cpu")).unwrap();
    let eval = |script: &str, within| webkit.eval(script, within);
    Asked(&eval).areas("cpu", 8.0);
}

#[test]
fn the_bits_are_the_same_in_webkit() {
    let (server, webkit) = (site(), WebKit::launch().unwrap());
    webkit.navigate(&server.url(&bits_path())).unwrap();
    let eval = |script: &str, within| webkit.eval(script, within);
    Asked(&eval).bits();
}
