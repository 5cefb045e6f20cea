//! The page on paper, and in the few colours that a system was told to use.

use serde_json::{Value, json};

use crate::site::{Site, index};

/// What is told by a colour alone, and how it is found: legends, the fill of a slider, the page's mark, a state's dot.
const COLOURED: [&str; 4] = [".brand .mark", ".output-ramp", ".slider input", ".footer .dot"];

/// Paper has another width than the window, and nothing is drawn anew for it: what was laid out in pixels of the window would
/// stand beside its axes. Asked in one task, before anything can be told of the new size.
#[test]
fn pictures_keep_their_proportions_where_nothing_draws_them_anew() {
    let site = Site::open(&index("cpu"), false);
    site.call("step", json!({ "n": 2 }));
    let shares: Vec<(String, f64, f64)> = site
        .page
        .eval(
            "(() => { const page = document.querySelector('.page');
               const all = [...document.querySelectorAll('.output-plot canvas, .network-stage canvas, .loss-stage canvas')];
               const share = e => e.getBoundingClientRect().width / e.parentElement.getBoundingClientRect().width;
               const before = all.map(share); page.style.width = '900px';
               const after = all.map(share); page.style.width = '';
               return all.map((e, i) => [e.className, before[i], after[i]]); })()",
        )
        .unwrap();
    assert!(shares.len() >= 4, "the map, its points, the network and the curve: {shares:?}");
    let moved: Vec<_> = shares.iter().filter(|(_, before, after)| (before - after).abs() > 0.01).collect();
    assert!(moved.is_empty(), "shares of their boxes before and after: {moved:?}");
}

#[test]
fn paper_shows_the_colours_that_are_values() {
    let site = Site::open(&index("cpu"), false);
    site.page.set_medium("print").unwrap();
    for what in COLOURED.iter().chain(&[".play", ".toggle"]) {
        let script = format!(
            "getComputedStyle(document.querySelector({})).getPropertyValue('print-color-adjust')",
            json!(what)
        );
        assert_eq!(site.page.eval::<String>(&script).unwrap(), "exact", "{what}");
    }
}

#[test]
fn forced_colours_leave_what_is_told_by_colour() {
    let site = Site::open(&index("cpu"), false);
    let told = |what: &str| -> Value {
        let script = format!(
            "(s => [s.backgroundImage, s.backgroundColor])(getComputedStyle(document.querySelector({})))",
            json!(what)
        );
        site.page.eval(&script).unwrap()
    };
    let before = COLOURED.map(told);
    site.page.set_media("forced-colors", "active").unwrap();
    for (what, before) in COLOURED.iter().zip(before) {
        assert_eq!(told(what), before, "{what}");
    }
    // A track has no computed style that a script may ask for; what fills it is a colour of the system.
    let accent: String = site
        .page
        .eval("getComputedStyle(document.querySelector('.slider input')).getPropertyValue('--accent')")
        .unwrap();
    assert_eq!(accent.trim(), "Highlight");
    // What is chosen is framed: here, the area and the inputs.
    for what in ["[data-area=points]", ".features [aria-pressed=true]"] {
        let script = format!("getComputedStyle(document.querySelector({})).outlineStyle", json!(what));
        assert_eq!(site.page.eval::<String>(&script).unwrap(), "solid", "{what}");
    }
}
