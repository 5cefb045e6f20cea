//! Every view of the inside and of the answer, opened as a learner would and pictured in both themes, for people to look
//! at (`cargo xtask screenshots` says where). The test fails where a view does not open or is wider than the window.

use std::time::Duration;

use serde_json::json;

use crate::screenshots::{asked, folder, settle};
use crate::site::{Site, index};

const SOON: Duration = Duration::from_secs(60);

/// A view: its name, the preset that shows it, steps, the keys or the script that open it, and what is there then.
type View = (&'static str, &'static str, u32, Open, &'static str);

enum Open {
    At,
    Click(&'static str),
    /// Focus this, then press these.
    Keys(&'static str, &'static [&'static str]),
}

const STACKS: &str = "[data-testid=stacks]";
const LANES: &str = "[data-testid=lanes]";
const NUMBERS: &str = ".inside-tabs button:last-child";

const VIEWS: [View; 25] = [
    ("maps", "shapes", 40, Open::At, STACKS),
    ("filters", "shapes", 40, Open::Click("[data-column=\"1\"]"), "[data-testid=filters]"),
    (
        "window",
        "digits",
        60,
        Open::Keys(STACKS, &["ArrowRight", "End", "Home", "ArrowRight"]),
        "[data-testid=unit-sum]",
    ),
    ("large", "digits", 60, Open::Click("[data-testid=images-large]"), ".image-tests.large"),
    ("textures", "textures", 60, Open::At, STACKS),
    ("fabrics", "c2", 60, Open::At, STACKS),
    ("numbers-image", "digits", 60, Open::Click(NUMBERS), "[data-testid=numbers]"),
    ("numbers-plane", "spiral", 600, Open::Click("[data-testid=plane-numbers]"), "[data-testid=numbers]"),
    ("builder", "shapes", 5, Open::Click("#tab-layers"), "#layer-1"),
    (
        "lstm",
        "r2",
        300,
        Open::Keys(LANES, &["ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight"]),
        "[data-testid=unrolled]",
    ),
    ("gru", "r3", 300, Open::At, LANES),
    ("encoder", "r1", 20, Open::At, LANES),
    ("forecast", "sine", 60, Open::At, "[data-testid=forecast]"),
    ("adding", "adding", 60, Open::At, "[data-testid=scatter]"),
    ("copy-memory", "copy-memory", 150, Open::Keys(LANES, &["End"]), LANES),
    ("parity", "parity", 60, Open::At, LANES),
    ("attention", "reversal", 200, Open::Keys(LANES, &["ArrowRight", "ArrowRight"]), ".map"),
    ("attention-large", "brackets", 20, Open::Keys(".map", &["ArrowDown"]), "[data-testid=map-big]"),
    ("modular", "modular-addition", 60, Open::At, LANES),
    ("sorting", "sorting", 60, Open::At, LANES),
    ("additive", "a1", 30, Open::At, LANES),
    ("transformer", "a3", 10, Open::At, LANES),
    ("axial", "a4", 20, Open::At, STACKS),
    ("writing", "language", 60, Open::Click("[data-testid=write]"), "[data-testid=written]"),
    ("gallery", "language", 1, Open::Click("[data-testid=gallery]"), "dialog[open]"),
];

#[test]
fn every_view_opens_and_is_pictured() {
    let site = Site::open(&index("cpu"), false);
    let there = |what: &str| format!("document.querySelector('{what}')");
    for (name, preset, steps, open, what) in VIEWS {
        site.call("load", json!(preset));
        site.call("step", json!({ "n": if asked() { steps } else { steps.min(20) } }));
        match open {
            Open::At => {}
            Open::Click(on) => {
                site.page.wait_for(&there(on), SOON).unwrap();
                site.page.click(on).unwrap();
            }
            Open::Keys(on, keys) => {
                site.page.wait_for(&there(on), SOON).unwrap();
                site.page.run(&format!("{}.focus()", there(on))).unwrap();
                keys.iter().for_each(|key| site.page.press_key(key).unwrap());
            }
        }
        site.page.wait_for(&there(what), SOON).unwrap_or_else(|e| panic!("{name}: {e}"));
        for theme in ["light", "dark"] {
            site.page.set_color_scheme(theme).unwrap();
            settle();
            let wide: u32 = site.page.eval("document.documentElement.scrollWidth").unwrap();
            assert!(wide <= 1280, "{name}: the page is {wide} pixels wide");
            site.page.screenshot(&folder().join(format!("view-{name}-{theme}.png"))).unwrap();
        }
        site.page.set_color_scheme("light").unwrap();
        // A view that is open when the next preset comes is taken away whole.
        let errors = site.page.console_errors();
        assert!(errors.is_empty(), "before or in {name}: {errors:?}");
        if what == "dialog[open]" || what.contains("large") {
            site.page.press_key("Escape").unwrap();
        }
    }
    site.quiet();
}
