//! Models of images: what is drawn of them, by mouse and by keyboard, against what the engine computed.

use std::time::Duration;

use serde_json::json;

use crate::site::{Site, index};

const SOON: Duration = Duration::from_secs(60);

fn wait(site: &Site, condition: &str) {
    site.page.wait_for(condition, SOON).unwrap();
}

/// A preset, trained for so many batches, with its pictures there.
fn open(preset: &str, steps: u32) -> Site {
    let site = Site::open(&index("cpu"), true);
    site.call("load", json!(preset));
    if steps > 0 {
        site.call("step", json!({ "n": steps }));
    }
    wait(&site, "document.querySelectorAll('[data-testid=scores] li').length > 1");
    site
}

/// Moves the keyboard's unit by these keys from nothing, and waits for its card.
fn go(site: &Site, keys: &[&str]) {
    site.page.run("document.querySelector('[data-testid=stacks]').focus()").unwrap();
    for key in keys {
        site.page.press_key(key).unwrap();
    }
    wait(site, "document.querySelector('[data-testid=unit-sum]')");
}

/// What the card of a unit says: the engine's value, the reckoned one, the sums of the channels, bias, window by filter,
/// and the part of the channel shown.
const CARD: &str = "(() => { const q = s => document.querySelector(s), all = s => [...document.querySelectorAll(s)];
    const n = s => all(`[data-which=${s}] [data-number]`).map(e => +e.dataset.number);
    const seen = n('seen'), filter = n('filter'), sum = q('[data-testid=unit-sum]').dataset;
    return { value: +q('[data-testid=unit]').dataset.value, result: +sum.result, total: +sum.sum, bias: +sum.bias,
        shares: all('.stacks-share').map(e => +e.dataset.sum), part: +(q('[data-part]')?.dataset.part),
        products: seen.reduce((a, v, i) => a + v * (filter[i] ?? 0), 0), seen }; })()";

#[derive(serde::Deserialize, Debug)]
struct Card {
    value: f64,
    result: f64,
    total: Option<f64>,
    bias: Option<f64>,
    shares: Vec<f64>,
    part: Option<f64>,
    products: f64,
    seen: Vec<f64>,
}

#[test]
fn a_units_window_and_filter_make_its_value() {
    let site = open("digits", 20);
    // The first map of the first convolution, then of the second, then a pool.
    let keys: [&[&str]; 3] = [&["ArrowRight"], &["ArrowRight", "End", "End"], &["ArrowRight", "End"]];
    for (keys, channels) in keys.into_iter().zip([0, 8, 0]) {
        go(&site, keys);
        let card: Card = site.page.eval(CARD).unwrap();
        let close = |a: f64, b: f64| (a - b).abs() < 1e-4 * (1.0 + b.abs());
        assert!(close(card.result, card.value), "reckoned by hand as the engine has it: {card:?}");
        assert_eq!(card.shares.len(), channels, "{card:?}");
        if let (Some(total), Some(bias), Some(part)) = (card.total, card.bias, card.part) {
            assert!(close(card.products, part), "the window times the filter: {card:?}");
            let all: f64 = if channels > 0 { card.shares.iter().sum() } else { part };
            assert!(close(all, total), "the channels' parts make the sum: {card:?}");
            assert!(close((total + bias).max(0.0), card.value), "sum and bias through ReLU: {card:?}");
        } else {
            let most = card.seen.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            assert!(close(most, card.value), "a pool takes the largest: {card:?}");
        }
        site.page.press_key("Escape").unwrap();
        wait(&site, "!document.querySelector('[data-testid=unit]')");
    }
    site.quiet();
}

#[test]
fn the_value_under_the_pointer_is_the_probes() {
    let site = open("digits", 5);
    go(&site, &["ArrowRight", "PageDown", "ArrowDown"]);
    let value: f64 = site.page.eval("+document.querySelector('[data-testid=unit]').dataset.value").unwrap();
    // Map 2 of the first convolution: the keyboard begins in the middle of 28 rows and columns.
    let probe = "minibatch.call('probes').then(p => { const l = p.inside.find(x => x.path == 'layers.0' && x.kind == 'output');
        return l.values[(1 * l.shape[1] + 15) * l.shape[2] + 14]; })";
    let wanted: f64 = site.page.eval(probe).unwrap();
    assert!((value - wanted).abs() < 1e-6, "{value} for {wanted}");
    // And the pointer finds a unit where it is.
    site.page.press_key("Escape").unwrap();
    site.page
        .run("{ const e = document.querySelector('[data-testid=stacks]'), b = document.querySelector('[data-column=\"1\"]').getBoundingClientRect();
            e.dispatchEvent(new PointerEvent('pointermove', { clientX: b.left + 12, clientY: b.bottom + 20, bubbles: true })); }")
        .unwrap();
    wait(&site, "document.querySelector('[data-testid=unit]')");
    site.quiet();
}

#[test]
fn pictures_are_one_tab_stop_each_and_arrows_go_through_them() {
    let site = open("digits", 5);
    let focus = "document.activeElement.dataset.sample";
    wait(&site, "document.querySelectorAll('.shot').length > 12");
    let stops = "document.querySelectorAll('.shots [tabindex=\"0\"]').length";
    assert_eq!(site.page.eval::<u32>(stops).unwrap(), 1, "of many mistakes");
    site.page.run("document.querySelector('.shots [tabindex=\"0\"]').focus()").unwrap();
    let shot = |place: usize| -> String {
        site.page.eval(&format!("document.querySelectorAll('.shot')[{place}].dataset.sample")).unwrap()
    };
    site.page.press_key("ArrowRight").unwrap();
    assert_eq!(site.page.eval::<String>(focus).unwrap(), shot(1));
    site.page.press_key("ArrowDown").unwrap();
    let below: f64 = site
        .page
        .eval("document.activeElement.getBoundingClientRect().top - document.querySelector('.shot').getBoundingClientRect().top")
        .unwrap();
    assert!(below > 10.0, "a row below: {below}");
    assert_eq!(site.page.eval::<u32>(stops).unwrap(), 1);
    let chosen: String = site.page.eval(focus).unwrap();
    site.page.press_key("Enter").unwrap();
    wait(&site, "document.querySelector('.shot[aria-pressed=true]')");
    // A test sample is shown now, and none of those to train on: their gallery still has its stop.
    let gallery =
        "[...document.querySelectorAll('[data-testid=samples] [tabindex=\"0\"]')].map(e => e.dataset.sample)";
    assert_eq!(site.page.eval::<Vec<String>>(gallery).unwrap(), ["0"], "after showing {chosen}");
    site.quiet();
}

#[test]
fn scores_follow_the_pen() {
    let site = open("digits", 30);
    let shares = "[...document.querySelectorAll('[data-testid=scores] li')].map(e => +e.dataset.share)";
    let before: Vec<f64> = site.page.eval(shares).unwrap();
    let b: Vec<f64> = site
        .page
        .eval("(r => [r.left, r.top, r.width, r.height])(document.querySelector('[data-testid=draw]').getBoundingClientRect())")
        .unwrap();
    let at = |x: f64, y: f64| (b[0] + b[2] * x, b[1] + b[3] * y);
    site.page.drag(at(0.5, 0.15), at(0.5, 0.85), 8).unwrap();
    wait(&site, "document.querySelector('.draw-paper.own')");
    wait(&site, &format!("JSON.stringify({shares}) != {:?}", serde_json::to_string(&before).unwrap()));
    let sum: f64 = site.page.eval(&format!("{shares}.reduce((a, b) => a + b)")).unwrap();
    assert!((sum - 1.0).abs() < 1e-3, "shares of a whole: {sum}");
    let input = "minibatch.call('probes').then(p => Array.from(p.inside[0].values))";
    let drawn: Vec<f64> = site.page.eval(input).unwrap();
    let ink: f64 = drawn.iter().sum();
    assert!((30.0..90.0).contains(&ink), "a stroke of 20 pixels, 2.7 wide: {ink}");
    assert!(drawn[14 * 28 + 13] > 0.9 && drawn[14 * 28 + 4] == 0.0, "it lies where it was drawn");
    // Cleared it is empty, and so is what the model sees.
    site.page.click("draw-clear").unwrap();
    wait(&site, &format!("{input}.then(v => v.every(x => x == 0))"));
    // A sample of the data ends the drawing, and its own class is marked.
    site.page.click("[data-testid=samples] [data-sample='3']").unwrap();
    wait(&site, "!document.querySelector('.draw-paper.own')");
    wait(&site, "document.querySelector('[data-testid=scores] li.right')?.dataset.class == '3'");
    // Copied to the pad it is the same sample, and drawn on.
    let sample: Vec<f64> = site.page.eval(input).unwrap();
    site.page.click("draw-take").unwrap();
    wait(&site, "document.querySelector('.draw-paper.own')");
    let copied: Vec<f64> = site.page.eval(input).unwrap();
    assert!(sample.iter().zip(&copied).all(|(a, b)| (a - b).abs() < 1e-5));
    site.quiet();
}

#[test]
fn a_cell_of_the_confusion_matrix_opens_its_images() {
    let site = open("digits", 10);
    site.page.click("images-confusion").unwrap();
    let cell = "[...document.querySelectorAll('.compact .confusion-open')].find(e => +e.textContent > 0)";
    wait(&site, cell);
    let at: (String, String) =
        site.page.eval(&format!("(e => [e.dataset.truth, e.dataset.guess])({cell})")).unwrap();
    site.page.run(&format!("{cell}.click()")).unwrap();
    wait(&site, "document.querySelector('[data-testid=cell-images] .shot')");
    let shots: Vec<(String, String)> = site
        .page
        .eval("[...document.querySelectorAll('[data-testid=cell-images] .shot')].map(e => [e.dataset.truth, e.dataset.guess])")
        .unwrap();
    assert!(shots.iter().all(|s| *s == at), "{shots:?} in the cell {at:?}");
    site.page.run("document.querySelector('[data-testid=cell-images] .shot').click()").unwrap();
    wait(&site, "document.querySelector('.shot[aria-pressed=true]')");
    wait(
        &site,
        &format!("document.querySelector('[data-testid=scores] li.right')?.dataset.class == '{}'", at.0),
    );
    // Mistakes, the worst first, are mistakes.
    site.page.click("images-mistakes").unwrap();
    wait(&site, "document.querySelectorAll('.image-below .shot').length > 3");
    let right: u32 = site
        .page
        .eval("[...document.querySelectorAll('.image-below .shot')].filter(e => e.dataset.truth == e.dataset.guess).length")
        .unwrap();
    assert_eq!(right, 0);
    site.quiet();
}

#[test]
fn the_gallery_is_walked_by_keys_and_serves_every_family() {
    let site = open("digits", 0);
    wait(&site, "document.querySelectorAll('[data-testid=samples] .sample').length == 30");
    site.page.click("[data-testid=samples] [data-sample='0']").unwrap();
    site.page.press_key("ArrowRight").unwrap();
    wait(&site, "document.querySelector('.sample[aria-checked=true]')?.dataset.sample == '1'");
    site.page.press_key("ArrowDown").unwrap();
    wait(&site, "+document.querySelector('.sample[aria-checked=true]')?.dataset.sample > 3");
    let labels: Vec<String> = site
        .page
        .eval("[...document.querySelectorAll('.sample-label')].slice(0, 3).map(e => e.textContent)")
        .unwrap();
    assert_eq!(labels, ["0", "1", "2"], "classes come in turn");
    site.page.run("[...document.querySelectorAll('.samples .toggle')].at(-1).click()").unwrap();
    wait(&site, "document.querySelector('.sample').dataset.sample == '2000'");
    for (preset, part) in [("r2", "canvas.sample-heat"), ("brackets", ".sample-tokens")] {
        site.call("load", json!(preset));
        wait(&site, &format!("document.querySelectorAll('.samples .sample {part}').length == 10"));
    }
    site.quiet();
}

#[test]
fn nothing_is_examined_while_nobody_looks() {
    let site = open("digits", 5);
    wait(&site, "document.querySelector('.image-below .shot')");
    // Every look at the worker is counted by what it asks for.
    site.page
        .run("{ window.looks = []; const w = workers.at(-1), post = w.postMessage.bind(w);
            w.postMessage = (m, ...a) => { const c = JSON.parse(m); if (c.do == 'look') looks.push(c.examine); return post(m, ...a); }; }")
        .unwrap();
    site.page.run("new Promise(r => setTimeout(r, 2500))").unwrap();
    let examined: u32 = site.page.eval("looks.filter(Boolean).length").unwrap();
    assert_eq!(examined, 0, "nothing trains, so nothing is asked for again");
    site.call("step", json!({ "n": 5 }));
    wait(&site, "looks.some(Boolean)");
}

#[test]
fn screenshots_of_images() {
    let folder = std::env::var_os("MINIBATCH_SCREENSHOTS")
        .map_or_else(|| std::env::temp_dir().join("minibatch-screenshots"), std::path::PathBuf::from);
    let sizes = [
        ("1280x720", 1280, 720, 1.0, false),
        ("480x270", 480, 270, 1.0, false),
        ("phone", 390, 844, 2.0, true),
    ];
    for (preset, steps) in [("digits", 60), ("shapes", 10)] {
        let site = open(preset, steps);
        for theme in ["light", "dark"] {
            site.page.set_color_scheme(theme).unwrap();
            for (name, width, height, dpr, mobile) in sizes {
                site.page.set_viewport(width, height, dpr, mobile).unwrap();
                for view in ["mistakes", "projection", "confusion"] {
                    site.page
                        .run(&format!("document.querySelector('[data-testid=images-{view}]').click()"))
                        .unwrap();
                    site.page.run("new Promise(r => setTimeout(r, 900))").unwrap();
                    let wide: u32 = site.page.eval("document.documentElement.scrollWidth").unwrap();
                    assert!(wide <= width, "{preset} {name}: the page is {wide} pixels wide");
                    site.page
                        .screenshot(&folder.join(format!("{preset}-{view}-{name}-{theme}.png")))
                        .unwrap();
                    if name != "1280x720" {
                        break;
                    }
                }
            }
        }
        site.quiet();
    }
}

/// Two numbers on one screen are of one step, or say of which. Breaks where the examination, which takes its time, stands beside
/// an accuracy of another step without its own.
#[test]
fn mistakes_and_accuracy_are_of_one_step_or_say_of_which() {
    let site = open("digits", 5);
    // How many are wrong of how many, of which step where one is named; the accuracy in percent and its step, or the run's.
    let told = "(() => { const number = s => +s.replace(/\\D/g, ''), text = s => document.querySelector(s)?.innerText ?? '';
        const caption = text('.image-tests .image-caption'), of = caption.match(/Of step ([\\d,\u{2009}\u{202f}\u{a0} ]+)/);
        const wrong = caption.match(/^([\\d,\u{2009}]+) of ([\\d,\u{2009}]+) test samples wrong/);
        if (!wrong) return null;
        return { some: number(wrong[1]), all: number(wrong[2]), of: of && number(of[1]),
            accuracy: parseFloat(text('[data-testid=test-accuracy]')), measured: text('[data-testid=measured]') }; })()";
    #[derive(serde::Deserialize, Debug)]
    struct Told {
        some: f64,
        all: f64,
        of: Option<u64>,
        accuracy: f64,
        measured: String,
    }
    wait(&site, &format!("{told} != null"));
    let agree = |told: &Told| (100.0 - 100.0 * told.some / told.all - told.accuracy).abs() < 0.06;
    let paused = || {
        let same = format!(
            "(t => t && t.of == null)({told}) && !document.querySelector('[data-testid=measured]').innerText"
        );
        wait(&site, &same);
        let told: Told = site.page.eval(told).unwrap();
        assert!(agree(&told), "paused, both of the run's step: {told:?}");
    };
    paused();
    site.call("play", json!({}));
    let (mut named, mut alike) = (0, 0);
    for _ in 0..60 {
        std::thread::sleep(Duration::from_millis(100));
        let told: Option<Told> = site.page.eval(told).unwrap();
        let Some(told) = told else { continue };
        if told.of.is_some() || !told.measured.is_empty() {
            named += 1;
        } else {
            assert!(agree(&told), "no step is named, and they differ: {told:?}");
            alike += 1;
        }
    }
    assert!(named > 0 && named + alike > 30, "{named} with a step, {alike} without");
    site.call("pause", json!({}));
    paused();
    site.quiet();
}
