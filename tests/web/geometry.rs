//! Nothing is cut, covered or beyond its box: every area and view, at six sizes from a phone's to a projector's.

use std::path::PathBuf;
use std::time::Duration;

use minibatch_tests::browser::{Browser, BrowserOptions, Page};
use minibatch_tests::server;
use serde_json::json;

use crate::site::{READY, Site, index};

const SOON: Duration = Duration::from_secs(60);
/// Says what is wrong, a line each.
const FAULTS: &str = include_str!("geometry.js");

/// A phone, the corner of a slide, 4:3, a desk, two projectors.
const SIZES: [(u32, u32); 6] = [(320, 640), (480, 270), (1024, 768), (1280, 720), (1920, 1080), (2560, 1440)];

/// All that is found, with where and at what size.
#[derive(Default)]
struct Found(Vec<String>);

impl Found {
    /// Looks at a page as it is.
    fn look(&mut self, page: &Page, view: &str) {
        // Two frames: sizes are told in one, and drawn in the next.
        page.run(
            "new Promise(r => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(r)), 60))",
        )
        .unwrap();
        let faults: Vec<String> = page.eval(FAULTS).unwrap();
        if let (false, Some(folder)) = (faults.is_empty(), std::env::var_os("MINIBATCH_SCREENSHOTS")) {
            let name = view.replace([' ', ':', ','], "-");
            page.screenshot(&PathBuf::from(folder).join(format!("geometry-{name}.png"))).unwrap();
        }
        self.0.extend(faults.into_iter().map(|fault| format!("{view}: {fault}")));
    }

    /// The same at every size.
    fn sizes(&mut self, page: &Page, view: &str) {
        for (width, height) in SIZES {
            page.set_viewport(width, height, 1.0, false).unwrap();
            let named = format!("{view} at {width}x{height}");
            self.look(page, &named);
            let asked = |all: &[(&str, &'static str)], holds: &str| -> Vec<String> {
                let wanted = all.iter().filter(|(of, _)| *of == view);
                let missing = wanted.filter(|(_, what)| {
                    let script = format!("(e => !!e && {holds})(document.querySelector({}))", json!(what));
                    !page.eval::<bool>(&script).unwrap()
                });
                missing.map(|(_, what)| (*what).to_owned()).collect()
            };
            let seen =
                "e.checkVisibility({ visibilityProperty: true }) && e.getBoundingClientRect().width > 8";
            let unseen = asked(&THERE, seen).into_iter().map(|what| format!("{named}: {what} is not there"));
            self.0.extend(unseen);
            if width >= 1280 {
                let whole = "e.scrollWidth <= e.clientWidth + 1 && e.scrollHeight <= e.clientHeight + 1";
                let cut = asked(&WHOLE, whole).into_iter().map(|what| format!("{named}: {what} is cut"));
                self.0.extend(cut);
            }
        }
    }

    fn none(self) {
        assert!(self.0.is_empty(), "{} faults:\n{}", self.0.len(), self.0.join("\n"));
    }
}

/// A view: its name, the preset, and what to click, one after the other.
type View = (&'static str, &'static str, &'static [&'static str]);

const PLANE: [View; 8] = [
    ("points", "spiral", &[]),
    ("point numbers", "spiral", &["[data-testid=plane-numbers]"]),
    ("confusion", "spiral", &[".output-panel .pop.wide > summary"]),
    ("regression", "plane", &[]),
    ("classes", "blobs", &[]),
    ("optimizer", "spiral", &[".with-more .pop > summary"]),
    ("regularisation", "spiral", &[".regularisation > summary"]),
    ("schedule", "spiral", &[".schedule > summary"]),
];
const IMAGES: [View; 7] = [
    ("digits", "digits", &[]),
    ("digits' projection", "digits", &["#images-projection"]),
    ("digits' confusion", "digits", &["#images-confusion"]),
    ("digits' layers", "digits", &["#tab-layers"]),
    ("digits' numbers", "digits", &[".inside-tabs .toggle:last-child"]),
    ("shapes", "shapes", &["#images-confusion"]),
    ("large", "shapes", &["#images-confusion", "[data-testid=images-large]"]),
];
const STEPS: [View; 12] = [
    ("waves", "r2", &[]),
    ("waves' confusion", "r2", &[".output-panel .pop.wide > summary"]),
    ("waves' numbers", "r2", &[".inside-tabs .toggle:last-child"]),
    ("waves' layers", "r2", &["#tab-layers", "#layer-0"]),
    ("palette", "r2", &["#tab-layers", "[data-gap='1'] > .gap-row .gap-add"]),
    ("sine", "sine", &[]),
    ("adding", "adding", &[]),
    ("copy memory", "copy-memory", &[]),
    ("table", "m2", &[]),
    ("encoder's settings", "a3", &["#tab-layers", "#layer-0"]),
    ("maps", "reversal", &[]),
    ("writing", "language", &[]),
];
/// What a view is for, and so is seen in it at every size, if only by scrolling the page; and that all of it is.
const THERE: [(&str, &str); 7] = [
    ("digits", "#images-projection"),
    ("digits", "#images-confusion"),
    ("digits", "[data-testid=images-large]"),
    ("digits", "[data-testid=draw]"),
    ("maps", "button.map"),
    ("writing", "[data-testid=write]"),
    ("points", "[data-testid=loss-chart]"),
];
/// Tables that are shown whole at the sizes of a desk and more.
const WHOLE: [(&str, &str); 2] =
    [("waves' confusion", ".confusion-scroll"), ("digits' confusion", ".confusion-scroll")];

const DIALOGS: [View; 3] = [
    ("gallery", "spiral", &["[data-testid=gallery]"]),
    ("help", "spiral", &["[title^='Help and keys']"]),
    ("share", "spiral", &[".pop.share > summary"]),
];

fn every(views: &[View]) {
    let site = Site::open(&index("cpu"), false);
    let mut found = Found::default();
    let mut preset = "";
    for (name, wanted, clicks) in views {
        site.page.set_viewport(1280, 720, 1.0, false).unwrap();
        if preset != *wanted {
            preset = wanted;
            site.call("load", json!(wanted));
            site.call("step", json!({ "n": 2 }));
        }
        for click in *clicks {
            let target = format!("document.querySelector({})", json!(click));
            site.page.wait_for(&target, SOON).unwrap();
            site.page.run(&format!("{target}.click()")).unwrap();
        }
        found.sizes(&site.page, name);
        site.page.run("document.querySelectorAll('details.pop[open]').forEach(d => d.open = false)").unwrap();
        site.page.run("document.querySelector('dialog[open]')?.close()").unwrap();
        site.page.run("document.querySelector('.inside-tabs .toggle:first-child')?.click()").unwrap();
        site.page
            .run("document.querySelector('[data-testid=plane-numbers][aria-pressed=true]')?.click()")
            .unwrap();
        site.page
            .run("document.querySelector('[data-testid=images-large][aria-pressed=true]')?.click()")
            .unwrap();
    }
    site.quiet();
    found.none();
}

#[test]
fn nothing_of_points_is_cut_or_covered_at_any_size() {
    every(&PLANE);
}

#[test]
fn nothing_of_images_is_cut_or_covered_at_any_size() {
    every(&IMAGES);
}

#[test]
fn nothing_of_sequences_and_language_is_cut_or_covered_at_any_size() {
    every(&STEPS);
}

#[test]
fn no_dialogue_and_no_notice_is_cut_or_wider_than_the_page() {
    every(&DIALOGS);
    // What is told of an address may be as long as the address.
    let hash = format!("v=1&networkShape={}", vec!["3"; 300].join(","));
    let site = Site::open(&format!("{}#{hash}", index("cpu")), false);
    assert!(site.page.eval::<bool>("!!document.querySelector('.notice')").unwrap(), "it is told");
    let mut found = Found::default();
    found.sizes(&site.page, "a long notice");
    found.none();
}

/// Views and controls of frames in slides, at the least size that docs/embedding.md promises and on the way up to where there
/// is room for all.
#[test]
fn a_frame_holds_its_view_and_the_controls_asked_for() {
    const ALL: &str = "play,step,reset,next-epoch,epoch,lr,speed,data,output,metrics";
    const SHOWS: [&str; 4] = ["play", "play,lr,speed,metrics", "data,output,metrics", ALL];
    let server = server::serve(server::dist());
    let browser = Browser::launch(BrowserOptions { webgpu: false }).unwrap();
    let mut found = Found::default();
    let page = browser.blank().unwrap();
    for preset in ["spiral", "digits", "r2", "brackets"] {
        for view in ["boundary", "network", "loss", "full"] {
            // Every set of controls with one view of each family; the other views with all.
            let shows = if view == "loss" { &SHOWS[..] } else { &SHOWS[3..] };
            for show in shows {
                let address = format!("/embed.html?backend=cpu&view={view}&show={show}#v=1&preset={preset}");
                page.set_viewport(480, 270, 1.0, false).unwrap();
                page.navigate("about:blank").unwrap();
                page.navigate(&server.url(&address)).unwrap();
                page.wait_for("window.minibatch", READY).unwrap();
                page.run("minibatch.ready").unwrap();
                for (width, height) in [(480, 270), (640, 360), (960, 540)] {
                    page.set_viewport(width, height, 1.0, false).unwrap();
                    found.look(&page, &format!("{view} of {preset} with {show} at {width}x{height}"));
                }
            }
        }
    }
    found.none();
}

/// A phone held sideways is lower than it is narrow: bars shrink, and so does what stands in them.
#[test]
fn the_bars_hold_their_controls_on_a_phone_held_sideways() {
    let site = Site::open(&index("cpu"), false);
    let mut found = Found::default();
    for (width, height) in [(852, 393), (740, 360), (667, 375)] {
        site.page.set_viewport(width, height, 1.0, false).unwrap();
        found.look(&site.page, &format!("points at {width}x{height}"));
    }
    found.none();
}

#[test]
fn nothing_of_two_side_by_side_is_cut_or_covered_at_any_size() {
    let hash =
        "/pair.html?backend=cpu#left=v%3D1%26data%3Dxor%26lr%3D0.03&right=v%3D1%26data%3Dxor%26lr%3D0.1";
    let site = Site::open_early(hash, false, server::dist());
    site.page.wait_for("document.querySelector('[data-testid=play]')?.disabled === false", READY).unwrap();
    let mut found = Found::default();
    for (width, height) in SIZES {
        site.page.set_viewport(width, height, 1.0, false).unwrap();
        found.look(&site.page, &format!("pair at {width}x{height}"));
        for side in ["left", "right"] {
            let frame = format!("document.querySelector('[data-testid={side}] iframe').contentWindow");
            let faults: Vec<String> = site.page.eval(&format!("{frame}.eval({})", json!(FAULTS))).unwrap();
            found.0.extend(faults.into_iter().map(|fault| format!("{side} at {width}x{height}: {fault}")));
        }
    }
    found.none();
}
