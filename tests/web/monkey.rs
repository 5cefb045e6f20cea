//! Seeded random clicks, keys, drags and resizes, as a child at the projector would: a minute an area on each backend, in
//! the long run. It ends with a page that works. What it does in a minute depends on the machine, so it has no place in the ordinary
//! run, which is green or red for a reason that can be repeated.

use std::time::{Duration, Instant};

use minibatch_data::Rng;
use minibatch_tests::browser::Page;
use serde_json::json;

use crate::site::{Site, index};
use crate::sound::{Faults, below, pick};

const TIME: Duration = Duration::from_secs(60);
const BACKENDS: [&str; 2] = ["cpu", "webgpu"];

/// Keeps the monkey on this page: neither links to elsewhere nor the system's file dialogue.
const CAGE: &str = "addEventListener('click', e => {
    if (e.target.closest?.('a[href]:not([href^=\"#\"]), input[type=file]')) e.preventDefault(); }, true);
    window.open = () => null; window.print = () => {}; window.confirm = () => true; window.prompt = () => null;";

const KEYS: &[&str] = &[
    "Space",
    "Enter",
    "Escape",
    "Tab",
    "Shift+Tab",
    "ArrowLeft",
    "ArrowRight",
    "ArrowUp",
    "ArrowDown",
    "Home",
    "End",
    "Delete",
    "Backspace",
    "s",
    "r",
    "e",
    "?",
    "/",
    "Control+z",
    "Control+y",
    "Control+a",
    "1",
    "9",
    "0",
    ".",
    "-",
    "PageDown",
    "f",
    "ж",
];

const SIZES: &[(u32, u32)] =
    &[(1280, 720), (480, 270), (390, 844), (1920, 1080), (280, 400), (1024, 768), (2560, 1440), (120, 120)];

/// One deed; says what it was.
fn act(rng: &mut Rng, page: &Page, size: &mut (u32, u32)) -> String {
    let mut point = || (below(rng, size.0 as usize) as f64, below(rng, size.1 as usize) as f64);
    let (a, b) = (point(), point());
    // A deed on an element that is just going away may fail; the page is looked over in the end.
    match below(rng, 20) {
        0..=9 => {
            let _ = page.click_at(a.0, a.1);
            format!("click {a:?}")
        }
        10..=14 => {
            let key = pick(rng, KEYS);
            let _ = page.press_key(key);
            format!("key {key}")
        }
        15 | 16 => {
            let _ = page.drag(a, b, 4);
            format!("drag {a:?} to {b:?}")
        }
        17 => {
            let text = pick(rng, &["7", "1e9", "-3", "conv 15 3", "lstm 4", "NaN", "cat"]);
            let _ = page.type_text(text);
            format!("type {text}")
        }
        18 => {
            let wheel = json!({ "type": "mouseWheel", "x": a.0, "y": a.1, "deltaX": 0, "deltaY": b.1 - a.1 });
            let _ = page.call("Input.dispatchMouseEvent", wheel);
            format!("wheel at {a:?}")
        }
        _ => {
            *size = SIZES[below(rng, SIZES.len())];
            let _ = page.set_viewport(size.0, size.1, 1.0, false);
            format!("size {size:?}")
        }
    }
}

#[test]
#[cfg_attr(not(feature = "long"), ignore = "takes its time: cargo xtask test --long")]
fn a_monkey_leaves_a_page_that_works() {
    let mut faults = Faults::default();
    for backend in BACKENDS {
        let site = Site::open(&index(backend), true);
        site.page.set_init_script(CAGE).unwrap();
        for (seed, preset) in (1..).zip(["circle", "digits", "r2", "brackets"]) {
            site.page.navigate("about:blank").unwrap();
            site.page.set_viewport(1280, 720, 1.0, false).unwrap();
            site.page.navigate(&site.server.url(&format!("{}#v=1&preset={preset}", index(backend)))).unwrap();
            site.ready();
            let (mut rng, mut size, mut deeds) = (Rng::with_stream(seed, 4), (1280, 720), vec![]);
            let began = Instant::now();
            while began.elapsed() < TIME {
                deeds.push(act(&mut rng, &site.page, &mut size));
            }
            site.page.set_viewport(1280, 720, 1.0, false).unwrap();
            let last = deeds.len().saturating_sub(12);
            let told = format!(
                "{backend}, {preset}, seed {seed}, {} deeds, the last: {}",
                deeds.len(),
                deeds[last..].join("; ")
            );
            eprintln!("{told}");
            faults.check(&site, &told);
        }
    }
    faults.none();
}
