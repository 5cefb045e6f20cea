//! The views of sequences: gates, attention, forecasts, writing; and what they cost.

use std::path::PathBuf;
use std::time::Duration;

use minibatch_tests::browser::alone;
use serde_json::json;

use crate::site::{Site, index};

const SOON: Duration = Duration::from_secs(60);

/// Opens a preset on the CPU, which shows the same as the GPU and begins sooner.
fn open(preset: &str) -> Site {
    let site = Site::open(&format!("{}#v=1&preset={preset}", index("cpu")), false);
    site.page.wait_for("document.querySelector('[data-testid=lanes]')", SOON).unwrap();
    site
}

fn wait(site: &Site, condition: &str) {
    site.page.wait_for(condition, SOON).unwrap();
}

/// The rows' names from the top.
fn lanes(site: &Site) -> Vec<String> {
    site.page.eval("[...document.querySelectorAll('.lane')].map(l => l.dataset.lane)").unwrap()
}

#[test]
fn every_gate_has_its_row_by_name_in_pytorchs_order() {
    let site = open("r2");
    let lstm = [
        "input",
        "hidden state h",
        "cell state c",
        "input gate i",
        "forget gate f",
        "candidate g",
        "output gate o",
    ];
    assert_eq!(lanes(&site), lstm);
    // Each row shows what the probes hold: the forget gate is the second of four.
    let same = "minibatch.call('probes').then(p => {
        const gates = p.inside.find(q => q.kind == 'gates'), [t, g, u] = gates.shape;
        const canvas = document.querySelector('[data-lane=\"forget gate f\"] canvas');
        const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        if (canvas.width != t || canvas.height != u) return [canvas.width, canvas.height];
        const darker = (a, b) => data[4 * (b[1] * t + b[0])] - data[4 * (a[1] * t + a[0])];
        let wrong = 0;
        for (let s = 0; s < t; s++) for (let i = 1; i < u; i++) {
            const d = gates.values[(s * g + 1) * u + i] - gates.values[(s * g + 1) * u];
            if (Math.abs(d) > 0.03 && Math.sign(d) != Math.sign(darker([s, i], [s, 0]))) wrong++;
        }
        return [wrong, t]; })";
    site.call("step", json!({ "n": 300 }));
    std::thread::sleep(Duration::from_millis(800));
    assert_eq!(
        site.page.eval::<[usize; 2]>(same).unwrap(),
        [0, 15],
        "cells that are out of order, and steps"
    );
    site.call("load", json!("r3"));
    wait(&site, "document.querySelectorAll('.lane').length == 5");
    assert_eq!(lanes(&site)[1..], ["hidden state h", "reset gate r", "update gate z", "candidate n"]);
    site.call("load", json!("echo"));
    site.call("set", json!({ "model.layers.1.cell": "rnn-tanh" }));
    wait(
        &site,
        "document.querySelector('[data-lane=prediction]') && document.querySelectorAll('.lane').length == 5",
    );
    assert_eq!(lanes(&site), ["input", "hidden state h", "output", "target", "prediction"]);
    site.quiet();
}

/// Every pixel of every map against the weight it stands for: how many differ, of how many.
const MAPS: &str = "minibatch.call('probes').then(p => {
    const style = getComputedStyle(document.documentElement);
    const hex = n => { const h = style.getPropertyValue(n).trim().slice(1);
        return [0, 2, 4].map(i => parseInt(h.slice(i, i + 2), 16)); };
    const [zero, pos, sunk] = ['--zero', '--pos', '--sunk'].map(hex);
    let wrong = 0, all = 0;
    for (const map of document.querySelectorAll('.map')) {
        const probe = p.inside[+map.dataset.probe], [rows, heads, t, s] = probe.shape, h = +map.dataset.head;
        const canvas = map.querySelector('canvas');
        const data = canvas.getContext('2d').getImageData(0, 0, s, t).data;
        for (let i = 0; i < t * s; i++) {
            const w = probe.values[h * t * s + i], hidden = CAUSAL && i % s > Math.floor(i / s);
            const want = hidden ? sunk : zero.map((z, c) => z + (pos[c] - z) * Math.sqrt(w) * 0.92);
            wrong += want.some((v, c) => Math.abs(v - data[4 * i + c]) > 2); all++;
        }
    }
    return [wrong, all]; })";

#[test]
fn attention_is_drawn_as_the_probes_have_it() {
    for (preset, causal, cells) in [("reversal", "true", 8 * 16 * 16), ("brackets", "false", 8 * 20 * 20)] {
        let site = open(preset);
        site.call("step", json!({ "n": 8 }));
        std::thread::sleep(Duration::from_millis(800));
        let found: [usize; 2] = site.page.eval(&MAPS.replace("CAUSAL", causal)).unwrap();
        assert_eq!(found, [0, cells], "{preset}: pixels that differ from their weight, and pixels");
        site.quiet();
    }
}

/// How far down the mark stands in each map, in percent.
const MARKS: &str = "[...document.querySelectorAll('.map-row')].map(r => parseFloat(r.style.top))";

#[test]
fn choosing_a_token_marks_its_row_in_every_map() {
    let site = open("reversal");
    assert!(site.page.eval::<Vec<f64>>(MARKS).unwrap().is_empty(), "nothing is chosen at first");
    site.page.run("document.querySelector('[data-testid=lanes]').focus()").unwrap();
    for _ in 0..3 {
        site.page.press_key("ArrowRight").unwrap();
    }
    let third = 100.0 * 2.0 / 16.0;
    assert_eq!(site.page.eval::<Vec<f64>>(MARKS).unwrap(), [third; 8]);
    let said: String = site.page.eval("document.querySelector('[data-testid=lanes]').ariaValueText").unwrap();
    assert!(said.contains("step 3"), "{said}");
    // By mouse: the middle of the row of tokens is step 9.
    site.page.click("[data-lane=input] canvas").unwrap();
    assert_eq!(site.page.eval::<Vec<f64>>(MARKS).unwrap(), [100.0 * 8.0 / 16.0; 8]);
    // The mark stands over the step that was clicked.
    let apart: f64 = site
        .page
        .eval(
            "(() => { const r = e => document.querySelector(e).getBoundingClientRect(), lane = r('[data-lane=input] canvas'),
              mark = r('.lanes-mark'); return Math.abs(mark.left - (lane.left + lane.width * 8 / 16)); })()",
        )
        .unwrap();
    assert!(apart < 2.0, "the mark stands {apart} pixels beside its step");
    site.page.run("document.querySelectorAll('.map')[5].focus()").unwrap();
    wait(&site, "document.querySelector('[data-testid=map-big]')");
    site.page.press_key("ArrowUp").unwrap();
    assert_eq!(site.page.eval::<Vec<f64>>(MARKS).unwrap(), [100.0 * 7.0 / 16.0; 8]);
    site.page.press_key("Escape").unwrap();
    wait(&site, "!document.querySelector('[data-testid=map-big]')");
    site.quiet();
}

#[test]
fn a_sample_of_ones_own_is_shown_or_kindly_refused() {
    let site = open("brackets");
    site.page.fill("[data-testid=own-sample]", "(()").unwrap();
    let input = "minibatch.call('probes').then(p => [...p.inside[0].values])";
    let mut wanted = vec![0.0, 0.0, 1.0];
    wanted.resize(20, 2.0);
    assert_eq!(site.page.eval::<Vec<f32>>(input).unwrap(), wanted);
    let said = "document.querySelector('.own-sample small').innerText";
    assert!(site.page.eval::<String>(said).unwrap().contains("20"));
    site.page.fill("[data-testid=own-sample]", "(x)").unwrap();
    let why: String = site.page.eval(said).unwrap();
    assert!(why.contains('x') && why.contains(')'), "{why}");
    assert_eq!(site.page.eval::<Vec<f32>>(input).unwrap(), wanted, "the last that could be read stays");
    site.quiet();
}

#[test]
fn a_language_model_writes_and_stops() {
    let site = open("language");
    wait(&site, "document.querySelector('[data-testid=write]')");
    site.page.fill("[data-testid=prompt]", "the cat").unwrap();
    site.page.click("write").unwrap();
    let written = "document.querySelector('[data-testid=written]').innerText";
    wait(&site, &format!("{written}.length > 20"));
    let text: String = site.page.eval(written).unwrap();
    assert!(text.starts_with("the cat"), "{text}");
    site.page.click("write").unwrap();
    let length = format!("{written}.length");
    std::thread::sleep(Duration::from_millis(400));
    let stopped: usize = site.page.eval(&length).unwrap();
    std::thread::sleep(Duration::from_millis(900));
    assert_eq!(site.page.eval::<usize>(&length).unwrap(), stopped, "it goes on after stop");
    site.page.fill("[data-testid=prompt]", "Ж").unwrap();
    assert!(
        site.page
            .eval::<String>("document.querySelector('.writing .error').innerText")
            .unwrap()
            .contains('Ж')
    );
    // It writes on its own while it trains, unless it was stopped.
    site.call("load", json!("language"));
    wait(&site, "document.querySelector('[data-testid=write]')");
    site.call("play", json!({}));
    wait(&site, &format!("{length} > 5"));
    site.call("pause", json!({}));
    site.quiet();
}

#[test]
fn a_forecast_goes_on_alone_when_asked_to() {
    let site = open("sine");
    site.call("step", json!({ "n": 20 }));
    let orange = "(() => { const c = document.querySelector('[data-testid=forecast]');
        const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
        let n = 0; for (let i = 0; i < d.length; i += 4) n += d[i] > 200 && d[i + 2] < 90 && d[i + 3] > 150; return n; })()";
    wait(&site, "document.querySelector('[data-testid=free-run]')");
    assert_eq!(site.page.eval::<usize>(orange).unwrap(), 0);
    site.page.click("free-run").unwrap();
    wait(&site, &format!("{orange} > 60"));
    wait(&site, "document.querySelector('[data-testid=free-run]').innerText != 'Stop'");
    site.quiet();
}

#[test]
fn a_forecast_has_a_score_of_its_kind_a_hint_of_its_own_and_no_covered_lane() {
    let site = open("sine");
    site.call("step", json!({ "n": 5 }));
    wait(&site, "document.querySelector('.readouts').innerText.includes('R²')");
    let hint = site.page.eval::<String>("document.querySelector('.footer .hint').innerText").unwrap();
    assert!(hint.contains("forecast"), "{hint}");
    let below = "document.querySelector('.lanes').getBoundingClientRect().top
        - document.querySelector('.inside-tabs').getBoundingClientRect().bottom";
    let below = site.page.eval::<f64>(below).unwrap();
    assert!(below >= 0.0, "the tabs cover {below} px of the first lane");
    site.quiet();
}

#[test]
fn what_is_looked_at_now_and_then_follows_every_build() {
    let site = open("adding");
    // The scatter's dots, the gradient and learned positions come by looks of their own, in the first build and later.
    let drawn = |id: &str| {
        format!(
            "(() => {{ const c = document.querySelector('[data-testid={id}]'); if (!c) return false;
              const d = c.getContext('2d').getImageData(50, 0, c.width - 60, c.height).data;
              for (let i = 0; i < d.length; i += 4) if (d[i] < 60 && d[i + 2] > 140 && d[i + 3] > 200) return true; return false; }})()"
        )
    };
    wait(&site, &drawn("scatter"));
    wait(&site, &drawn("gradient"));
    for preset in ["r3", "r2"] {
        site.call("load", json!(preset));
        site.call("step", json!({ "n": 5 }));
        wait(&site, &drawn("gradient"));
    }
    site.call("load", json!("reversal"));
    let coloured = "(() => { const c = document.querySelector('[data-lane=positions] canvas'); if (!c) return false;
        const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; return d.some((v, i) => i % 4 == 0 && v != d[2 + i]); })()";
    wait(&site, coloured);
    site.quiet();
}

/// Keeps the lines of every canvas since it was cleared last: lists of points, in CSS pixels.
const LINES: &str = "{ const P = CanvasRenderingContext2D.prototype; window.lines = {}; const all = c => lines[c.canvas.dataset.testid] ??= [];
    const wrap = (name, f) => { const own = P[name]; P[name] = function (...a) { f(this, a); return own.apply(this, a); }; };
    wrap('beginPath', c => c.points = []); wrap('moveTo', (c, a) => c.points?.push(a)); wrap('lineTo', (c, a) => c.points?.push(a));
    wrap('stroke', c => all(c).push(c.points)); wrap('setTransform', c => lines[c.canvas.dataset.testid] = []); }";

/// Breaks where an earlier run of another task stretches the axis, and where the axis ends in another number than it spans.
#[test]
fn the_gradients_axis_spans_what_it_shows() {
    let site = open("copy-memory");
    site.page.run(LINES).unwrap();
    // The lines of values: grid lines have two points.
    let curves = "(window.lines.gradient ?? []).filter(l => l.length > 2)";
    for preset in ["r2", "adding", "r3"] {
        site.call("load", json!(preset));
        site.page.run("delete lines.gradient").unwrap();
        site.call("step", json!({ "n": 5 }));
        wait(&site, &format!("{curves}.length > 0"));
        let found: Vec<Vec<[f64; 2]>> = site.page.eval(curves).unwrap();
        let grid: Vec<Vec<[f64; 2]>> = site.page.eval("lines.gradient.filter(l => l.length == 2)").unwrap();
        let (left, right) = (grid[0][0][0], grid[0][1][0]);
        assert_eq!(found.len(), 1, "{preset}: a run of another task is no measure for this one");
        let (first, last) = (found[0][0][0], found[0].last().unwrap()[0]);
        assert!(
            (first - left).abs() < 1.0 && (last - right).abs() < 1.0,
            "{preset}: {first} to {last} of {left} to {right}"
        );
        let foot = site.page.text(".answer-part:has([data-testid=gradient]) .chart-foot").unwrap();
        assert!(foot.contains(&format!("{} steps back", found[0].len() - 1)), "{preset}: {foot}");
        // The key stands beside the picture, not on it.
        let apart: bool = site
            .page
            .eval(
                "document.querySelector('[data-testid=gradient-key]').getBoundingClientRect().top
            >= document.querySelector('[data-testid=gradient]').getBoundingClientRect().bottom",
            )
            .unwrap();
        assert!(apart, "{preset}: the key covers its lines");
    }
    // Another run of the same task is measured by the same axis, and has its name in the key.
    site.call("load", json!("r2"));
    site.call("step", json!({ "n": 5 }));
    site.call("set", json!({ "seed": 7 }));
    site.call("step", json!({ "n": 5 }));
    wait(&site, &format!("{curves}.length == 2"));
    let found: Vec<Vec<[f64; 2]>> = site.page.eval(curves).unwrap();
    assert_eq!(found[0].len(), found[1].len());
    assert!(site.page.text("[data-testid=gradient-key]").unwrap().contains("(before)"));
    site.quiet();
}

/// Lets a test keep the page from looking: what it would ask waits until it may again. Counts the steps and the time they
/// took, but for those spans in which it evaluated: an evaluation of a second falls into one half or the other by chance.
const BLIND: &str = "{ const own = workers.at(-1), send = own.postMessage.bind(own); window.held = [];
    own.postMessage = (m, ...r) => window.blind && /\"do\":\"(look|ask)\"/.test(m) ? void held.push(m) : send(m, ...r);
    window.look = on => { window.blind = !on; if (on) held.splice(0).forEach(m => send(m)); };
    let last; window.trained = [0, 0];
    own.addEventListener('message', ({ data }) => { const told = JSON.parse(data.event); if (told.is != 'metrics') return;
        const now = { at: performance.now(), step: told.now.step, evaluated: told.now.evaluated.step };
        if (last && now.evaluated == last.evaluated) { trained[0] += now.step - last.step; trained[1] += now.at - last.at; }
        last = now; }); }";

/// Looking costs no more than this share of the training speed; see issue 4.
const DEAREST: f64 = 0.1;

/// Steps a second with the views closed and open, in turn, so that whatever else the machine does meets both alike.
fn speeds(site: &Site, rounds: usize) -> [f64; 2] {
    let mut all = [[0.0; 2]; 2];
    for round in 0..2 * rounds {
        let open = round % 2;
        site.page.run(&format!("look({})", open == 1)).unwrap();
        std::thread::sleep(Duration::from_millis(300));
        let from: [f64; 2] = site.page.eval("trained").unwrap();
        std::thread::sleep(Duration::from_millis(1700));
        let to: [f64; 2] = site.page.eval("trained").unwrap();
        (0..2).for_each(|i| all[open][i] += to[i] - from[i]);
    }
    site.page.run("look(true)").unwrap();
    all.map(|[steps, ms]| 1000.0 * steps / ms)
}

#[test]
fn looking_hardly_slows_training() {
    alone();
    // A busy machine may spoil a try, but not make slow views quick three times over.
    const TRIES: usize = 3;
    for preset in ["r2", "copy-memory", "reversal"] {
        let site = open(preset);
        site.page.run(BLIND).unwrap();
        site.call("play", json!({}));
        std::thread::sleep(Duration::from_secs(3));
        let rounds = if cfg!(feature = "long") { 12 } else { 4 };
        let costs = (0..TRIES).map(|_| {
            let [closed, open] = speeds(&site, rounds);
            eprintln!(
                "{preset}: {closed:.1} steps/s closed, {open:.1} open: {:+.1}%",
                100.0 * (open / closed - 1.0)
            );
            1.0 - open / closed
        });
        let found = costs.into_iter().find(|cost| *cost < DEAREST);
        assert!(found.is_some(), "{preset}: looking slows training by more than a tenth each time");
        site.quiet();
    }
}

#[test]
fn screenshots_of_sequences() {
    let folder = std::env::var_os("MINIBATCH_SCREENSHOTS")
        .map_or_else(|| std::env::temp_dir().join("minibatch-screenshots"), PathBuf::from);
    for (preset, steps) in [("copy-memory", 150), ("reversal", 60)] {
        let site = open(preset);
        site.call("step", json!({ "n": steps }));
        for theme in ["light", "dark"] {
            site.page.set_color_scheme(theme).unwrap();
            for (name, width, height, dpr, phone) in [
                ("1280x720", 1280, 720, 1.0, false),
                ("480x270", 480, 270, 1.0, false),
                ("phone", 390, 844, 2.0, true),
            ] {
                site.page.set_viewport(width, height, dpr, phone).unwrap();
                std::thread::sleep(Duration::from_millis(700));
                let wide: u32 = site.page.eval("document.documentElement.scrollWidth").unwrap();
                assert!(wide <= width, "{preset} at {name}: the page is {wide} pixels wide");
                site.page.screenshot(&folder.join(format!("{preset}-{name}-{theme}.png"))).unwrap();
            }
        }
        site.quiet();
    }
}
